"""Reminders before and after: every clock of a case is told of three days before its day, and from the day after on.

Each test is named after its rule; what stands in `app/clock/data/limits.yaml` says where the rule comes from.
"""

import dataclasses
from datetime import date, timedelta

import pytest

from app.casework.edges import take_edge
from app.casework.facts import dues_of
from app.casework.models import NEVER, Case
from app.casework.needs import Unmet
from app.casework.reporting import read_follow, say
from app.casework.steps import LATE
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import SOON, each_minute, move_on, remind
from app.notices.write import mark_done, waiting
from app.tips.content import Report
from app.tips.receipts import look_up
from app.vault.handing_on import ask_hand_on
from tests.casework.test_flow import colleague
from tests.casework.test_major import handed_up
from tests.casework.test_way import desktop, reinspected, sign_all, step, verified
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town

DESK = "chengjian"
TOLD_BEFORE, TOLD_AFTER = ("due_soon",), ("overdue",)


def due_of(town: Town, taken: Taken) -> date:
    with town.tools.database.work() as session:
        return session.get_one(Case, taken.case_id).next_due


def told(town: Town, day: date, desk: str) -> tuple[str, ...]:
    """Which reminders a desk has on a day."""
    town.now.day = day
    remind(town.tools)
    with town.tools.database.work() as session:
        found = waiting(session, (desk,))
    return tuple(kind for kind in ("due_soon", "overdue", "unopened") if kind in found)


def check(
    town: Town, taken: Taken, rule: str, *, desk: str = DESK, office: tuple[str, ...] = TOLD_AFTER
) -> date:
    """Told from three days before the day on, and as late from the day after; the day is the one of this rule."""
    now = desktop(town, taken.case_id, desk)
    due = due_of(town, taken)
    awaited = dues_of(town.tools, now.now).next
    assert awaited == (rule, due)
    assert due != NEVER
    if due - SOON > town.now.day:
        assert told(town, due - SOON - timedelta(days=1), desk) == ()
        assert told(town, due - SOON, desk) == TOLD_BEFORE
    assert told(town, due, desk) == TOLD_BEFORE
    assert told(town, due, "office") == ()
    assert told(town, due + timedelta(days=1), desk) == TOLD_AFTER
    assert told(town, due + timedelta(days=1), "office") == office
    return due


def accepted(town: Town) -> Taken:
    taken = take(town.tools, sent())
    step(town, taken, "accept")
    return taken


def rectifying(town: Town, days: int = 7) -> Taken:
    taken = verified(town)
    step(town, taken, "answer", reply="属实。")
    limit = (town.now.day + timedelta(days=days)).isoformat()
    step(town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    return taken


def test_sign_for_one_working_day(small_town: Town) -> None:
    """签收: what nobody opened would lie, and the office not hear of it."""
    check(small_town, take(small_town.tools, sent()), "sign", office=("unopened",))


def test_nobody_opened_it_in_a_day_goes_up_and_on_the_second_can_be_handed_on(small_town: Town) -> None:
    """一天没人打开就上报，第二天可以转交: a report to a desk where nobody looks would lie for ever, or be taken from
    one that still had its day.
    """
    taken = take(small_town.tools, sent())
    due, dispatch = due_of(small_town, taken), small_town.holder("dispatch")
    number = desktop(small_town, taken.case_id).now.number
    assert told(small_town, due, "office") == ()
    first = small_town.tools.calendar.add_working(due, 1).day
    assert told(small_town, first, "office") == ("unopened",)
    assert told(small_town, first, DESK) == ("overdue",)
    with pytest.raises(Unmet, match="现在还不能接手"):
        ask_hand_on(small_town.tools, dispatch, number, "没人打开")
    second = small_town.tools.calendar.add_working(first, 1).day
    assert told(small_town, second, "office") == ("unopened",)
    assert ask_hand_on(small_town.tools, dispatch, number, "没人打开")


def test_sign_for_15_minutes_where_life_is_in_danger(small_town: Town) -> None:
    """15 分钟签收: there is no time for three days; the alarm comes within a minute of the fifteenth."""
    taken = take(small_town.tools, sent(dataclasses.replace(GAS, danger_now=True, danger_note="大集北口")))
    for minute, office in ((14, {}), (16, {"alarm": 1})):
        small_town.now.seconds = minute * 60
        each_minute(small_town.tools)
        with small_town.tools.database.work() as session:
            assert waiting(session, ("office",)) == office
    assert small_town.tools.memory.get(f"due:{taken.case_id}") == LATE


def test_hand_back_one_working_day_then_silence_is_acceptance(small_town: Town) -> None:
    """退回、接收: a desk would lose its right to hand back unwarned; being silent it is not late, it has accepted."""
    taken = take(small_town.tools, sent())
    step_signed(small_town, taken)
    due = due_of(small_town, taken)
    assert told(small_town, small_town.now.day, DESK) == TOLD_BEFORE
    assert told(small_town, due, DESK) == TOLD_BEFORE
    small_town.now.day = due + timedelta(days=1)
    move_on(small_town.tools)
    assert desktop(small_town, taken.case_id).now.state == "verifying"
    assert told(small_town, due + timedelta(days=1), DESK) == ()


def step_signed(town: Town, taken: Taken) -> None:
    take_edge(town.tools, town.holder(DESK), taken.case_id, "sign_for", {}, by_opening=True)


def test_conclude_60_days(small_town: Town) -> None:
    """查清 60 日."""
    due = check(small_town, accepted(small_town), "conclude")
    assert due == small_town.tools.calendar.add_days(date(2026, 11, 24), 60).day


def test_conclude_60_days_and_30_more(small_town: Town) -> None:
    """延长 30 日: a desk would be called late on the sixtieth day although the leader gave it thirty more."""
    taken = accepted(small_town)
    step(small_town, taken, "request_extension", reason="要等检测报告")
    sign_all(small_town)
    step(small_town, taken, "extend")
    due = check(small_town, taken, "conclude")
    assert due == small_town.tools.calendar.add_days(date(2026, 11, 24), 90).day


def test_conclude_waits_while_the_reporter_is_asked(small_town: Town) -> None:
    """暂停: a desk would be late for the reporter's silence."""
    taken = accepted(small_town)
    before = due_of(small_town, taken)
    step(small_town, taken, "ask", question="在哪个院？")
    assert check(small_town, taken, "conclude") > before


def test_feedback_10_days(small_town: Town) -> None:
    """答复 10 日."""
    due = check(small_town, verified(small_town), "feedback")
    assert due == small_town.tools.calendar.add_days(date(2026, 11, 24), 10).day


def test_objection_10_days_is_the_reporter_s_and_reminds_no_desk(small_town: Town) -> None:
    """异议 10 日: a desk would be reminded of a day on which it has nothing to do, and learn to ignore reminders."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    assert taken.receipt is not None
    read_follow(small_town.tools, look_up(small_town.tools, taken.receipt))
    step(small_town, taken, "close")
    assert due_of(small_town, taken) == NEVER
    assert told(small_town, small_town.now.day + timedelta(days=11), DESK) == ()


def test_after_the_answer_10_days_to_demand_or_close(small_town: Town) -> None:
    """提出整改要求或者办结 10 日: a hazard found true would stand open for ever, always with a green light."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    due = check(small_town, taken, "finish")
    assert due == small_town.tools.calendar.add_days(date(2026, 11, 24), 10).day


def test_recheck_30_days(small_town: Town) -> None:
    """复查 30 日, also of what was closed: nobody would look at it again."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    step(small_town, taken, "close")
    assert taken.receipt is not None
    say(small_town.tools, look_up(small_town.tools, taken.receipt), "objection", "没看后院")
    due = due_of(small_town, taken)
    assert due == small_town.tools.calendar.add_days(date(2026, 11, 24), 30).day
    assert told(small_town, due - SOON, DESK) == TOLD_BEFORE
    assert told(small_town, due + timedelta(days=1), DESK) == TOLD_AFTER
    step(small_town, taken, "uphold", colleague(small_town), reason="看过了")
    assert told(small_town, due + timedelta(days=2), DESK) == ()


def test_rectify_by_the_day_that_was_set(small_town: Town) -> None:
    """整改期限."""
    due = check(small_town, rectifying(small_town), "rectify")
    assert due == date(2026, 12, 1)


def test_rectify_the_same_day(small_town: Town) -> None:
    """当天整改 (a blocked exit): a limit of today is told of today, and late tomorrow."""
    assert check(small_town, rectifying(small_town, 0), "rectify") == date(2026, 11, 24)


def test_reinspect_10_days(small_town: Town) -> None:
    """整改后复查 10 日."""
    taken = rectifying(small_town)
    step(small_town, taken, "report_done", found="换好了", photos=1)
    due = check(small_town, taken, "reinspect")
    assert due == small_town.tools.calendar.add_days(date(2026, 11, 24), 10).day


def test_strike_off_10_days(small_town: Town) -> None:
    """复查改好以后销号 10 日: what was seen mended would stay open, and nobody be told."""
    taken = rectifying(small_town)
    reinspected(small_town, taken)
    due = check(small_town, taken, "strike_off")
    assert due == small_town.tools.calendar.add_days(date(2026, 11, 24), 10).day


def test_watch_60_days_asks_again_and_is_late_when_nobody_does(small_town: Town) -> None:
    """催办 60 日: the town would be called late for the district's silence, or nobody ask, and nobody hear of it."""
    taken = handed_up(small_town)
    due = due_of(small_town, taken)
    assert due == small_town.tools.calendar.add_days(small_town.now.day, 60).day
    assert told(small_town, due - SOON - timedelta(days=1), DESK) == ()
    for day in (due - SOON, due, due + timedelta(days=14)):
        assert told(small_town, day, DESK) == TOLD_BEFORE
        assert told(small_town, day, "office") == ()
    assert told(small_town, due + timedelta(days=15), DESK) == TOLD_AFTER
    assert told(small_town, due + timedelta(days=15), "office") == TOLD_AFTER


def test_asked_again_15_working_days_and_the_office_hears_of_the_second_time(small_town: Town) -> None:
    """再催办 15 个工作日: a letter would be asked for once and then lie, or the office not hear who is silent."""
    taken = handed_up(small_town)
    small_town.now.pass_days(30)
    step(small_town, taken, "chase", how="call", text="问了城管委值班室，说在办。")
    due = due_of(small_town, taken)
    assert due == small_town.tools.calendar.add_working(small_town.now.day, 15).day
    with small_town.tools.database.work() as session:
        assert "overdue" not in waiting(session, ("office",))
    step(small_town, taken, "chase", how="letter", text="发函催办。")
    with small_town.tools.database.work() as session:
        assert "overdue" in waiting(session, ("office",))
    with pytest.raises(Unmet, match="举报"):
        step(small_town, taken, "chase", how="letter", text=f"有人举报：{GAS.what}")


def test_split_one_working_day_where_an_official_is_accused(small_town: Town) -> None:
    """另立一件 1 个工作日: discipline alone is reminded; the office would learn of the accusation."""
    report = dataclasses.replace(OFFICIAL, still_dangerous=True)
    taken = take(small_town.tools, sent(report))
    assert told(small_town, small_town.now.day, "jijian") == TOLD_BEFORE
    due = due_of(small_town, taken)
    assert told(small_town, due + timedelta(days=1), "jijian") == TOLD_AFTER
    assert told(small_town, due + timedelta(days=1), "office") == ()


def test_split_one_hour_beside_a_death(small_town: Town) -> None:
    """另立一件 1 小时: the machine that killed would run on."""
    take(
        small_town.tools,
        sent(Report(what="厂里轧死一个人没报，那台机器还在转", deaths=True, still_dangerous=True)),
    )
    for hours, duty in ((1, {}), (3, {"split": 1})):
        small_town.now.seconds = hours * 3600 - 60
        each_minute(small_town.tools)
        with small_town.tools.database.work() as session:
            assert waiting(session, ("duty",)) == duty
    with small_town.tools.database.work(write=True) as session:
        mark_done(session, ("duty",), "split")
    each_minute(small_town.tools)
    with small_town.tools.database.work() as session:
        assert waiting(session, ("duty",)) == {}
