"""Working days against the State Council's notices, around every holiday, and across the year that is missing."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock.calendar import Calendar, CalendarError, Due

CALENDAR = Calendar.load()
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
KNOWN = st.dates(date(2024, 1, 1), date(2026, 9, 30))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("2024-02-04", True),  # Sunday before Spring Festival, worked
        ("2024-02-09", True),  # New Year's Eve: the notice only encourages leave
        ("2024-02-10", False),
        ("2024-02-16", False),  # a Friday off
        ("2024-02-18", True),
        ("2024-04-07", True),
        ("2024-05-11", True),
        ("2024-09-14", True),
        ("2024-09-29", True),
        ("2024-10-07", False),
        ("2024-10-12", True),
        ("2025-01-26", True),
        ("2025-01-28", False),
        ("2025-02-04", False),
        ("2025-02-08", True),
        ("2025-09-28", True),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2026-01-02", False),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-05-09", True),
        ("2026-09-20", True),
        ("2026-09-25", False),
        ("2026-10-07", False),
        ("2026-10-10", True),
        ("2026-11-23", True),
        ("2026-11-28", False),
    ],
)
def test_holidays_and_working_weekends(text: str, working: bool) -> None:
    """If it fails, a desk is late on a day off, or a working weekend is lost."""
    assert CALENDAR.is_working(day(text)) is working


@pytest.mark.parametrize(("year", "working"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, working: int) -> None:
    """If it fails, a holiday was dropped, doubled or shifted in the data."""
    assert CALENDAR.working_between(date(year - 1, 12, 31), date(year, 12, 31)) == working


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2024-02-09", 1, "2024-02-18"),  # over Spring Festival to a worked Sunday
        ("2024-09-30", 1, "2024-10-08"),
        ("2024-10-11", 1, "2024-10-12"),  # a worked Saturday
        ("2025-01-27", 1, "2025-02-05"),
        ("2025-09-26", 2, "2025-09-29"),  # Sunday the 28th counts
        ("2025-09-30", 1, "2025-10-09"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-27", 1, "2026-02-28"),
        ("2026-09-30", 2, "2026-10-09"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-11-23", 10, "2026-12-07"),
        ("2026-11-28", 1, "2026-11-30"),  # received on a Saturday
    ],
)
def test_working_days_are_counted_from_the_next_day(start: str, count: int, end: str) -> None:
    """If it fails, hand-back and sign-for end on a wrong day around the holidays (民法典 §201)."""
    assert CALENDAR.add_working(day(start), count) == Due(day(end), certain=True)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2024-08-02", 60, "2024-10-08"),  # nominal 1 October
        ("2024-12-03", 60, "2025-02-05"),  # nominal 1 February 2025, in Spring Festival
        ("2025-08-02", 60, "2025-10-09"),
        ("2026-08-02", 60, "2026-10-08"),
        ("2026-07-22", 60, "2026-09-20"),  # a Sunday that is worked stays
        ("2026-12-18", 10, "2026-12-28"),
    ],
)
def test_calendar_period_ends_on_a_working_day(start: str, count: int, end: str) -> None:
    """If it fails, a period ends within a holiday (民法典 §203)."""
    assert CALENDAR.add_days(day(start), count) == Due(day(end), certain=True)


def test_sixty_days_into_the_year_without_a_notice() -> None:
    """If it fails, a due day that rests on guessed weekends is shown as certain."""
    assert CALENDAR.add_days(day("2026-11-23"), 60) == Due(day("2027-01-22"), certain=False)
    assert CALENDAR.add_days(day("2026-11-23"), 90) == Due(
        day("2027-02-22"), certain=False
    )  # the 21st is a Sunday
    assert CALENDAR.add_working(day("2026-12-28"), 5) == Due(day("2027-01-04"), certain=False)
    assert CALENDAR.missing_years(day("2026-11-23"), day("2027-01-22")) == [2027]
    assert CALENDAR.missing_years(day("2024-01-01"), day("2026-12-31")) == []
    assert CALENDAR.missing_years(day("2023-06-01"), day("2028-06-01")) == [2023, 2027, 2028]


def test_last_days_of_a_year_wait_for_the_next_notice() -> None:
    """If it fails, 31 December is called certain, although New Year's holiday has begun there before (2018, 2022)."""
    assert CALENDAR.add_days(day("2026-12-18"), 13) == Due(day("2026-12-31"), certain=False)
    assert CALENDAR.add_days(day("2025-12-18"), 13) == Due(day("2025-12-31"), certain=True)


@pytest.mark.parametrize("extra", sorted(CALENDAR.working))
def test_each_worked_weekend_counts_for_what_is_due_in_a_working_day(extra: date) -> None:
    """If it fails, sign-for and hand-back on the eve of a worked weekend (调休) end a day or more too late."""
    eve = max(
        extra - timedelta(days=n) for n in range(1, 12) if CALENDAR.is_working(extra - timedelta(days=n))
    )
    assert CALENDAR.add_working(eve, 1) == Due(extra, certain=True)
    assert CALENDAR.add_days(extra - timedelta(days=10), 10) == Due(extra, certain=True)


@pytest.mark.parametrize("off", sorted(CALENDAR.off))
def test_no_period_ends_within_a_holiday(off: date) -> None:
    """If it fails, a desk is late, or an objection out of time, on a day when the offices are closed."""
    end = CALENDAR.add_days(off - timedelta(days=30), 30).day
    assert end > off
    assert CALENDAR.is_working(end)
    assert not any(CALENDAR.is_working(off + timedelta(days=n)) for n in range((end - off).days))


def test_2027_counts_weekends_alone_until_its_notice_is_out() -> None:
    """If it fails, a holiday is invented for a year that nobody has announced."""
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    assert all(CALENDAR.is_working(one) is (one.weekday() < 5) for one in days)
    assert sum(CALENDAR.is_working(one) for one in days) == 261
    assert not any(CALENDAR.knows(one, one) for one in days)
    assert CALENDAR.sources.keys() == {2024, 2025, 2026}


def test_each_holiday_has_its_name_and_each_year_its_source() -> None:
    """If it fails, the calendar's page shows days off without saying on whose word."""
    assert CALENDAR.names.keys() == CALENDAR.off
    assert CALENDAR.names[date(2026, 2, 17)] == "春节"
    assert CALENDAR.sources[2026].citation == "国办发明电〔2025〕7号"
    assert all(one.src == "found" and one.checked for one in CALENDAR.sources.values())


@given(DAYS, st.integers(0, 60))
def test_adding_then_counting_working_days_agrees(start: date, count: int) -> None:
    """If it fails, days left and due days contradict each other on one page."""
    due = CALENDAR.add_working(start, count)
    assert CALENDAR.working_between(start, due.day) == count
    assert due.day == start or CALENDAR.is_working(due.day)


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_working_days_add_up(start: date, first: int, second: int) -> None:
    """If it fails, a period reckoned in two parts ends elsewhere than in one."""
    assert (
        CALENDAR.add_working(CALENDAR.add_working(start, first).day, second).day
        == CALENDAR.add_working(start, first + second).day
    )


@given(DAYS, st.integers(0, 120))
def test_calendar_period_is_never_shortened(start: date, count: int) -> None:
    """If it fails, somebody gets fewer days than the rule grants, or more than to the next working day."""
    end = CALENDAR.add_days(start, count).day
    nominal = start + timedelta(days=count)
    assert end >= nominal
    assert CALENDAR.is_working(end)
    assert not any(CALENDAR.is_working(nominal + timedelta(days=n)) for n in range((end - nominal).days))
    assert CALENDAR.add_days(start, count + 1).day >= end


@given(KNOWN, st.integers(0, 60))
def test_known_years_are_certain(start: date, count: int) -> None:
    """If it fails, the mark 暂按周末推算 stands where a notice is known, and people stop reading it."""
    assert CALENDAR.add_working(start, min(count, 40)).certain
    assert CALENDAR.add_days(start, count).certain


@given(st.dates(date(2027, 1, 1), date(2029, 12, 31)), st.integers(1, 30))
def test_unknown_years_are_marked(start: date, count: int) -> None:
    """If it fails, guessed days look like settled ones."""
    assert not CALENDAR.add_working(start, count).certain
    assert not CALENDAR.add_days(start, count).certain


def test_negative_period_is_refused() -> None:
    """If it fails, a due day could lie before its event."""
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.add_days(day("2026-11-23"), -1)
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.add_working(day("2026-11-23"), -1)


GOOD = """
years:
  2027:
    src: found
    citation: 国办发明电〔2026〕0号
    holidays:
      - {name: 元旦, first: 2026-12-31, last: 2027-01-02}
      - {name: 春节, first: 2027-02-05, last: 2027-02-12}
    working: [2027-01-03, 2027-02-20]
"""


def load(tmp_path: Path, text: str) -> Calendar:
    path = tmp_path / "holidays.yaml"
    path.write_text(text, "utf-8")
    return Calendar.load(path)


def test_a_year_can_be_added(tmp_path: Path) -> None:
    """If it fails, the town cannot enter the new notice itself, or a holiday may not begin in December."""
    calendar = load(tmp_path, GOOD)
    assert not calendar.is_working(day("2026-12-31"))
    assert calendar.is_working(day("2027-01-03"))
    assert calendar.add_working(day("2027-02-04"), 1) == Due(day("2027-02-15"), certain=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("citation: 国办发明电〔2026〕0号", "citation: ''"),
        ("src: found", "src: rumour"),
        ("last: 2027-01-02", "last: 2026-01-02"),
        ("last: 2027-02-12", "last: 2027-03-12"),
        ("first: 2027-02-05", "first: 2027-01-02"),  # overlaps
        ("first: 2026-12-31", "first: 2026-12-01"),
        ("first: 2027-02-05", "first: 2027-02-05 08:00:00"),
        ("first: 2027-02-05", "first: soon"),
        ("2027-01-03, ", "2027-01-04, "),  # a Monday
        ("2027-01-03, ", "2028-01-01, "),
        ("2027-01-03, ", "2027-02-06, "),  # within the holiday
        ("2027-01-03, ", "2027-02-20, "),  # twice
        ("working:", "worked:"),
        ("  2027:", "  soon:"),
        ("years:", "jahre:"),
        ("name: 春节, ", ""),
    ],
)
def test_senseless_data_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """If it fails, a slip in the holiday file silently moves every deadline of a year."""
    assert old in GOOD
    with pytest.raises(CalendarError, match=r"holidays\.yaml"):
        load(tmp_path, GOOD.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "years: 3", "years: {2027: 1}", "- a", "years: [", "years: {2027: {}}"])
def test_broken_file_is_a_clear_error(tmp_path: Path, text: str) -> None:
    """If it fails, a broken file stops the start with a traceback instead of a sentence."""
    with pytest.raises(CalendarError, match=r"holidays\.yaml"):
        load(tmp_path, text)
    with pytest.raises(CalendarError, match=r"nowhere\.yaml"):
        Calendar.load(tmp_path / "nowhere.yaml")
