"""Reward calculations: the published vectors, the boundaries, and who gets one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.rules.reward import Calculation, Facts, Policies, RewardError, calculate, questions

POLICIES = Policies.load()
VECTORS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "reward_vectors.yaml").read_text("utf-8")
)
YUAN = 100
GOOD = Facts(
    registered_on=date(2026, 11, 23),
    kind="violation",
    verified="yes",
    first_reporter="yes",
    mode="named",
    answers={"not_known": "yes", "staff": "no", "third_party": "no", "known": "no", "unverifiable": "no"},
)


def fined(yuan: int, **changes: Any) -> Facts:
    return replace(GOOD, fine_fen=yuan * YUAN, **changes)


def concealed(deaths: int | None, **changes: Any) -> Facts:
    return replace(GOOD, kind="concealment", deaths=deaths, **changes)


def paid(facts: Facts, **settings: Any) -> int | None:
    """The amount in yuan."""
    found = calculate(facts, POLICIES, **settings)
    assert (found.fen is not None) == (found.outcome == "amount")
    return None if found.fen is None else found.fen // YUAN


def missing(found: Calculation) -> list[str]:
    return [one.id for one in found.missing]


@pytest.mark.parametrize("vector", VECTORS, ids=[str(vector["given"]) for vector in VECTORS])
def test_published_vectors(vector: dict[str, Any]) -> None:
    """If it fails, the service proposes other amounts than those that were really paid."""
    given = dict(vector["given"])
    fine = given.pop("fine", None)
    found = calculate(replace(GOOD, **given, fine_fen=fine and fine * YUAN), POLICIES)
    assert (found.outcome, found.fen) == ("amount", vector["expect"] * YUAN)
    assert (found.policy, found.version) == ("national-2018", 1)
    if "class" in vector:
        assert any(f"{vector['class']}（" in step.formula for step in found.steps)


@pytest.mark.parametrize(
    ("fine", "amount"),
    [
        (1, 3000),
        (19_999, 3000),
        (20_000, 3000),
        (20_001, 3000),  # 3000.15
        (20_004, 3001),  # 3000.60
        (20_010, 3002),  # 3001.50: half up, not to even
        (1_999_990, 299_999),  # 299,998.50
        (1_999_999, 300_000),
        (2_000_000, 300_000),
        (2_000_001, 300_000),
        (10**10, 300_000),
    ],
)
def test_share_floor_cap_and_rounding(fine: int, amount: int) -> None:
    """If it fails, the floor, the cap or the rounding (元以下四舍五入) is off by a yuan."""
    assert paid(fined(fine)) == amount
    assert paid(fined(fine, kind="hazard")) == amount


def test_cents_are_not_lost_before_rounding() -> None:
    """If it fails, an amount is rounded twice or reckoned in binary fractions."""
    assert paid(replace(GOOD, fine_fen=2_000_999)) == 3001  # 3001.4985
    assert paid(replace(GOOD, fine_fen=2_001_000)) == 3002  # 3001.50


@pytest.mark.parametrize(
    ("deaths", "injuries", "loss", "name"),
    [
        (0, 0, 0, "一般"),
        (2, 9, 9_999_999, "一般"),
        (3, 0, 0, "较大"),
        (0, 10, 0, "较大"),
        (0, 0, 10_000_000, "较大"),
        (9, 49, 49_999_999, "较大"),
        (10, 0, 0, "重大"),
        (1, 50, 0, "重大"),
        (1, 0, 50_000_000, "重大"),
        (29, 99, 99_999_999, "重大"),
        (30, 0, 0, "特别重大"),
        (0, 100, 0, "特别重大"),
        (0, 0, 100_000_000, "特别重大"),
    ],
)
def test_classes_include_their_threshold(deaths: int, injuries: int, loss: int, name: str) -> None:
    """If it fails, 以上包括本数 (国务院令第493号第三条) is not kept and an accident falls into the wrong class."""
    assert POLICIES.classify(deaths, injuries, loss * YUAN) == name


def test_concealment_counts_the_concealed_dead_in_the_accidents_class() -> None:
    """If it fails, the class is taken from the concealed part, or all dead are paid for."""
    assert paid(concealed(3, concealed_deaths=1)) == 40_000
    assert paid(concealed(1, serious_injuries=50)) == 50_000
    assert paid(concealed(30, concealed_deaths=2)) == 120_000
    assert paid(concealed(2, accident_class="较大")) == 80_000


def test_confirmed_class_that_does_not_fit_is_pointed_out() -> None:
    """If it fails, a slip in the confirmed class goes into the papers unseen."""
    assert any("请核对" in note for note in calculate(concealed(2, accident_class="较大"), POLICIES).notes)
    assert not any(
        "请核对" in note for note in calculate(concealed(4, accident_class="较大"), POLICIES).notes
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(GOOD, kind="general"), "一般隐患"),
        (concealed(0), "没有人员死亡"),
        (concealed(3, concealed_deaths=0), "没有人员死亡"),
        (replace(GOOD, no_fine=True), "没有罚款"),
        (fined(0), "没有罚款"),
        (fined(12_000, registered_on=date(2018, 1, 3)), "没有已经核定有效的奖励办法"),
    ],
)
def test_silent_rules_determine_nothing(facts: Facts, reason: str) -> None:
    """If it fails, an amount is guessed where no rule names one."""
    found = calculate(facts, POLICIES)
    assert (found.outcome, found.fen, found.if_eligible_fen) == ("not_determined", None, None)
    assert any(reason in text for text in found.reasons)


def test_policy_begins_on_its_day() -> None:
    """If it fails, a report is judged by a rule that was not yet, or no longer, in force."""
    assert paid(fined(12_000, registered_on=date(2018, 1, 4))) == 3000


@pytest.mark.parametrize(
    ("facts", "what"),
    [(GOOD, "fine"), (concealed(None), "deaths")],
)
def test_missing_facts_are_named(facts: Facts, what: str) -> None:
    """If it fails, an amount is calculated from what nobody has said."""
    found = calculate(facts, POLICIES)
    assert (found.outcome, found.fen, missing(found)) == ("not_determined", None, [what])


@pytest.mark.parametrize("question", [question.id for question in questions(GOOD, POLICIES)])
def test_each_question_must_be_answered(question: str) -> None:
    """If it fails, a condition is taken as fulfilled because nobody asked."""
    own = {question: "unknown"} if question in ("verified", "first_reporter") else {}
    answers = {**GOOD.answers, question: "unknown"}
    facts = fined(12_000, answers={key: answers[key] for key in answers if key not in own}, **own)
    found = calculate(facts, POLICIES)
    assert (found.outcome, found.fen, missing(found)) == ("not_determined", None, [question])
    assert found.if_eligible_fen == 3000 * YUAN


@pytest.mark.parametrize(
    "changes",
    [
        {"verified": "no"},
        {"first_reporter": "no"},
        {"answers": {**GOOD.answers, "not_known": "no"}},
        {"answers": {**GOOD.answers, "known": "yes"}},
        {"answers": {**GOOD.answers, "unverifiable": "yes"}},
    ],
)
def test_conditions_refuse(changes: dict[str, Any]) -> None:
    """If it fails, somebody is proposed for a reward whom the rule excludes."""
    found = calculate(fined(12_000, **changes), POLICIES)
    assert (found.outcome, found.fen, found.if_eligible_fen) == ("not_eligible", None, None)
    assert len(found.reasons) == 1


@pytest.mark.parametrize("question", ["staff", "third_party"])
def test_unverified_exclusion_refuses_nobody(question: str) -> None:
    """If it fails, a reporter is refused by a clause that nobody has seen for this place."""
    found = calculate(fined(12_000, answers={**GOOD.answers, question: "yes"}), POLICIES)
    assert (found.outcome, found.fen) == ("not_determined", None)
    assert any("待核" in reason for reason in found.reasons)
    line = next(step for step in found.steps if "授意" in step.text and step.formula == "是")
    assert not line.verified


@pytest.mark.parametrize(
    ("mode", "setting", "outcome"),
    [
        ("anonymous", None, "not_determined"),
        ("callback", None, "not_determined"),
        ("anonymous", "allowed_by_code", "amount"),
        ("callback", "allowed_by_code", "amount"),
        ("anonymous", "contact_required", "not_eligible"),
        ("callback", "contact_required", "amount"),
        ("anonymous", "not_allowed", "not_eligible"),
        ("callback", "not_allowed", "not_eligible"),
        ("named", None, "amount"),
        ("named", "not_allowed", "amount"),
    ],
)
def test_anonymous_reward_is_the_authoritys_choice(mode: str, setting: str | None, outcome: str) -> None:
    """If it fails, an anonymous reporter is silently promised or denied a reward."""
    assert calculate(fined(12_000, mode=mode), POLICIES, anonymous_reward=setting).outcome == outcome


def test_insider_without_a_set_uplift_gets_the_settled_part() -> None:
    """If it fails, an uplift is guessed, or an insider gets nothing because nobody has set one."""
    found = calculate(fined(1_000_000, insider=True), POLICIES)
    assert (found.outcome, found.fen, missing(found)) == ("amount", 150_000 * YUAN, ["uplift"])
    assert found.stacked == (("insider-2020", 1),)
    assert calculate(fined(1_000_000), POLICIES).stacked == ()


@pytest.mark.parametrize(
    ("fine", "uplift", "mode", "amount"),
    [
        (12_000, "0.2", None, 3600),
        (1_000_000, "0.3", None, 195_000),
        (2_000_000, "0.3", "keep_cap", 300_000),
        (2_000_000, "0.3", "cap_times_uplift", 390_000),  # as 厦门: 39万
        (3_000_000, "0.15", "keep_cap", 300_000),  # as 河南
        (1_600_000, "0.3", "keep_cap", 300_000),
        (1_600_000, "0.3", "cap_times_uplift", 312_000),
        (20_010, "0.15", None, 3452),  # 3002 × 1.15 = 3452.30
    ],
)
def test_insiders_uplift(fine: int, uplift: str, mode: str | None, amount: int) -> None:
    """If it fails, the uplift meets floor, cap or rounding in another way than the places that have set one."""
    facts = fined(fine, insider=True)
    found = calculate(facts, POLICIES, uplift=Decimal(uplift), cap_mode=mode)
    assert (found.outcome, found.fen, found.missing) == ("amount", amount * YUAN, ())


def test_unset_cap_mode_is_asked_for_only_where_it_matters() -> None:
    """If it fails, an open question about the cap is decided by the program."""
    found = calculate(fined(2_000_000, insider=True), POLICIES, uplift=Decimal("0.2"))
    assert (found.fen, missing(found)) == (300_000 * YUAN, ["cap_mode"])


@pytest.mark.parametrize(
    "changes",
    [
        {"insider": False},
        {"insider": True, "contract_proof": "no"},
        {"insider": True, "mode": "callback"},  # 应急〔2020〕69号 §4 asks for the real name
        {"insider": True, "kind": "concealment", "deaths": 1},
        {"insider": True, "registered_on": date(2020, 9, 15)},
    ],
)
def test_no_uplift(changes: dict[str, Any]) -> None:
    """If it fails, the insider's uplift goes to somebody the rule does not name."""
    found = calculate(
        fined(1_000_000, **changes), POLICIES, uplift=Decimal("0.2"), anonymous_reward="allowed_by_code"
    )
    plain = fined(1_000_000, **{**changes, "insider": False})
    assert found.fen == calculate(plain, POLICIES, anonymous_reward="allowed_by_code").fen
    assert found.fen is not None


@pytest.mark.parametrize(
    "settings",
    [
        {"uplift": Decimal(20)},
        {"uplift": Decimal(0)},
        {"uplift": Decimal("-0.1")},
        {"uplift": Decimal("NaN")},
        {"cap_mode": "none"},
        {"anonymous_reward": "yes"},
    ],
)
def test_senseless_settings_are_refused(settings: dict[str, Any]) -> None:
    """If it fails, 20 for 20 % multiplies a reward by 21."""
    with pytest.raises(RewardError):
        calculate(fined(12_000), POLICIES, **settings)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "rumour"},
        {"mode": "loud"},
        {"verified": "perhaps"},
        {"answers": {"known": "Yes"}},
        {"fine_fen": -1},
        {"no_fine": True, "fine_fen": 1},
        {"deaths": 1, "concealed_deaths": 2},
        {"accident_class": "很大"},
    ],
)
def test_contradicting_facts_are_refused(changes: dict[str, Any]) -> None:
    """If it fails, a slip of the form becomes an amount."""
    with pytest.raises(RewardError):
        replace(GOOD, **changes)


def test_undetermined_policies_are_named_and_not_used() -> None:
    """If it fails, a rule that may not be in force decides an amount, or nobody learns that it may."""
    found = calculate(concealed(4), POLICIES)
    assert found.fen == 160_000 * YUAN  # 天津2021试行 would give 20,000
    assert any("天津市安全生产举报奖励办法" in note for note in found.notes)
    special = calculate(fined(12_000, sector="special_equipment", tier="一级"), POLICIES)
    assert special.policy == "national-2018"
    assert any("市场监管领域" in note for note in special.notes)
    assert calculate(fined(12_000), POLICIES).notes == ()


def test_every_step_has_a_citation() -> None:
    """If it fails, a number stands in the calculation without its source."""
    found = calculate(fined(20_010, insider=True), POLICIES, uplift=Decimal("0.2"))
    assert all(step.citation and step.text and step.formula for step in found.steps)
    rounding = next(step for step in found.steps if "四舍五入" in step.text)
    assert not rounding.verified  # our own choice
