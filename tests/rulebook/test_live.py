"""The set in force: taken over by all workers, kept where the next cannot be read, written into each decision."""

import threading
from dataclasses import replace

from sqlalchemy import update

from app.intake.sent import Taken
from app.intake.take import take
from app.notices.write import waiting
from app.people.desks import desks_with_keys
from app.rulebook import drafts
from app.rulebook.live import load_live, renewed
from app.rulebook.models import RuleSet
from app.rules.routing import Report as Seen
from app.rules.routing import route
from app.tips.content import Routing
from app.web.services import EXTENSION, look_for_rules
from tests.casework.test_way import desktop
from tests.intake.test_take import sent
from tests.makers import Town
from tests.rulebook.walk import begun, change, draft, gas_to, put_in_force
from tests.web.door import app_of


def damage(town: Town, number: int, body: str = '{"duties": 1') -> None:
    with town.tools.database.work(write=True) as session:
        session.execute(update(RuleSet).where(RuleSet.number == number).values(body=body))


def test_a_second_worker_takes_the_new_set_over(town: Town) -> None:
    """Half of the workers would go on routing by the old duty list until somebody restarts them."""
    begun(town)
    gas_to(town, "anjian")
    other = town.tools  # as another process has it: nothing is shared but the database
    assert put_in_force(town) == 1
    assert other.rules.version == 0
    newer = renewed(other)
    assert newer.rules.version == 1
    assert newer.rules.sectors["gas"].town_desk == "anjian"
    assert renewed(newer) is newer
    assert load_live(town.tools.database, town.now).version == 1  # and so does a worker that starts


def test_a_request_takes_it_over_within_a_minute(small_town: Town) -> None:
    """Without a restart no worker would ever look, or each request ask the database."""
    begun(small_town)
    gas_to(small_town, "anjian")
    app = app_of(small_town)
    mine = app.extensions[EXTENSION]
    app.test_client().get("/duties")
    put_in_force(small_town)
    app.test_client().get("/duties")
    assert mine["tools"].rules.version == 0  # looked a moment ago
    mine["look"] = mine["look"] - 21
    mine["look"] = min(mine["look"], 0.0)
    page = app.test_client().get("/duties").text
    assert mine["tools"].rules.version == 1
    assert "应急" in page
    with app.app_context():
        look_for_rules()


def test_each_decision_keeps_its_rules_version(town: Town) -> None:
    """Nobody could say later by which duty list a report went where it went; or old tips would not open any more."""
    old = take(town.tools, sent())
    begun(town)
    gas_to(town, "anjian")
    put_in_force(town)
    town.tools = renewed(town.tools)
    new = take(town.tools, sent())
    assert (old.decision.desk, new.decision.desk) == ("chengjian", "anjian")
    for taken, version in ((old, 0), (new, 1)):
        now = desktop(town, taken.case_id, taken.decision.desk)
        assert now.now.facts.rule_version == version
        assert now.now.facts.rule == "chosen"
        assert now.tips[0].content.routing.rule_version == version
    assert Routing("a", "b", "c", "d").rule_version == 0  # as in tips of the version before


def test_a_draft_put_in_force_while_reports_come_in(town: Town) -> None:
    """A report would be lost, or go by half of the old and half of the new list."""
    begun(town)
    gas_to(town, "anjian")
    found: list[Taken] = []
    stop = threading.Event()

    def come_in() -> None:
        while not stop.is_set() or len(found) < 2:
            town.tools = renewed(town.tools)
            found.append(take(town.tools, sent()))
            if town.tools.rules.version:
                return

    reporter = threading.Thread(target=come_in)
    reporter.start()
    put_in_force(town, tools=replace(town.tools))
    stop.set()
    reporter.join()
    for taken in found:
        want = {0: "chengjian", 1: "anjian"}[taken.decision.version]
        assert taken.decision.desk == want
        assert desktop(town, taken.case_id, want).now.facts.rule_version == taken.decision.version


def test_a_broken_live_set_keeps_the_last_good_one(town: Town) -> None:
    """A damaged row would leave the town without rules, or route in silence by something else than was decided."""
    begun(town)
    gas_to(town, "anjian")
    put_in_force(town)
    town.tools = renewed(town.tools)
    begun(town, 1)
    gas_to(town, "zhifa")
    assert put_in_force(town) == 2
    damage(town, 2)
    kept = renewed(town.tools)
    assert (kept.rules.version, kept.rules.refused) == (1, 2)
    assert kept.rules.sectors["gas"].town_desk == "anjian"
    assert renewed(kept) is kept  # one alarm, not one each minute
    with town.tools.database.work() as session:
        assert waiting(session, ("office",))["rules"] == 1
        assert waiting(session, ("admin",))["rules"] == 1
        assert waiting(session, ("chengjian",)) == {}
    started = load_live(town.tools.database, town.now)  # a worker that starts finds the same
    assert (started.version, started.refused) == (1, 2)
    damage(town, 1, "{}")
    last = load_live(town.tools.database, town.now)
    assert (last.version, last.refused) == (0, 2)
    assert take(replace(town.tools, rules=last), sent()).decision.desk == "chengjian"


def test_a_good_set_after_a_broken_one_ends_the_alarm(small_town: Town) -> None:
    """The office could not mend it, or the alarm would stand for ever and be believed no longer."""
    begun(small_town)
    put_in_force(small_town)
    damage(small_town, 1, "")
    small_town.tools = renewed(small_town.tools)
    assert small_town.tools.rules.refused == 1
    begun(small_town)
    gas_to(small_town, "anjian")
    assert put_in_force(small_town) == 2
    small_town.tools = renewed(small_town.tools)
    assert (small_town.tools.rules.version, small_town.tools.rules.refused) == (2, 0)
    with small_town.tools.database.work() as session:
        assert "rules" not in waiting(session, ("office", "admin"))


def test_a_place_outside_the_town_goes_to_dispatch(small_town: Town) -> None:
    """A desk would go out to a place where the town has nothing to say, or nobody hand the report over."""
    begun(small_town)
    change(small_town, lambda text: drafts.with_place(text, "", "邻县柳河镇", ["柳河镇", "柳河大集"]))
    put_in_force(small_town)
    rules = renewed(small_town.tools).rules
    with small_town.tools.database.work() as session:
        keyed = desks_with_keys(session)
    seen = Seen(what="饭店煤气罐漏气", where="柳河大集东头", sector="gas")
    decision = route(seen, rules, desks_with_keys=keyed)
    assert (decision.desk, decision.rule, decision.sector) == ("dispatch", "outside", "gas")
    assert "移送" in decision.reason
    assert route(replace(seen, where="大集北口"), rules, desks_with_keys=keyed).desk == "chengjian"
    (place,) = rules.duties.places
    begun(small_town, 1)
    change(small_town, lambda text: drafts.with_place(text, place, "", []))
    assert "柳河" not in draft(small_town).body
