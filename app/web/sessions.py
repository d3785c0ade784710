"""Sessions of staff: a cookie that alone opens the member's key, and a form secret derived from it."""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, abort, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.people.holder import Holder
from app.people.signin import close_session, read_session
from app.web.services import tools

COOKIE = "staff"
FORM_FIELD = "csrf"
View = TypeVar("View", bound=Callable[..., Any])


def current_holder() -> Holder | None:
    """Who is signed in with this request's cookie; opened once a request."""
    if "holder" not in g:
        cookie = request.cookies.get(COOKIE, "")
        if not cookie:
            g.holder = None
        else:
            with tools().database.work() as session:
                g.holder = read_session(session, tools().keyring, tools().memory, cookie)
    found: Holder | None = g.holder
    return found


def holder() -> Holder:
    """Who is signed in, in a view that `signed_in` guards."""
    found = current_holder()
    if found is None:
        abort(403)
    return found


def signed_in(*roles: str) -> Callable[[View], View]:
    """Only for members (of one of `roles`, where given); a POST must carry the session's form secret."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            found = current_holder()
            if found is None:
                return redirect(url_for("staff.login"), 303)
            if roles and not set(roles) & found.roles:
                abort(403)
            if request.method == "POST" and not fits(request.form.get(FORM_FIELD, "")):
                abort(403)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]  # wraps keeps the view's own signature

    return guard


def form_secret() -> str:
    """What every form of this session carries; another site cannot know it."""
    return hmac.digest(request.cookies.get(COOKIE, "").encode(), b"anshao-form", "sha256").hex()


def fits(given: str) -> bool:
    return hmac.compare_digest(given.encode(), form_secret().encode())


def csrf_field() -> Markup:
    """The hidden field, for templates."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_FIELD, form_secret())


def begin(response: Response | AnyResponse, cookie: str) -> None:
    response.set_cookie(COOKIE, cookie, path="/", httponly=True, samesite="Strict", secure=request.is_secure)


def end(response: Response | AnyResponse) -> None:
    close_session(tools().memory, request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, path="/")
