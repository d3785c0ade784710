"""The duty roster's page (值班表): a week at a time, and the numbers that are rung."""

from datetime import date

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.clock.calendar import span
from app.notices.roster import (
    DUTY,
    OFFICE,
    WEEK,
    Refused,
    copy_week,
    duty_day,
    empty_days,
    members_of,
    monday_of,
    phones,
    set_phone,
    set_week,
    state_of,
    turns,
)
from app.staff.news import news_of
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

Page = str | AnyResponse | tuple[str, int]


def asked_monday(typed: str) -> date:
    """The Monday of the day asked for; of this week where it makes no sense."""
    today = tools().now.today()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return monday_of(today)
    return monday_of(day) if abs(day - today).days < 3660 else monday_of(today)


@signed_in("duty", "office")
def roster(problem: str = "", done: str = "") -> str:
    monday = asked_monday(request.values.get("week", ""))
    with tools().database.work() as session:
        found = turns(session, monday)
        numbers = phones(session, tools().keyring)
        people = members_of(session, DUTY)
        office = [one for one in members_of(session, OFFICE) if one not in people]
        return render_template(
            "staff/roster.html",
            problem=problem,
            done=done,
            news=news_of(session),
            turns=found,
            seen=state_of(found),
            empty=empty_days(session, tools().now.today()),
            people=people,
            office=office,
            endings={member: number[-4:] for member, number in numbers.items()},
            monday=monday,
            weeks=(monday - WEEK, monday + WEEK),
            may_change=monday >= monday_of(tools().now.today()),
            works=tools().calendar.is_working,
            today=tools().now.today(),
            on_duty=duty_day(tools(), tools().now.instant()),
            duty_from=tools().sending.duty_from,
        )


@signed_in("duty", "office")
def save() -> Page:
    """The week as the form has it."""
    monday = asked_monday(request.form.get("week", ""))
    form = request.form
    wanted = {
        day: (form[f"person-{day}"], form.get(f"deputy-{day}", ""))
        for day in span(monday, monday + WEEK)
        if f"person-{day}" in form
    }
    try:
        set_week(tools(), holder(), monday, wanted, request.form.get("seen", ""))
    except Refused as refused:
        return roster(str(refused)), 422
    return redirect(f"/desk/roster?week={monday}", 303)


@signed_in("duty", "office")
def copy() -> Page:
    monday = asked_monday(request.form.get("week", ""))
    try:
        copy_week(tools(), holder(), monday)
    except Refused as refused:
        return roster(str(refused)), 422
    return redirect(f"/desk/roster?week={monday + WEEK}", 303)


@signed_in("duty", "office")
def phone(member_id: str) -> Page:
    try:
        set_phone(tools(), holder(), member_id, plain_text(request.form.get("phone", ""))[:40])
    except Refused as refused:
        return roster(str(refused)), 422
    return redirect("/desk/roster", 303)


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/roster", view_func=roster)
    staff.add_url_rule("/desk/roster", view_func=save, methods=["POST"], endpoint="save_roster")
    staff.add_url_rule("/desk/roster/copy", view_func=copy, methods=["POST"], endpoint="copy_roster")
    staff.add_url_rule(
        "/desk/roster/phones/<member_id>", view_func=phone, methods=["POST"], endpoint="duty_phone"
    )
