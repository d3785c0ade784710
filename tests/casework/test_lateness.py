"""What is late (逾期) is late at every door, and nothing else is."""

import dataclasses
import secrets
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from app.casework import reading
from app.casework.edges import take_edge
from app.casework.lateness import are_late, late
from app.casework.models import NEVER, STATES, Case
from app.casework.pressing import press, watched
from app.casework.reading import note_reading, outside_soon, queue
from app.db.base import month_of
from app.figures.exports import Asked, Names, case_list
from app.figures.totals import totals
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import remind
from app.notices.write import end_before, waiting
from tests.casework.test_flow import fill_in
from tests.casework.test_tickets import HOTLINE
from tests.casework.test_way import desktop, step, verified
from tests.intake.test_take import sent
from tests.makers import Town

LETTER = {"bureau": "qu_chengguan", "title": "餐饮用气", "text": "四个钢瓶，请查处。"}
DAY = timedelta(days=1)


def made(day: date, **columns: object) -> Case:
    """A case of which nothing is opened."""
    sealed = {"ledger_key": b"x", "facts": b"x"}
    ordinary = {"reserved": False, "desk_id": "chengjian", "sector": "gas", "number": secrets.token_hex(4)}
    return Case(id=secrets.token_hex(16), day=day, month=month_of(day), **sealed, **{**ordinary, **columns})


def all_kinds(town: Town) -> list[Case]:
    """Every state and sector with days on both sides of each border, and what a reserved case has in clear."""
    today, first = town.now.today(), date(2026, 1, 5)
    grace = town.tools.limits.watch_most.value
    days = [today + timedelta(days=one) for one in (-grace - 1, -grace, -1, 0, 1)] + [NEVER]
    passed = (None, today - DAY, today)
    sectors = ("gas", town.tools.rules.escalated("death").id)
    ordinary: list[dict[str, object]] = [
        {"state": state, "sector": sector, "next_due": due, "accept_due": accept, "conclude_due": conclude}
        for state, sector, due, accept, conclude in product(STATES, sectors, days, passed, passed)
    ]
    nothing = {"desk_id": None, "sector": None, "number": None}
    reserved: list[dict[str, object]] = [{"reserved": True, "next_due": due, **nothing} for due in days]
    return [made(first, **columns) for columns in [*ordinary, *reserved]]


@pytest.mark.parametrize("authority", ["town", "county"])
def test_the_condition_says_what_the_predicate_says(town: Town, authority: str) -> None:
    """A list of what is late would hold other cases than those that are called late in it."""
    tools = dataclasses.replace(town.tools, authority=authority)
    with tools.database.work(write=True) as session:
        session.add_all(all_kinds(town))
    with tools.database.work() as session:
        cases = session.scalars(select(Case)).all()
        by_condition = set(session.scalars(select(Case.id).where(are_late(tools))))
        assert by_condition == {case.id for case in cases if late(tools, case)}
        assert 0 < len(by_condition) < len(cases)


def test_what_silence_accepts_is_not_late_and_a_death_in_a_town_is(small_town: Town) -> None:
    """A desk would be late each night until the job has run; or a death lie, which no silence accepts, unheard."""
    today = small_town.now.today()
    death = small_town.tools.rules.escalated("death").id
    passed = {"state": "received", "next_due": today - DAY, "accept_due": today - DAY}
    assert not late(small_town.tools, made(today, **passed))
    assert late(small_town.tools, made(today, **passed, sector=death))
    assert late(small_town.tools, made(today, **passed, conclude_due=today - DAY))
    county = dataclasses.replace(small_town.tools, authority="county")
    assert not late(county, made(today, **passed, sector=death))


def handed_up(town: Town) -> Taken:
    taken = take(town.tools, sent())
    step(town, taken, "accept")
    fill_in(town, taken, "hand_up", LETTER)
    return taken


def signed_for(town: Town) -> Taken:
    taken = take(town.tools, sent())
    take_edge(town.tools, town.holder("chengjian"), taken.case_id, "sign_for", {}, by_opening=True)
    return taken


def rectifying(town: Town, days: int) -> Taken:
    taken = verified(town)
    limit = (town.now.today() + timedelta(days=days)).isoformat()
    step(town, taken, "answer", reply="属实。")
    step(town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    return taken


def test_every_door_counts_the_same(small_town: Town) -> None:
    """Desk, office, leader and public would each be told another number of what is late on one day."""
    tools, now, office = small_town.tools, small_town.now, small_town.holder("office")
    never_asked = handed_up(small_town)
    now.pass_days(10)
    handed_up(small_town)  # its day to ask again passes within the two weeks
    accepted, undone = take(tools, sent()), rectifying(small_town, 7)
    step(small_town, accepted, "accept")
    now.pass_days(60)
    unopened = take(tools, sent())
    signed_for(small_town)
    now.pass_days(8)
    take(tools, sent())
    expected = {one.case_id for one in (never_asked, accepted, undone, unopened)}
    remind(tools)
    with tools.database.work() as session:
        listed = queue(session, tools, small_town.holder("chengjian")).rows
        assert {row.id for row in listed if row.late} == expected
        only = queue(session, tools, small_town.holder("chengjian"), due="late").rows
        assert {row.id for row in only} == expected
        assert {one.case.id for one in watched(session, tools) if one.light == "red"} == expected
        assert {one.case.id for one in watched(session, tools, light="red")} == expected
        found = totals(session, tools, office, ())
        assert found.open(lambda one: one.late)[True] == len(expected)
        by_whom = found.open(lambda one: one.with_whom if one.late else None)
        assert by_whom == {"us": 2, "district": 1, "enterprise": 1}
        names = Names({}, {}, {}, now.today(), lambda case: late(tools, case))
        table = case_list(session, office, Asked(date(2026, 1, 1), now.today(), ("late",)), names)
        assert sorted(table.rows) == [("",)] * 2 + [("该催办了",)] + [("超期",)] * 4
        for desk in ("office", "chengjian"):
            assert "overdue" in waiting(session, (desk,)), desk


def test_nobody_is_told_that_something_is_late_where_nothing_is(small_town: Town) -> None:
    """A desk would learn to ignore the word, and the office press it for what is not late."""
    taken = handed_up(small_town)
    small_town.now.pass_days(60)
    signed_for(small_town)
    with small_town.tools.database.work() as session:
        watch = session.get_one(Case, taken.case_id).next_due
    small_town.now.day = watch + 4 * DAY
    remind(small_town.tools)
    with small_town.tools.database.work() as session:
        assert watched(session, small_town.tools, light="red") == []
        assert len(watched(session, small_town.tools, light="yellow")) == 2
        assert not waiting(session, ("office", "chengjian")).keys() & {"overdue", "unopened"}


def test_who_waits_for_the_district_is_pressed_to_ask_and_not_called_late(small_town: Town) -> None:
    """The office's pressing would call a desk late for the district's silence."""
    taken = handed_up(small_town)
    with small_town.tools.database.work() as session:
        due = session.get_one(Case, taken.case_id).next_due
    small_town.now.day = due + DAY
    assert press(small_town.tools, small_town.holder("office"), [taken.case_id]) == 1
    with small_town.tools.database.work(write=True) as session:
        assert waiting(session, ("chengjian",)).keys() & {"overdue", "due_soon"} == {"due_soon"}
        end_before(session, ("due_soon",), small_town.now.today() + DAY)
    small_town.now.day = due + 15 * DAY
    assert press(small_town.tools, small_town.holder("office"), [taken.case_id]) == 1
    with small_town.tools.database.work() as session:
        assert "overdue" in waiting(session, ("chengjian",))


def queued(town: Town, **asked: str) -> list[str]:
    """Ids on all pages of the queue."""
    found, after = [], ""
    while True:
        with town.tools.database.work() as session:
            page = queue(session, town.tools, town.holder("chengjian"), after=after, **asked)
        found += [row.id for row in page.rows]
        after = page.after
        if not after:
            return found


@pytest.mark.parametrize("opened", [True, False])
def test_a_ticket_s_day_is_found_beyond_the_first_page(
    town: Town, monkeypatch: pytest.MonkeyPatch, opened: bool
) -> None:
    """What 12345 waits for would lie below fifty others due in sixty days, and not be among what is late."""
    monkeypatch.setattr(reading, "PAGE", 1)
    it, me = town.tools, town.holder("chengjian")
    for _ in range(3):
        step(town, take(it, sent()), "accept")
    hotline = take(it, sent(HOTLINE))
    step(town, hotline, "accept")
    if opened:
        note_reading(it, me, desktop(town, hotline.case_id))
    assert queued(town, due="soon") == [hotline.case_id]
    assert queued(town, due="late") == []
    town.now.pass_days(4)
    assert queued(town, due="late") == [hotline.case_id]
    assert queued(town, due="late", sector="fire") == []
    with it.database.work() as session:
        assert [row.id for row in outside_soon(session, it, me, town.now.today())] == [hotline.case_id]


def test_an_answer_that_a_reporter_waits_for_is_late_at_its_desk_alone(small_town: Town) -> None:
    """A desk would not find the answer it owes; or the office learn that somebody reported."""
    taken = verified(small_town)
    limit = (small_town.now.today() + timedelta(days=40)).isoformat()
    step(small_town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    note_reading(small_town.tools, small_town.holder("chengjian"), desktop(small_town, taken.case_id))
    assert queued(small_town, due="late") == []
    small_town.now.pass_days(11)
    with small_town.tools.database.work() as session:
        (row,) = queue(session, small_town.tools, small_town.holder("chengjian"), due="late").rows
        assert (row.id, row.late, row.next_kind) == (taken.case_id, True, "feedback")
        assert [one.light for one in watched(session, small_town.tools)] == ["green"]
