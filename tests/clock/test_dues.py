"""What is due when, along the ways a case can go."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.clock.calendar import Calendar, Due
from app.clock.dues import OFFICIAL, Dues, Event, days_left, dues, objection_until, overdue
from app.clock.limits import Limits

CALENDAR = Calendar.load()
LIMITS = Limits.load()
START = date(2026, 3, 2)  # a Monday; no holiday for a month


def on(offset: int) -> date:
    return START + timedelta(days=offset)


def after(*steps: tuple[str, int] | tuple[str, int, str], tipped: bool = True) -> Dues:
    """What is due after steps given as (edge, days from the start, note)."""
    events = [Event(step[0], on(step[1]), *step[2:]) for step in steps]
    return dues(events, CALENDAR, LIMITS, tipped=tipped)


def working(offset: int, count: int) -> Due:
    return CALENDAR.add_working(on(offset), count)


def calendar_days(offset: int, count: int) -> Due:
    return CALENDAR.add_days(on(offset), count)


REGISTER, SIGN, ACCEPT = ("register", 0), ("sign_for", 0), ("accept", 1)
CONCLUDE = ("conclude", 20)
OPENING = (REGISTER, SIGN, ACCEPT)


def test_arrival() -> None:
    """If it fails, a new case waits unseen, or silence does not become acceptance."""
    assert after(REGISTER) == Dues(sign=working(0, 1))
    assert after(REGISTER, SIGN) == Dues(hand_back=working(0, 1), accept=working(0, 1))
    assert after(*OPENING) == Dues(conclude=calendar_days(1, 60))


def test_sixty_days_land_in_the_year_without_a_notice() -> None:
    """If it fails, a tip of today shows a due day in January as settled."""
    found = dues([Event("accept", date(2026, 11, 23))], CALENDAR, LIMITS)
    assert found.conclude == Due(date(2027, 1, 22), certain=False)


def test_sixty_days_run_on_over_transfers() -> None:
    """If it fails, passing a case around wins the desks time."""
    moved = (*OPENING, ("transfer", 10))
    assert after(*moved) == Dues(sign=working(10, 1), conclude=calendar_days(1, 60))
    assert after(*moved, ("sign_for", 11)).hand_back == working(11, 1)
    assert after(*moved, ("sign_for", 11), ("accept", 12)) == Dues(conclude=calendar_days(1, 60))
    assert after(*moved, ("hand_back", 11), ("assign", 12), ("accept", 13)).conclude == calendar_days(1, 60)


def test_assigned_case_is_not_handed_back() -> None:
    """If it fails, a case that the dispatch desk has assigned in writing goes round again."""
    found = after(REGISTER, ("hand_back", 1), ("assign", 1), ("sign_for", 2))
    assert found.hand_back is None
    assert found.accept == working(2, 1)


def test_what_was_given_back_has_a_day_to_be_assigned_by() -> None:
    """If it fails, a case that two desks refuse lies with the dispatch desk, or silence accepts it for nobody."""
    back = (REGISTER, SIGN, ("hand_back", 1))
    assert after(*back) == Dues(sign=working(1, 1), assign=working(1, 1))
    assert after(*back, ("sign_for", 1)) == Dues(assign=working(1, 1))
    for edge in ("assign", "transfer"):
        assert after(*back, (edge, 2)) == Dues(sign=working(2, 1))
    assert after(*back, ("accept", 2)) == Dues(conclude=calendar_days(2, 60))


def test_pause_moves_the_sixty_days_by_the_days_waited() -> None:
    """If it fails, the desk pays for the reporter's silence, or waits at the reporter's cost."""
    assert after(*OPENING, ("ask", 10), ("reply", 14)).conclude == calendar_days(1, 64)
    assert after(*OPENING, ("ask", 10), ("lapse", 60)).conclude == Due(
        CALENDAR.add_days(on(1), 60 + (working(10, 10).day - on(10)).days).day, certain=True
    )


def test_question_waits_ten_working_days() -> None:
    """If it fails, a question stays open for ever, or the desk is late while it waits."""
    waiting = after(*OPENING, ("ask", 55))
    assert waiting.ask_lapse == working(55, 10)
    assert waiting.conclude == CALENDAR.add_days(on(1), 60 + (working(55, 10).day - on(55)).days)
    assert overdue(waiting, on(63)) == []
    assert waiting.next == ("conclude", waiting.conclude.day if waiting.conclude else START)
    assert after(*OPENING, ("ask", 55), ("reply", 58)).ask_lapse is None


def test_pause_is_granted_once() -> None:
    """If it fails, asking again and again keeps a case open."""
    once = (*OPENING, ("ask", 10), ("reply", 14))
    assert after(*once, ("ask", 20)).conclude == after(*once).conclude
    assert after(*once, ("ask", 20), ("reply", 30)).conclude == after(*once).conclude


def test_question_before_acceptance() -> None:
    """If it fails, days before the 60 began are added to them."""
    assert after(REGISTER, ("ask", 0), ("reply", 4), ("accept", 5)).conclude == calendar_days(5, 60)
    asked = after(REGISTER, ("ask", 0), ("accept", 5), ("reply", 7))
    assert asked.conclude == calendar_days(5, 62)


def test_extension_adds_thirty_days_once() -> None:
    """If it fails, a case is extended twice, or counted from the shifted day."""
    assert after(*OPENING, ("extend", 40)).conclude == calendar_days(1, 90)
    assert after(*OPENING, ("extend", 40), ("extend", 50)).conclude == calendar_days(1, 90)
    assert after(*OPENING, ("extend", 5), ("ask", 10), ("reply", 14)).conclude == calendar_days(1, 94)
    assert after(REGISTER, ("extend", 1)).conclude is None


def test_handed_up_case_is_watched() -> None:
    """If it fails, the town is late for what the district does, or forgets to chase it."""
    found = after(*OPENING, ("ask", 5), ("hand_up", 6))
    assert found == Dues(watch=calendar_days(6, 60))
    assert after(*OPENING, ("hand_up", 6), ("record_outcome", 50)) == Dues(feedback=calendar_days(50, 10))


def test_conclusion_starts_the_answer() -> None:
    """If it fails, the reporter waits longer than ten days for the result."""
    assert after(*OPENING, CONCLUDE) == Dues(feedback=calendar_days(20, 10))


def test_nobody_to_answer() -> None:
    """If it fails, a patrol's case is overdue for ever for an answer that nobody awaits, or the day tells it apart."""
    visit = after(*OPENING, CONCLUDE, tipped=False)
    assert visit == Dues(finish=calendar_days(20, 10))
    assert visit.next == ("finish", calendar_days(20, 10).day)
    assert after(*OPENING, CONCLUDE).next == ("feedback", calendar_days(20, 10).day)
    asked = after(*OPENING, CONCLUDE, ("rectify", 21, on(60).isoformat()), tipped=False)
    assert asked.next == ("rectify", on(60))


def test_what_was_answered_still_has_to_be_put_right_or_closed() -> None:
    """If it fails, a hazard found true stands open for ever without a day, and without anybody being late."""
    told = (*OPENING, CONCLUDE, ("answer", 21))
    assert after(*told).next == ("finish", calendar_days(21, 10).day)
    limit = on(60).isoformat()
    for step in (("rectify", 25, limit), ("close", 25), ("reopen", 25)):
        assert after(*told, step).finish is None
    early = (*OPENING, CONCLUDE, ("rectify", 20, limit))
    assert after(*early, ("answer", 25)).finish is None
    assert after(*early).feedback == calendar_days(20, 10)


def test_objection_window() -> None:
    """If it fails, the reporter's ten days begin before they could read, or never end."""
    told = (*OPENING, CONCLUDE, ("answer", 21))
    assert after(*told) == Dues(objection=calendar_days(21, 60), finish=calendar_days(21, 10))
    assert after(*told, ("shown", 30)).objection == calendar_days(30, 10)
    assert after(*told, ("shown", 30), ("shown", 40)).objection == calendar_days(30, 10)
    assert after(*told, ("shown", 79)).objection == calendar_days(21, 60)
    assert after(*told, ("close", 25)).objection == calendar_days(21, 60)
    assert objection_until(on(21), on(30), CALENDAR, LIMITS) == calendar_days(30, 10)


def test_recheck_outlives_the_closing() -> None:
    """If it fails, an objection to a closed case is forgotten."""
    objected = (*OPENING, CONCLUDE, ("answer", 21), ("close", 25), ("object", 30))
    assert after(*objected) == Dues(recheck=calendar_days(30, 30))
    assert after(*objected).next == ("recheck", calendar_days(30, 30).day)
    assert after(*OPENING, CONCLUDE, ("answer", 21), ("object", 23), ("close", 25)).recheck is not None
    assert after(*objected, ("uphold", 40)) == Dues()


def test_reopened_case_keeps_its_thirty_days() -> None:
    """If it fails, reopening starts sixty new days, or none."""
    objected = (*OPENING, CONCLUDE, ("answer", 21), ("object", 30))
    assert after(*objected, ("reopen", 35)) == Dues(recheck=calendar_days(30, 30))
    moved = after(*objected, ("reopen", 35), ("transfer", 36), ("accept", 37))
    assert moved == Dues(recheck=calendar_days(30, 30))
    assert after(*OPENING, CONCLUDE, ("close", 22), ("reopen", 50)) == Dues(recheck=calendar_days(50, 30))
    again = after(*objected, ("reopen", 35), ("conclude", 50))
    assert again == Dues(feedback=calendar_days(50, 10))


def test_taking_over_gives_time_for_what_has_passed_alone() -> None:
    """If it fails, who takes a case over is late at once, or wins days for what was not late."""
    assert after(*OPENING, ("hand_on", 80)).conclude == working(80, 5)
    assert after(*OPENING, ("hand_on", 80), ("ask", 81), ("reply", 82)).conclude == working(80, 5)
    assert after(*OPENING, ("hand_on", 30)).conclude == calendar_days(1, 60)


def test_rectification_has_its_own_clock() -> None:
    """If it fails, a set limit is not watched, or the re-inspection is left open."""
    ordered = (*OPENING, CONCLUDE, ("answer", 20), ("rectify", 21, on(40).isoformat()))
    assert after(*ordered).rectify == Due(on(40), certain=True)
    done = after(*ordered, ("report_done", 38))
    assert (done.rectify, done.reinspect) == (None, calendar_days(38, 10))
    again = after(*ordered, ("report_done", 38), ("not_fixed", 39, on(60).isoformat()))
    assert (again.rectify, again.reinspect) == (Due(on(60), certain=True), None)
    assert after(*ordered, ("report_done", 38), ("strike_off", 39)).next is None


def test_what_was_seen_mended_is_struck_off_by_a_day() -> None:
    """If it fails, a mended hazard stands open without a day, or each record written anew moves the day on."""
    ordered = (*OPENING, CONCLUDE, ("rectify", 21, on(40).isoformat()))
    seen = after(*ordered, ("reinspect", 30))
    assert seen == replace(after(*ordered), rectify=None, strike_off=calendar_days(30, 10))
    assert (
        after(*ordered, ("report_done", 28), ("reinspect", 30), ("reinspect", 33)).strike_off
        == seen.strike_off
    )
    assert after(*ordered, ("report_done", 28), ("reinspect", 30)).reinspect is None
    again = after(*ordered, ("reinspect", 30), ("not_fixed", 31, on(60).isoformat()))
    assert (again.rectify, again.strike_off) == (Due(on(60), certain=True), None)
    assert after(*ordered, ("reinspect", 30), ("reopen", 32)).strike_off is None


@pytest.mark.parametrize("note", ["", "soon", "2026-13-01", "2020-01-01"])
def test_rectification_without_a_sensible_day_is_due_at_once(note: str) -> None:
    """If it fails, a limit that cannot be read makes the hazard vanish from every list."""
    found = after(*OPENING, CONCLUDE, ("rectify", 21, note))
    assert found.rectify == Due(on(21), certain=True)


@pytest.mark.parametrize("edge", ["decline", "close", "strike_off"])
def test_ends_stop_our_clocks(edge: str) -> None:
    """If it fails, a closed case is overdue."""
    assert after(*OPENING, ("ask", 3), (edge, 5)).next is None


def test_merged_case_waits_for_the_other() -> None:
    """If it fails, a merged case is late beside the one that rules it, or loses its days when taken apart."""
    merged = (*OPENING, ("merge", 5))
    assert after(*merged) == Dues()
    assert after(*merged, ("unmerge", 9)) == after(*OPENING)
    assert after(*OPENING, ("unmerge", 9)) == after(*OPENING)


def test_present_hazard_of_an_official_is_split_within_a_working_day() -> None:
    """If it fails, the danger waits for the inquiry into the official."""
    found = after(("register", 0, OFFICIAL))
    assert found.split == working(0, 1)
    assert overdue(found, on(2)) == ["sign", "split"]
    assert after(("register", 0, OFFICIAL), ("split", 1)).split is None
    assert after(("register", 0, OFFICIAL), ("hand_up", 0)).split == working(0, 1)


@pytest.mark.parametrize("edge", ["verify", "record_decision", "withdraw", "request_extension", "nonsense"])
def test_edges_without_a_clock(edge: str) -> None:
    """If it fails, a withdrawal or a note stops the verifying of what is dangerous."""
    assert after(*OPENING, (edge, 5)) == after(*OPENING)


def test_next_is_what_we_owe() -> None:
    """If it fails, the queue's first line is something only the reporter can do."""
    assert after(REGISTER).next == ("sign", working(0, 1).day)
    assert after(REGISTER, SIGN).next == ("accept", working(0, 1).day)
    assert after(*OPENING, CONCLUDE, ("answer", 21), ("close", 22)).next is None
    assert Dues().next is None


def test_overdue_begins_the_day_after() -> None:
    """If it fails, a desk is late on its last day, or silence and the reporter's rights count as lateness."""
    accepted = after(*OPENING)
    last = calendar_days(1, 60).day
    assert overdue(accepted, last) == []
    assert overdue(accepted, last + timedelta(days=1)) == ["conclude"]
    assert overdue(after(REGISTER, SIGN), on(30)) == []
    assert overdue(after(*OPENING, CONCLUDE, ("answer", 21), ("close", 22)), on(300)) == []


def test_days_left() -> None:
    """If it fails, the page counts wrongly towards a due day."""
    assert days_left(Due(on(5), certain=True), on(2)) == 3
    assert days_left(Due(on(5), certain=True), on(7)) == -2
