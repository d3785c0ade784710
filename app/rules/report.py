"""What routing is given and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["hazard", "death", "official"]


@dataclass(frozen=True)
class Report:
    """What the form sends, as far as routing looks at it (field names of design §11).

    ``sector`` is what the reporter chose, ``poster_sector`` what the poster stands for; empty = not known.
    ``hints`` are words that answers to questions stand for; only the guess of the sector looks at them.
    """

    what: str = ""
    where: str = ""
    enterprise: str = ""
    when: str = ""
    sector: str = ""
    poster_sector: str = ""
    insider: bool = False
    about_official: bool = False
    deaths: bool = False
    danger_now: bool = False
    still_dangerous: bool = False
    not_these: str = ""
    hints: str = ""


@dataclass(frozen=True)
class Guess:
    """A sector the text may be about; ``score`` is its share of the evidence (0 to 1)."""

    sector: str
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Matter:
    """One matter (事项) in a report. ``reserved``: only for discipline; ``desk`` '': nobody here may take it."""

    kind: Kind
    sector: str
    desk: str
    reserved: bool = False


@dataclass(frozen=True)
class Decision:
    """Where the tip goes (``matters[0]``), what must be split off (the others), and why.

    ``assist`` are desks of the bureaus in charge, the leading one first. ``refer`` is a telephone number to give
    before sending where nobody here may take it, else empty. ``version`` is that of the rules that decided.
    """

    matters: tuple[Matter, ...]
    desk: str
    sector: str
    guesses: tuple[Guess, ...]
    assist: tuple[str, ...]
    rule: str
    reason: str
    refer: str = ""
    version: int = 0
