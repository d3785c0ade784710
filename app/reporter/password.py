"""A new password for a receipt (换查询密码): wanted by whoever likes, asked of everybody whose first one somebody saw.

It is shown before it counts, and counts only once its last digits came back: an answer that was lost on a bad line
locks nobody out, because until then the old password opens and afterwards the new one stands on paper.
"""

from dataclasses import replace

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.people.grants import NoKey
from app.reporter.visits import (
    LASTS_SECONDS,
    Opened,
    Visits,
    box,
    every_visit,
    fits,
    keep_others,
    keep_visits,
)
from app.sealing.errors import SealError
from app.sealing.receipt import clean_digits, new_password
from app.tips.receipts import Handed, Visit, change_password
from app.web.services import tools

PURPOSE = "password"
ASKED = 4  # digits to type again


def show() -> str | AnyResponse:
    """The new password, and what proves that it was written down."""
    found = every_visit()
    return page(found, wanted(found), new_password()) if found else redirect(url_for("reporter.follow"), 303)


def confirm() -> Response | AnyResponse | tuple[str, int]:
    """From here on the new password opens, and nothing else does."""
    found = every_visit()
    one = found.named(request.form.get("tip", "")) if found else None
    if not found or not one or not fits(request.form.get("secret", ""), found.secret):
        return redirect(url_for("reporter.follow"), 303)
    try:
        password, visit = read_candidate(request.form.get("candidate", ""), one)
    except SealError:
        return page(found, one, new_password(), _("这一页开得太久了，密码换成了下面这个。")), 422
    if clean_digits(request.form.get("last", "")) != password[-ASKED:]:
        return page(found, one, password, _("最后四位不对，请对照纸上再输一次。")), 422
    try:
        visit = change_password(tools(), visit, password)
    except NoKey:
        response = make_response(render_template("reporter/gone.html"))
        keep_others(response, found, one.visit)
        return response
    response = make_response(render_template("reporter/password_changed.html"))
    keep_visits(response, found.with_shown(replace(one, visit=visit)))
    return response


def taken(error: Handed) -> tuple[Response, int]:
    """Whoever came with a password that no longer counts: on any page of theirs."""
    response = make_response(render_template("reporter/password_taken.html"))
    keep_others(response, every_visit(), error.visit)
    return response, 403


def wanted(found: Visits) -> Opened:
    """The receipt whose password has to be changed, or else the one that is shown."""
    return next((one for one in found.opened if one.visit.first), found.shown)


def page(found: Visits, one: Opened, password: str, problem: str = "") -> str:
    until = int(tools().now.instant().timestamp()) + LASTS_SECONDS
    shown = {"tip": one.visit.tip_id, "lock": one.visit.lock, "password": password, "until": until}
    candidate = box().seal(shown, PURPOSE)
    return render_template(
        "reporter/password.html",
        one=one,
        password=password,
        candidate=candidate,
        secret=found.secret,
        problem=problem,
    )


def read_candidate(text: str, one: Opened) -> tuple[str, Visit]:
    """The password that this page showed for this receipt, and the visit as it was then: a page that is sent once more
    after another password was taken brings none back. Raises SealError.
    """
    value = box().open(text, PURPOSE)
    if value["tip"] != one.visit.tip_id or value["until"] < tools().now.instant().timestamp():
        raise SealError("candidate")
    return str(value["password"]), replace(one.visit, lock=str(value["lock"]))


def register(reporter: Blueprint) -> None:
    reporter.add_url_rule("/follow/password", "new_password", show, methods=["GET"])
    reporter.register_error_handler(Handed, taken)
    reporter.add_url_rule("/follow/password", "confirm_password", confirm, methods=["POST"])
