"""Deadlines as data."""

from pathlib import Path

import pytest
import yaml

from app.clock.limits import DATA, LimitError, Limits

LIMITS = Limits.load()


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("sign_life", 15, "minute"),
        ("sign_utility", 30, "minute"),
        ("sign", 1, "workday"),
        ("hand_back", 1, "workday"),
        ("conclude", 60, "day"),
        ("extend", 30, "day"),
        ("pause", 10, "workday"),
        ("feedback", 10, "day"),
        ("objection", 10, "day"),
        ("objection_most", 60, "day"),
        ("recheck", 30, "day"),
        ("split_official", 1, "workday"),
        ("split_death", 1, "hour"),
        ("claim", 60, "day"),
    ],
)
def test_limits_are_those_of_the_sources(name: str, value: int, unit: str) -> None:
    """If it fails, a deadline was changed without its source."""
    limit = getattr(LIMITS, name)
    assert (limit.value, limit.unit) == (value, unit)


def test_only_what_was_found_for_our_matter_is_law() -> None:
    """If it fails, a page tells a citizen as law what nobody has verified."""
    assert LIMITS.conclude.law
    assert LIMITS.objection.law
    assert not LIMITS.sign.law  # by analogy with the hotline
    assert not LIMITS.pause.law  # our own choice
    assert not LIMITS.claim_notice.law  # a weak retelling


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("sign", {"value": 0}),
        ("sign", {"value": "1"}),
        ("sign", {"value": True}),
        ("sign", {"unit": "moon"}),
        ("sign", {"src": "rumour"}),
        ("sign", {"basis": ""}),
        ("sign", {"analogy": "no"}),
        ("sign", {"colour": "red"}),
        ("sign", None),
        ("surprise", {"what": "x", "value": 1, "unit": "day", "src": "choice", "basis": "x"}),
    ],
)
def test_senseless_limits_are_refused(tmp_path: Path, name: str, change: dict[str, object] | None) -> None:
    """If it fails, a slip in the file gives a deadline of nonsense instead of stopping the start."""
    raw = yaml.safe_load(DATA.read_text("utf-8"))
    if change is None:
        del raw[name]
    else:
        raw[name] = {**raw.get(name, {}), **change}
    path = tmp_path / "limits.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    with pytest.raises(LimitError, match=name):
        Limits.load(path)


@pytest.mark.parametrize("text", ["", "[", "- 1", "sign: 3"])
def test_broken_file_is_a_clear_error(tmp_path: Path, text: str) -> None:
    """If it fails, a broken file stops the start with a traceback instead of a sentence."""
    path = tmp_path / "limits.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(LimitError):
        Limits.load(path)
