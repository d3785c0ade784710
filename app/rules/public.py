"""What the public pages say of rules and of published facts, each statement with its source (`data/public_*.yaml`).

A template speaks of no rule in its own words: it shows a :class:`Claim`, and the claim alone knows whether it may
be called law. The loader is strict, because a slip would tell a citizen something untrue: :class:`RuleError` names
the entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from app.rules.duties import DATA, Duties, Entry, RuleError, Sector, TownDesk, load_duties, read_yaml
from app.rules.reward_policies import Policies
from app.rules.reward_policy import Policy, Source
from app.rules.reward_types import RewardError

KINDS = ("law", "fact", "elsewhere", "silent")
PAGES = ("duties", "how", "kept", "rewards", "privacy")
Shown = Literal["law", "fact", "elsewhere", "silent", "open"]


@dataclass(frozen=True)
class Claim:
    """One statement with its source. `kind`: law = holds here, fact = published, elsewhere = another place's,
    silent = no rule was found."""

    text: str
    citation: str
    kind: str
    src: str

    @property
    def shown(self) -> Shown:
        """How a page may show it: what is not verified is `open` (待核实), whatever else it claims to be."""
        if self.src == "memory":
            return "open"
        if self.kind == "law":
            return "law" if self.src in ("found", "town") else "open"
        if self.kind == "silent":
            return "silent"
        if self.src not in ("found", "town", "derived"):
            return "open"
        return "elsewhere" if self.kind == "elsewhere" else "fact"


@dataclass(frozen=True)
class Line:
    """One sector (行业领域) as a villager reads it. `lead_open`: who leads is unverified; `open`: what else is."""

    id: str
    name: str
    things: str
    lead: str
    lead_open: bool
    assist: tuple[str, ...]
    assist_open: bool
    basis: Claim | None
    says: bool  # whether the basis' own words are shown: where the citation alone does not tell
    open: str


@dataclass(frozen=True)
class DeskDuties:
    """What one desk of the town (镇内岗位) takes first, and its telephone where one was given."""

    desk: TownDesk
    telephone: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Case:
    """A published reward: `yuan` was paid. `reckoned` says how, where known; `own` when the arithmetic is ours."""

    where: str
    when: str
    what: str
    yuan: int
    citation: str
    reckoned: str = ""
    own: bool = False


@dataclass(frozen=True)
class Sum:
    """What was paid in one place over a time: `reports` found true, `yuan` in all; `about` where rounded."""

    where: str
    reports: int
    about: bool
    yuan: int
    citation: str

    @property
    def average(self) -> int:
        """Yuan for each report found true, rounded to whole yuan."""
        return (2 * self.yuan + self.reports) // (2 * self.reports)


@dataclass(frozen=True)
class PublicFacts:
    """All that the public pages show; claims by page and id."""

    claims: Mapping[str, Mapping[str, Claim]]
    desks: tuple[DeskDuties, ...]
    cases: tuple[Case, ...]
    sums: tuple[Sum, ...]
    policies: tuple[Policy, ...]

    @classmethod
    def load(cls, folder: Path = DATA) -> PublicFacts:
        """Read and check; kept for the life of the process. :class:`RuleError` when data is bad."""
        return _load(folder)

    def policy(self, day: date) -> Policy | None:
        """The general reward policy (奖励办法) in force on `day`; None where there is none."""
        found = [one for one in self.policies if one.in_force(day) and not one.sectors and not one.stacks_on]
        return max(found, key=lambda one: one.priority, default=None)


@lru_cache(maxsize=4)
def _load(folder: Path) -> PublicFacts:
    try:
        policies = Policies.load(folder).policies
    except RewardError as error:
        raise RuleError(str(error)) from error
    top = read_yaml(folder / "public_rewards.yaml").only(("cases", "sums"))
    return PublicFacts(
        claims=_pages(read_yaml(folder / "public_claims.yaml").only(PAGES)),
        desks=load_lines(load_duties(folder), folder),
        cases=tuple(_case(one) for _, one in top.children("cases")),
        sums=tuple(_sum(one) for _, one in top.children("sums")),
        policies=policies,
    )


def from_source(text: str, source: Source) -> Claim:
    """A claim of a reward policy: law as far as its own source mark says so."""
    return Claim(text, source.citation, "law", source.src)


def _pages(top: Entry) -> dict[str, dict[str, Claim]]:
    return {page: {name: claim_of(one) for name, one in top.children(page)} for page in PAGES}


def claim_of(entry: Entry) -> Claim:
    """One claim, checked. Raises RuleError."""
    entry.only(("text", "citation", "kind", "src"))
    if entry.value["kind"] not in KINDS:
        raise RuleError(f"{entry.where}: kind is none of {', '.join(KINDS)}")
    return Claim(plain(entry, "text"), plain(entry, "citation"), entry.text("kind"), entry.text("src"))


def plain(entry: Entry, key: str) -> str:
    """A text that is also a message id: a percent sign would be read as the place of a value. Raises RuleError."""
    text = entry.text(key)
    if "%" in text:
        raise RuleError(f"{entry.where}: {key!r}: write 百分之 instead of the sign")
    return text


def load_lines(duties: Duties, folder: Path = DATA) -> tuple[DeskDuties, ...]:
    """The duty list by the town's desks, in its own order; what differs from the file is cited to nobody. Raises
    RuleError.
    """
    written = load_duties(folder).sectors
    top = read_yaml(folder / "public_duties.yaml").only(("short", "telephones", "sectors"))
    short = Entry(f"{top.where}: short", top.value["short"]).only(tuple(duties.departments))
    phones = {
        name: plain(one.only(("number", "citation", "src")), "number")
        for name, one in top.children("telephones")
        if one.value.get("src") in ("found", "town")
    }
    Entry(f"{top.where}: sectors", top.value["sectors"]).only(tuple(duties.sectors))
    words = dict(top.children("sectors"))
    lines = {
        name: _line(duties, short, sector, words[name], as_written(sector, written.get(name)))
        for name, sector in duties.sectors.items()
    }
    grouped = (
        DeskDuties(
            desk,
            phones.get(desk.id, ""),
            tuple(lines[one.id] for one in duties.sectors.values() if one.town_desk == desk.id),
        )
        for desk in duties.town_desks.values()
    )
    return tuple(one for one in grouped if one.lines)


def as_written(sector: Sector, written: Sector | None) -> bool:
    """Whether the bureaus in charge are still those that the public words were written and cited for."""
    if written is None:
        return False
    return (sector.lead, sector.assist, sector.src) == (written.lead, written.assist, written.src)


def _line(duties: Duties, short: Entry, sector: Sector, words: Entry, cited: bool) -> Line:
    words.only(("name", "things"), ("basis", "says", "assist", "open", "open_lead"))
    basis = None
    if "basis" in words.value:
        basis = claim_of(Entry(f"{words.where}.basis", words.value["basis"]))
        if cited and not sector.verified:
            raise RuleError(f"{words.where}: nothing may be cited for a sector that is not verified")
    lead = duties.departments[sector.lead].name if sector.lead else ""
    return Line(
        id=sector.id,
        name=plain(words, "name"),
        things=plain(words, "things"),
        lead=lead,
        lead_open=not (sector.verified and cited) or bool(words.value.get("open_lead")),
        assist=tuple(plain(short, one) for one in sector.assist),
        assist_open=words.text("assist") != "found" or not (sector.verified and cited),
        basis=basis if cited else None,
        says=bool(words.value.get("says")),
        open=plain(words, "open") if "open" in words.value else "",
    )


def _case(entry: Entry) -> Case:
    entry.only(("where", "when", "what", "yuan", "citation", "src"), ("reckoned",))
    _published(entry)
    how, own = "", False
    if "reckoned" in entry.value:
        told = Entry(f"{entry.where}.reckoned", entry.value["reckoned"]).only(("text", "src"))
        how, own = plain(told, "text"), told.text("src") != "found"
    return Case(
        where=plain(entry, "where"),
        when=plain(entry, "when"),
        what=plain(entry, "what"),
        yuan=entry.number("yuan"),
        citation=plain(entry, "citation"),
        reckoned=how,
        own=own,
    )


def _sum(entry: Entry) -> Sum:
    entry.only(("where", "reports", "about", "yuan", "citation", "src"))
    _published(entry)
    reports, yuan = entry.number("reports"), entry.number("yuan")
    if reports < 1 or type(entry.value["about"]) is not bool:
        raise RuleError(f"{entry.where}: 'reports' must be above 0, 'about' true or false")
    return Sum(plain(entry, "where"), reports, entry.value["about"], yuan, plain(entry, "citation"))


def _published(entry: Entry) -> None:
    """Sums that were not read in a source would be a promise out of thin air. Raises RuleError."""
    if entry.value["src"] != "found":
        raise RuleError(f"{entry.where}: only what was read in a source is shown as published")
