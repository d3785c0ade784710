"""Working days by the State Council's notices (国务院办公厅节假日安排通知), as data one can edit.

A year without its notice is reckoned Monday to Friday, and whatever needed it is marked as not certain (暂按周末推算):
the notice for a year comes out in its forerunner's November, while deadlines reach further.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

DATA = Path(__file__).parent / "data" / "holidays.yaml"
TIANJIN = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
MARKS = ("found", "memory", "town")  # as in the duty list: where an entry comes from
LONGEST_HOLIDAY = 12  # days; a longer one is a slip of the pen
YEAR_END = (
    12,
    29,
)  # from here on the next year's notice may give or take days (2018: 29 worked, 30 and 31 off)


class CalendarError(Exception):
    """The holiday file cannot be used; the message names the year and the entry."""


@dataclass(frozen=True)
class Due:
    """A due day. Not `certain` when it needed a year whose notice is missing, and weekends were counted instead."""

    day: date
    certain: bool


@dataclass(frozen=True)
class Source:
    """Where a year's days come from: the notice, its mark as in the duty list, and against what it was checked."""

    citation: str
    src: str
    checked: str


@dataclass(frozen=True)
class Calendar:
    """Days off and working weekends (调休) of the years whose notices are known."""

    years: frozenset[int]
    off: frozenset[date]
    working: frozenset[date]
    names: Mapping[date, str] = field(default_factory=dict, compare=False)  # of holidays
    sources: Mapping[int, Source] = field(default_factory=dict, compare=False)

    @classmethod
    def load(cls, path: Path | None = None) -> "Calendar":
        """Read and check a holiday file, by default the one that comes with the program. Raises CalendarError."""
        path = path or DATA
        try:
            years = yaml.safe_load(path.read_text("utf-8"))["years"]
            for year, notice in years.items():
                check_notice(year, notice)
        except CalendarError as error:
            raise CalendarError(f"{path.name}: {error}") from error
        except (OSError, UnicodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
            raise CalendarError(f"{path.name}: {type(error).__name__}: {error}") from error
        names = {
            day: str(holiday["name"])
            for notice in years.values()
            for holiday in notice["holidays"]
            for day in span(holiday["first"], holiday["last"])
        }
        off = set(names)
        working = {day for notice in years.values() for day in notice["working"]}
        if off & working:
            raise CalendarError(f"{path.name}: {min(off & working)}: both a holiday and a working weekend")
        sources = {
            year: Source(str(notice["citation"]), str(notice["src"]), str(notice.get("checked") or ""))
            for year, notice in years.items()
        }
        return cls(frozenset(years), frozenset(off), frozenset(working), names, sources)

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`; Monday to Friday where the year's notice is missing."""
        return day in self.working or (day.weekday() < 5 and day not in self.off)

    def missing_years(self, first: date, last: date) -> list[int]:
        """Years from `first` to `last` without a notice: what the scheduler and the administrator's page warn of."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]

    def knows(self, first: date, last: date) -> bool:
        """Whether notices settle every day from `first` to `last`; the last days of a year need the next one's."""
        into_next = (last.month, last.day) >= YEAR_END and last.year < date.max.year
        return not self.missing_years(first, last.replace(year=last.year + 1) if into_next else last)

    def next_working(self, day: date) -> date:
        """`day` itself when offices work, else the next day they do."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_working(self, day: date, n: int) -> Due:
        """`n` working days (≥ 0) after `day`; counting starts the next day (民法典 §201). ValueError below 0."""
        check_count(n)
        end = day
        for _ in range(n):
            end = self.next_working(end + ONE_DAY)
        return Due(end, n == 0 or self.knows(day + ONE_DAY, end))

    def add_days(self, day: date, n: int) -> Due:
        """`n` calendar days (≥ 0) after `day`; a period ending on a day off ends on the next working day.

        民法典 §201, §203; weekends are reckoned as days off.
        Only the end asks whether offices work, so only the end decides whether the day is certain. ValueError below 0.
        """
        check_count(n)
        nominal = day + timedelta(days=n)
        end = self.next_working(nominal)
        return Due(end, self.knows(nominal, end))

    def working_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; 0 when `last` is not later."""
        return sum(self.is_working(day) for day in span(first + ONE_DAY, last))


def span(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def check_count(n: int) -> None:
    if n < 0:
        raise ValueError(f"a period of {n} days")


def check_notice(year: Any, notice: Mapping[str, Any]) -> None:
    """Raises CalendarError for what would silently give wrong days."""
    if not isinstance(year, int) or not str(notice.get("citation") or "").strip():
        raise CalendarError(f"{year}: a year needs the citation of its notice")
    if notice.get("src") not in MARKS:
        raise CalendarError(f"{year}: src must be one of {', '.join(MARKS)}")
    if not notice["holidays"]:
        raise CalendarError(f"{year}: no holiday at all")
    for holiday in notice["holidays"]:
        check_holiday(year, holiday)
    for earlier, later in pairwise(notice["holidays"]):
        if later["first"] <= earlier["last"]:
            raise CalendarError(f"{year}: {later.get('name')}: overlaps or precedes {earlier.get('name')}")
    working = notice["working"]
    for day in working:
        if not (is_day(day) and of_year(day, year) and day.weekday() >= 5):
            raise CalendarError(f"{year}: {day}: no weekend day of that year")
    if len(set(working)) != len(working):
        raise CalendarError(f"{year}: a working weekend stands twice")


def check_holiday(year: int, holiday: Mapping[str, Any]) -> None:
    first, last = holiday["first"], holiday["last"]
    name = holiday.get("name")
    if not name or not is_day(first) or not is_day(last):
        raise CalendarError(f"{year}: {name}: name, first and last day are needed")
    if not (of_year(first, year) and last.year == year and first <= last):
        raise CalendarError(f"{year}: {name}: {first} to {last} does not fit the year")
    if (last - first).days >= LONGEST_HOLIDAY:
        raise CalendarError(f"{year}: {name}: longer than {LONGEST_HOLIDAY} days")


def is_day(value: object) -> bool:
    """A date and no instant: YAML turns `2026-01-01 08:00` into the latter."""
    return isinstance(value, date) and not isinstance(value, datetime)


def of_year(day: date, year: int) -> bool:
    """Whether a notice for `year` may speak of `day`: New Year's holiday may begin in the last days before."""
    return day.year == year or (day.year == year - 1 and (day.month, day.day) >= YEAR_END)
