"""Posters as data: what counts as a village, as a number of people, and what stops the start."""

from pathlib import Path

import pytest

from app.rules.duties import DATA, RuleError
from app.rules.posters import PosterRules, read_people

RULES = PosterRules.load()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("200", 200),
        ("２００", 200),
        ("约200人", 200),
        ("大约 1,200 人左右", 1200),
        ("三十", None),
        ("0", None),
        ("-5", None),
        ("12.5", None),
        ("200-300", None),
        ("很多", None),
        ("", None),
        ("9" * 7, None),
        ("²", 2),
        ("1e3", None),
    ],
)
def test_a_number_of_people_is_read_as_people_write_it(typed: str, meant: int | None) -> None:
    """An administrator would be sent back for "约200人"; or a word be taken for a number and no warning come."""
    assert read_people(typed) == meant


@pytest.mark.parametrize("name", ["前进村", "马店村", "砖厂村", "朝阳社区", "东关居委会"])
def test_a_village_s_name_is_taken(name: str) -> None:
    """A village whose name holds 厂 or 店 could have no poster."""
    assert RULES.is_village(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "宏达机械厂",
        "宏达公司",
        "宏达公司宿舍社区",
        "老王饭店",
        "二车间",
        "宏达",
        "一工地村",
        "前进村鞋厂",
    ],
)
def test_an_enterprise_is_no_village(name: str) -> None:
    """A poster for one enterprise would tell of everybody who scans it where they work."""
    assert not RULES.is_village(name)


def test_the_size_and_each_kind_are_written_with_their_reason() -> None:
    """The size below which one is warned would be a number that nobody can answer for."""
    assert (RULES.is_small(29), RULES.is_small(30)) == (True, False)
    assert "30" in RULES.least_people_basis
    assert all(kind.name and kind.examples for kind in RULES.kinds.values())
    assert max(len(kind) for kind in RULES.kinds) <= 64


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("  value: 30", "  value: 0"),
        ("  value: 30", "  value: many"),
        ("  src: choice\n  basis: 本", "  src: law\n  basis: 本"),
        ("endings: [", "ending: ["),
        ("examples: [安全出口锁着, 货", "example: [安全出口锁着, 货"),
    ],
)
def test_bad_data_stops_the_start(tmp_path: Path, good: str, bad: str) -> None:
    """A slip in the file would switch the warning off, or print an empty poster."""
    written = (DATA / "posters.yaml").read_text("utf-8")
    assert good in written
    (tmp_path / "posters.yaml").write_text(written.replace(good, bad, 1), "utf-8")
    with pytest.raises(RuleError, match=r"posters\.yaml"):
        PosterRules.load(tmp_path)
