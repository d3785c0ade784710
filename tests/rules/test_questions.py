"""Questions that fit: every sector has some, an answer does what the data say, nonsense does nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.rules.duties import DATA, RuleError, load_duties
from app.rules.questions import LONGEST, PLAIN, load_questions, questions_json
from app.rules.report import Report
from app.rules.routing import Rules, route

RULES = Rules.load()
QUESTIONS = RULES.questions
MOST_BYTES = 12 * 1024


def test_every_sector_has_two_to_five_short_questions() -> None:
    """A sector without questions would leave its verifier with nothing, one with ten would be an exam."""
    assert set(QUESTIONS.sectors) == set(RULES.sectors)
    for sector in RULES.sectors:
        asked = QUESTIONS.questions_for([sector])
        assert 2 <= len(asked) <= 5
        assert asked == QUESTIONS.sectors[sector]
        for one in asked:
            assert len(one.ask) <= LONGEST
            assert 2 <= len(one.answers) <= 4
            assert one.name == f"q_{sector}_{one.id}"


def test_every_sector_asks_whether_life_is_in_danger_first() -> None:
    """Somebody who is asked about papers before the smoke would answer the papers and stop."""
    quiet = {sector for sector, asked in QUESTIONS.sectors.items() if not asked[0].urgent}
    assert quiet == set()
    for question in QUESTIONS.by_name.values():
        for answer in question.answers.values():
            assert not answer.urgent or QUESTIONS.calls[answer.urgent].number


def test_a_report_on_two_matters_is_asked_five_at_most() -> None:
    """A death with a hazard that is still there would be asked eight questions, the urgent ones last."""
    asked = QUESTIONS.questions_for(["accident_concealment", "trade_industry", "accident_concealment"])
    assert len(asked) == 5
    assert [one.urgent for one in asked[:2]] == [True, True]
    assert not any(one.urgent for one in asked[2:])
    assert QUESTIONS.questions_for(["nothing", ""]) == ()


def test_what_is_sent_is_read_and_nonsense_dropped() -> None:
    """A made-up field would be sealed as if it had been asked, or one strange value would lose the others."""
    form = {
        "q_gas_smell": "yes",
        "q_gas_kind": "bottle",
        "q_gas_alarm": "maybe",
        "q_gas_nothing": "yes",
        "q_gas_sleep": ["yes"],
        "what": "漏气",
        "q_fire_smoke": "",
        "q_": "yes",
    }
    assert QUESTIONS.read_answers(form) == {"q_gas_smell": "yes", "q_gas_kind": "bottle"}
    assert QUESTIONS.read_answers({}) == {}


def test_answers_do_what_the_data_say() -> None:
    """Whoever smells gas would be told nothing, or the verifier not know what to look at."""
    told = QUESTIONS.effects({"q_gas_smell": "yes", "q_gas_kind": "bottle", "q_gas_alarm": "no"})
    assert told.urgent
    assert told.still
    assert [call.id for call in told.calls] == ["gas"]
    assert any(line.startswith("先测浓度") for line in told.verify)
    assert "煤气罐" in told.hints
    calm = QUESTIONS.effects({"q_gas_smell": "no", "q_gas_alarm": "unknown"})
    assert (calm.urgent, calm.still, calm.verify, calm.hints) == (False, False, (), ())


def test_an_answer_to_a_question_of_former_days_is_neither_lost_nor_an_error() -> None:
    """A desk could not open a case whose question was taken out of the file since."""
    old = {"q_gas_former": "yes", "q_gas_smell": "former"}
    assert not QUESTIONS.effects(old).urgent
    assert [(one.ask, one.answer) for one in QUESTIONS.said(old)] == [
        ("q_gas_smell", "former"),
        ("q_gas_former", "yes"),
    ]


def test_hints_guide_routing_only_where_no_sector_was_chosen() -> None:
    """An answer would outweigh what the reporter chose, or do nothing for one who could not say."""
    hints = "，".join(QUESTIONS.effects({"q_unknown_place": "site", "q_unknown_thing": "fall"}).hints)
    report = Report(what="看着不对劲", hints=hints)
    keys = frozenset(RULES.town_desks)
    assert RULES.guesses(report)[0].sector in ("construction", "self_built")
    assert RULES.guesses(Report(what="看着不对劲"))[0].score < RULES.guesses(report)[0].score
    assert route(report, RULES, desks_with_keys=keys).desk == "chengjian"
    chosen = Report(what="看着不对劲", hints=hints, sector="ebike")
    assert route(chosen, RULES, desks_with_keys=keys).sector == "ebike"


def test_hints_never_make_a_death_or_an_accusation() -> None:
    """A word of ours would send a report to discipline or to the district."""
    keys = frozenset(RULES.town_desks)
    for question in QUESTIONS.by_name.values():
        for answer in question.answers.values():
            decision = route(
                Report(what="有隐患", hints="，".join(answer.hints)), RULES, desks_with_keys=keys
            )
            assert decision.matters[0].kind == "hazard", question.name


def test_the_script_gets_questions_and_nothing_of_the_desk() -> None:
    """The form would be slow to load, or tell everybody what a verifier looks at and by which rule."""
    text = questions_json(QUESTIONS)
    assert len(text.encode()) <= MOST_BYTES
    value = json.loads(text)
    assert [tuple(one) for one in value["answers"]] == list(PLAIN.items())
    assert set(value["sectors"]) == set(RULES.sectors)
    for sector, asked in value["sectors"].items():
        for one in asked:
            question = QUESTIONS.by_name[f"q_{sector}_{one['id']}"]
            options = one.get("options", value["answers"])
            assert [key for key, _ in options] == list(question.answers)
            assert set(one.get("urgent", {}).values()) <= set(value["calls"])
            assert question.urgent == ("urgent" in one)
    for question in QUESTIONS.by_name.values():
        assert not question.basis or question.basis not in text


def test_what_comes_from_memory_is_never_cited(tmp_path: Path) -> None:
    """A verifier would hold a rule against an enterprise that nobody has read."""
    edited = edit(
        tmp_path, lambda text: text.replace("安全生产法第三十六条, src: found", "某法第一条, src: memory")
    )
    told = load_questions(load_duties(), edited).effects({"q_gas_alarm": "no"})
    assert told.verify == ("可燃气体报警装置装没装、通没通电",)


Edit = Callable[[str], str]

BROKEN: dict[str, tuple[Edit, str]] = {
    "unknown key": (lambda text: text.replace("{ask: 现在闻得到", "{hue: 1, ask: 现在闻得到"), "gas.smell"),
    "no such call": (lambda text: text.replace("urgent: gas", "urgent: nobody"), "gas.smell"),
    "call without digits": (lambda text: text.replace("number: '95598'", "number: 供电所"), "calls.power"),
    "sector gone": (lambda text: text.replace("\n  gas:", "\n  gass:"), "gass"),
    "one question": (lambda text: text[: text.rindex("    place: {ask: 是什么地方？")], "sectors.unknown"),
    "an exam": (lambda text: text.replace("现在闻得到漏气味吗", "现在闻得到漏气味或者听得到呲呲的声音吗"), "gas.smell"),
    "basis without a mark": (lambda text: text.replace("第四十条, src: found", "第四十条", 1), "gas.smell"),
    "an id that is a yes": (lambda text: text.replace("    smell: {", "    yes: {"), "no id"),
    "does nothing": (lambda text: text.replace("{urgent: gas, verify: 先测浓度，再找漏点}", "{}"), "gas.smell"),
    "still false": (lambda text: text.replace("if_no: {still: true", "if_no: {still: false", 1), "still"),
    "key twice": (lambda text: text + "\nsectors: {}\n", "sectors"),
}  # fmt: skip


def edit(folder: Path, change: Edit) -> Path:
    before = (DATA / "questions.yaml").read_text("utf-8")
    after = change(before)
    assert after != before
    (folder / "questions.yaml").write_text(after, "utf-8")
    return folder


@pytest.mark.parametrize("name", BROKEN)
def test_broken_questions_are_refused_by_name(name: str, tmp_path: Path) -> None:
    """A broken question would fail at a reporter's page instead of stopping the start."""
    change, where = BROKEN[name]
    with pytest.raises(RuleError) as error:
        load_questions(load_duties(), edit(tmp_path, change))
    assert "questions.yaml" in str(error.value)
    assert where in str(error.value)


def test_the_rules_load_with_their_questions(tmp_path: Path) -> None:
    """A town's own folder of rules without questions would start and then fail at the first report."""
    for path in DATA.glob("*.yaml"):
        if path.name != "questions.yaml":
            shutil.copy(path, tmp_path)
    with pytest.raises(RuleError, match=r"questions\.yaml"):
        Rules.load(tmp_path)
