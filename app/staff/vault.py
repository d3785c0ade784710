"""The vault's pages: asking, releasing, refusing, opening once, calling back."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.casework.access import open_case
from app.casework.context import Desktop, lay_out
from app.casework.flow import LEADS
from app.casework.needs import Unmet
from app.casework.opening import RESERVED_KEEPERS
from app.casework.reading import note_listing, note_reading
from app.people.holder import Holder
from app.people.tools import Tools
from app.staff.news import seen
from app.tips.identity import Person
from app.vault.calls import enter_answers, number_to_call, put_answers, take_call
from app.vault.handing_on import ask_hand_on, ask_reserved_on, reserved_to_hand_on, take_over
from app.vault.opening import read_identity
from app.vault.requests import (
    Opened,
    ask_call,
    ask_identity,
    one_request,
    read_requests,
    refuse,
    release,
    waits_for,
)
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

KEEPERS = ("custodian", "approver", "keeper")
KIND_NAMES = {"unseal": "启封", "call": "代联系", "handon": "接手"}
STATE_NAMES = {
    "asked": "等放行",
    "released": "已放行",
    "read": "已打开",
    "refused": "未同意",
    "lapsed": "已过期",
}
Page = str | tuple[str, int] | AnyResponse


@signed_in(*KEEPERS, *LEADS)
def requests() -> str:
    seen("vault")
    return show()


def show(problem: str = "") -> str:
    note_listing(tools(), holder(), "vault")
    with tools().database.work() as session:
        found = read_requests(session, tools(), holder())
        lying = reserved_to_hand_on(session, tools(), holder()) if "discipline" in holder().roles else []
    me = holder()
    return render_template(
        "staff/vault.html",
        requests=found,
        waiting={one.row.id for one in found if waits_for(me, one)},
        kinds=KIND_NAMES,
        states=STATE_NAMES,
        problem=problem,
        me=me,
        keeper=bool(me.roles & set(KEEPERS)),
        takes_calls=bool({"custodian", RESERVED_KEEPERS[0]} & set(me.desks)),
        lying=lying,
        may_hand_on=bool(me.roles & {"dispatch", "office"}),
    )


@signed_in(*LEADS)
def ask_for(case_id: str) -> Page:
    """Ask for an identity or a call, from a case in hand."""
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    note_reading(tools(), holder(), now)
    if request.method == "GET":
        return render_template("staff/vault_ask.html", now=now, problem="")
    ask = ask_call if request.form.get("kind") == "call" else ask_identity
    try:
        ask(tools(), now, request.form.get("tip", ""), plain_text(request.form.get("reason", "")))
    except Unmet as unmet:
        return render_template("staff/vault_ask.html", now=now, problem=str(unmet)), 422
    return redirect(url_for("staff.requests"), 303)


@signed_in("discipline")
def hand_reserved_on() -> Page:
    case_id, reason = request.form.get("case", ""), plain_text(request.form.get("reason", ""))
    return done(lambda it, who: ask_reserved_on(it, who, case_id, reason))


@signed_in("dispatch", "office")
def hand_on() -> Page:
    number = "".join(plain_text(request.form.get("number", "")).split())
    return done(lambda it, who: ask_hand_on(it, who, number, plain_text(request.form.get("reason", ""))))


def done(act: Callable[[Tools, Holder], object]) -> Page:
    """Do one thing and come back to the list; what cannot be done is said there."""
    try:
        act(tools(), holder())
    except Unmet as unmet:
        return show(str(unmet)), 422
    return redirect(url_for("staff.requests"), 303)


@signed_in(*KEEPERS)
def release_it(request_id: str) -> Page:
    return done(lambda it, who: release(it, who, request_id))


@signed_in(*KEEPERS)
def refuse_it(request_id: str) -> Page:
    return done(lambda it, who: refuse(it, who, request_id))


@signed_in(*KEEPERS)
def take_it(request_id: str) -> Page:
    return done(lambda it, who: take_call(it, who, request_id))


@signed_in(*LEADS)
def open_it(request_id: str) -> Page:
    """Open once what both released: a name is shown on this answer only."""
    try:
        opened, now = concerned(request_id)
        if opened.row.kind == "handon":
            return redirect(url_for("staff.case", case_id=take_over(tools(), holder(), request_id)), 303)
        if now is None:
            raise Unmet("这件举报不在您手里。")
        person = read_identity(tools(), holder(), request_id, now)
    except Unmet as unmet:
        return show(str(unmet)), 422
    shown = Person(plain_text(person.name), plain_text(person.phone))  # a phone may have sealed any letters
    return render_template("staff/vault_person.html", person=shown, opened=opened)


def concerned(request_id: str) -> tuple[Opened, Desktop | None]:
    """The request, and the case of the tip it is about where the holder has it."""
    with tools().database.work() as session:
        opened = one_request(session, tools(), holder(), request_id)
        if opened.row.kind == "handon":
            return opened, None
        case_id = str(opened.body.get("case", ""))
        open_case(session, tools(), holder(), case_id)
        return opened, lay_out(session, tools(), holder(), case_id)


@signed_in("custodian", "keeper")
def call_it(request_id: str) -> Page:
    try:
        opened, phone = number_to_call(tools(), holder(), request_id)
    except Unmet as unmet:
        return show(str(unmet)), 422
    return render_template("staff/vault_call.html", opened=opened, phone=plain_text(phone))


@signed_in("custodian", "keeper")
def answer_it(request_id: str) -> Page:
    answers = plain_text(request.form.get("answers", ""))
    return done(lambda it, who: enter_answers(it, who, request_id, answers))


@signed_in(*LEADS)
def take_in(request_id: str) -> Page:
    """Put the answers of a call into the tip's thread."""
    opened, now = concerned(request_id)
    if now is None:
        return show("这件举报不在您手里。"), 422
    return done(lambda it, _who: put_answers(it, opened.row.id, now))


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/vault/", view_func=requests)
    staff.add_url_rule("/vault/ask/<case_id>", view_func=ask_for, methods=["GET", "POST"])
    staff.add_url_rule("/vault/handon", view_func=hand_on, methods=["POST"])
    staff.add_url_rule("/vault/handon-reserved", view_func=hand_reserved_on, methods=["POST"])
    for words, view in (("release", release_it), ("refuse", refuse_it), ("take", take_it), ("open", open_it)):
        staff.add_url_rule(f"/vault/<request_id>/{words}", view_func=view, methods=["POST"])
    staff.add_url_rule("/vault/<request_id>/take-in", view_func=take_in, methods=["POST"])
    staff.add_url_rule("/vault/<request_id>/call", view_func=call_it, methods=["POST"])
    staff.add_url_rule("/vault/<request_id>/answers", view_func=answer_it, methods=["POST"])
