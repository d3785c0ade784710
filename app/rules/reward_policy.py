"""A reward policy (奖励办法) as typed values; `reward_policies` reads it from its data file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Source:
    """Where a rule comes from, and whether that was read."""

    citation: str
    src: str

    @property
    def verified(self) -> bool:
        return self.src in ("found", "derived")


@dataclass(frozen=True)
class Grade:
    """Rate and floor (fen) of one tier."""

    rate: Decimal
    floor: int


@dataclass(frozen=True)
class Item:
    """How one kind of report is rewarded, in fen. `by`: share (of a fine), graded, per_death, flat, or silent."""

    by: str
    source: Source
    grades: Mapping[str, Grade] = field(default_factory=dict)  # of `share` one, under ""
    amounts: Mapping[str, int] = field(default_factory=dict)  # by class of accident
    cap: int | None = None
    base: str = ""
    reason: str = ""  # why there is no amount: `silent`, or nobody died


@dataclass(frozen=True)
class Question:
    """One condition, asked by itself. `doubtful`: unverified or another place's, so that it decides nothing alone."""

    id: str
    text: str
    wanted: str  # the answer that speaks for a reward: yes or no
    source: Source
    doubtful: bool


@dataclass(frozen=True)
class Insider:
    """What an employee's report adds. `uplift` and `cap_mode` are None until somebody with authority has set them."""

    kinds: tuple[str, ...]
    kinds_note: str
    uplift: Decimal | None
    cap_mode: str | None
    uplift_source: Source
    elsewhere: str
    real_name: str
    real_name_source: Source
    proof: str
    proof_source: Source


@dataclass(frozen=True)
class Policy:
    """One version of one policy. `first` and `last`: the days of registration it is for (last None: open)."""

    id: str
    version: int
    name: str
    source: Source
    status: str
    first: date | None
    last: date | None
    note: str
    priority: int  # of several that fit, the highest: a trade's own rule before the general one
    sectors: tuple[str, ...]  # empty: all
    stacks_on: str
    items: Mapping[str, Item]
    questions: tuple[Question, ...]
    no_fine: str
    no_fine_source: Source
    named: str
    named_source: Source
    insider: Insider | None
    claim_days: int | None

    def in_force(self, day: date) -> bool:
        """Whether it may be calculated with for a report registered on `day`."""
        begun = self.first is not None and self.first <= day
        return self.status == "in_force" and begun and (self.last is None or day <= self.last)

    def covers(self, sector: str) -> bool:
        return not self.sectors or sector in self.sectors


@dataclass(frozen=True)
class AccidentClass:
    """Thresholds of a class of accident; each counts by itself, 以上包括本数. `loss` in fen."""

    name: str
    deaths: int
    serious_injuries: int
    loss: int
