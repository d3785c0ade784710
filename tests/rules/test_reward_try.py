"""`flask reward try FILE`: facts in JSON, amounts in yuan."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rules.reward import Policies, RewardError, try_file

POLICIES = Policies.load()

ANSWERED: dict[str, Any] = {
    "verified": "yes", "first_reporter": "yes", "mode": "named", "registered_on": "2026-11-23",
    "answers": {"not_known": "yes", "staff": "no", "third_party": "no", "known": "no", "unverifiable": "no"},
}  # fmt: skip


def tried(tmp_path: Path, facts: object) -> tuple[str, dict[str, Any]]:
    """The table, and the JSON of the last line."""
    path = tmp_path / "facts.json"
    path.write_text(facts if isinstance(facts, str) else json.dumps(facts, ensure_ascii=False), "utf-8")
    printed = try_file(path, POLICIES)
    return printed, json.loads(printed.splitlines()[-1])


@pytest.mark.parametrize(
    ("facts", "yuan"),
    [
        ({"kind": "violation", "fine": 12000}, 3000),
        ({"kind": "violation", "fine": "12,000.00元"}, 3000),
        ({"kind": "hazard", "fine": 100000.10}, 15000),
        ({"fine": 100000}, 15000),
        ({"kind": "瞒报", "deaths": 4}, 160000),
        ({"kind": "concealment", "deaths": 10, "class": "重大事故"}, 300000),
        ({"kind": "violation", "fine": 2000000, "insider": True, "uplift": 0.3, "cap_mode": "keep_cap"}, 300000),
        ({"kind": "violation", "fine": 12000, "insider": "是", "uplift": "0.2"}, 3600),
        ({"kind": "违法行为", "fine": 12000, "mode": "匿名", "anonymous_reward": "allowed_by_code"}, 3000),
    ],
)  # fmt: skip
def test_facts_in_yuan(tmp_path: Path, facts: dict[str, Any], yuan: int) -> None:
    """If it fails, the command reckons in fen, or misreads what people write."""
    printed, found = tried(tmp_path, ANSWERED | facts)
    assert (found["outcome"], found["yuan"]) == ("amount", yuan)
    assert f"测算金额 {yuan:,} 元" in printed
    assert "〔安监总财〔2018〕19号〕" in printed


def test_unanswered_questions_are_listed(tmp_path: Path) -> None:
    """If it fails, the command promises an amount although nobody has answered the conditions."""
    printed, found = tried(tmp_path, {"kind": "violation", "fine": 12000})
    assert (found["outcome"], found["yuan"], found["if_eligible_yuan"]) == ("not_determined", None, 3000)
    assert "还要回答" in printed
    assert {"verified", "anonymous_reward"} <= {one["id"] for one in found["missing"]}


def test_questions_may_stand_beside_the_facts(tmp_path: Path) -> None:
    """If it fails, a plain flat file is not understood."""
    flat = {**ANSWERED, **ANSWERED["answers"], "kind": "violation", "fine": 12000}
    del flat["answers"]
    assert tried(tmp_path, flat)[1]["yuan"] == 3000
    assert tried(tmp_path, {**flat, "known": True})[1]["outcome"] == "not_eligible"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '{"kind": "violation", "fine": NaN}',
        '{"kind": "violation", "fine": 1e400}',
        '{"kind": "violation", "fine": 1, "fine": 2}',
        '{"kind": "violation", "fine": -1}',
        '{"kind": "violation", "fine": true}',
        '{"kind": "violation", "fine": [1]}',
        '{"kind": "violation", "fine": 0.001}',
        '{"kind": "violation", "fine": "many"}',
        '{"kind": "violation", "fine": 1, "no_fine": true}',
        '{"kind": "violation", "fine": "9999999999999999"}',
        '{"kind": "violation", "colour": "red"}',
        '{"kind": "rumour"}',
        '{"kind": 3}',
        "{}",
        '{"kind": "concealment", "deaths": 2.5}',
        '{"kind": "concealment", "deaths": -1}',
        '{"kind": "concealment", "deaths": 3, "class": "小"}',
        '{"kind": "violation", "registered_on": "yesterday"}',
        '{"kind": "violation", "registered_on": 20261123}',
        '{"kind": "violation", "verified": "perhaps"}',
        '{"kind": "violation", "answers": {"weather": "yes"}}',
        '{"kind": "violation", "answers": [1]}',
        '{"kind": "violation", "mode": "loud"}',
        '{"kind": "violation", "fine": 1, "insider": true, "uplift": 20}',
        '{"kind": "violation", "cap_mode": "none"}',
        '{"kind": "violation", "anonymous_reward": "perhaps"}',
        "[" * 100_000,
        "\x00",
    ],
    ids=lambda text: text[:40].replace("\x00", "nul"),
)
def test_bad_input_is_a_clear_error(tmp_path: Path, text: str) -> None:
    """If it fails, a slip in the file ends in a traceback or in an amount."""
    with pytest.raises(RewardError) as error:
        tried(tmp_path, text)
    assert any("一" <= sign <= "鿿" for sign in str(error.value)), str(error.value)


def test_unreadable_files_are_clear_errors(tmp_path: Path) -> None:
    """If it fails, a missing, binary or huge file ends in a traceback."""
    with pytest.raises(RewardError, match="读不了"):
        try_file(tmp_path / "nowhere.json")
    with pytest.raises(RewardError, match="读不了"):
        try_file(tmp_path)
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(RewardError, match="JSON"):
        try_file(tmp_path / "photo")
    (tmp_path / "huge").write_bytes(b" " * 1_000_001)
    with pytest.raises(RewardError, match="太大"):
        try_file(tmp_path / "huge")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["fine", "deaths", "concealed_deaths", "loss", "insider", "uplift", "answers", "mode", "tier", "known"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(NAMES, VALUES, max_size=4), st.sampled_from(["violation", "concealment", "general"]))
def test_any_json_is_calculated_or_refused(tmp_path: Path, facts: dict[str, object], kind: str) -> None:
    """If it fails, some nonsense in a field ends in a traceback."""
    try:
        found = tried(tmp_path, {**facts, "kind": kind})[1]
    except RewardError:
        return
    assert found["yuan"] is None  # nobody has answered the conditions
