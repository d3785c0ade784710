"""Answers to questions that fit: sealed with the tip, read by the desk alone, alarming where life is in danger."""

from dataclasses import asdict, replace

import pytest
from sqlalchemy import select

from app.casework.access import open_case
from app.casework.answering import answer, answered, questions_left
from app.casework.context import Desktop, lay_out
from app.casework.needs import Unmet
from app.casework.records import read_records
from app.casework.reporting import read_follow, say
from app.db.versions import change
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import each_minute
from app.notices.write import mark_done, waiting
from app.people.grants import NoKey, Subject, open_key
from app.sealing.fields import canonical_json, seal_steps
from app.tips.content import STEP, Report, content_place, open_content, open_thread
from app.tips.models import Tip
from app.tips.receipts import Visit, look_up
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, receipt_in, report

CALM = {"q_gas_kind": "bottle", "q_gas_alarm": "no"}
URGENT = {"q_gas_smell": "yes"}
OFFICIAL = Report(what="安全办的人收厂里的钱，检查前通风报信", where="和兴园区", about_official=True)


def visit_of(town: Town, taken: Taken) -> Visit:
    assert taken.receipt is not None
    return look_up(town.tools, taken.receipt)


def alarms(town: Town, desk: str = "duty") -> int:
    with town.tools.database.work() as session:
        return waiting(session, (desk,)).get("danger" if desk == "duty" else "alarm", 0)


def laid_out(town: Town, taken: Taken) -> Desktop:
    with town.tools.database.work() as session:
        return lay_out(session, town.tools, town.holder(taken.decision.desk), taken.case_id)


def test_answers_on_the_form_reach_the_desk_and_nobody_else(town: Town) -> None:
    """What was answered would be lost on the way, or be read by somebody whom the report does not concern."""
    taken = take(town.tools, sent(replace(GAS, answers=CALM)))
    one = laid_out(town, taken).tips[0]
    assert one.content.report.answers == CALM
    told = answered(town.tools.rules.questions, one.content, one.thread)
    assert (told.said[0].ask, told.said[0].answer) == ("用的什么气？", "煤气罐")
    assert "气瓶的检验标记和充装单位" in told.effects.verify
    assert not told.effects.urgent
    with town.tools.database.work() as session:
        for name in ("paichusuo", "office", "admin", "custodian", "approver", "signer", "duty", "dispatch"):
            with pytest.raises(NoKey):
                open_case(session, town.tools, town.holder(name), taken.case_id)
            with pytest.raises(NoKey):
                open_key(session, town.tools.keyring, town.holder(name), Subject("tip", taken.tip_id))


def test_answers_lie_nowhere_in_clear(small_town: Town) -> None:
    """A thief of the disk would read whether gas was smelled, and so which house it was."""
    taken = take(small_town.tools, sent(replace(GAS, answers=CALM)))
    answer(small_town.tools, visit_of(small_town, taken), URGENT)
    small_town.tools.database.dispose()
    files = [path for path in small_town.settings.data.rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        for word in ("q_gas", "bottle", "闻得到漏气", "煤气罐"):
            assert word.encode() not in data, path.name


def test_a_tip_from_before_the_questions_opens(small_town: Town) -> None:
    """A report of last month could not be opened any more by its desk or its reporter."""
    taken = take(small_town.tools, sent())
    visit, tools = visit_of(small_town, taken), small_town.tools
    with tools.database.work(write=True) as session:
        tip = session.scalars(select(Tip)).one()
        key = open_key(session, tools.keyring, small_town.holder(taken.decision.desk), Subject("tip", tip.id))
        value = asdict(open_content(tip, key))
        del value["report"]["answers"]
        change(session, tip, content=seal_steps(key, canonical_json(value), content_place(tip.id), STEP))
    seen = read_follow(tools, visit)
    assert seen.content.report == GAS
    assert seen.content.report.answers == {}
    assert laid_out(small_town, taken).tips[0].content.report.what == GAS.what
    answer(tools, visit, CALM)
    assert laid_out(small_town, taken).tips[0].thread[-1].extra["answers"] == CALM


def test_an_urgent_answer_on_the_form_raises_the_alarm_that_the_box_raises(small_town: Town) -> None:
    """Somebody who smells gas and ticks no box would wait a working day."""
    boxed = take(small_town.tools, sent(replace(GAS, danger_now=True)))
    names = small_town.tools.memory.keys("due:")
    with small_town.tools.database.work(write=True) as session:
        assert waiting(session, ("duty",)) == {"danger": 1}
        mark_done(session, ("duty",), "danger")
    told = take(small_town.tools, sent(replace(GAS, danger_note="大集北口漏气", answers=URGENT)))
    assert alarms(small_town) == 1
    assert small_town.tools.memory.keys("due:") == sorted([*names, f"due:{told.case_id}"])
    first, second = (small_town.tools.memory.get(f"due:{one.case_id}") for one in (boxed, told))
    assert first == second
    calm = take(small_town.tools, sent(replace(GAS, what="别的", answers=CALM)))
    assert small_town.tools.memory.get(f"due:{calm.case_id}") is None


def test_the_duty_desk_gets_the_danger_note_when_an_answer_says_danger(small_town: Town) -> None:
    """The note that the duty desk should read at once would lie sealed to nobody."""
    before = records(small_town)
    take(small_town.tools, sent(replace(GAS, danger_note="大集北口漏气")))
    assert records(small_town) == before
    take(small_town.tools, sent(replace(GAS, danger_note="大集北口漏气", answers=URGENT)))
    assert records(small_town) == [*before, {"note": "大集北口漏气"}]


def test_the_place_stands_in_for_a_missing_note_but_not_of_an_accusation(small_town: Town) -> None:
    """The duty desk would not know where to go; or learn which place an accused colleague is reported for."""
    before = records(small_town)
    take(small_town.tools, sent(replace(GAS, danger_now=True)))
    assert records(small_town) == [*before, {"note": GAS.where}]
    take(small_town.tools, sent(replace(OFFICIAL, danger_now=True)))
    take(
        small_town.tools, sent(replace(OFFICIAL, about_official=False, danger_now=True))
    )  # told by its words
    assert len(records(small_town)) == len(before) + 1
    take(small_town.tools, sent(replace(OFFICIAL, danger_now=True, danger_note="园区北门漏气")))
    assert {"note": "园区北门漏气"} in records(small_town)


def test_who_accuses_somebody_in_office_is_asked_for_the_line_that_the_duty_desk_reads(
    small_town: Town,
) -> None:
    """A danger would be told without a place, though its writer could have said it."""
    client = app_of(small_town).test_client()
    fields = {"what": OFFICIAL.what, "where": OFFICIAL.where, "about_official": "y", "danger_now": "y"}
    refused = report(client, **fields)
    assert (refused.status_code, OFFICIAL.where in refused.text) == (422, True)
    assert "请写一句在哪里、什么危险" in refused.text
    receipt_in(report(client, **fields, danger_note="园区北门漏气"))
    receipt_in(report(client, **{**fields, "about_official": "", "what": "漏气"}))


def records(town: Town) -> list[dict[str, object]]:
    with town.tools.database.work() as session:
        found = read_records(session, town.tools, town.holder("duty"))
    return [{"note": one.value["note"]} for one in found]


def test_a_later_urgent_answer_alarms_too(town: Town) -> None:
    """The smell that comes after the report was sent would reach the desk as one message among others."""
    taken = take(town.tools, sent())
    assert alarms(town) == 0
    told = answer(town.tools, visit_of(town, taken), {**CALM, **URGENT}, "a")
    assert [call.id for call in told.calls] == ["gas"]
    assert alarms(town) == 1
    due = town.tools.memory.get(f"due:{taken.case_id}")
    assert due is not None
    assert float(due) - town.now.instant().timestamp() == 60 * town.tools.limits.sign_life.value
    town.now.seconds += 60 * town.tools.limits.sign_life.value + 1
    each_minute(town.tools)
    assert alarms(town, "office") == 1
    with town.tools.database.work() as session:
        assert waiting(session, (taken.decision.desk,))["reply"] == 1


def test_a_second_word_of_danger_gives_nobody_more_time(small_town: Town) -> None:
    """Who answers twice would put off the alarm."""
    taken = take(small_town.tools, sent(replace(GAS, danger_now=True)))
    due = small_town.tools.memory.get(f"due:{taken.case_id}")
    small_town.now.seconds += 300
    answer(small_town.tools, visit_of(small_town, taken), URGENT)
    assert small_town.tools.memory.get(f"due:{taken.case_id}") == due


def test_calm_answers_stand_in_the_thread_once_and_alarm_nobody(small_town: Town) -> None:
    """Answers sent over a bad line would stand twice, or wake the duty desk for nothing."""
    taken = take(small_town.tools, sent())
    visit = visit_of(small_town, taken)
    for _ in range(2):
        answer(small_town.tools, visit, CALM, "same")
    (line,) = read_follow(small_town.tools, visit).lines
    assert (line.kind, line.by) == ("answers", "reporter")
    assert line.text == "用的什么气？煤气罐。\n饭店、食堂的报警器开着吗？不是。"
    assert alarms(small_town) == 0
    assert small_town.tools.memory.keys("due:") == []


def test_what_is_skipped_is_asked_no_more_and_is_nobody_s_news(small_town: Town) -> None:
    """Somebody who would rather not say would be asked again each time, or the desk be called for nothing."""
    taken = take(small_town.tools, sent())
    visit, tools = visit_of(small_town, taken), small_town.tools
    assert questions_left(tools.rules.questions, read_follow(tools, visit))
    answer(tools, visit, {})
    seen = read_follow(tools, visit)
    assert questions_left(tools.rules.questions, seen) == ()
    assert [line.text for line in seen.lines] == [""]
    with tools.database.work() as session:
        assert "reply" not in waiting(session, (taken.decision.desk,))


def test_questions_end_where_they_are_answered_or_the_tip_is_withdrawn(small_town: Town) -> None:
    """Somebody who answered on the form, or who has withdrawn, would be asked all the same."""
    tools = small_town.tools
    questions = tools.rules.questions
    told = take(tools, sent(replace(GAS, answers=CALM)))
    assert questions_left(questions, read_follow(tools, visit_of(small_town, told))) == ()
    other = visit_of(small_town, take(tools, sent(replace(GAS, what="别的"))))
    say(tools, other, "withdrawal", "")
    assert questions_left(questions, read_follow(tools, other)) == ()
    with pytest.raises(Unmet):
        answer(tools, other, CALM)


def test_an_accusation_is_asked_its_own_questions_and_answers_reach_discipline(small_town: Town) -> None:
    """What is said about an official would come to the desk he sits at."""
    taken = take(small_town.tools, sent(OFFICIAL))
    tools, visit = small_town.tools, visit_of(small_town, taken)
    asked = questions_left(tools.rules.questions, read_follow(tools, visit))
    assert "corruption" in {one.sector for one in asked}
    assert len(asked) <= 5
    answer(tools, visit, {"q_corruption_proof": "yes"})
    assert taken.decision.desk == "jijian"
    with tools.database.work() as session:
        assert waiting(session, ("jijian",))["reply"] == 1
        tip = session.scalars(select(Tip)).one()
        key = open_key(session, tools.keyring, small_town.holder("jijian"), Subject("tip", tip.id))
        assert open_thread(tip, key)[-1].extra["answers"] == {"q_corruption_proof": "yes"}
        assert "reply" not in waiting(session, ("anjian", "office"))


def test_an_answer_guides_a_report_without_a_sector(small_town: Town) -> None:
    """A report that says little would lie at the dispatch desk though the reporter said where it is."""
    vague = Report(what="看着不对劲", where="村东头")
    plain = take(small_town.tools, sent(vague))
    guided = take(small_town.tools, sent(replace(vague, answers={"q_unknown_place": "site"})))
    chosen = take(small_town.tools, sent(replace(vague, sector="ebike", answers={"q_unknown_place": "site"})))
    assert plain.decision.sector != "construction"
    assert guided.decision.sector == "construction"
    assert chosen.decision.sector == "ebike"
