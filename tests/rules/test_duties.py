"""The duty list: complete, cited, and refused when it is broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.rules.duties import DATA, SOURCES, RuleError, load_duties

INSIDE = {
    "anjian", "zhifa", "chengjian", "paichusuo", "shichang", "nongye",
    "shehui", "jingji", "dispatch", "duty", "jijian", "office",
}  # fmt: skip


def test_every_sector_has_a_desk_and_a_source() -> None:
    """A sector without a town desk or a source mark would strand its reports or be shown as law."""
    duties = load_duties()
    assert set(duties.town_desks) == INSIDE
    assert len(duties.sectors) == 28
    for sector in duties.sectors.values():
        assert sector.town_desk in INSIDE
        assert sector.src in SOURCES
        assert sector.id == "unknown" or sector.hints


def test_memory_is_never_verified() -> None:
    """An entry written from memory would be shown to a citizen as law."""
    duties = load_duties()
    assert not duties.sectors["telecom"].verified
    assert duties.sectors["gas"].verified
    assert not duties.departments["yingji"].verified
    for sector in duties.sectors.values():
        assert sector.verified == (sector.src != "memory")
        assert not sector.verified or sector.basis or sector.src in ("town", "choice")


def test_outside_desks_are_told_from_inside_ones() -> None:
    """A district bureau would be taken for a desk that holds a key."""
    duties = load_duties()
    assert duties.departments["xiaofang"].desk == "qu_xiaofang"
    assert duties.departments["jiwei"].desk == "qu_jiwei"
    assert duties.departments["qu_anweiban"].desk == "qu_anweiban"
    assert duties.departments["anweiban"].desk == "office"


def test_the_town_may_enforce_nowhere_by_default() -> None:
    """The town would claim powers to punish that nobody gave it."""
    assert not any(sector.may_enforce for sector in load_duties().sectors.values())


def test_lead_rules_stand_in_order() -> None:
    """The three lead rules (三个牵头) would be applied in another order than the town's document has them."""
    ids = [rule.id for rule in load_duties().lead_rules]
    assert [one for one in ids if one in ("zhuguan", "weizhu", "kaojin")] == ["zhuguan", "weizhu", "kaojin"]


Edit = Callable[[str], str]

BROKEN: dict[str, tuple[Edit, str]] = {
    "unknown key": (lambda text: text.replace("    hints:", "    hue: 1\n    hints:", 1), "sectors.hazchem"),
    "no source": (lambda text: text.replace("    src: found\n", "", 1), "sectors.hazchem"),
    "strange source": (lambda text: text.replace("    src: found\n", "    src: hearsay\n", 1), "sectors.hazchem"),
    "no such bureau": (lambda text: text.replace("lead: chengguan", "lead: nobody", 1), "sectors.gas"),
    "no such assistant": (lambda text: text.replace("assist: [shichang,", "assist: [nobody,", 1), "sectors.gas"),
    "no such desk": (lambda text: text.replace("town_desk: chengjian", "town_desk: nobody", 1), "sectors.gas"),
    "key twice": (lambda text: text + "\nsectors: {}\n", "sectors"),
    "no yaml": (lambda text: text + "\n]", "duties.yaml"),
    "enforces everywhere": (lambda text: text.replace("{default: false", "{default: true"), "town_may_enforce"),
    "two for deaths": (lambda text: text.replace("escalate: official", "escalate: death"), "escalate"),
    "no unknown": (lambda text: text.replace("\n  unknown:", "\n  unknowable:"), "unknown"),
    "hints no list": (lambda text: text.replace("    hints: []", "    hints: nothing"), "sectors.unknown"),
    "measures no numbers": (lambda text: text.replace("measures: [14, 16,", "measures: [many,", 1), "sectors.hazchem"),
    "no dispatch desk": (lambda text: text.replace("\n  dispatch:", "\n  despatch:"), "dispatch"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_duty_list_is_refused_by_name(name: str, tmp_path: Path) -> None:
    """A broken rule would route in silence instead of stopping the start and saying where it is broken."""
    edit, where = BROKEN[name]
    before = (DATA / "duties.yaml").read_text(encoding="utf-8")
    after = edit(before)
    assert after != before
    (tmp_path / "duties.yaml").write_text(after, encoding="utf-8")
    with pytest.raises(RuleError) as error:
        load_duties(tmp_path)
    assert "duties.yaml" in str(error.value)
    assert where in str(error.value)


def test_a_missing_file_is_a_rule_error(tmp_path: Path) -> None:
    """A missing file would come up as something the start does not know how to tell."""
    with pytest.raises(RuleError, match=r"duties\.yaml"):
        load_duties(tmp_path)
    shutil.copy(DATA / "duties.yaml", tmp_path)
    assert load_duties(tmp_path).sectors
