"""A draft on past cases: only those that one can open, with an entry, and two numbers for the office."""

import pytest
from sqlalchemy import select

from app.casework.models import Record
from app.intake.take import take
from app.ledger.models import LedgerEntry
from app.people.admission import seat
from app.people.desks import desks_with_keys
from app.people.grants import granted
from app.people.models import Member
from app.rulebook import drafts, trial
from app.rules.drafts import rules_of
from app.tips.content import Report
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.rulebook.walk import begun, change, draft, gas_to
from tests.web.door import app_of, signed_in

SITE = Report(what="工地塔吊没有护栏，吊着东西从人头上过", where="新区工地", sector="construction")


def tried(town: Town, who: str) -> trial.Trial:
    row = draft(town)
    with town.tools.database.work() as session:
        return trial.try_cases(session, town.tools, town.holder(who), rules_of(row.body, row.number))


def test_a_trial_shows_what_would_go_elsewhere(town: Town) -> None:
    """A draft would be put in force without anybody knowing what it does."""
    taken = take(town.tools, sent())
    begun(town)
    assert tried(town, "chengjian") == trial.Trial(1, ())
    gas_to(town, "anjian")
    found = tried(town, "chengjian")
    (shift,) = found.shifts
    assert (found.tried, shift.case_id) == (1, taken.case_id)
    assert (shift.before.desk, shift.after.desk) == ("chengjian", "anjian")
    assert "燃气" in shift.after.reason
    assert town.tools.rules.version == 0
    again = take(town.tools, sent())
    assert again.decision.desk == "chengjian"  # trying changes nothing


def test_a_trial_reads_only_what_one_can_open(small_town: Town) -> None:
    """The office, or another desk, would read reports by way of a trial."""
    take(small_town.tools, sent())
    take(small_town.tools, sent(OFFICIAL))
    begun(small_town)
    gas_to(small_town, "anjian")
    for who in ("office", "anjian", "dispatch", "admin"):
        assert tried(small_town, who) == trial.Trial(0, ())


def test_a_trial_is_in_the_ledger_before_it_is_shown(small_town: Town) -> None:
    """Somebody could look through all reports of a desk and leave no trace."""
    take(small_town.tools, sent())
    begun(small_town)
    gas_to(small_town, "anjian")
    client, secret = signed_in(app_of(small_town), small_town, "chengjian")

    def listed() -> int:
        with small_town.tools.database.work() as session:
            kinds = session.scalars(select(LedgerEntry.kind)).all()
        return kinds.count("listed")

    before = listed()
    assert "1 件里有 1 件会去别处" in client.post("/desk/rules/try", data={"csrf": secret}).text
    assert listed() == before + 1


def test_the_office_learns_two_numbers_and_only_when_handed_in(small_town: Town) -> None:
    """The office would learn from a trial what is reported to a desk, or anybody with the database its numbers."""
    for report in [GAS] * 5 + [SITE] * 5:
        take(small_town.tools, sent(report))
    begun(small_town)
    gas_to(small_town, "anjian")
    app = app_of(small_town)
    desk, secret = signed_in(app, small_town, "chengjian")
    office, _ = signed_in(app, small_town, "office")
    desk.post("/desk/rules/try", data={"csrf": secret})
    assert "会去别处</td>" not in office.get("/desk/rules/try").text
    page = desk.post("/desk/rules/try", data={"csrf": secret, "hand_in": "1"}).text
    assert "已经报给安委办" in page
    seen = office.get("/desk/rules/try").text
    assert "试了 10 件" in seen
    assert "5 件会去别处" in seen
    assert "煤气罐" not in seen
    with small_town.tools.database.work() as session:
        records = session.scalars(select(Record.id)).all()
        known = [
            session.scalars(
                select(Record.id).where(granted(small_town.holder(who), "record", Record.id))
            ).all()
            for who in ("office", "chengjian", "admin")
        ]
    assert known == [records, [], []]
    change(small_town, lambda text: drafts.with_example(text, "gas", "灶台底下嘶嘶响个不停"))
    assert "草稿后来又改过" in office.get("/desk/rules/try").text


def handed_in(town: Town, gas: int, other: int) -> trial.HandedIn:
    """What the office reads of a desk with so many cases that a draft moves, and that it leaves."""
    for report in [GAS] * gas + [SITE] * other:
        take(town.tools, sent(report))
    begun(town)
    gas_to(town, "anjian")
    trial.hand_in(town.tools, town.holder("chengjian"), draft(town), tried(town, "chengjian"))
    with town.tools.database.work() as session:
        (found,) = trial.handed_in(session, town.tools, town.holder("office"), draft(town))
    return found


@pytest.mark.parametrize(("gas", "other"), [(0, 6), (1, 6), (4, 6), (6, 4), (6, 1), (6, 0)])
def test_no_draft_asks_for_a_word_of_one_report(small_town: Town, gas: int, other: int) -> None:
    """A hint like somebody's name, in a draft made for it, told the office whether a sealed report has that name."""
    assert handed_in(small_town, gas, other).elsewhere is None


def test_what_a_desk_hands_in_counts_no_case_on_an_official(small_town: Town) -> None:
    """Whoever sits at discipline too told the office how many accusations there are."""
    at = sorted((at, keys) for at, keys in small_town.holder("jijian").epochs.items())
    with small_town.tools.database.work(write=True) as session:
        member = session.get_one(Member, small_town.members["chengjian"].id)
        seat(session, member, [keys for _, keys in at], "jijian")
    take(small_town.tools, sent(OFFICIAL))
    assert handed_in(small_town, 5, 5).tried == 10


def test_the_written_examples_are_tried(small_town: Town) -> None:
    """A new example that pulls others with it would be seen only once reports go astray."""
    begun(small_town)
    with small_town.tools.database.work() as session:
        keyed = desks_with_keys(session)
    gas_to(small_town, "anjian")
    row = draft(small_town)
    found = trial.try_examples(small_town.tools.rules, row.body, row.number, keyed)
    assert found.tried > 28 * 40
    assert len(found.shifts) > 20
    assert {one.after.desk for one in found.shifts} == {"anjian"}
