"""Suggested duplicates (可能是同一件): open cases of the desk with the same enterprise, similar words or photos.

Found by opening the desk's search lines; no index of sealed text exists. A suggestion, never a verdict: who merges has
read both.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.access import cases_of
from app.casework.context import Desktop
from app.casework.models import OPEN, Case
from app.casework.quotes import squeeze
from app.casework.reading import LOOK, TYPED, UNTYPED, Row, line_of, rows_of
from app.people.grants import Lines

ALIKE, ALIKE_AT_ONE_PLACE = (
    0.35,
    0.15,
)  # share of the pairs of characters in common; tried on the sample reports
LOOK_BITS = 10  # of 64: below it two photos show one thing
MOST = 5


@dataclass(frozen=True)
class Suggestion:
    """A case that may be the same, and why."""

    row: Row
    reasons: tuple[str, ...]


def similar(session: Session, now: Desktop) -> list[Suggestion]:
    """The likeliest first, at most five; none for a case on an official."""
    if now.now.reserved:
        return []
    tools, holder = now.tools, now.holder
    mine = line_of(now)
    among = select(Case.id).where(Case.desk_id == now.now.desk, OPEN, Case.id != now.case.id)
    lines, _ = Lines(tools.keyring, holder, "case").all(session, among)
    names = [one.content.report.enterprise.lower() for one in now.tips]
    names = [name for name in names if len(name) > 1]
    words, looks = pairs(mine), looks_in(mine)
    scored = []
    for case_id, line in lines.items():
        score, reasons = judge(words, looks, names, line)
        if reasons:
            scored.append((score, case_id, reasons))
    best = sorted(scored, reverse=True)[:MOST]
    why = {case_id: reasons for _, case_id, reasons in best}
    cases = session.scalars(cases_of(holder).where(Case.id.in_(list(why)))).all()
    found = {row.id: row for row in rows_of(session, tools, holder, cases)}
    return [Suggestion(found[case_id], why[case_id]) for case_id in why if case_id in found]


def judge(words: set[str], looks: list[int], names: list[str], line: str) -> tuple[float, tuple[str, ...]]:
    theirs = pairs(line)
    share = len(words & theirs) / len(words | theirs) if words and theirs else 0.0
    named = any(name in line for name in names)
    photo = any((one ^ other).bit_count() <= LOOK_BITS for one in looks for other in looks_in(line))
    said = {
        "同一家单位，说法也像": named and share >= ALIKE_AT_ONE_PLACE,
        "说法很像": share >= ALIKE,
        "照片像": photo,
    }
    reasons = tuple(reason for reason, so in said.items() if so)
    return share + named + photo, reasons


def pairs(line: str) -> set[str]:
    """Pairs of neighbouring characters, without punctuation and without what nobody typed."""
    text = squeeze("".join(letter for letter in line if ord(letter) not in TYPED and letter != LOOK))
    return {text[at : at + 2] for at in range(len(text) - 1)}


def looks_in(line: str) -> list[int]:
    return list(_looks(line))


def _looks(line: str) -> Iterator[int]:
    for part in line.split("\n"):
        if part.startswith(LOOK):
            yield int(part[1:].translate({code: chr(digit) for digit, code in UNTYPED.items()}), 16)
