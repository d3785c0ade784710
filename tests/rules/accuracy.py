"""How often the text's guess is right: ``python -m tests.rules.accuracy FILE`` prints the figures for a set of reports.

FILE is a JSON list with `what`, `where`, `enterprise`, the true `sector`, others that would do (`also`) and the flags
`about_official` and `deaths`; the flags and the sector are never shown to the rules.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from app.rules.routing import Report, Rules, route, train_hazards, written_examples

HERE = Path(__file__).parent
FOLDS = 5


@dataclass(frozen=True)
class Case:
    """A report whose answer is known."""

    id: str
    report: Report
    sector: str
    right: frozenset[str]
    death: bool
    official: bool
    still: bool = False

    @property
    def text(self) -> str:
        return "\n".join((self.report.what, self.report.enterprise, self.report.where))


@dataclass(frozen=True)
class Figures:
    """Shares (0 to 1) of reports whose first guess, or one of the first three, is right."""

    first: float
    three: float


def aside() -> list[Case]:
    """The set kept aside in this folder."""
    entries = yaml.safe_load((HERE / "aside.yaml").read_text(encoding="utf-8"))
    return [_aside(place, one) for place, one in enumerate(entries)]


def _aside(place: int, one: dict[str, Any]) -> Case:
    right = frozenset({one["sector"], *one.get("also", [])})
    flags = (bool(one.get(name)) for name in ("death", "official", "still"))
    return Case(f"aside-{place}", Report(what=one["text"]), one["sector"], right, *flags)


def read_file(path: Path) -> list[Case]:
    """Reports with answers from a JSON file."""
    return [_case(one) for one in json.loads(path.read_text(encoding="utf-8"))]


def _case(one: dict[str, Any]) -> Case:
    report = Report(what=one["what"], where=one["where"], enterprise=one["enterprise"])
    right = frozenset({one["sector"], *one["also"]})
    death = one["deaths"] or one["sector"] == "accident_concealment"
    official = one["about_official"] or one["sector"] == "corruption"
    return Case(one["id"], report, one["sector"], right, death, official)


def measure(cases: Sequence[Case], guess: Callable[[Case], Sequence[str]]) -> Figures:
    """Figures of ``guess``, which gives sector ids, best first."""
    guesses = [(case, guess(case)) for case in cases]
    first = sum(found[0] in case.right for case, found in guesses)
    three = sum(bool(case.right & set(found[:3])) for case, found in guesses)
    return Figures(first / len(cases), three / len(cases))


def by_rules(cases: Sequence[Case]) -> Figures:
    """Figures of the rules as they are."""
    rules = Rules.load()
    return measure(cases, lambda case: [one.sector for one in rules.guesses(case.report)])


def crossed(cases: Sequence[Case]) -> Figures:
    """Five-fold: four fifths of ``cases`` are learned besides the written examples, the last fifth is guessed."""
    rules = Rules.load()
    own = list(written_examples(rules.duties))
    found: dict[str, list[str]] = {}
    for fold in range(FOLDS):
        learned = [(one.sector, one.text) for place, one in enumerate(cases) if place % FOLDS != fold]
        taught = replace(rules, model=train_hazards([*own, *learned], rules.duties))
        for case in cases[fold::FOLDS]:
            found[case.id] = [one.sector for one in taught.guesses(case.report)]
    return measure(cases, lambda case: found[case.id])


def own_crossed() -> Figures:
    """Five-fold over the written examples of hazards alone: each was written for a scene of its own, so this is the
    hard case.
    """
    rules = Rules.load()
    pairs = [one for one in written_examples(rules.duties) if not rules.sectors[one[0]].escalate]
    named = {text for sector in rules.sectors.values() for text in (sector.name, *sector.hints)}
    base = [one for one in pairs if one[1] in named]
    texts = [one for one in pairs if one[1] not in named]
    right = three = 0
    for fold in range(FOLDS):
        learned = [one for place, one in enumerate(texts) if place % FOLDS != fold]
        model = train_hazards(base + learned, rules.duties)
        for sector, text in texts[fold::FOLDS]:
            found = [one.label for one in model.score(text)]
            right += found[0] == sector
            three += sector in found[:3]
    return Figures(right / len(texts), three / len(texts))


def confusion(cases: Sequence[Case]) -> list[str]:
    """One line for each sector: how many of its reports are guessed right at first and within three, and for what the
    others are taken.
    """
    rules = Rules.load()
    lines = []
    for sector in rules.sectors:
        found = [
            (case, [one.sector for one in rules.guesses(case.report)])
            for case in cases
            if case.sector == sector
        ]
        right = sum(guess[0] in case.right for case, guess in found)
        three = sum(bool(case.right & set(guess[:3])) for case, guess in found)
        wrong = Counter(guess[0] for case, guess in found if guess[0] not in case.right)
        others = ", ".join(f"{name} {times}" for name, times in wrong.most_common())
        if found:
            lines.append(
                f"{sector}: {right} of {len(found)} first, {three} in three{'; ' * bool(others)}{others}"
            )
    return lines


def missed(cases: Sequence[Case], kind: str) -> tuple[list[str], list[str]]:
    """Ids of reports whose ``kind`` (death, official) was not found, and of false alarms; no box is ticked."""
    rules = Rules.load()
    unfound, false = [], []
    for case in cases:
        decision = route(case.report, rules, desks_with_keys=frozenset(rules.town_desks))
        found = any(one.kind == kind for one in decision.matters)
        true = case.death if kind == "death" else case.official
        if true and not found:
            unfound.append(case.id)
        if found and not true:
            false.append(case.id)
    return unfound, false


def main(path: Path) -> None:
    """Print the figures for ``path`` and for the set kept aside."""
    for name, cases in ((path.name, read_file(path)), ("aside.yaml", aside())):
        print(f"{name}: {len(cases)} reports")
        for what, figures in (
            ("written examples only", by_rules(cases)),
            ("5-fold, with these added", crossed(cases)),
        ):
            print(f"  {what}: first {figures.first:.1%}, first three {figures.three:.1%}")
        for kind in ("death", "official"):
            unfound, false = missed(cases, kind)
            print(f"  {kind}: not found {unfound or 'none'}, false alarms {false or 'none'}")
        for line in confusion(cases):
            print(f"    {line}")
    figures = own_crossed()
    print(f"written examples, 5-fold: first {figures.first:.1%}, first three {figures.three:.1%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
