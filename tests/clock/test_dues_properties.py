"""What holds for every history, sensible or not."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.clock.calendar import Calendar
from app.clock.dues import HANDLERS, Event, dues, overdue
from app.clock.limits import Limits

CALENDAR = Calendar.load()
LIMITS = Limits.load()
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
NOTES = st.sampled_from(["", "left", "official", "2026-10-01", "2027-02-30", "垃圾"])
EVENTS = st.builds(Event, st.sampled_from([*HANDLERS, "unknown"]), DAYS, NOTES)
HISTORIES = st.lists(EVENTS, max_size=25)


def in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.day)


@given(HISTORIES, st.booleans(), DAYS)
def test_no_history_raises(events: list[Event], tipped: bool, today: date) -> None:
    """If it fails, one odd case stops the job that reckons all of them."""
    found = dues(events, CALENDAR, LIMITS, tipped=tipped)
    assert set(overdue(found, today)) <= set(found.running())
    assert found.next is None or found.next[0] in found.running()


@given(st.lists(EVENTS, min_size=1, max_size=25))
def test_nothing_is_due_before_it_began(events: list[Event]) -> None:
    """If it fails, a case is overdue before it arrived."""
    found = dues(events, CALENDAR, LIMITS)
    assert all(due.day >= min(event.day for event in events) for due in found.running().values())


@given(HISTORIES, EVENTS)
def test_an_event_sets_no_due_day_before_itself(events: list[Event], last: Event) -> None:
    """If it fails, a step is late the moment it is taken.

    The 60 days and the objection's window are excepted: they began earlier, and a step may only move their end.
    """
    events = [
        *in_order(events),
        Event(last.edge, max([last.day, *(event.day for event in events)]), last.note),
    ]
    before = dues(events[:-1], CALENDAR, LIMITS).running()
    now = dues(events, CALENDAR, LIMITS).running()
    if last.edge == "unmerge":  # brings back what ran before
        return
    new = {name for name, due in now.items() if before.get(name) != due} - {"conclude", "objection"}
    assert all(now[name].day >= events[-1].day for name in new)


@given(DAYS, st.integers(0, 80), st.integers(0, 80), st.booleans())
def test_a_pause_never_shortens(accepted: date, asked: int, waited: int, extended: bool) -> None:
    """If it fails, asking the reporter costs the desk days, or wins more than ten working days."""
    plain = [Event("accept", accepted)] + [Event("extend", accepted)] * extended
    question = Event("ask", accepted + timedelta(days=asked))
    answered = Event("reply", question.day + timedelta(days=waited))
    without = dues(plain, CALENDAR, LIMITS).conclude
    while_asked = dues([*plain, question], CALENDAR, LIMITS).conclude
    replied = dues([*plain, question, answered], CALENDAR, LIMITS).conclude
    assert without is not None
    assert while_asked is not None
    assert replied is not None
    most = CALENDAR.add_working(question.day, LIMITS.pause.value).day - question.day
    nominal = accepted + timedelta(days=90 if extended else 60)
    assert without.day <= replied.day <= while_asked.day == CALENDAR.next_working(nominal + most)
    assert replied.day == CALENDAR.next_working(nominal + min(most, timedelta(days=waited)))


@given(HISTORIES)
def test_only_the_list_position_orders(events: list[Event]) -> None:
    """If it fails, the same history gives two answers."""
    assert dues(events, CALENDAR, LIMITS) == dues(tuple(events), CALENDAR, LIMITS)


@given(HISTORIES, DAYS)
def test_first_acceptance_counts(between: list[Event], again: date) -> None:
    """If it fails, a second acceptance after a transfer starts the sixty days anew."""
    first = [Event("accept", date(2026, 3, 2))]
    moves = [
        event for event in between if event.edge in ("transfer", "hand_back", "assign", "sign_for", "verify")
    ]
    now = dues([*first, *moves, Event("accept", again)], CALENDAR, LIMITS)
    assert now.conclude == dues(first, CALENDAR, LIMITS).conclude
