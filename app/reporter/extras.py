"""What the form can do beyond being filled in: the words its scripts need, and "does this text give you away?".

The form is complete without. The phone marks what it is about while that is written; the server shows an insider once,
before the report goes, what is left in any field.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from app.rules.selfcheck import FIELDS, SelfCheck, Span, rules_json
from app.web.language import CHINESE, ENGLISH

EXTRAS_SECONDS = 3600


@dataclass(frozen=True)
class Mark:
    """Words of a field that may tell who wrote them, and what could stand there instead."""

    label: str
    words: str
    span: Span


def extras() -> Response:
    """Rows, editor, boxes and rules for the scripts of the form; the same for everybody who reads that language: the
    page names it, so that what a browser has kept is never in another.
    """
    with force_locale(ENGLISH if request.args.get("language") == ENGLISH else CHINESE):
        answer = make_response(render_template("reporter/extras.html", rules=rules_json(_)))
    answer.headers["Cache-Control"] = f"public, max-age={EXTRAS_SECONDS}"
    return answer


def marks(form: Any) -> list[Mark]:
    """What the server would show an insider before the report goes: nothing where it was shown already."""
    if not form.insider.data or form.checked.data:
        return []
    rules = SelfCheck.load()
    return [
        Mark(str(form[name].label.text), form[name].data[span.start : span.end], span)
        for name in FIELDS
        for span in rules.spans(form[name].data or "", full=True)
    ]


def register(reporter: Blueprint) -> None:
    reporter.add_url_rule("/report/extras", view_func=extras, methods=["GET"])
