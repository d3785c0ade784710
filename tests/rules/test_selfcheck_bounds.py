"""The self-check's patterns: read alike by Python and JavaScript, and no text makes them run for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from app.rules.selfcheck import SelfCheck, expanded

op: Any = import_module("re._constants")  # to look at patterns as trees; neither has stable types
parser: Any = import_module("re._parser")
Then = Callable[[int], bool]
RULES = SelfCheck.load()
PATTERNS = [(name, one) for name, kind in RULES.kinds.items() for one in kind.patterns]
FORBIDDEN = re.compile(r"\\[dDwWsSbBAZ]|\(\?[^:=!]|(?<!\[)(?<!\\)[*.^$](?![^\[]*\])")
MOST_STEPS = 400  # of an engine that goes back, for each character of a text made for the pattern
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)


class Steps:
    """An engine that goes back, as those of both languages do without their short cuts; counts what it looks at."""

    def __init__(self, text: str) -> None:
        self.text, self.count = text, 0

    def search(self, tree: Any) -> int:
        for at in range(len(self.text)):
            self.match(list(tree), 0, at, lambda _: True)
        return self.count

    def match(self, items: list[Any], place: int, at: int, then: Then) -> bool:
        if place == len(items):
            return then(at)
        self.count += 1
        code, value = items[place]
        on: Then = lambda end: self.match(items, place + 1, end, then)  # noqa: E731 - what comes after this item
        if code in REPEATS:
            return self.repeat(value, 0, at, on)
        if code is op.SUBPATTERN:
            return self.match(list(value[-1]), 0, at, on)
        if code is op.BRANCH:
            return any(self.match(list(one), 0, at, on) for one in value[1])
        if code in (op.ASSERT, op.ASSERT_NOT):
            return self.match(list(value[1]), 0, at, lambda _: True) is (code is op.ASSERT) and on(at)
        return at < len(self.text) and fits(code, value, ord(self.text[at])) and on(at + 1)

    def repeat(self, value: Any, done: int, at: int, on: Then) -> bool:
        least, most, inner = value
        again: Then = lambda end: end > at and self.repeat(value, done + 1, end, on)  # noqa: E731
        if done < most and self.match(list(inner), 0, at, again):
            return True
        return done >= least and on(at)


def fits(code: Any, value: Any, letter: int) -> bool:
    if code is op.LITERAL:
        return bool(letter == value)
    if code is op.NOT_LITERAL:
        return bool(letter != value)
    inside = any(low == letter if kind is op.LITERAL else low[0] <= letter <= low[1] for kind, low in
                 ((kind, low) for kind, low in value if kind is not op.NEGATE))  # fmt: skip
    return inside is not any(kind is op.NEGATE for kind, _ in value)


def check_form(tree: Any) -> None:
    """Refuses what has no end and what the languages read differently."""
    for code, value in tree:
        assert code is not op.MIN_REPEAT, "a set that ends in a repeat, with ? behind it: put it in brackets"
        assert code in (
            *REPEATS,
            op.SUBPATTERN,
            op.BRANCH,
            op.ASSERT,
            op.ASSERT_NOT,
            op.LITERAL,
            op.NOT_LITERAL,
            op.IN,
        )
        if code in REPEATS:
            assert value[1] is not op.MAXREPEAT, "a repeat without end"
            check_form(value[2])
        elif code is op.SUBPATTERN:
            check_form(value[-1])
        elif code is op.BRANCH:
            for one in value[1]:
                check_form(one)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            assert value[0] == 1, "a look-behind"
            check_form(value[1])


def longest(tree: Any) -> str:
    """A text that a pattern goes far into: every repeat as often as it may be, the last branch of each."""
    return "".join(longest_of(code, value) for code, value in tree)


def longest_of(code: Any, value: Any) -> str:
    if code in REPEATS:
        return longest(value[2]) * int(value[1])
    if code is op.SUBPATTERN:
        return longest(value[-1])
    if code is op.BRANCH:
        return longest(value[1][-1])
    if code in (op.ASSERT, op.ASSERT_NOT):
        return ""
    if code is op.IN:
        shown = [low if kind is op.LITERAL else low[0] for kind, low in value if kind is not op.NEGATE]
        return "我" if value[0][0] is op.NEGATE else chr(shown[-1])
    return chr(value)


def hostile(tree: Any) -> list[str]:
    """Texts made for a pattern: what it goes far into without its end, and single pieces of that, over and over."""
    whole = longest(tree)
    return [
        whole[:-1],
        whole[: len(whole) // 2],
        whole[:2],
        whole[:1],
        whole[-1:],
        whole[-2:] + whole[:-1],
        "1",
        "a",
        "我",
    ]


@pytest.mark.parametrize(("name", "one"), PATTERNS, ids=lambda value: value if isinstance(value, str) else "")
def test_no_pattern_can_be_made_to_run_for_ever(name: str, one: Any) -> None:
    """A text made for it would hang the phone or a worker: repeats have an end, steps grow with length alone."""
    written = expanded(one.find, RULES.sets)
    assert not FORBIDDEN.search(written), written
    tree = parser.parse(written)
    check_form(tree)
    assert not one.found.match(""), "an empty match would never move on"
    for piece in hostile(tree):
        short, long = ((piece * 400)[:length] for length in (200, 400))
        steps = Steps(long).search(tree)
        assert steps <= MOST_STEPS * len(long), piece
        assert steps <= 2 * Steps(short).search(tree) + MOST_STEPS * 100, piece


def test_the_guard_sees_what_it_should() -> None:
    """A guard that lets everything through would guard nothing."""
    for bad in ("(a+)+b", "a*", r"(?<=我)是", r"\d", "我.是", "^我", "我$", "[0-9]{1,4}?"):
        with pytest.raises(AssertionError):
            assert not FORBIDDEN.search(bad)
            check_form(parser.parse(bad))
    assert Steps("a" * 12).search(parser.parse("([ab]{0,9}){0,9}c")) > MOST_STEPS * 12
    assert Steps("aab").search(parser.parse("ab")) == 5  # a, b; a, b; then no a
