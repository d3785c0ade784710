"""Leaving in a hurry (快速离开), large type (长辈版) and the language: the bar at the top of every reporter's page.

Both work without script. With it nothing of ours stays in the tab's list of pages (static/js/leave.js).
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request

from app.reporter.visits import end_visit
from app.web.language import keep_language

ELSEWHERE = "https://www.weather.com.cn/"  # what somebody may well have been looking at (中国天气网)
TYPE_COOKIE = "type"
LARGE = "large"
TYPE_SECONDS = 180 * 86400


def away() -> Response:
    """Off to another page, in place of this one, with the visit ended and what the browser keeps of ours cleared."""
    answer = make_response(render_template("reporter/away.html", elsewhere=ELSEWHERE))
    end_visit(answer)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def set_type() -> Response:
    """Large type or not, or a language, kept on this phone until it is changed; back to the page it was chosen on."""
    answer = make_response(redirect(own_path(request.args.get("back", "/")), 303))
    if "language" in request.args:
        keep_language(answer, request.args["language"])
    elif request.args.get("large") == "1":
        answer.set_cookie(
            TYPE_COOKIE,
            LARGE,
            max_age=TYPE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    else:
        answer.delete_cookie(TYPE_COOKIE)
    return answer


def own_path(text: str) -> str:
    """A path of this site, or the first page for anything else."""
    parts = urlsplit(text)
    fits = text.startswith("/") and not parts.scheme and not parts.netloc and "\\" not in text
    return text if fits and text.isascii() and text.isprintable() else "/"


def large_type() -> bool:
    """Whether this phone has asked for large type."""
    return request.cookies.get(TYPE_COOKIE) == LARGE


def here() -> str:
    """The page to come back to; empty on a page that would be lost by leaving it (a form's answer)."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


def register(reporter: Blueprint) -> None:
    reporter.add_url_rule("/away", view_func=away, methods=["GET"])
    reporter.add_url_rule("/type", view_func=set_type, methods=["GET"])
    reporter.context_processor(lambda: {"large_type": large_type, "here": here})
