"""The hotline centres' page (热线接入): who may hand in by the API; a token is shown once, and can be withdrawn."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.tips.centres import all_centres, make_centre, withdraw_centre
from app.tips.models import HOTLINES, Centre
from app.web.services import settings, tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

LONGEST = 40


@signed_in("admin")
def centres(problem: str = "", token: str = "", typed: str = "") -> str:
    with tools().database.work() as session:
        found = all_centres(session)
    return render_template(
        "admin/centres.html",
        centres=found,
        channels=HOTLINES,
        problem=problem,
        token=token,
        typed=typed,
        address=settings().address or "https://…",
    )


@signed_in("admin")
def make() -> str | tuple[str, int]:
    """The token stands on this answer and nowhere else."""
    name, channel = plain_text(request.form.get("name", "")), request.form.get("channel", "")
    if not 1 < len(name) <= LONGEST:
        return centres(f"请写热线中心的名称，2 到 {LONGEST} 个字。", typed=name), 422
    if channel not in HOTLINES:
        return centres("请选是哪条热线。", typed=name), 422
    return centres(token=make_centre(tools(), holder(), name, channel))


@signed_in("admin")
def withdraw(centre_id: str) -> AnyResponse:
    with tools().database.work() as session:
        _known = session.get(Centre, centre_id) or abort(404)
    withdraw_centre(tools(), holder(), centre_id)
    return redirect("/admin/centres", 303)


def register(admin: Blueprint) -> None:
    admin.add_url_rule("/centres", view_func=centres)
    admin.add_url_rule("/centres", "make_centre", make, methods=["POST"])
    admin.add_url_rule("/centres/<centre_id>/withdraw", "withdraw_centre", withdraw, methods=["POST"])
