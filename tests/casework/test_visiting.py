"""How an insider's case is inspected: planned first, as the reporter wishes, and known to nobody but the desk."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.casework.facts import facts_place
from app.casework.needs import Unmet, possible
from app.casework.records import read_records
from app.casework.reporting import read_follow
from app.intake.sent import Taken
from app.intake.take import take
from app.sealing.fields import canonical_json, open_json, seal_steps
from app.tips.content import STEP, Report, content_place, open_content
from app.tips.models import Tip
from app.tips.receipts import look_up
from tests.casework.test_flow import colleague
from tests.casework.test_way import FOUND, desktop, sign_all, step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town

INSIDER = replace(GAS, insider=True, visit="any")


def took(town: Town, report: Report = INSIDER) -> Taken:
    taken = take(town.tools, sent(report))
    step(town, taken, "accept")
    return taken


def plan(town: Town, taken: Taken, how: str, days: int = 0, reason: str = "", who: str = "chengjian") -> None:
    day = (town.now.today() + timedelta(days=days)).isoformat()
    step(town, taken, "plan_visit", who=who, plan=how, day=day, reason=reason)


def look(town: Town, taken: Taken, who: str = "chengjian") -> None:
    step(town, taken, "verify", who=who, enterprise="某饭店", found=FOUND, level="general")


def test_nobody_goes_before_it_is_planned(town: Town) -> None:
    """Somebody would walk in the day after, straight to the place, and the foreman know who talked."""
    taken = took(town)
    with pytest.raises(Unmet, match="检查安排"):
        look(town, taken)
    plan(town, taken, "together", days=2)
    with pytest.raises(Unmet, match="还没到"):
        look(town, taken)
    town.now.pass_days(2)
    look(town, taken)


def test_after_a_reopening_it_is_planned_anew(small_town: Town) -> None:
    """The second visit, which points even more to a report, would be made without a thought."""
    taken = took(small_town)
    plan(small_town, taken, "together")
    look(small_town, taken)
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="true")
    second = colleague(small_town)
    step(small_town, taken, "reopen", who=second, reason="后院没看")
    with pytest.raises(Unmet, match="检查安排"):
        look(small_town, taken, second)
    plan(small_town, taken, "together", who=second)
    look(small_town, taken, second)


@pytest.mark.parametrize(
    ("wish", "how", "days", "needs_reason"),
    [
        ("any", "alone", 0, True),
        ("any", "alone", 3, True),
        ("any", "alone", 4, False),
        ("any", "together", 0, False),
        ("", "alone", 4, False),
        ("together", "together", 0, False),
        ("together", "alone", 4, True),
        ("together", "later", 9, True),
        ("later", "later", 4, False),
        ("later", "together", 4, False),
        ("later", "together", 3, True),
    ],
)
def test_what_gives_somebody_away_needs_a_reason(
    small_town: Town, wish: str, how: str, days: int, needs_reason: bool
) -> None:
    """The wish would be a box on a form that nobody has to answer; or a harmless plan be held up."""
    taken = took(small_town, replace(INSIDER, visit=wish))
    if needs_reason:
        with pytest.raises(Unmet, match="理由"):
            plan(small_town, taken, how, days)
    plan(small_town, taken, how, days, reason="附近没有第二家" if needs_reason else "")


def test_later_is_later_and_danger_waits_for_nobody(small_town: Town) -> None:
    """ "过几天" could mean tomorrow; or a leaking room wait three days for appearances."""
    taken = took(small_town)
    with pytest.raises(Unmet, match="以后"):
        plan(small_town, taken, "later", 3, reason="忙")
    plan(small_town, taken, "later", 4)
    told = replace(INSIDER, visit="together", danger_now=True)
    answered = replace(INSIDER, visit="together", answers={"q_gas_smell": "yes"})
    for report in (told, answered):
        plan(small_town, took(small_town, report), "alone")


def test_a_case_without_an_insider_knows_no_plan(small_town: Town) -> None:
    """Every inspection of a shop would begin with a form about secrecy."""
    taken = verified(small_town)
    assert "plan_visit" not in [edge.name for edge, _ in possible(desktop(small_town, taken.case_id))]
    other = took(small_town, GAS)
    assert "plan_visit" not in [edge.name for edge, _ in possible(desktop(small_town, other.case_id))]
    with pytest.raises(Unmet):
        plan(small_town, other, "together")


def test_the_plan_is_in_no_record_that_others_read(small_town: Town) -> None:
    """Office and signer could tell from the site record that somebody inside reported."""
    taken = took(small_town)
    plan(small_town, taken, "alone", reason="附近没有第二家")
    look(small_town, taken)
    with small_town.tools.database.work() as session:
        for who in ("office", "signer"):
            (record,) = read_records(session, small_town.tools, small_town.holder(who))
            said = json.dumps(record.value, ensure_ascii=False)
            assert "plan" not in said
            assert "附近" not in said
    now = desktop(small_town, taken.case_id)
    kept = open_json(now.key, now.case.facts, facts_place(now.case.id))["facts"]["extra"]
    assert kept["visit_plan"]["plan"] == "alone"


def test_the_insider_is_told_how_and_never_when(small_town: Town) -> None:
    """The reporter would not know that they were heard; or whoever reports could warn the enterprise of the day."""
    first, second = took(small_town), take(small_town.tools, sent())
    step(small_town, second, "merge", into=desktop(small_town, first.case_id).now.number)
    plan(small_town, first, "together", days=2)
    said = []
    for one in (first, second):
        assert one.receipt is not None
        seen = read_follow(small_town.tools, look_up(small_town.tools, one.receipt))
        said.append([line.text for line in seen.lines if "检查已经安排" in line.text])
    assert said == [["检查已经安排：和附近几家一起查。"], []]


def test_a_second_insider_is_asked_too(small_town: Town) -> None:
    """Whoever reported last would be inspected by a plan that was made before anybody knew of them."""
    first = took(small_town)
    plan(small_town, first, "together")
    second = take(small_town.tools, sent(replace(INSIDER, visit="later")))
    step(small_town, second, "merge", into=desktop(small_town, first.case_id).now.number)
    with pytest.raises(Unmet, match="又并进来"):
        look(small_town, first)
    with pytest.raises(Unmet, match="希望“过几天再查”"):
        plan(small_town, first, "together")
    plan(small_town, first, "later", 4)
    small_town.now.pass_days(4)
    look(small_town, first)


def test_a_tip_from_before_knows_no_wish(small_town: Town) -> None:
    """Every report sealed before the wish was asked could no longer be opened."""
    one = desktop(small_town, took(small_town).case_id).tips[0]
    place = content_place(one.tip.id)
    value = open_json(one.key, one.tip.content, place)
    del value["report"]["visit"]
    old = Tip(id=one.tip.id, content=seal_steps(one.key, canonical_json(value), place, STEP))
    assert open_content(old, one.key).report == replace(INSIDER, visit="")
