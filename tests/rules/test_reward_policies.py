"""Reward policies as data: a slip in a file must stop the start."""

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.rules.reward import Facts, calculate, questions
from app.rules.reward_policies import DATA, Policies
from app.rules.reward_types import RewardError

FACTS = Facts(
    registered_on=date(2026, 11, 23),
    kind="violation",
    fine_fen=10_000_000,
    verified="yes",
    first_reporter="yes",
    mode="named",
    answers={"not_known": "yes", "staff": "no", "third_party": "no", "known": "no", "unverifiable": "no"},
)
NATIONAL = "reward_policy_national-2018.yaml"
INSIDER = "reward_policy_insider-2020.yaml"
SAMR = "reward_policy_samr-2021.yaml"
CLASSES = "reward_accident_classes.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in DATA.glob("reward_*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def edit(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    raw = yaml.safe_load((folder / name).read_text("utf-8"))
    change(raw)
    (folder / name).write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")


def test_policies_of_the_program() -> None:
    """If it fails, a policy was lost, or one of unknown force is calculated with."""
    policies = {policy.id: policy for policy in Policies.load().policies}
    assert {name for name, policy in policies.items() if policy.status == "in_force"} == {
        "national-2018",
        "insider-2020",
    }
    assert set(policies) == {
        "national-2018", "insider-2020", "tianjin-2021-trial", "tianjin-2022-draft", "samr-2021", "mine-2021",
    }  # fmt: skip
    insider = policies["insider-2020"].insider
    assert insider is not None
    assert (insider.uplift, insider.cap_mode) == (None, None)
    assert policies["national-2018"].claim_days == 60
    assert all(policy.source.citation and policy.name for policy in policies.values())


def test_conditions_are_asked_one_by_one() -> None:
    """If it fails, a condition of the rule is never put to the desk."""
    ids = [question.id for question in questions(FACTS, Policies.load())]
    assert ids == ["verified", "not_known", "first_reporter", "staff", "third_party", "known", "unverifiable"]


def put_in_force(folder: Path, name: str, since: date) -> None:
    """With the national policy's conditions, as a policy in force has to have some."""
    national = yaml.safe_load((folder / NATIONAL).read_text("utf-8"))
    conditions = {part: national[part] for part in ("eligibility", "exclusions")}
    edit(folder, name, lambda raw: raw.update({"status": "in_force", "from": since, **conditions}))


def test_uplift_can_be_set_in_the_data(folder: Path) -> None:
    """If it fails, the district's decision cannot be entered but in code."""
    edit(folder, INSIDER, lambda raw: raw["insider"].update(uplift="0.2", cap_mode="keep_cap"))
    facts = Facts(**{**FACTS.__dict__, "insider": True})
    policies = Policies.load(folder)
    assert calculate(facts, policies).fen == 1_800_000
    assert calculate(facts, policies, uplift=Decimal("0.3")).fen == 1_950_000  # what is given goes before


def test_a_trades_own_policy_goes_first_once_in_force(folder: Path) -> None:
    """If it fails, setting a policy in force does nothing, or it rules other sectors too (2018办法 §2)."""
    put_in_force(folder, SAMR, date(2021, 12, 1))
    policies = Policies.load(folder)
    special = {**FACTS.__dict__, "sector": "special_equipment"}
    assert calculate(Facts(**{**special, "tier": "三级"}), policies).fen == 100_000  # 1 % of 100,000 yuan
    assert calculate(Facts(**{**special, "tier": "一级"}), policies).fen == 500_000
    open_ = calculate(Facts(**special), policies)
    assert (open_.outcome, [one.id for one in open_.missing]) == ("not_determined", ["tier"])
    assert calculate(FACTS, policies).policy == "national-2018"
    before = {**special, "registered_on": date(2021, 11, 30)}
    assert calculate(Facts(**before), policies).policy == "national-2018"


def test_flat_amounts_by_class(folder: Path) -> None:
    """If it fails, a local policy of flat sums cannot be put in force."""
    put_in_force(folder, "reward_policy_tianjin-2021-trial.yaml", date(2021, 3, 1))
    facts = Facts(**{**FACTS.__dict__, "kind": "concealment", "deaths": 4})
    found = calculate(facts, Policies.load(folder))
    assert (found.policy, found.fen) == ("tianjin-2021-trial", 2_000_000)
    violation = calculate(FACTS, Policies.load(folder))
    assert (violation.outcome, violation.policy) == (
        "amount",
        "national-2018",
    )  # it says nothing of violations


def test_ended_policy_is_not_used(folder: Path) -> None:
    """If it fails, a repealed rule goes on deciding amounts; its last day is its own."""
    edit(folder, NATIONAL, lambda raw: raw.update(to=date(2026, 11, 23)))
    assert calculate(FACTS, Policies.load(folder)).outcome == "amount"
    edit(folder, NATIONAL, lambda raw: raw.update(to=date(2026, 11, 22)))
    assert calculate(FACTS, Policies.load(folder)).outcome == "not_determined"


def test_two_policies_at_once_are_an_error(folder: Path) -> None:
    """If it fails, the order of files decides what somebody is paid."""
    raw = yaml.safe_load((folder / NATIONAL).read_text("utf-8"))
    raw.update(id="second")
    (folder / "reward_policy_second.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    with pytest.raises(RewardError, match="second"):
        calculate(FACTS, Policies.load(folder))


def item(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda raw: raw["items"]["violation"].update(changes)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (NATIONAL, item(rate=0.15)),  # without quotes: a binary fraction
        (NATIONAL, item(rate="15")),
        (NATIONAL, item(rate="0")),
        (NATIONAL, item(rate="NaN")),
        (NATIONAL, item(rate="a sixth")),
        (NATIONAL, item(floor=300_001)),
        (NATIONAL, item(floor=-1)),
        (NATIONAL, item(cap="300000")),
        (NATIONAL, item(by="whim")),
        (NATIONAL, item(src="rumour")),
        (NATIONAL, item(citation="")),
        (NATIONAL, lambda raw: raw["items"]["concealment"]["amounts"].pop("重大")),
        (NATIONAL, lambda raw: raw["items"].update(gossip=raw["items"]["hazard"])),
        (NATIONAL, lambda raw: raw.update({"from": None})),
        (NATIONAL, lambda raw: raw.update({"from": "soon"})),
        (NATIONAL, lambda raw: raw.update(to=date(2017, 1, 1))),
        (NATIONAL, lambda raw: raw.update(status="perhaps")),
        (NATIONAL, lambda raw: raw.update(version="1")),
        (NATIONAL, lambda raw: raw.update(eligiblity=[])),
        (NATIONAL, lambda raw: raw.pop("citation")),
        (NATIONAL, lambda raw: raw["exclusions"].append(raw["exclusions"][0])),
        (NATIONAL, lambda raw: raw["eligibility"][0].pop("question")),
        (INSIDER, lambda raw: raw["insider"].update(uplift="20")),
        (INSIDER, lambda raw: raw["insider"].update(uplift=0.2)),
        (INSIDER, lambda raw: raw["insider"].update(cap_mode="none")),
        (INSIDER, lambda raw: raw.update(stacks_on="nothing")),
        (SAMR, lambda raw: raw.update(id="mine-2021")),
        (SAMR, lambda raw: raw.update(status="in_force")),  # asks no condition
        (NATIONAL, lambda raw: raw["eligibility"].pop(0)),
        (CLASSES, lambda raw: raw["classes"].reverse()),
        (CLASSES, lambda raw: raw["classes"][1].update(deaths=30)),
        (CLASSES, lambda raw: raw["classes"].pop()),
    ],
)
def test_senseless_data_is_refused(
    folder: Path, name: str, change: Callable[[dict[str, Any]], object]
) -> None:
    """If it fails, a slip of the pen in a policy pays somebody wrongly."""
    edit(folder, name, change)
    with pytest.raises(RewardError):
        Policies.load(folder)


@pytest.mark.parametrize("text", ["", "[", "- 1", "id: 3", "items: 3"])
def test_broken_files_are_named(folder: Path, text: str) -> None:
    """If it fails, a broken file stops the start with a traceback instead of its name."""
    (folder / NATIONAL).write_text(text, "utf-8")
    with pytest.raises(RewardError, match=NATIONAL):
        Policies.load(folder)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    """If it fails, a service without its policies starts and tells everybody that nothing is in force."""
    with pytest.raises(RewardError):
        Policies.load(tmp_path)
