"""Deadlines as data: how long each step may take, with source and mark (`data/limits.yaml`)."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data" / "limits.yaml"
UNITS = ("minute", "hour", "workday", "day")
MARKS = ("found", "memory", "derived", "choice")


class LimitError(Exception):
    """The limits file cannot be used; the message names the entry."""


@dataclass(frozen=True)
class Limit:
    """One deadline: `value` in `unit` (minute, hour, workday, day = calendar day).

    `src`: found = read in a source, memory = not verified, derived = follows from found, choice = this project's own.
    `analogy`: the source speaks of another matter; `weak`: it is a retelling of low reliability; `note` says more.
    """

    what: str
    value: int
    unit: str
    src: str
    basis: str
    note: str = ""
    analogy: bool = False
    weak: bool = False

    @property
    def law(self) -> bool:
        """Whether the deadline may be shown to a citizen as a rule of law."""
        return self.src == "found" and not self.analogy and not self.weak


@dataclass(frozen=True)
class Limits:
    """All deadlines; each is used under its name."""

    sign_life: Limit
    sign_utility: Limit
    sign: Limit
    hand_back: Limit
    conclude: Limit
    extend: Limit
    pause: Limit
    feedback: Limit
    objection: Limit
    objection_most: Limit
    finish: Limit
    recheck: Limit
    reinspect: Limit
    strike_off: Limit
    watch: Limit
    watch_again: Limit
    watch_most: Limit
    take_over: Limit
    split_official: Limit
    split_death: Limit
    assign: Limit
    visit_apart: Limit
    revisit: Limit
    revisit_last: Limit
    claim_notice: Limit
    claim: Limit

    @classmethod
    def load(cls, path: Path | None = None) -> "Limits":
        """Read and check a limits file, by default the program's own.

        Raises LimitError for a missing, unknown or senseless entry.
        """
        path = path or DATA
        try:
            raw = yaml.safe_load(path.read_text("utf-8"))
            found = {str(name): limit_of(str(name), entry) for name, entry in raw.items()}
        except (OSError, UnicodeError, yaml.YAMLError, AttributeError) as error:
            raise LimitError(f"{path.name}: {error}") from error
        names = {field.name for field in fields(cls)}
        if odd := sorted(names ^ set(found)):
            raise LimitError(f"{path.name}: missing or unknown: {', '.join(odd)}")
        return cls(**found)


def limit_of(name: str, entry: Any) -> Limit:
    """One entry, checked. Raises LimitError."""
    try:
        limit = Limit(**entry)
    except TypeError as error:
        raise LimitError(f"{name}: {error}") from error
    if type(limit.value) is not int or limit.value < 1:
        raise LimitError(f"{name}: value must be a whole number above 0")
    if limit.unit not in UNITS or limit.src not in MARKS:
        raise LimitError(f"{name}: unit or src is none of those known")
    if not limit.what or not limit.basis:
        raise LimitError(f"{name}: what and basis are needed")
    if type(limit.analogy) is not bool or type(limit.weak) is not bool:
        raise LimitError(f"{name}: analogy and weak are true or false")
    return limit
