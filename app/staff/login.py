"""Joining by invitation, signing in and out: name, passphrase, one-time code; never which of the three was wrong."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from app.people.admission import accept
from app.people.invitations import BadInvitation
from app.people.signin import sign_in
from app.web.navigation import home_of
from app.web.services import tools
from app.web.sessions import begin, current_holder, end, signed_in
from app.web.text import plain_text


def login() -> str | tuple[str, int] | Response:
    if request.method == "GET":
        found = current_holder()
        return redirect(home_of(found), 303) if found else render_template("staff/login.html", wrong=False)
    username, passphrase, code = (
        request.form.get(name, "")[:200] for name in ("username", "password", "otp")
    )
    username = plain_text(username)
    it = tools()
    made = sign_in(it.database, it.keyring, it.memory, username, passphrase, code, it.now.instant())
    if made is None:
        return render_template("staff/login.html", wrong=True, username=username), 422
    response = redirect("/desk/start", 303)
    begin(response, made.cookie)
    return response


def join() -> str | tuple[str, int]:
    """The first sign-in with an invitation: passphrase and code secret are shown once."""
    if request.method == "GET":
        return render_template("staff/join.html", wrong=False, username="")
    username, code = (plain_text(request.form.get(name, "")[:200]) for name in ("username", "code"))
    try:
        welcome = accept(tools().database, tools().keyring, username, code, tools().now.today())
    except BadInvitation:
        return render_template("staff/join.html", wrong=True, username=username), 422
    return render_template("staff/welcome.html", welcome=welcome)


@signed_in()
def start() -> Response:
    found = current_holder()
    return redirect(home_of(found) if found else "/desk/login", 303)


@signed_in()
def logout() -> Response:
    response = redirect("/desk/login", 303)
    end(response)
    return response


@signed_in()
def nothing() -> str:
    return render_template("staff/nothing.html")


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/login", view_func=login, methods=["GET", "POST"])
    staff.add_url_rule("/desk/join", view_func=join, methods=["GET", "POST"])
    staff.add_url_rule("/desk/start", view_func=start)
    staff.add_url_rule("/desk/logout", view_func=logout, methods=["POST"])
    staff.add_url_rule("/desk/nothing", view_func=nothing)
