"""Answers to questions that fit (对口小问题): on the reporter's page after sending, and as the desk reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.casework.alarms import watch_life
from app.casework.reporting import Follow, mark_of, write_line
from app.people.tools import Tools
from app.rules.questions import Effects, Question, Questions, Said
from app.tips.content import Content, Line
from app.tips.receipts import Visit

KIND = "answers"
ASKED_IN = (
    "",
    "received",
    "verifying",
)  # while somebody still goes there; of a reserved case nothing is known


@dataclass(frozen=True)
class Answered:
    """What was asked and answered on the form and since, and what that does."""

    said: tuple[Said, ...]
    effects: Effects


def answered(questions: Questions, content: Content, lines: Sequence[Line]) -> Answered:
    """All answers of one tip; a later one to the same question stands for the earlier."""
    given = dict(content.report.answers)
    for line in lines:
        given |= answers_in(line)
    return Answered(questions.said(given), questions.effects(given))


def answers_in(line: Line) -> dict[str, str]:
    """The answers a line of the thread holds; none in a line of another kind."""
    return dict(line.extra.get("answers", {})) if line.kind == KIND else {}


def questions_left(questions: Questions, seen: Follow) -> tuple[Question, ...]:
    """What the reporter may be asked now: nothing once answered or skipped, on the form or here."""
    told = bool(seen.content.report.answers) or any(line.kind == KIND for line in seen.lines)
    if told or seen.tip_state != "open" or seen.state not in ASKED_IN:
        return ()
    routing = seen.content.routing
    return questions.questions_for((seen.content.report.sector or routing.sector, *routing.matters))


def danger_told(questions: Questions, seen: Follow, today: date) -> Effects:
    """What was answered today: whom to call first is said on the day of the danger, not for ever."""
    given = dict(seen.content.report.answers) if seen.day == today else {}
    for line in seen.lines:
        given |= answers_in(line) if line.day == today else {}
    return questions.effects(given)


def answer(tools: Tools, visit: Visit, answers: dict[str, str], once: str = "") -> Effects:
    """Add the reporter's answers to the thread; none at all means that the questions were skipped.

    An answer that says danger to life now raises the alarm that the form's box raises. Sent twice (the same answers
    under the same `once`) is one, other answers are not: who goes back and now smells gas is heard. Returns what the
    answers do. Raises Unmet, Outrun, NoKey.
    """
    questions = tools.rules.questions
    effects = questions.effects(answers)
    line = Line(
        day=tools.now.today(),
        by="reporter",
        kind=KIND,
        text=questions.text(answers),
        extra={"answers": answers} if answers else {},
    )
    line = replace(line, once=mark_of(once, line, ()))
    case_id = write_line(tools, visit, line, danger=effects.urgent)
    if case_id and effects.urgent:
        watch_life(tools, case_id)
    return effects
