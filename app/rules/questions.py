"""Questions that fit (对口小问题): two to five short ones for each sector, and what their answers do.

Pure: ``data/questions.yaml`` and form-like data in, answers and their effects out. The loader is as strict as that of
the duty list: a question that names a call or a sector that does not exist stops the start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app.rules.duties import DATA, SOURCES, Duties, Entry, RuleError, read_yaml

LEAST, MOST = 2, 5  # questions of one sector; nobody is asked more at once
LONGEST = 16  # characters of a question: it must be read at a glance
PLAIN = {"yes": "是", "no": "不是", "unknown": "不知道"}
EFFECTS = ("urgent", "still", "verify", "hints")


@dataclass(frozen=True)
class Call:
    """Whom to call first (先打给谁): digits to dial and one sentence that says it."""

    id: str
    number: str
    say: str
    src: str


@dataclass(frozen=True)
class Answer:
    """One answer and what it does.

    ``urgent`` is the id of a call where life is in danger now, else empty; ``still``: the hazard is still there;
    ``verify`` is a line for the verifier's list (核查时看); ``hints`` are words for routing.
    """

    id: str
    text: str
    urgent: str = ""
    still: bool = False
    verify: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question; ``name`` is its field on the form. ``basis`` is for the desk and never shown to a citizen."""

    sector: str
    id: str
    ask: str
    answers: Mapping[str, Answer]
    basis: str = ""
    src: str = ""

    @property
    def name(self) -> str:
        """The field on the form, the same for ever: ``q_<sector>_<id>``."""
        return f"q_{self.sector}_{self.id}"

    @property
    def cited(self) -> str:
        """The rule behind the question, empty where it is unverified: what is from memory is never shown as law."""
        return self.basis if self.src != "memory" else ""

    @property
    def urgent(self) -> bool:
        """Whether an answer can say that life is in danger now."""
        return any(answer.urgent for answer in self.answers.values())


@dataclass(frozen=True)
class Effects:
    """What the answers of one report do together."""

    calls: tuple[Call, ...] = ()
    still: bool = False
    verify: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def urgent(self) -> bool:
        """Danger to life now."""
        return bool(self.calls)


@dataclass(frozen=True)
class Said:
    """One question and what was answered, in words for the desk; ``basis`` is empty where no verified rule stands
    behind it.
    """

    ask: str
    answer: str
    basis: str = ""


@dataclass(frozen=True)
class Questions:
    """All questions, by sector and in the order of the file."""

    calls: Mapping[str, Call]
    sectors: Mapping[str, tuple[Question, ...]]

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        """Every question by its field name."""
        return {one.name: one for questions in self.sectors.values() for one in questions}

    def questions_for(self, sectors: Iterable[str]) -> tuple[Question, ...]:
        """At most five for a report about these sectors (chosen or guessed), what may be urgent first.

        Sectors that do not exist are passed over.
        """
        found = [one for sector in dict.fromkeys(sectors) for one in self.sectors.get(sector, ())]
        return tuple(sorted(found, key=lambda one: not one.urgent)[:MOST])

    def read_answers(self, form: Mapping[str, Any]) -> dict[str, str]:
        """The answers in form-like data, by field name. Unknown questions and values are dropped, nothing raises."""
        return {
            name: form[name]
            for name, question in self.by_name.items()
            if name in form and isinstance(form[name], str) and form[name] in question.answers
        }

    def effects(self, answers: Mapping[str, str]) -> Effects:
        """What these answers do; a question that is no longer in the file does nothing."""
        given = [
            (question, question.answers[answers[name]])
            for name, question in self.by_name.items()
            if answers.get(name) in question.answers
        ]
        calls = dict.fromkeys(answer.urgent for _, answer in given if answer.urgent)
        verify = (line_of(question, answer) for question, answer in given if answer.verify)
        return Effects(
            calls=tuple(self.calls[name] for name in calls),
            still=any(answer.still or answer.urgent for _, answer in given),
            verify=tuple(dict.fromkeys(verify)),
            hints=tuple(dict.fromkeys(hint for _, answer in given for hint in answer.hints)),
        )

    def said(self, answers: Mapping[str, str]) -> tuple[Said, ...]:
        """The answers in words, in the order of the file; one to a question that is no longer there stands last, as it
        was sent.
        """
        known = [name for name in self.by_name if name in answers]
        return tuple(self._said(name, answers[name]) for name in dict.fromkeys([*known, *answers]))

    def _said(self, name: str, value: str) -> Said:
        question = self.by_name.get(name)
        if question is None or value not in question.answers:
            return Said(name, value)
        return Said(question.ask, question.answers[value].text, question.cited)

    def text(self, answers: Mapping[str, str]) -> str:
        """The answers as one line each, for the thread."""
        return "\n".join(f"{one.ask}{one.answer}。" for one in self.said(answers))


def line_of(question: Question, answer: Answer) -> str:
    """One line of the verifier's list, with the rule behind it where there is a verified one."""
    return f"{answer.verify}（{question.cited}）" if question.cited else answer.verify


def questions_json(questions: Questions, say: Callable[[str], str] = str) -> str:
    """All questions for the script on the form, at most 12 KB; ``say`` puts the words in the page's language.

    ``{"answers": [[value, text], …], "calls": {id: [number, sentence]}, "sectors": {sector: [question, …]}}``; a
    question is ``{"id", "ask"}``, with ``"options"`` (as ``answers``) where it has its own answers and ``"urgent"``
    (``{value: call}``) where one says danger to life now. Its field is ``q_<sector>_<id>``. Neither rules nor what the
    desk is told stand in it.
    """
    value = {
        "answers": [[name, say(text)] for name, text in PLAIN.items()],
        "calls": {one.id: [one.number, say(one.say)] for one in questions.calls.values()},
        "sectors": {name: [shown(one, say) for one in asked] for name, asked in questions.sectors.items()},
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def shown(question: Question, say: Callable[[str], str]) -> dict[str, object]:
    """What a script needs of one question."""
    value: dict[str, object] = {"id": question.id, "ask": say(question.ask)}
    texts = {answer.id: answer.text for answer in question.answers.values()}
    if texts != PLAIN:
        value["options"] = [[name, say(text)] for name, text in texts.items()]
    if question.urgent:
        value["urgent"] = {one.id: one.urgent for one in question.answers.values() if one.urgent}
    return value


def load_questions(duties: Duties, folder: Path = DATA) -> Questions:
    """Read and check ``questions.yaml`` against the duty list; :class:`RuleError` names the entry that is wrong."""
    top = read_yaml(folder / "questions.yaml").only(("calls", "sectors"))
    calls = {name: _call(name, entry) for name, entry in top.children("calls")}
    asked = Entry(f"{top.where}: sectors", top.value["sectors"]).only(tuple(duties.sectors))
    sectors = {
        sector: tuple(_question(sector, name, entry, calls) for name, entry in asked.children(sector))
        for sector in duties.sectors
    }
    questions = Questions(calls, sectors)
    _check_counts(top, questions)
    return questions


def _check_counts(top: Entry, questions: Questions) -> None:
    for sector, found in questions.sectors.items():
        if not LEAST <= len(found) <= MOST:
            raise RuleError(f"{top.where}: sectors.{sector}: {LEAST} to {MOST} questions are expected")
    if len(questions.by_name) != sum(len(found) for found in questions.sectors.values()):
        raise RuleError(f"{top.where}: sectors: two questions have one field name")


def _call(name: str, entry: Entry) -> Call:
    entry.only(("number", "say", "src"))
    if not entry.text("number").isdigit():
        raise RuleError(f"{entry.where}: 'number' must be digits")
    return Call(name, entry.text("number"), entry.text("say"), entry.text("src"))


def _question(sector: str, name: str, entry: Entry, calls: Mapping[str, Call]) -> Question:
    entry.only(("ask",), ("options", "if_yes", "if_no", "basis", "src"))
    if len(entry.text("ask")) > LONGEST:
        raise RuleError(f"{entry.where}: 'ask' is longer than {LONGEST} characters")
    if bool(entry.text("basis")) != (entry.value.get("src") in SOURCES):
        raise RuleError(f"{entry.where}: 'basis' needs a 'src', and a 'src' a 'basis'")
    answers = _options(entry, calls) if "options" in entry.value else _plain(entry, calls)
    return Question(sector, name, entry.text("ask"), answers, entry.text("basis"), entry.text("src"))


def _options(entry: Entry, calls: Mapping[str, Call]) -> dict[str, Answer]:
    if "if_yes" in entry.value or "if_no" in entry.value:
        raise RuleError(f"{entry.where}: 'options' and 'if_yes' or 'if_no' exclude each other")
    options = dict(entry.children("options"))
    if not 2 <= len(options) <= 4:
        raise RuleError(f"{entry.where}: two to four options are expected")
    return {
        name: _answer(name, one.only(("is",), EFFECTS).text("is"), one, calls)
        for name, one in options.items()
    }


def _plain(entry: Entry, calls: Mapping[str, Call]) -> dict[str, Answer]:
    """是, 不是, 不知道; the last does nothing."""
    effects = {
        name: Entry(f"{entry.where}: if_{name}", entry.value.get(f"if_{name}", {})).only((), EFFECTS)
        for name in ("yes", "no")
    }
    if not any(one.value for one in effects.values()):
        raise RuleError(f"{entry.where}: no answer does anything: why ask?")
    return {
        name: _answer(name, text, effects.get(name, Entry(entry.where, {})), calls)
        for name, text in PLAIN.items()
    }


def _answer(name: str, text: str, entry: Entry, calls: Mapping[str, Call]) -> Answer:
    if entry.text("urgent") and entry.text("urgent") not in calls:
        raise RuleError(f"{entry.where}: no call {entry.text('urgent')!r}")
    if entry.value.get("still", True) is not True:
        raise RuleError(f"{entry.where}: 'still' can only be true")
    still = "still" in entry.value
    return Answer(name, text, entry.text("urgent"), still, entry.text("verify"), entry.texts("hints"))
