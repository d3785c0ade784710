"""Deaths, accused officials and remaining hazards in the words of a report."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from app.rules.duties import DATA, RuleError
from app.rules.matters import load_matters
from app.rules.routing import Report, Rules, route
from tests.rules import accuracy

WORDS = load_matters()
INNOCENT = yaml.safe_load((accuracy.HERE / "innocent.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["death", "official"])
def test_all_are_found_without_a_box(kind: str) -> None:
    """A concealed death or an accused official would be handled by the town, or by the accused."""
    unfound, false = accuracy.missed(accuracy.aside(), kind)
    assert not unfound
    assert len(false) <= 1


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    """An ordinary hazard would leave the town for the district or for discipline, and lie there."""
    rules = Rules.load()
    decision = route(Report(what=text), rules, desks_with_keys=frozenset(rules.town_desks))
    assert {one.kind for one in decision.matters} == {"hazard"}


def test_a_remaining_hazard_is_found() -> None:
    """The accusation would be handled and the danger left where it is."""
    cases = [case for case in accuracy.aside() if case.still and (case.death or case.official)]
    rules = Rules.load()
    found = [route(one.report, rules, desks_with_keys=frozenset(rules.town_desks)).matters for one in cases]
    split = [matters for matters in found if matters[-1].kind == "hazard" and len(matters) > 1]
    assert len(split) >= 0.8 * len(cases)


def test_words_of_the_report_never_stand_in_the_reason() -> None:
    """The reason is read by people who may not read the report."""
    for case in accuracy.aside():
        signs = WORDS.read(case.text)
        for why in (*signs.death, *signs.official, *signs.upper, *signs.still):
            assert why.startswith(("文字", "涉及", "隐患", "检查后"))
            assert not any(case.text[i : i + 5] in why for i in range(len(case.text) - 4))


@pytest.mark.parametrize(
    "text", ["收了钱" * 30_000, "镇长" * 50_000, "检查头天" * 25_000, "没了" * 50_000, "a " * 50_000]
)
def test_a_hostile_text_ends(text: str) -> None:
    """Patterns that backtrack without bound would let one text stop the service."""
    WORDS.read(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<death>'", "<nothing>'"),
        ("why: 文字说到有人死亡\n", "how: 文字说到有人死亡\n"),
        ("'保护伞|", "'(保护伞|"),
        ("  no_death:", "  no_deaths:"),
        ("  upper_named:", "  upper_names:"),
    ],
)
def test_broken_patterns_are_refused_by_name(before: str, after: str, tmp_path: Path) -> None:
    """A slip in a pattern would silently find nothing any more."""
    text = (DATA / "matters.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "matters.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=r"matters\.yaml"):
        load_matters(tmp_path)
