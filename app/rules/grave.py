"""A second small text model: does a report tell of a death, accuse an official, or neither?

Patterns find what is said plainly. People rather say that someone "did not come up again" and that the family "was
taken to a hotel"; that is learned from examples, with the cues of ``matters.yaml`` as features beside the letters.
A death that is missed stays with the town, a false alarm costs the district a look: the thresholds are low.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.rules.duties import DATA, Duties, read_yaml
from app.rules.matters import MatterWords
from app.rules.text_model import TextModel, grams

NONE = "none"
FROM = {"death": 0.25, "official": 0.35}  # share from which it is taken as said
CUE = 20  # a cue counts like a gram that stands this often in the text
PASSES, SHARPNESS = 4, 5.0
EVERY = (
    3  # of the ordinary examples, each third is learned as "neither": enough, and the classes stay comparable
)


@dataclass(frozen=True)
class GraveModel:
    """The second model; ``says`` is its only question."""

    model: TextModel
    words: MatterWords

    def says(self, kind: Literal["death", "official"], text: str) -> bool:
        """Whether ``text`` tells of a death, or accuses an official."""
        if not self.words.askable(kind, text):
            return False
        return next(one.score for one in self.model.score(text) if one.label == kind) >= FROM[kind]


def train_grave(
    examples: Iterator[tuple[str, str]], duties: Duties, words: MatterWords, folder: Path = DATA
) -> GraveModel:
    """Learn from ``grave.yaml`` and the (sector, text) pairs of the first model; RuleError when data is bad."""
    kinds = {sector.id: sector.escalate or NONE for sector in duties.sectors.values()}
    pairs = [(kinds[sector], text) for sector, text in examples]
    ordinary = [one for one in pairs if one[0] == NONE][::EVERY]
    learned = [one for one in pairs if one[0] != NONE] + ordinary + list(grave_examples(folder))

    def split(text: str) -> list[str]:
        return features(text, words)

    return GraveModel(TextModel.train(learned, passes=PASSES, sharpness=SHARPNESS, split=split), words)


def grave_examples(folder: Path = DATA) -> Iterator[tuple[str, str]]:
    """(kind, text) pairs of ``grave.yaml``; kind is death, official or none."""
    entry = read_yaml(folder / "grave.yaml").only(("src", *FROM, NONE))
    yield from ((kind, text) for kind in (*FROM, NONE) for text in entry.texts(kind))


def features(text: str, words: MatterWords) -> list[str]:
    """Grams of ``text`` without what only sounds like a death, and its cues."""
    return grams(words.sober(text)) + [cue for cue in words.cues(text) for _ in range(CUE)]
