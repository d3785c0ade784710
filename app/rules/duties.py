"""The duty list (职责清单): sectors, bureaus, town desks and lead rules, read from ``data/duties.yaml``.

The loader is strict, because a broken duty list must stop the start and not lose a report: unknown keys, dangling
references and entries without a source mark raise :class:`RuleError`, which names the file and the entry.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
SOURCES = frozenset({"town", "found", "derived", "choice", "memory"})
_ID = re.compile(r"[a-z][a-z_]*\Z")
MAX_CHARS, MAX_DEPTH, MAX_EVENTS = 600_000, 12, 60_000  # of one file: ten times what the largest has


class RuleError(ValueError):
    """Rule data or a report handed to the rules is unusable; the message names the file and the entry."""


@dataclass(frozen=True)
class Department:
    """A bureau (区级部门) and its desk: ``qu_<id>``, outside and without a key, unless the data names another."""

    id: str
    name: str
    desk: str
    src: str
    town_unit: str = ""
    note: str = ""

    @property
    def verified(self) -> bool:
        """False where the entry comes from memory: then it is never shown as law."""
        return self.src != "memory"


@dataclass(frozen=True)
class TownDesk:
    """A desk inside the town (镇内岗位); ``aliases`` are the names people give it."""

    id: str
    name: str
    src: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sector:
    """A sector (行业领域): leading and assisting bureaus, the town's desk, citation and source mark.

    ``escalate`` is ``death`` or ``official`` for the two that leave the ordinary way, else empty.
    ``notify_within_minutes`` is 0 where nothing is set. ``town_measures`` numbers of the town's document.
    """

    id: str
    name: str
    lead: str | None
    assist: tuple[str, ...]
    town_desk: str
    src: str
    basis: str = ""
    measures: tuple[int, ...] = ()
    hints: tuple[str, ...] = ()
    split: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lead_rule: str = ""
    escalate: str = ""
    notify_within_minutes: int = 0
    notify_src: str = ""
    may_enforce: bool = False

    @property
    def verified(self) -> bool:
        """False where the entry comes from memory: pages then show 待镇安委办核定 and never call it law."""
        return self.src != "memory"


@dataclass(frozen=True)
class LeadRule:
    """One of the rules that say who leads (牵头规则), in order; ``how`` tells what it looks at."""

    id: str
    text: str
    how: str
    src: str
    authority: str = ""
    basis: str = ""
    analog: str = ""


@dataclass(frozen=True)
class Place:
    """A place outside the town (镇外地点): a report about it is handed over with a document (移送函)."""

    id: str
    name: str
    words: tuple[str, ...]
    src: str


@dataclass(frozen=True)
class Duties:
    """The whole duty list, keyed by id and in the order of the file."""

    departments: Mapping[str, Department]
    town_desks: Mapping[str, TownDesk]
    sectors: Mapping[str, Sector]
    lead_rules: tuple[LeadRule, ...]
    places: Mapping[str, Place] = field(default_factory=dict)


class Entry:
    """One mapping of a data file, which knows where it stands so that every error can say so."""

    def __init__(self, where: str, value: object) -> None:
        self.where = where
        if not isinstance(value, dict):
            raise RuleError(f"{where}: a mapping is expected")
        self.value: dict[str, Any] = value

    def only(self, required: Collection[str], optional: Collection[str] = ()) -> Entry:
        """Refuse unknown and missing keys, and a source mark that is missing or unknown where one is required."""
        for key in self.value:
            if key not in required and key not in optional:
                raise RuleError(f"{self.where}: unknown key {key!r}")
        for key in required:
            if key not in self.value:
                raise RuleError(f"{self.where}: {key!r} is missing")
        if "src" in required and self.value["src"] not in SOURCES:
            raise RuleError(
                f"{self.where}: src {self.value['src']!r} is none of {', '.join(sorted(SOURCES))}"
            )
        return self

    def text(self, key: str) -> str:
        """The text under ``key``, empty where it is not there."""
        value = self.value.get(key, "")
        if not isinstance(value, str) or (key in self.value and not value):
            raise RuleError(f"{self.where}: {key!r} must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under ``key``, empty where it is not there."""
        return _texts(f"{self.where}: {key!r}", self.value.get(key, []))

    def numbers(self, key: str) -> tuple[int, ...]:
        """The list of whole numbers under ``key``."""
        value = self.value.get(key, [])
        if not isinstance(value, list) or not all(type(one) is int for one in value):
            raise RuleError(f"{self.where}: {key!r} must be a list of numbers")
        return tuple(value)

    def number(self, key: str) -> int:
        """The whole number under ``key``, 0 where it is not there."""
        value = self.value.get(key, 0)
        if type(value) is not int:
            raise RuleError(f"{self.where}: {key!r} must be a whole number")
        return value

    def children(self, key: str) -> Iterator[tuple[str, Entry]]:
        """The mappings under ``key``, each with its id."""
        for name, value in Entry(f"{self.where}: {key}", self.value.get(key, {})).value.items():
            if not isinstance(name, str) or not _ID.match(name):
                raise RuleError(f"{self.where}: {key}: {name!r} is no id")
            yield name, Entry(f"{self.where}: {key}.{name}", value)


def _texts(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise RuleError(f"{where} must be a list of texts")
    return tuple(value)


class _Named(io.StringIO):
    """A text whose file YAML's own errors name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class _NoDuplicates(yaml.CSafeLoader):
    """Refuses a key that stands twice: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise RuleError(f"{node.start_mark.name}: {twice!r} stands twice")
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Entry:
    """One data file as an :class:`Entry`; :class:`RuleError` when it cannot be read or is no mapping."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path.name}: cannot be read: {error}") from error
    return parse_yaml(path.name, text)


def parse_yaml(name: str, text: str) -> Entry:
    """YAML from a file or from somebody's hands, as an :class:`Entry`. Its size, depth and number of values are bounded
    before anything is built, and no value may be named and used again: a few lines of names within names unfold to
    gigabytes, or to a list that holds itself. Raises :class:`RuleError`.
    """
    if len(text) > MAX_CHARS:
        raise RuleError(f"{name}: cannot be read: longer than {MAX_CHARS} characters")
    try:
        _bounded(name, text)
        # A SafeLoader: it builds plain values only.
        value = yaml.load(_Named(name, text), Loader=_NoDuplicates)  # noqa: S506
    except RuleError:
        raise
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise RuleError(f"{name}: cannot be read: {error}") from error
    return Entry(name, value)


def _bounded(name: str, text: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            line = getattr(event.start_mark, "line", -1) + 1
            raise RuleError(f"{name}: cannot be read: line {line} refers to another place")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or count > MAX_EVENTS:
            raise RuleError(f"{name}: cannot be read: too deep or too much")


def load_duties(folder: Path = DATA) -> Duties:
    """Read and check ``duties.yaml`` in ``folder``; :class:`RuleError` names the entry that is wrong."""
    return read_duties(read_yaml(folder / "duties.yaml"))


def read_duties(top: Entry) -> Duties:
    """Check a duty list, whether it comes from a file or is a draft; :class:`RuleError` names the entry."""
    top.only(
        ("departments", "town_desks", "town_may_enforce", "sectors", "lead_rules", "handover"),
        ("places_outside",),
    )
    departments = {name: _department(name, entry) for name, entry in top.children("departments")}
    desks = {name: _town_desk(name, entry) for name, entry in top.children("town_desks")}
    enforce = _enforce(Entry(f"{top.where}: town_may_enforce", top.value["town_may_enforce"]))
    sectors = {name: _sector(name, entry, enforce) for name, entry in top.children("sectors")}
    rules = tuple(_lead_rule(name, entry) for name, entry in top.children("lead_rules"))
    for name, entry in top.children("handover"):
        del name
        entry.only(("src",), ("rule", "basis", "working_days", "complex_working_days", "times"))
    places = {name: _place(name, entry) for name, entry in top.children("places_outside")}
    duties = Duties(departments, desks, sectors, rules, places)
    _check_references(top, duties, enforce)
    return duties


def _department(name: str, entry: Entry) -> Department:
    entry.only(("name", "src"), ("town_unit", "note", "desk"))
    desk = entry.text("desk") or f"qu_{name}"
    return Department(
        name, entry.text("name"), desk, entry.text("src"), entry.text("town_unit"), entry.text("note")
    )


def _place(name: str, entry: Entry) -> Place:
    entry.only(("name", "words", "src"))
    words = entry.texts("words")
    if not words or min(map(len, words)) < 2:
        raise RuleError(f"{entry.where}: 'words' needs texts of two characters or more")
    return Place(name, entry.text("name"), words, entry.text("src"))


def _town_desk(name: str, entry: Entry) -> TownDesk:
    entry.only(("name", "src"), ("aliases",))
    return TownDesk(name, entry.text("name"), entry.text("src"), entry.texts("aliases"))


def _lead_rule(name: str, entry: Entry) -> LeadRule:
    entry.only(("text", "how", "src"), ("authority", "basis", "analog"))
    return LeadRule(
        name, **{key: entry.text(key) for key in ("text", "how", "src", "authority", "basis", "analog")}
    )


def _enforce(entry: Entry) -> Mapping[str, bool]:
    """Where the town may order and punish (执法权): nowhere by default, opened one by one with a basis."""
    entry.only(("default", "sectors", "src"), ("note",))
    if entry.value["default"] is not False:
        raise RuleError(f"{entry.where}: default must be false: each power needs its own basis")
    return {name: bool(one.only(("basis", "src")).text("basis")) for name, one in entry.children("sectors")}


_SECTOR_OPTIONAL = (
    "basis",
    "measures",
    "split",
    "lead_rule",
    "escalate",
    "notify_within_minutes",
    "notify_src",
)


def _sector(name: str, entry: Entry, enforce: Mapping[str, bool]) -> Sector:
    entry.only(("name", "lead", "assist", "town_desk", "src", "hints"), _SECTOR_OPTIONAL)
    if entry.value["lead"] is not None and not entry.text("lead"):
        raise RuleError(f"{entry.where}: 'lead' must be a bureau or null")
    if entry.text("escalate") not in ("", "death", "official"):
        raise RuleError(f"{entry.where}: 'escalate' is neither death nor official")
    if bool(entry.number("notify_within_minutes")) != (entry.text("notify_src") in SOURCES):
        raise RuleError(f"{entry.where}: 'notify_within_minutes' needs a 'notify_src'")
    split = Entry(f"{entry.where}.split", entry.value.get("split", {}))
    return Sector(
        id=name,
        name=entry.text("name"),
        lead=entry.value["lead"],
        assist=entry.texts("assist"),
        town_desk=entry.text("town_desk"),
        src=entry.text("src"),
        basis=entry.text("basis"),
        measures=entry.numbers("measures"),
        hints=entry.texts("hints"),
        split={part: split.texts(part) for part in split.value},
        lead_rule=entry.text("lead_rule"),
        escalate=entry.text("escalate"),
        notify_within_minutes=entry.number("notify_within_minutes"),
        notify_src=entry.text("notify_src"),
        may_enforce=enforce.get(name, False),
    )


def _check_references(top: Entry, duties: Duties, enforce: Collection[str]) -> None:
    for sector in duties.sectors.values():
        where = f"{top.where}: sectors.{sector.id}"
        bureaus = [sector.lead] if sector.lead is not None else []
        bureaus += [*sector.assist, *(one for part in sector.split.values() for one in part)]
        for bureau in bureaus:
            if bureau not in duties.departments:
                raise RuleError(f"{where}: no department {bureau!r}")
        if sector.town_desk not in duties.town_desks:
            raise RuleError(f"{where}: no town desk {sector.town_desk!r}")
    for name in enforce:
        if name not in duties.sectors:
            raise RuleError(f"{top.where}: town_may_enforce: no sector {name!r}")
    for kind in ("death", "official"):
        if sum(sector.escalate == kind for sector in duties.sectors.values()) != 1:
            raise RuleError(f"{top.where}: sectors: exactly one must have escalate: {kind}")
    if "unknown" not in duties.sectors:
        raise RuleError(f"{top.where}: sectors: 'unknown' is missing")
    for desk in ("dispatch", "office", "jijian"):
        if desk not in duties.town_desks:
            raise RuleError(f"{top.where}: town_desks: {desk!r} is missing")
