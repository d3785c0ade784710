"""The self-check: it finds what gives a writer away, leaves harmless words alone, and says why."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.rules.duties import DATA, RuleError
from app.rules.selfcheck import CHECKS, SelfCheck, rules_json, selfcheck_lines
from tests.rules import selfcheck_accuracy as accuracy

RULES = SelfCheck.load()
LOTS = ("giveaway", "develop", *accuracy.KEPT_BACK)
PATTERNS = [(name, one) for name, kind in RULES.kinds.items() for one in kind.patterns]
TEXTS = st.lists(
    st.sampled_from([*"我们是在的说过班会号,。 0123456789０１９xX-—·俺\n津aA_@😀𠮷", "13911223344", "昨天"]),
    max_size=60,
).map("".join)


def found(text: str, *, full: bool = True) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in RULES.spans(text, full=full)]


NUMBERS = {
    "打13911223344找我": ("phone", "13911223344"),
    "打 139 1122 3344": ("phone", "139 1122 3344"),
    "１３９－１１２２－３３４４": ("phone", "１３９－１１２２－３３４４"),
    "幺三九一一二二三三四四": ("phone", "幺三九一一二二三三四四"),
    "+86 13911223344": ("phone", "86 13911223344"),
    "家里022-28000123": ("phone", "022-28000123"),
    "（０２２）２８０００１２３": ("phone", "（０２２）２８０００１２３"),
    "身份证11010519491231002X": ("id", "身份证11010519491231002X"),
    "110105 19491231 002ｘ": ("id", "110105 19491231 002ｘ"),
    "津A·12345停着": ("plate", "津A·12345"),
    "冀rd12345": ("plate", "冀rd12345"),
    "加微信laohe_77": ("contact", "微信laohe_77"),
    "ＱＱ：10000771": ("contact", "ＱＱ：10000771"),
    "lao.he@example.com": ("contact", "lao.he@example.com"),
    "工号0417": ("badge", "工号0417"),
}


@pytest.mark.parametrize("text", list(NUMBERS))
def test_numbers_are_marked_on_every_path(text: str) -> None:
    """A villager would send the number that leads to the door, because it was typed in full width or with blanks."""
    assert NUMBERS[text] in found(text, full=False)
    assert NUMBERS[text] in found(text, full=True)


INSIDER = {
    "我叫王建国": "name",
    "我是焊工": "role",
    "我是三班的": "role",
    "这事只有我知道": "few",
    "昨天会上他说的": "meeting",
    "那天我上夜班": "shift",
    "我在3号机上": "machine",
    "我丈夫在窑上": "kin",
    "俺儿子也在": "kin",
    "我干了十二年": "years",
    "是我接的": "act",
    "我跟班长提过": "told",
    "厂长骂过我": "blamed",
    "我们家住后院": "home",
    "my husband works there": "kin",
    "I am a welder": "role",
}


@pytest.mark.parametrize("text", list(INSIDER))
def test_what_tells_who_wrote_it_is_marked_for_insiders_alone(text: str) -> None:
    """A worker would be known by one clause; or a villager would be scolded for every 我."""
    assert INSIDER[text] in [kind for kind, _ in found(text)]
    assert found(text, full=False) == []


@pytest.mark.parametrize(
    "text",
    ["打12350没人接", "119来过", "检验到2019年12月", "编了号139", "批号20190101000000000123456", "1391122334455667",
     "KTV后门锁着", "新ktv开业", "他们干了三年了", "张师傅摔了", "不是我们的人", ""],
)  # fmt: skip
def test_harmless_numbers_and_words_are_left_alone(text: str) -> None:
    """Marks that mean nothing teach people to pass over those that do."""
    assert found(text) == []


def test_the_check_digit_tells_an_identity_number_from_another() -> None:
    """Any eighteen digits would count as an identity number, or one with an unlikely date as none."""
    assert found("110105999999990021") == []  # no date in it, and the sum is wrong
    right = next(f"11010599999999002{last}" for last in "023456789x" if found(f"11010599999999002{last}"))
    assert found(right) == [("id", right)]
    assert found("120999190002300012") == [("id", "120999190002300012")]  # a slip of the finger still tells


def test_offsets_are_code_points() -> None:
    """Marks would sit beside the words wherever an emoji or a rare character stands before."""
    text = "😀𠮷😀打13911223344😀"
    assert found(text) == [("phone", "13911223344")]


@given(TEXTS, st.booleans())
def test_marks_lie_in_the_text_in_order_and_apart(text: str, full: bool) -> None:
    """The page would show words twice, or a replacement would eat what stands beside it."""
    spans = RULES.spans(text, full=full)
    ends = [0, *(one.end for one in spans)]
    assert all(end <= one.start < one.end <= len(text) for end, one in zip(ends, spans, strict=False))
    assert all(full or not RULES.kinds[one.kind].full for one in spans)


def milder(text: str) -> str:
    """``text`` with the last mark's replacement taken."""
    last = RULES.spans(text, full=True)[-1]
    return text[: last.start] + last.replacement + text[last.end :]


@pytest.mark.parametrize(
    "case",
    [case for name in LOTS for case in accuracy.marked(name)],
    ids=lambda case: case.id,
)
def test_taking_every_replacement_comes_to_an_end(case: accuracy.Case) -> None:
    """A replacement would be marked again, and the person would press for ever."""
    text = case.text
    for _ in range(8):
        if not RULES.spans(text, full=True):
            return
        text = milder(text)
    raise AssertionError(text)


def test_figures_on_the_set_kept_aside() -> None:
    """The marks would find little, or stand where nothing is."""
    figures = accuracy.measure(accuracy.marked("giveaway"))
    assert figures.places >= 25
    assert figures.recall >= 0.70
    assert figures.clean >= 20
    assert figures.false_marks <= 0.1


def test_figures_on_what_nobody_tuned_by() -> None:
    """Patterns that fit only the words they were made with: who writes in his own would be known to his boss."""
    figures = accuracy.measure([case for name in accuracy.KEPT_BACK for case in accuracy.marked(name)])
    assert figures.places >= 150
    assert figures.recall >= 0.70
    assert figures.clean >= 130
    assert figures.false_marks <= 0.1


def test_a_sure_reason_goes_before_a_general_one() -> None:
    """The person would read only that it is about himself, where we know that the post leaves few to guess from."""
    assert found("我天天往他们厂里送菜") == [("self", "我天天往他们厂里送")]
    assert found("我给他家打扫") == [("role", "我给他家打扫")]
    assert found("我给他家送货，打139 1122 3344") == [("self", "我给他家送货"), ("phone", "139 1122 3344")]


@pytest.mark.parametrize(
    "text", ["我看见仓库门锁着", "我怕厂里着火", "我想问问这归谁管", "我路过那个工地", "我听说他们在修罐"]
)
def test_what_anybody_may_say_of_himself_is_left_alone(text: str) -> None:
    """Whoever only looked on would be warned at every 我."""
    assert found(text) == []


def test_figures_on_the_samples() -> None:
    """The figures named for the sample reports would not hold; most were in view when the patterns were written."""
    folder = os.environ.get("ANSHAO_SAMPLES", "")
    if not folder or not (Path(folder) / "tips.json").is_file():
        pytest.skip("ANSHAO_SAMPLES names no folder with tips.json")
    figures = accuracy.measure(accuracy.read_file(Path(folder) / "tips.json"))
    assert figures.recall >= 0.70
    assert figures.false_marks <= 0.1


def test_the_set_kept_aside_is_not_in_the_patterns_reach_by_copy() -> None:
    """A sentence copied into the patterns would prove nothing when found."""
    rules = (DATA / "selfcheck.yaml").read_text("utf-8")
    for case in (case for name in LOTS for case in accuracy.marked(name)):
        assert not any(
            case.text[at : at + 8] in rules for at in range(len(case.text) - 7) if not case.text.isascii()
        )


def test_a_very_long_text_is_cut() -> None:
    """A text of megabytes through another door would hold a worker."""
    assert RULES.spans("我" * 30_000 + "13911223344", full=True) == []
    assert found("x" * 5000 + "13911223344") == [("phone", "13911223344")]


# --- the data, and what goes to the browser ---


def test_what_the_browser_gets_is_small() -> None:
    """The form would be slow on one bar of signal: what goes over the air, and what is kept."""
    assert len(gzip.compress(rules_json().encode())) < 7 * 1024
    assert len(rules_json().encode()) < 12 * 1024
    value = json.loads(rules_json(lambda text: f"<{text}>"))
    assert value["kinds"]["phone"][1].startswith("<电话")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("check: id18", "check: luhn", "check"),
        ("<g>)?1[3-9]", "<nowhere>)?1[3-9]", "find"),
        ("(86<g>)?1[3-9]", "((86<g>)?1[3-9]", "find"),
        ("full: false", "full: maybe", "phone"),
        ("last: true", "last: 1", "self"),
        ("    say: （号码略）\n", "", "phone"),
        ("swap: [[是我, 是这里的人]]", "swap: [[是我]]", "swap"),
        ("reason: 一个工号只对一个人。", "because: 一个工号只对一个人。", "badge"),
    ],
)
def test_bad_data_is_refused_by_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    """A slip in the file would switch a pattern off without a word."""
    text = (DATA / "selfcheck.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "selfcheck.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=named):
        SelfCheck.load(tmp_path)


def test_every_check_is_used_and_every_kind_has_a_reason_and_a_way_out() -> None:
    """A mark without a reason would frighten and not help."""
    assert {one.check for _, one in PATTERNS if one.check} == set(CHECKS)
    for kind in RULES.kinds.values():
        assert kind.reason.endswith("。")
        assert kind.patterns
    assert yaml.safe_load((DATA / "selfcheck.yaml").read_text("utf-8"))["src"] == "choice"


def test_lines_carry_id_field_and_the_words(tmp_path: Path) -> None:
    """Whoever measures from outside could not tell which words were meant."""
    file = tmp_path / "reports.json"
    reports: list[dict[str, Any]] = [
        {"id": "a", "what": "😀打电话13911223344", "where": "津A12345旁", "enterprise": None},
        {"what": "电线露着"},
    ]
    file.write_text(json.dumps(reports), "utf-8")
    first, second = (json.loads(line) for line in selfcheck_lines(file))
    assert (first["id"], second) == ("a", {"spans": []})
    assert [(one["field"], one["text"], one["kind"]) for one in first["spans"]] == [
        ("what", "13911223344", "phone"),
        ("where", "津A12345", "plate"),
    ]
    for one in first["spans"]:
        source = reports[0][one["field"]] or ""
        assert source[one["start"] : one["end"]] == one["text"]
    file.write_text('[{"what": 3}]', "utf-8")
    with pytest.raises(RuleError, match="report 1"):
        list(selfcheck_lines(file))
