"""Questions that fit (对口小问题) on the reporter's pages: asked while writing where a script can, else once after
sending; read from any form, always skippable.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import force_locale
from flask_babel import gettext as _

from app.casework.answering import KIND, answer, danger_told, questions_left
from app.casework.needs import Unmet
from app.casework.reporting import Follow
from app.rules.questions import Call, Question, questions_json
from app.tips.receipts import Visit
from app.web.language import CHINESE, ENGLISH
from app.web.services import tools

__all__ = ["KIND", "answers_sent", "register", "take_answers"]

ONCE_CHARS = 64
KEPT_SECONDS = 3600


def answers_sent() -> dict[str, str]:
    """The answers in this request's form. Of a field that stands in it twice the last counts: a script's own choice
    comes after what the page kept.
    """
    last = {name: request.form.getlist(name)[-1] for name in request.form}
    return tools().rules.questions.read_answers(last)


def calls_sent() -> Sequence[Call]:
    """Whom to call first, by what stands in this request's form."""
    return tools().rules.questions.effects(answers_sent()).calls


def calls_now(seen: Follow) -> Sequence[Call]:
    """Whom to call first, by what was answered today."""
    return danger_told(tools().rules.questions, seen, tools().now.today()).calls


def questions_now(seen: Follow) -> Sequence[Question]:
    """What the page of this tip asks."""
    return questions_left(tools().rules.questions, seen)


def take_answers(visit: Visit) -> None:
    """Take the answers, or that there are none to be had; the page then says whom to call where it must."""
    given = {} if "skip" in request.form else answers_sent()
    with suppress(Unmet):  # withdrawn meanwhile: the page says so
        answer(tools(), visit, given, request.form.get("once", "")[:ONCE_CHARS])


def all_questions() -> Response:
    """All questions at once, the same for everybody: which ones somebody is asked is known to the phone alone."""
    with force_locale(ENGLISH if request.args.get("language") == ENGLISH else CHINESE):
        answer = Response(questions_json(tools().rules.questions, _), mimetype="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer


def helpers() -> dict[str, Callable[..., Any]]:
    """What the templates of this door may ask."""
    return {one.__name__: one for one in (answers_sent, calls_sent, calls_now, questions_now)}


def register(reporter: Blueprint) -> None:
    reporter.context_processor(helpers)
    reporter.add_url_rule("/report/questions", view_func=all_questions, methods=["GET"])
