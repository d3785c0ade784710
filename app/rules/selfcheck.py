"""Does this text give its writer away (发之前自查)? Marks in a report, each with a plain reason and milder words.

Pure: (text, rules) → spans. Advice only: nothing is ever refused because of a mark. The patterns are data and the same
engine runs on the phone (``static/js/selfcheck.js``), so that the words need not leave it to be looked at; what either
does must be done in the other, and ``tests/browser/test_selfcheck.py`` holds them together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.rules.duties import DATA, Entry, RuleError, read_yaml
from app.rules.routing import read_list

MAX_CHARS = 20_000  # code points looked at; a report of this length is a book
FIELDS = ("what", "where", "enterprise", "when", "danger_note")  # what the desk reads of a form (design §11)
CHECKS = ("id18",)
_SET = re.compile(r"<([a-z]+)>")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SUMS = "10x98765432"
_OTHER = "\ufffc"  # stands for whatever JavaScript counts as two: offsets are the same on both sides

Swap = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Span:
    """A part of a text that may tell who wrote it: ``start`` to ``end`` in code points.

    ``kind`` is an id of selfcheck.yaml, ``reason`` a sentence for the reporter, ``replacement`` what to put there
    instead (empty: take it out).
    """

    start: int
    end: int
    kind: str
    reason: str
    replacement: str


@dataclass(frozen=True)
class Pattern:
    """One way of saying it; ``milder`` None: as its kind has it."""

    find: str
    found: re.Pattern[str]
    milder: str | Swap | None = None
    check: str = ""


@dataclass(frozen=True)
class Kind:
    """A way of giving oneself away. ``full``: asked about on the insider's path only.

    ``last``: counts only where no other kind marks anything. ``milder``: the words to put there, or pairs to swap
    inside what was found.
    """

    full: bool
    last: bool
    reason: str
    milder: str | Swap
    patterns: tuple[Pattern, ...]

    @property
    def rank(self) -> int:
        """Whose marks go before whose: 0 the numbers, 1 what is asked insiders, 2 what is last."""
        return self.full + self.last


@dataclass(frozen=True)
class SelfCheck:
    """All of selfcheck.yaml, ready to use."""

    fold: Mapping[str, str]
    sets: Mapping[str, str]
    kinds: Mapping[str, Kind]

    @classmethod
    def load(cls, folder: Path = DATA) -> SelfCheck:
        """Read and check; kept for the life of the process. :class:`RuleError` names the entry that is wrong."""
        return _load(folder)

    def spans(self, text: str, *, full: bool) -> list[Span]:
        """Marks in ``text`` in its order, never overlapping; ``full`` for an insider, else only numbers (号码)."""
        text = text[:MAX_CHARS]
        folded = self._folded(text)
        found = [
            (kind.rank, start, -end, name, one)
            for name, kind in self.kinds.items()
            if full or not kind.full
            for one in kind.patterns
            for start, end in _matches(one, folded)
        ]
        kept: list[Span] = []
        taken = bytearray(
            len(text)
        )  # not a look through `kept`, whose work would grow with the square of the length
        for _, start, minus_end, name, one in sorted(
            found, key=lambda match: match[:3]
        ):  # stable: then as in the file
            at = slice(start, -minus_end)
            if not any(taken[at]):
                taken[at] = b"\1" * (at.stop - at.start)
                kept.append(self._span(text, at, name, one))
        return sorted(kept, key=lambda span: span.start)

    def _folded(self, text: str) -> str:
        return "".join(self.fold.get(letter) or _fold(letter) for letter in text)

    def _span(self, text: str, at: slice, name: str, one: Pattern) -> Span:
        kind = self.kinds[name]
        milder = kind.milder if one.milder is None else one.milder
        return Span(at.start, at.stop, name, kind.reason, self._said(milder, text[at]))

    def _said(self, milder: str | Swap, found: str) -> str:
        if isinstance(milder, str):
            return milder
        found = "".join(self.fold.get(letter, letter) for letter in found)
        for old, new in milder:
            found = found.replace(old, new)
        return found


def rules_json(say: Callable[[str], str] = str) -> str:
    """The rules for the browser, compact; ``say`` puts the reasons in the page's language."""
    rules = SelfCheck.load()
    value = {
        "most": MAX_CHARS,
        "fold": rules.fold,
        "sets": rules.sets,
        "kinds": {
            name: [one.rank, say(one.reason), one.milder, [_short(pattern) for pattern in one.patterns]]
            for name, one in rules.kinds.items()
        },
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _short(one: Pattern) -> str | list[object]:
    """The expression alone where nothing else stands with it, else with milder words (null: the kind's) and check."""
    return [one.find, one.milder, one.check] if one.check or one.milder is not None else one.find


def selfcheck_lines(path: Path) -> Iterator[str]:
    """One JSON line for each report of the JSON list in ``path``: its id, if any, and the spans at the full level.

    ``field`` says which text of the form a span is in. :class:`RuleError` when the file is no list of reports.
    """
    rules = SelfCheck.load()
    for place, item in enumerate(read_list(path), start=1):
        line: dict[str, object] = {"id": item["id"]} if "id" in item else {}
        line["spans"] = [one for field in FIELDS for one in _of_field(rules, item, field, place)]
        yield json.dumps(line, ensure_ascii=False)


def _of_field(
    rules: SelfCheck, item: Mapping[str, Any], field: str, place: int
) -> Iterator[dict[str, object]]:
    text = item.get(field) or ""
    if not isinstance(text, str):
        raise RuleError(f"report {place}: {field!r} must be a text")
    for one in rules.spans(text, full=True):
        yield {
            "field": field,
            "start": one.start,
            "end": one.end,
            "text": text[one.start : one.end],
            "kind": one.kind,
            "reason": one.reason,
            "replacement": one.replacement,
        }


def _fold(letter: str) -> str:
    """Half width and lower case, one code point for one: no lower() or NFKC, in which the languages differ."""
    code = ord(letter)
    if 0xFF01 <= code <= 0xFF5E:
        code -= 0xFEE0
    if code == 0x3000:
        return " "
    if 0x41 <= code <= 0x5A:
        code += 0x20
    return _OTHER if code > 0xFFFF or 0xD800 <= code <= 0xDFFF else chr(code)


def _matches(one: Pattern, text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while match := one.found.search(text, at):
        start, end = match.span()
        fits = _apart(text, start) and _apart(text, end) and (one.check != "id18" or _id18(match.group()))
        if fits:
            yield start, end
        at = end if fits else start + 1


def _apart(text: str, at: int) -> bool:
    """Whether no number and no Latin word runs across ``at``."""
    if not 0 < at < len(text):
        return True
    classes = [_class(text[at - 1]), _class(text[at])]
    return not classes[0] or classes[0] != classes[1]


def _class(letter: str) -> str:
    return "digit" if "0" <= letter <= "9" else "letter" if "a" <= letter <= "z" else ""


def _id18(found: str) -> bool:
    """The check digit of a citizen's number (公民身份号码), GB 11643 (ISO 7064 MOD 11-2)."""
    digits = [letter for letter in found if letter in "0123456789x"]
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return len(digits) == 18 and digits[17] == _SUMS[total % 11]


@lru_cache(maxsize=4)
def _load(folder: Path) -> SelfCheck:
    top = read_yaml(folder / "selfcheck.yaml").only(("src", "fold", "sets", "kinds"))
    fold, sets = (Entry(f"{top.where}: {name}", top.value[name]) for name in ("fold", "sets"))
    for one in (fold, sets):
        for key in one.value:
            one.text(key)
    kinds = {name: _kind(entry, sets.value) for name, entry in top.children("kinds")}
    return SelfCheck(fold.value, sets.value, kinds)


def _kind(entry: Entry, sets: Mapping[str, str]) -> Kind:
    entry.only(("full", "reason", "find"), ("last", "say", "swap"))
    full, last, milder, found = (
        entry.value["full"],
        entry.value.get("last", False),
        _milder(entry),
        entry.value["find"],
    )
    if {type(full), type(last)} != {bool} or milder is None or not isinstance(found, list):
        raise RuleError(
            f"{entry.where}: 'full' and 'last' must be true or false, 'find' a list, 'say' or 'swap' be there"
        )
    patterns = (
        Entry(f"{entry.where}: find[{place}]", one if isinstance(one, dict) else {"find": one})
        for place, one in enumerate(found)
    )
    return Kind(full, last, entry.text("reason"), milder, tuple(_pattern(one, sets) for one in patterns))


def _pattern(entry: Entry, sets: Mapping[str, str]) -> Pattern:
    entry.only(("find",), ("say", "swap", "check"))
    find, check = entry.text("find"), entry.text("check")
    if check and check not in CHECKS:
        raise RuleError(f"{entry.where}: no check {check!r}")
    try:
        return Pattern(find, re.compile(expanded(find, sets)), _milder(entry), check)
    except (re.error, KeyError) as error:
        raise RuleError(f"{entry.where}: 'find' is no regular expression: {error}") from error


def _milder(entry: Entry) -> str | Swap | None:
    """Words to put there (empty: take it out), pairs to swap, or None where neither stands."""
    if "say" in entry.value:
        return entry.text("say") if entry.value["say"] != "" else ""
    if "swap" not in entry.value:
        return None
    pairs = entry.value["swap"]
    if not isinstance(pairs, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) and word for word in pair)
        for pair in pairs
    ):
        raise RuleError(f"{entry.where}: 'swap' must be pairs of texts")
    return tuple((old, new) for old, new in pairs)


def expanded(find: str, sets: Mapping[str, str]) -> str:
    """``find`` with every <name> written out; a set may use those before it. KeyError for an unknown one."""
    while _SET.search(find):
        find = _SET.sub(lambda name: sets[name.group(1)], find)
    return find
