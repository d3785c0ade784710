"""工单 of 12345, orders of a superior: their own deadline beside ours, an answer to paste back that names nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.casework.facts import clear_columns
from app.casework.models import Case
from app.casework.needs import Unmet, possible
from app.casework.reading import note_reading, outside_dues, outside_soon, queue, search
from app.casework.tickets import INTERIM, RESERVED, ready_text, tickets_of
from app.intake.sent import Taken
from app.intake.take import take
from app.intake.visits import open_visit
from app.sealing.once import new_once, read_once
from app.tips.content import Report
from app.tips.identity import Person
from tests.casework.test_way import FOUND, desktop, step, verified
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

DUE = "2026-11-27"
HOTLINE = replace(GAS, channel="12345", external_number="TJ20261124-0017", external_due=DUE)


def accepted(town: Town, report: Report = HOTLINE) -> Taken:
    taken = take(town.tools, sent(report))
    step(town, taken, "accept")
    return taken


def test_the_nearer_of_two_deadlines_counts(town: Town) -> None:
    """A 工单 due on Friday would stand in the queue below what is due in sixty days, or be late without a word."""
    plain, hotline = accepted(town, GAS), accepted(town)
    it, me = town.tools, town.holder("chengjian")
    with it.database.work() as session:
        rows = queue(session, it, me).rows
        assert [row.id for row in rows] == [hotline.case_id, plain.case_id]
        assert (rows[0].next_kind, rows[0].outside, rows[0].late) == ("outside", rows[0].next_due, False)
        assert [row.id for row in outside_dues(session, it, me)] == [hotline.case_id]
    town.now.pass_days(4)
    note_reading(it, me, desktop(town, hotline.case_id))
    with it.database.work() as session:
        assert [row.late for row in queue(session, it, me).rows] == [True, False]
        assert [row.id for row in outside_soon(session, it, me, it.now.today())] == [hotline.case_id]
        assert outside_soon(session, it, me, town.now.today() - timedelta(days=5)) == ()


def test_a_superior_s_own_day_counts_too(small_town: Town) -> None:
    """What the district wants by Friday would be answered within sixty days."""
    it, me = small_town.tools, small_town.holder("anjian")
    opened = open_visit(
        it, me, origin="superior", sector="", place="大集", enterprise="", text="排查气瓶", uploads=[],
        once=read_once(new_once()), external_number="蓟安委〔2026〕3号", external_due=DUE,
    )  # fmt: skip
    with it.database.work() as session:
        (row,) = outside_dues(session, it, me)
        assert (row.id, row.outside and row.outside.isoformat()) == (opened.case_id, DUE)
        assert search(session, it, me, "蓟安委〔2026〕3号")[0].id == opened.case_id


TYPED = "煤气罐漏气\n工单期限{}\n快来"  # the mark of a search line, in a report's own words


def test_no_report_can_make_the_queue_unreadable(small_town: Town) -> None:
    """Anybody could shut a desk out of its own queue, with a day in the report that no calendar has."""
    it, me = small_town.tools, small_town.holder("chengjian")
    for day in ("2026-99-99", "0000-00-00"):
        note_reading(
            it, me, desktop(small_town, accepted(small_town, replace(GAS, what=TYPED.format(day))).case_id)
        )
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    assert [client.get(page).status_code for page in ("/desk/", "/desk/tickets")] == [200, 200]


@pytest.mark.parametrize("day", ["9999-12-31", "2026-11-25"])
def test_no_caller_can_move_another_house_s_day(small_town: Town, day: str) -> None:
    """A caller's words would hide from the desk that 12345 waits."""
    hotline = accepted(small_town, replace(HOTLINE, what=TYPED.format(day)))
    it, me = small_town.tools, small_town.holder("chengjian")
    note_reading(it, me, desktop(small_town, hotline.case_id))
    with it.database.work() as session:
        (row,) = outside_soon(session, it, me, it.now.today() + timedelta(days=3))
        assert row.outside and row.outside.isoformat() == DUE


def test_no_column_tells_of_another_house_s_day(town: Town) -> None:
    """A due day in clear that no limit of ours gives would tell that the case came by a hotline."""
    plain, hotline = accepted(town, GAS), accepted(town)
    with town.tools.database.work() as session:
        one, two = (session.get_one(Case, taken.case_id) for taken in (plain, hotline))
        names = ("next_due", "conclude_due", "accept_due", "day", "state", "version")
        assert [getattr(one, name) for name in names] == [getattr(two, name) for name in names]
        assert (len(one.facts), len(one.ledger_key)) == (len(two.facts), len(two.ledger_key))
    before = clear_columns(town.tools, desktop(town, hotline.case_id).now)
    step(
        town,
        hotline,
        "fill_back",
        ticket=tickets_of(desktop(town, hotline.case_id))[0].tip_id,
        due="2026-12-20",
    )
    assert clear_columns(town.tools, desktop(town, hotline.case_id).now) == before


def test_what_is_pasted_back_says_what_was_done_and_by_nobody(small_town: Town) -> None:
    """Whoever works at the hotline would read the reporter's words or name, or get no answer."""
    named = replace(sent(replace(HOTLINE, mode="named")), person=Person("王某", "13000000000"))
    taken = verified(small_town, named)
    limit = (small_town.now.today() + timedelta(days=7)).isoformat()
    step(small_town, taken, "answer", reply="王某您好，属实。")
    step(small_town, taken, "rectify", measures="换软管。", person="店主赵某", limit=limit)
    text = ready_text(desktop(small_town, taken.case_id))
    assert text.splitlines() == [
        "一、结论：属实。",
        f"二、核查情况：某饭店：{FOUND}。一般事故隐患。",
        "三、处理：要求整改：换软管，期限 2026年12月1日。",
    ]
    assert not any(word in text for word in ("王某", "13000000000", "赵某", "举报", GAS.what[:8]))


def test_a_hazard_without_a_measure_yet_is_not_said_to_need_none(small_town: Town) -> None:
    """The hotline would tell the caller that nothing had to be done, on the day a hazard was found."""
    taken = verified(small_town, sent(HOTLINE))
    text = ready_text(desktop(small_town, taken.case_id))
    assert "三、处理：处理正在落实。" in text
    assert "没有需要处理" not in text
    assert "已办结" not in text


def test_before_the_end_only_what_is_so_far(small_town: Town) -> None:
    """A 工单 would be filed as answered while nobody has looked, or its new deadline be forgotten."""
    taken = accepted(small_town)
    now = desktop(small_town, taken.case_id)
    assert ready_text(now) == INTERIM
    (one,) = tickets_of(now)
    with pytest.raises(Unmet, match="还没有结论"):
        step(small_town, taken, "fill_back", ticket=one.tip_id)
    with pytest.raises(Unmet, match="列表"):
        step(small_town, taken, "fill_back", ticket="0" * 32)
    step(small_town, taken, "fill_back", ticket=one.tip_id, due="2026-12-20")
    (one,) = tickets_of(desktop(small_town, taken.case_id))
    assert (one.due and one.due.isoformat(), one.done) == ("2026-12-20", None)


def test_filled_back_is_done(small_town: Town) -> None:
    """The same 工单 would be answered twice, or stay on the page of what is waited for."""
    taken = verified(small_town, sent(HOTLINE))
    me = small_town.holder("chengjian")
    (one,) = tickets_of(desktop(small_town, taken.case_id))
    step(small_town, taken, "fill_back", ticket=one.tip_id)
    now = desktop(small_town, taken.case_id)
    assert tickets_of(now)[0].done == small_town.now.today()
    assert "fill_back" not in [edge.name for edge, _ in possible(now)]
    note_reading(small_town.tools, me, now)
    with small_town.tools.database.work() as session:
        assert outside_dues(session, small_town.tools, me) == ()


def test_an_official_s_case_is_not_told_to_a_hotline(small_town: Town) -> None:
    """Whoever works at the hotline would learn what discipline found about somebody."""
    taken = take(small_town.tools, sent(replace(OFFICIAL, channel="12345", external_number="TJ-1")))
    assert ready_text(desktop(small_town, taken.case_id, "jijian")) == RESERVED


def test_a_declined_one_says_the_listed_reason(small_town: Town) -> None:
    """The hotline would be told that it is under way when it was declined."""
    taken = take(small_town.tools, sent(HOTLINE))
    step(small_town, taken, "decline", why="no_target", reply="没说清")
    text = ready_text(desktop(small_town, taken.case_id))
    assert "没有说清对象和地点" in text
    assert "没说清" not in text


def test_an_old_report_has_no_deadline_of_another_house(small_town: Town) -> None:
    """Every report sealed before it was asked could no longer be opened, or every call be waited for by a hotline."""
    with small_town.tools.database.work() as session:
        assert session.scalars(select(Case)).all() == []
    taken = take(small_town.tools, sent(replace(GAS, channel="phone")))
    assert tickets_of(desktop(small_town, taken.case_id)) == ()
