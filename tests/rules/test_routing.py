"""Which desk a report goes to, in which order the rules speak, and what is split off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.rules.routing import Decision, Report, RuleError, Rules, route, route_lines
from app.rules.text_model import TextModel

RULES = Rules.load()
INSIDE = frozenset(RULES.town_desks)
LIFT = "电梯老是困人,按铃没人应,检验标志是前年的"
DEATH = "厂里轧死一个人,赔了钱不让往外说"
BRIBE = "村主任收了人家的红包,采石场照样挖山,夜里放炮"


def decide(keys: frozenset[str] = INSIDE, **given: str | bool) -> Decision:
    """The decision on a report with these fields."""
    return route(Report(**given), RULES, desks_with_keys=keys)  # type: ignore[arg-type]


def test_the_text_decides_where_nothing_is_chosen() -> None:
    """A report in plain words would wait at the dispatch desk."""
    decision = decide(what=LIFT)
    assert (decision.desk, decision.sector, decision.rule) == ("shichang", "special_equipment", "text")
    assert decision.matters[0].desk == decision.desk
    assert decision.assist[0] == "qu_shichang"
    assert len(decision.guesses) == len(RULES.sectors)


def test_what_was_chosen_comes_before_poster_and_text() -> None:
    """The reporter's own choice would be overruled by a guess."""
    chosen = decide(what=LIFT, sector="gas", poster_sector="school")
    assert (chosen.sector, chosen.rule, chosen.desk) == ("gas", "chosen", "chengjian")
    poster = decide(what=LIFT, poster_sector="school")
    assert (poster.sector, poster.rule) == ("school", "poster")
    assert decide(what=LIFT, sector="unknown").rule == "text"
    assert "举报" not in chosen.reason  # a patrol chooses too


def test_death_and_accusation_come_before_what_was_chosen() -> None:
    """A concealed death or an accused official would stay with the town's ordinary desk."""
    assert decide(what=DEATH, sector="trade_industry").desk == "office"
    assert decide(what=BRIBE, sector="noncoal_mine").desk == "jijian"
    assert decide(what=LIFT, deaths=True).rule == "death"
    assert decide(what=LIFT, about_official=True).rule == "conflict"
    assert decide(what=LIFT, sector="corruption").desk == "jijian"
    assert decide(what=LIFT, poster_sector="accident_concealment").desk == "office"


def test_an_accusation_is_reserved_and_a_death_is_not() -> None:
    """The office would see a case on an official."""
    assert decide(what=BRIBE).matters[0].reserved
    assert not any(one.reserved for one in decide(what=DEATH).matters)
    both = decide(what=BRIBE, deaths=True)
    assert [one.kind for one in both.matters] == ["official", "death", "hazard"]
    assert [one.reserved for one in both.matters] == [True, False, False]


@pytest.mark.parametrize(
    "what",
    [
        "副镇长收了老板的红包,没人管",
        "区里来的科长收了好处",
        "镇纪委的人把我的举报材料给老板看了,还收了钱",
    ],
)
def test_leaders_go_to_the_district_or_to_the_telephone(what: str) -> None:
    """An accusation of the town's leaders would be opened by their own subordinates."""
    here = decide(what=what)
    assert (here.desk, here.refer, here.matters[0].desk) == ("", "12388", "")
    there = decide(INSIDE | {"qu_jiwei"}, what=what)
    assert (there.desk, there.refer) == ("qu_jiwei", "")


def test_leaders_merely_named_count_where_the_box_is_ticked() -> None:
    """A ticked box and a leader's name would not be enough to keep it from the town."""
    assert decide(what="副镇长的事你们管不管", about_official=True).refer == "12388"
    assert decide(what=LIFT, about_official=True, not_these="镇纪委老李").refer == "12388"
    assert decide(what=LIFT, about_official=True, not_these="派出所老李").desk == "jijian"


def test_discipline_without_a_key_is_never_named() -> None:
    """An accusation would be sealed to a desk that cannot open it, or to the office."""
    assert decide(INSIDE - {"jijian"}, what=BRIBE).refer == "12388"
    assert decide(INSIDE - {"jijian"} | {"qu_jiwei"}, what=BRIBE).desk == "qu_jiwei"


def test_the_remaining_hazard_avoids_the_accused() -> None:
    """The hazard would be split off to the very desk that is accused."""
    decision = decide(what="派出所的人收了红包,歌厅安全出口焊死了照样开", still_dangerous=True)
    assert decision.desk == "jijian"
    assert decision.matters[1].kind == "hazard"
    assert decision.matters[1].desk == "dispatch"
    named = decide(what=LIFT, about_official=True, still_dangerous=True, not_these="市场所老王")
    assert named.matters[1].desk == "dispatch"


@pytest.mark.parametrize("now", [True, False])
def test_a_ticked_danger_splits_off_a_hazard(now: bool) -> None:
    """The danger that is still there would leave the town together with the death."""
    assert len(decide(what=DEATH).matters) == 1
    decision = decide(what=f"{DEATH},{LIFT}", danger_now=now, still_dangerous=not now)
    assert [one.kind for one in decision.matters] == ["death", "hazard"]
    assert decision.matters[1].desk == "shichang"


def test_who_must_not_know_never_gets_it() -> None:
    """A report would be sealed to the desk in which someone must not see it."""
    for name in ("市场所的老王", "shichang", "他们谁都别告诉"):
        assert decide(what=LIFT, not_these=name).desk == "dispatch"
    for name in ("分派岗小刘", "综合治理中心的人", "dispatch"):
        assert decide(what=LIFT, not_these=name).desk == "office"
    nobody = decide(what=LIFT, not_these="分派岗和安委办的人")
    assert (nobody.desk, nobody.refer) == ("", "12350")
    assert decide(what=DEATH, not_these="安委会的人").desk == "dispatch"
    assert decide(what=LIFT, sector="gas", not_these="城建办").desk == "dispatch"
    assert decide(what=LIFT, not_these="市场所的老王").assist == ()


def test_a_desk_without_a_key_is_never_named() -> None:
    """A report would be sealed to nobody."""
    decision = decide(INSIDE - {"shichang"}, what=LIFT)
    assert (decision.desk, decision.rule, decision.sector) == ("dispatch", "no_key", "special_equipment")
    assert "密钥" in decision.reason
    for keys in (
        INSIDE - {"shichang", "dispatch"},
        frozenset({"dispatch"}),
        frozenset({"office"}),
        frozenset[str](),
    ):
        for what in (LIFT, DEATH, BRIBE, "你好"):
            made = decide(keys, what=what)
            assert all(one.desk in keys | {""} for one in made.matters)
            assert bool(made.refer) == (made.desk == "")


def test_what_nobody_can_tell_goes_to_dispatch() -> None:
    """A report that says nothing would be given to a desk by chance."""
    for what in ("", "你好在吗", "😀", "1"):
        assert decide(what=what).desk == "dispatch"
    assert (decide(what="").rule, decide(what="").sector) == ("dispatch", "unknown")


def unsure(*sectors: str, where: str = "") -> tuple[str, str, str]:
    """Rule, sector and desk of a report whose words were learned for each of `sectors` alike."""
    model = TextModel.train([(sector, "人太多了") for sector in sectors])
    rules = replace(RULES, model=model)
    decision = route(Report(what="人太多了", where=where), rules, desks_with_keys=INSIDE)
    return decision.rule, decision.sector, decision.desk


def test_the_three_lead_rules_speak_where_the_text_is_not_sure() -> None:
    """谁主管、谁为主、谁靠近: a report between two sectors would wait at the dispatch desk."""
    assert unsure("medical", "elderly_care", "school", "religious") == ("zhuguan", "medical", "shehui")
    assert unsure("fire", "gas", "construction", "self_built", "water", "power") == (
        "weizhu",
        "gas",
        "chengjian",
    )
    assert unsure("fire", "gas", "medical", "water", "power", "noncoal_mine")[0] == "dispatch"
    near = unsure("fire", "gas", "medical", "water", "power", "noncoal_mine", where="西大寺")
    assert near == ("kaojin", "religious", "shehui")
    for where in ("西边", "大寺街"):
        assert (
            unsure("fire", "gas", "medical", "water", "power", "noncoal_mine", where=where)[2] == "dispatch"
        )


def test_reasons_quote_nothing() -> None:
    """The reason is read by people who may not read the report."""
    for what in (LIFT, DEATH, BRIBE):
        reason = decide(what=what, not_these="老王八蛋").reason
        assert "老王八蛋" not in reason
        assert not any(what[i : i + 4] in reason for i in range(len(what) - 3))


def test_an_unknown_sector_is_refused() -> None:
    """A forged sector would break the routing later, after the report was taken."""
    with pytest.raises(RuleError, match="nonsense"):
        decide(what=LIFT, sector="nonsense")


def test_lines_for_a_file(tmp_path: Path) -> None:
    """The command line would print something other scripts cannot read."""
    file = tmp_path / "reports.json"
    file.write_text(
        json.dumps([{"id": "a1", "what": LIFT, "also": [], "when": None}, {"what": BRIBE}]), encoding="utf-8"
    )
    first, second = (json.loads(line) for line in route_lines(file))
    assert first["id"] == "a1"
    assert first["guesses"][0] == "special_equipment"
    assert (first["desk"], first["matters"]) == ("shichang", ["special_equipment"])
    assert set(second) == {"guesses", "desk", "matters", "reason"}
    assert second["matters"] == ["corruption", "noncoal_mine"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        "[[]]",
        '[{"what": 1}]',
        '[{"deaths": "no"}]',
        '[{"sector": "nonsense"}]',
        "\xff",
        "[" * 100_000,
    ],
)
def test_a_bad_file_is_a_rule_error(text: str, tmp_path: Path) -> None:
    """A bad file would end in a traceback instead of a sentence."""
    file = tmp_path / "reports.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(RuleError):
        list(route_lines(file))
