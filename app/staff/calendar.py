"""The calendar (日历): working days by the State Council's notices, and how much is due when."""

from calendar import monthcalendar
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request

from app.casework.access import due_days
from app.clock.calendar import Calendar
from app.web.services import tools
from app.web.sessions import holder, signed_in


@dataclass(frozen=True)
class Cell:
    """One day of a month. `kind`: work, extra (a weekend that is worked: 调休), rest, holiday."""

    day: date
    kind: str
    name: str
    due: int


Week = list[Cell | None]


def kind_of(calendar: Calendar, day: date) -> str:
    if day in calendar.working:
        return "extra"
    if day in calendar.off:
        return "holiday"
    return "work" if day.weekday() < 5 else "rest"


def month_of(calendar: Calendar, year: int, month: int, due: dict[date, int]) -> list[Week]:
    """Weeks of a month, Monday first; nothing where a day belongs to another month."""

    def cell(number: int) -> Cell | None:
        if not number:
            return None
        day = date(year, month, number)
        return Cell(day, kind_of(calendar, day), calendar.names.get(day, ""), due.get(day, 0))

    return [[cell(number) for number in week] for week in monthcalendar(year, month)]


@signed_in()
def calendar() -> str:
    """This year or the next, by month; the numbers are of cases that the holder may know, and of no others."""
    known, today = tools().calendar, tools().now.today()
    year = today.year + (request.args.get("year") == str(today.year + 1))
    with tools().database.work() as session:
        due = due_days(session, holder(), date(year, 1, 1), date(year, 12, 31))
    return render_template(
        "staff/calendar.html",
        year=year,
        years=(today.year, today.year + 1),
        months=[(month, month_of(known, year, month, due)) for month in range(1, 13)],
        first=today.month if year == today.year else 1,  # what is past stands folded at the end
        source=known.sources.get(year),
        next_missing=year + 1 not in known.years,
        today=today,
    )


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/calendar", view_func=calendar)
