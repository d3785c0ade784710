"""The reporter's page in the language it is read in: what was stored of it stands there in Chinese."""

from dataclasses import replace

from flask_babel import gettext as _

from app.casework.answering import KIND, answers_in
from app.casework.reporting import Follow
from app.tips.content import Line
from app.web.language import in_english, told
from app.web.services import tools


def in_words(seen: Follow) -> Follow:
    """The same with the state, the told steps and the answers given in the page's language. What the reporter and the
    desk wrote themselves stays as they wrote it.
    """
    if not in_english():
        return seen
    lines = tuple(replace(line, text=text_of(line)) for line in seen.lines)
    return replace(seen, state_name=told(seen.state_name), lines=lines)


def text_of(line: Line) -> str:
    if line.by != "reporter":
        return told(line.text)
    if line.kind == KIND and line.text:
        said = tools().rules.questions.said(answers_in(line))
        return "\n".join(f"{_(one.ask)} {_(one.answer)}." for one in said)
    return line.text
