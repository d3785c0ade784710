"""What the public pages state as data: nothing unverified is law, and a slip in a file stops the start."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.rules.duties import DATA, RuleError, load_duties
from app.rules.public import Claim, PublicFacts, from_source
from app.rules.reward import Facts, calculate
from app.rules.reward_policies import Policies

DAY = date(2026, 11, 24)
Edit = Callable[[str], str]


def copied(folder: Path, name: str, edit: Edit) -> Path:
    """The rule data in a folder of its own, with one file changed."""
    for path in DATA.glob("*.yaml"):
        shutil.copy(path, folder)
    before = (folder / name).read_text("utf-8")
    after = edit(before)
    assert after != before
    (folder / name).write_text(after, "utf-8")
    return folder


@pytest.mark.parametrize("kind", ["law", "fact", "elsewhere", "silent"])
def test_what_comes_from_memory_is_open_whatever_it_claims_to_be(kind: str) -> None:
    """A rule typed in from memory would be shown to a citizen as law."""
    assert Claim("text", "citation", kind, "memory").shown == "open"


@pytest.mark.parametrize(
    ("src", "shown"), [("found", "law"), ("town", "law"), ("derived", "open"), ("choice", "open")]
)
def test_only_what_was_read_is_law(src: str, shown: str) -> None:
    """Our own conclusion or choice would be called a rule of law."""
    assert Claim("text", "citation", "law", src).shown == shown


def test_nothing_is_cited_for_a_sector_that_is_not_verified() -> None:
    """A sector written down from memory would stand on the page with a statute beside it."""
    sectors = load_duties().sectors
    lines = [line for desk in PublicFacts.load().desks for line in desk.lines]
    assert {line.id for line in lines} == set(sectors)
    for line in lines:
        assert sectors[line.id].verified or (line.basis is None and line.lead_open)
        assert not line.lead_open or line.id == "pipeline" or not sectors[line.id].verified


def test_each_citation_of_a_sector_stands_in_the_duty_list() -> None:
    """The public page would cite a statute that the duty list, and so the rules collection, does not know."""
    sectors = load_duties().sectors
    for desk in PublicFacts.load().desks:
        for line in desk.lines:
            if line.basis and line.basis.kind == "law":
                law = line.basis.citation.split("第")[0]
                assert law in sectors[line.id].basis or law == "镇实施意见措施35", line.id


def test_averages_are_what_was_published() -> None:
    """A slip would promise ten times what people get."""
    assert [one.average for one in PublicFacts.load().sums] == [254, 255, 3440]


@pytest.mark.parametrize(
    ("where", "facts"),
    [
        ("河南泌阳", {"kind": "concealment", "deaths": 4}),
        ("浙江嵊州", {"kind": "violation", "fine_fen": 1_200_000}),
    ],
)
def test_our_arithmetic_on_a_published_case_is_the_engine_s(where: str, facts: dict[str, object]) -> None:
    """The page would explain a published sum in a way that our own calculation does not bear out."""
    shown = next(one for one in PublicFacts.load().cases if one.where == where)
    given = Facts(
        registered_on=DAY, verified="yes", first_reporter="yes", mode="named",
        answers={"not_known": "yes", "staff": "no", "third_party": "no", "known": "no", "unverifiable": "no"},
        **facts,  # type: ignore[arg-type]  # names and values of Facts
    )  # fmt: skip
    assert calculate(given, Policies.load()).fen == shown.yuan * 100
    assert shown.own


def test_the_general_policy_is_the_national_one() -> None:
    """Rates of a draft, of a trade's own rule or of no rule in force would be shown as what holds."""
    policy = PublicFacts.load().policy(DAY)
    assert policy is not None
    assert policy.id == "national-2018"
    assert PublicFacts.load().policy(date(2017, 1, 1)) is None
    assert from_source("text", policy.items["hazard"].source).shown == "law"


CLAIMS, DUTIES, REWARDS = "public_claims.yaml", "public_duties.yaml", "public_rewards.yaml"
BROKEN: dict[str, tuple[str, Edit, str]] = {
    "percent sign": (CLAIMS, lambda text: text.replace("百分之二十", "20%", 1), "rewards.insider_more"),
    "unknown kind": (CLAIMS, lambda text: text.replace("kind: law", "kind: lore", 1), "duties.helps"),
    "no source": (CLAIMS, lambda text: text.replace("    src: found\n", "", 1), "duties.helps"),
    "no page": (CLAIMS, lambda text: text.replace("\nkept:", "\nkpet:", 1), "kpet"),
    "cited from memory": (
        DUTIES,
        lambda text: text.replace(
            "things: 基站、光缆、井盖}",
            "things: 基站, basis: {text: a, citation: b, kind: law, src: found}}",
        ),
        "sectors.telecom",
    ),
    "no such sector": (DUTIES, lambda text: text.replace("\n  telecom:", "\n  telegraph:"), "telegraph"),
    "no short name": (DUTIES, lambda text: text.replace("  yingji: 应急\n", ""), "yingji"),
    "a case by hearsay": (REWARDS, lambda text: text.replace("    src: found", "    src: memory", 1), "cases.biyang"),
    "no reports": (REWARDS, lambda text: text.replace("reports: 166", "reports: 0"), "sums.hebei"),
    "yuan in words": (REWARDS, lambda text: text.replace("yuan: 160000", "yuan: many"), "cases.biyang"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_data_is_refused_by_name(name: str, tmp_path: Path) -> None:
    """A slip would show citizens something untrue, or an error page, instead of stopping the start."""
    file, edit, where = BROKEN[name]
    with pytest.raises(RuleError) as error:
        PublicFacts.load(copied(tmp_path, file, edit))
    assert where in str(error.value)


@pytest.mark.parametrize(("src", "shown"), [("found", "022-12345678"), ("memory", "")])
def test_a_telephone_is_shown_only_where_it_was_given(src: str, shown: str, tmp_path: Path) -> None:
    """Somebody in danger would call a number that nobody checked."""
    entry = f"telephones:\n  paichusuo: {{number: 022-12345678, citation: 镇政府, src: {src}}}\n"
    folder = copied(tmp_path, DUTIES, lambda text: text.replace("telephones: {}\n", entry))
    desk = next(one for one in PublicFacts.load(folder).desks if one.desk.id == "paichusuo")
    assert desk.telephone == shown
