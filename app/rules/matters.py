"""Concealed deaths (瞒报), accused officials (监管人员) and remaining hazards, found in the words of a report.

Boxes on the form are often left unticked, so the text is looked at too. Patterns are data; each says why it is there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from app.rules.duties import DATA, Entry, RuleError, read_yaml

KINDS = ("death", "official", "upper", "upper_named", "still")
MAX_CHARS = 20_000  # bounds the work a hostile text can cause; a report of this length is a book
_BLANK = re.compile(r"(?<![a-z])\s+|\s+(?![a-z])")
_SYLLABLE = re.compile(r"(?<=[一-鿿])[a-z]{2,5}(?![a-z])|(?<![a-z])[a-z]{2,5}(?=[一-鿿])")
_SET = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True)
class Pattern:
    """One way of saying it; ``why`` is the reason told to staff, without the reporter's words."""

    found: re.Pattern[str]
    why: str
    besides: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None

    def fits(self, text: str) -> bool:
        """Whether ``text`` says it, once what only sounds like it is blanked out."""
        left = self.unless.sub("□", text) if self.unless else text
        return bool(self.found.search(left)) and (self.besides is None or bool(self.besides.search(text)))


@dataclass(frozen=True)
class Signs:
    """What the words of one report say; each a tuple of reasons in Chinese, empty where nothing was found.

    ``upper``: town leaders, the town's discipline or district staff are accused; ``upper_named``: merely mentioned.
    """

    death: tuple[str, ...] = ()
    official: tuple[str, ...] = ()
    upper: tuple[str, ...] = ()
    upper_named: tuple[str, ...] = ()
    still: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatterWords:
    """All patterns of ``matters.yaml``, by kind."""

    patterns: dict[str, tuple[Pattern, ...]]
    no_death: re.Pattern[str]
    sets: dict[str, re.Pattern[str]]
    pairs: tuple[tuple[str, ...], ...]
    needs: dict[str, frozenset[str]]
    spelled: dict[str, str]

    def sober(self, text: str) -> str:
        """``text`` without what only sounds like a death (吓死人, 死角), for the text model."""
        return self.no_death.sub(" ", self._folded(text))

    def read(self, text: str) -> Signs:
        """The signs in ``text``."""
        plain = self._plain(text)
        return Signs(**{kind: _reasons(self.patterns[kind], plain) for kind in KINDS})

    def cues(self, text: str) -> list[str]:
        """Names of the cues in ``text``: sets that occur in it, alone or together; for the second text model."""
        there = self._there(text)
        return ["+".join(names) for names in self.pairs if there.issuperset(names)]

    def askable(self, kind: str, text: str) -> bool:
        """Whether ``text`` holds any cue without which the second text model must not be asked for ``kind``."""
        return bool(self._there(text) & self.needs[kind])

    def _there(self, text: str) -> set[str]:
        left = self.no_death.sub("□", self._plain(text))
        return {name for name, found in self.sets.items() if found.search(left)}

    def _plain(self, text: str) -> str:
        return _BLANK.sub("", self._folded(text))

    def _folded(self, text: str) -> str:
        """Half width, lower case, and syllables spelled in letters beside Chinese ones put back (si人 → 死人)."""
        plain = unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower()
        return _SYLLABLE.sub(lambda found: self.spelled.get(found.group(), found.group()), plain)


def load_matters(folder: Path = DATA) -> MatterWords:
    """Read and check ``matters.yaml``; :class:`RuleError` names the entry that is wrong."""
    top = read_yaml(folder / "matters.yaml").only(("src", "sets", "cues", "needs", "spelled", "rules"))
    named = Entry(f"{top.where}: sets", top.value["sets"])
    sets = {name: "(?:" + "|".join(named.texts(name)) + ")" for name in named.value}
    for name in sets:
        _compiled(Entry(f"{named.where}.{name}", {"set": f"<{name}>"}), "set", sets)
    rules = Entry(f"{top.where}: rules", top.value["rules"]).only(KINDS)
    patterns = {kind: _patterns(rules, kind, sets) for kind in KINDS}
    no_death = _compiled(Entry(named.where, {"no_death": "<no_death>"}), "no_death", sets)
    if no_death is None:
        raise RuleError(f"{named.where}: 'no_death' is missing")
    pairs = _cues(top, sets)
    needs = _needs(top, sets)
    used = {name for names in (*pairs, *needs.values()) for name in names}
    spelled = Entry(f"{top.where}: spelled", top.value["spelled"])
    return MatterWords(
        patterns,
        no_death,
        {name: re.compile(sets[name]) for name in sorted(used)},
        pairs,
        needs,
        {syllable: spelled.text(syllable) for syllable in spelled.value},
    )


def _needs(top: Entry, sets: dict[str, str]) -> dict[str, frozenset[str]]:
    entry = Entry(f"{top.where}: needs", top.value["needs"]).only(("death", "official"))
    needs = {kind: frozenset(entry.texts(kind)) for kind in entry.value}
    for name in (name for names in needs.values() for name in names):
        if name not in sets:
            raise RuleError(f"{entry.where}: no set {name!r}")
    return needs


def _cues(top: Entry, sets: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    cues = tuple(tuple(one.split("+")) for one in top.texts("cues"))
    for name in (name for names in cues for name in names):
        if name not in sets:
            raise RuleError(f"{top.where}: cues: no set {name!r}")
    return cues


def _reasons(patterns: tuple[Pattern, ...], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.why for one in patterns if one.fits(text)))


def _patterns(rules: Entry, kind: str, sets: dict[str, str]) -> tuple[Pattern, ...]:
    if not isinstance(rules.value[kind], list):
        raise RuleError(f"{rules.where}: {kind}: a list is expected")
    entries = (Entry(f"{rules.where}: {kind}[{place}]", one) for place, one in enumerate(rules.value[kind]))
    return tuple(_pattern(entry, sets) for entry in entries)


def _pattern(entry: Entry, sets: dict[str, str]) -> Pattern:
    entry.only(("pattern", "why"), ("with", "not"))
    found = _compiled(entry, "pattern", sets)
    if found is None:
        raise RuleError(f"{entry.where}: 'pattern' is missing")
    return Pattern(found, entry.text("why"), _compiled(entry, "with", sets), _compiled(entry, "not", sets))


def _compiled(entry: Entry, key: str, sets: dict[str, str]) -> re.Pattern[str] | None:
    if not (text := entry.text(key)):
        return None
    for name in _SET.findall(text):
        if name not in sets:
            raise RuleError(f"{entry.where}: {key!r} names no set {name!r}")
    try:
        return re.compile(_SET.sub(lambda found: sets[found.group(1)], text))
    except re.error as error:
        raise RuleError(f"{entry.where}: {key!r} is no regular expression: {error}") from error
