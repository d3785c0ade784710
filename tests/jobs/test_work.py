"""What the scheduler does by itself: once, again without harm, and without opening anything."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.casework.edges import take_edge
from app.casework.facts import clear_columns
from app.casework.models import Case
from app.casework.reporting import say
from app.casework.steps import LATE
from app.db.base import Base, new_id
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.scheduler import guarded
from app.jobs.work import SOON, each_hour, each_minute, each_night, move_on, remind
from app.ledger.models import LedgerCheckpoint, LedgerEntry
from app.ledger.verify import verify
from app.notices.models import Notice
from app.notices.write import waiting
from app.people.models import Grant
from app.people.tools import Tools
from app.photos.answers import Cleaned
from app.rewards.models import Reward
from app.tips.content import Report
from app.tips.models import StoredObject, Tip
from app.tips.objects import stage
from app.tips.receipts import look_up
from app.vault.models import VaultRequest
from app.vault.requests import ask_identity, release
from tests.casework.test_way import desktop, step
from tests.casework.walk import LEADER, OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town, seat_upper_discipline
from tests.rewards.test_way import offered
from tests.vault.test_vault import named, number

DANGER = dataclasses.replace(GAS, danger_now=True, danger_note="大集北口，煤气罐漏气")


def everything(town: Town) -> dict[str, set[tuple[Any, ...]]]:
    with town.tools.database.reader.connect() as connection:
        return {
            table.name: {tuple(row) for row in connection.execute(select(table))}
            for table in Base.metadata.sorted_tables
        }


def news(town: Town, *desks: str) -> dict[str, int]:
    with town.tools.database.work() as session:
        return waiting(session, desks)


def case_row(town: Town, taken: Taken) -> Case:
    with town.tools.database.work() as session:
        return session.get_one(Case, taken.case_id)


def rows(town: Town, table: type[Any]) -> list[Any]:
    with town.tools.database.work() as session:
        return list(session.scalars(select(table)))


def sign_for(town: Town, taken: Taken, who: str = "chengjian") -> None:
    take_edge(town.tools, town.holder(who), taken.case_id, "sign_for", {}, by_opening=True)


def test_again_without_harm(town: Town) -> None:
    """A scheduler that was restarted would do everything twice: two notices, two entries, two checkpoints."""
    take(town.tools, sent())
    sign_for(town, take(town.tools, sent()))
    offered(town)
    town.now.pass_days(100)
    for job in (each_hour, each_night, each_minute):
        job(town.tools)
    before = everything(town)
    for job in (each_hour, each_night, each_minute):
        job(town.tools)
    assert everything(town) == before
    with town.tools.database.work() as session:
        assert verify(session) == []


@pytest.mark.parametrize("job", [each_minute, each_hour, each_night])
def test_nothing_to_do_changes_nothing(small_town: Town, job: Callable[[Tools], None]) -> None:
    """An idle town would fill with entries, or a case be moved before its day."""
    take(small_town.tools, sent(OFFICIAL))
    each_night(small_town.tools)
    each_hour(small_town.tools)
    before = everything(small_town)
    job(small_town.tools)
    assert everything(small_town) == before


def test_jobs_never_reseal(town: Town) -> None:
    """A job that opened or sealed something would need a key that lies about on the server."""
    sign_for(town, take(town.tools, sent()))
    take(town.tools, sent(OFFICIAL))
    before = everything(town)
    town.now.pass_days(100)
    each_hour(town.tools)
    each_night(town.tools)
    after = everything(town)
    assert after["grants"] == before["grants"]
    assert after["records"] == before["records"]
    for table in (Case, Tip):
        names = [column.name for column in table.__table__.columns]
        sealed = [names.index(name) for name in ("facts", "content", "thread", "sequence") if name in names]
        seen = [
            {(row[0], *(row[at] for at in sealed)) for row in found[table.__tablename__]}
            for found in (before, after)
        ]
        assert seen[0] == seen[1]


# ------------------------------------------------------------------------------------------ each minute


def test_danger_that_nobody_signs_for_alarms_once(town: Town) -> None:
    """A report of a danger to life would lie unread, or its minute stay in memory after the alarm; or the duty desk
    hear that nobody signed for it in time before anybody could.
    """
    take(town.tools, sent(DANGER))
    assert news(town, "duty") == {"danger": 1}
    town.now.seconds = 14 * 60
    each_minute(town.tools)
    assert news(town, "office") == {}
    town.now.seconds = 16 * 60
    for _ in range(2):
        each_minute(town.tools)
        assert news(town, "office") == {"alarm": 1}
        assert news(town, "duty") == {"danger": 1, "alarm": 1}
    (name,) = town.tools.memory.keys("due:")
    assert town.tools.memory.get(name) == LATE


@pytest.mark.parametrize(("minutes", "signed"), [(14, "in time"), (16, "late")])
def test_of_a_due_minute_it_stays_whether_it_was_kept(small_town: Town, minutes: int, signed: str) -> None:
    """Nobody could tell afterwards whether a danger to life was signed for late: the alarm forgot the minute."""
    taken = take(small_town.tools, sent(DANGER))
    small_town.now.seconds = minutes * 60
    each_minute(small_town.tools)
    sign_for(small_town, taken, taken.decision.desk)
    assert desktop(small_town, taken.case_id).now.facts.extra["signed"] == signed
    assert small_town.tools.memory.keys("due:") == []


def test_danger_that_was_signed_for_is_quiet(small_town: Town) -> None:
    """Whoever signed in time would be called all the same, and alarms be believed no longer."""
    taken = take(small_town.tools, sent(DANGER))
    sign_for(small_town, taken, taken.decision.desk)
    small_town.now.seconds = 3600
    each_minute(small_town.tools)
    assert news(small_town, "office") == {}
    assert desktop(small_town, taken.case_id, taken.decision.desk).now.facts.extra["signed"] == "in time"


# -------------------------------------------------------------------------------------------- each hour


def test_reminders_come_before_and_after_the_day(town: Town) -> None:
    """A desk would miss a due day unwarned, or the office not hear that one was missed."""
    taken = take(town.tools, sent())
    step(town, taken, "accept")
    due = case_row(town, taken).next_due
    for day, desk, office in (
        (due - SOON - timedelta(days=1), {}, {}),
        (due - SOON, {"due_soon": 1}, {}),
        (due, {"due_soon": 1}, {}),
        (due + timedelta(days=1), {"overdue": 1}, {"overdue": 1}),
    ):
        town.now.day = day
        remind(town.tools)
        remind(town.tools)
        found = news(town, "chengjian")
        assert {kind: count for kind, count in found.items() if kind != "arrived"} == desk
        assert news(town, "office") == office


def test_what_nobody_opened_goes_to_the_office(small_town: Town) -> None:
    """A report to a desk where nobody looks would lie for ever."""
    take(small_town.tools, sent())
    small_town.now.pass_days(4)
    remind(small_town.tools)
    assert news(small_town, "office") == {"unopened": 1}
    assert news(small_town, "chengjian") == {"arrived": 1, "overdue": 1}


def test_an_official_s_case_is_told_to_discipline_alone(small_town: Town) -> None:
    """The office, or the accused's desk, would learn from a notice that there is an accusation."""
    take(small_town.tools, sent(OFFICIAL))
    small_town.now.pass_days(10)
    each_hour(small_town.tools)
    told = {notice.desk_id for notice in rows(small_town, Notice)}
    assert told == {"jijian"}


def test_a_leader_s_case_is_told_to_the_district_s_discipline_alone(town: Town) -> None:
    """镇纪委 would be reminded of an accusation against its own leader, and hear when its reporter writes; the desk
    that must act would hear neither.
    """
    seat_upper_discipline(town)
    taken = take(town.tools, sent(LEADER))
    assert taken.receipt is not None
    say(town.tools, look_up(town.tools, taken.receipt), "message", "昨天又去了")
    assert news(town, "qu_jiwei") == {"arrived": 1, "reply": 1}
    town.now.pass_days(10)
    each_hour(town.tools)
    assert news(town, "qu_jiwei")["overdue"] == 1
    assert {notice.desk_id for notice in rows(town, Notice)} == {"qu_jiwei"}


def test_a_case_at_one_person_s_key_is_told_to_their_discipline(small_town: Town) -> None:
    """Where somebody at 镇纪委 must not know, nobody at all would be reminded."""
    taken = take(small_town.tools, sent(OFFICIAL))
    with small_town.tools.database.work(write=True) as session:
        session.execute(
            update(Grant)
            .where(Grant.subject_id == taken.case_id, Grant.recipient_id == "jijian")
            .values(recipient_kind="member", recipient_id=small_town.members["jijian"].id)
        )
    small_town.now.pass_days(10)
    remind(small_town.tools)
    assert news(small_town, "jijian")["overdue"] == 1


def test_silence_is_acceptance_once(town: Town) -> None:
    """A desk that says nothing would keep a case for ever without the 60 days beginning."""
    taken = take(town.tools, sent())
    sign_for(town, taken)
    until = case_row(town, taken).accept_due
    assert until is not None
    town.now.day = until
    move_on(town.tools)
    assert case_row(town, taken).state == "received"
    town.now.pass_days(1)
    entries = len(rows(town, LedgerEntry))
    for _ in range(2):
        move_on(town.tools)
    assert len(rows(town, LedgerEntry)) == entries + 1
    row, now = case_row(town, taken), desktop(town, taken.case_id)
    assert (row.state, row.accepted_on, row.accept_due) == ("verifying", town.now.day, None)
    assert [event.edge for event in now.now.events].count("accept") == 1
    reckoned = clear_columns(town.tools, now.now)
    assert {name: getattr(row, name) for name in reckoned} == reckoned
    step(town, taken, "ask", question="在哪？")
    assert desktop(town, taken.case_id).now.state == "verifying"


def test_what_was_never_opened_is_not_accepted_by_silence(small_town: Town) -> None:
    """A desk would answer for what it never saw; it is the office's to press."""
    taken = take(small_town.tools, sent())
    small_town.now.pass_days(30)
    move_on(small_town.tools)
    assert case_row(small_town, taken).state == "received"


def test_a_question_lapses(small_town: Town) -> None:
    """One unanswered question would stop the desk from asking another, and the clock for ever."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "ask", question="在哪个院？")
    assert desktop(small_town, taken.case_id).now.asked
    small_town.now.pass_days(30)
    each_hour(small_town.tools)
    now = desktop(small_town, taken.case_id).now
    assert not now.asked
    assert now.events[-1].edge == "lapse"
    step(small_town, taken, "ask", question="还有谁看见？")
    edges = [event.edge for event in desktop(small_town, taken.case_id).now.events]
    assert edges.count("lapse") == 1


def test_claims_and_requests_lapse_in_the_hour(town: Town) -> None:
    """An offer would wait for ever, or a released share of somebody's name lie ready after its day."""
    offered(town)
    tip = named(town)
    asked = ask_identity(town.tools, desktop(town, tip.case_id), number(tip), "核实位置")
    release(town.tools, town.holder("custodian"), asked)
    each_hour(town.tools)
    assert {row.state for row in rows(town, Reward)} == {"offered"}
    assert {row.state for row in rows(town, VaultRequest)} == {"asked"}
    town.now.pass_days(90)
    each_hour(town.tools)
    assert {row.state for row in rows(town, Reward)} == {"lapsed"}
    (request,) = rows(town, VaultRequest)
    assert (request.state, request.first_share, request.one_time_private) == ("lapsed", None, None)


def test_the_hour_sweeps_for_dead_workers_only(small_town: Town) -> None:
    """Photos of a crashed worker would stay, or those being sent go."""
    tools = small_town.tools
    one = Cleaned(b"jpeg", b"small", 64, 48)
    for worker in (tools.worker, new_id()):
        stage(tools.database, tools.store, worker, [one], small_town.now.today())
    each_hour(tools)
    assert {row.worker for row in rows(small_town, StoredObject)} == {tools.worker}
    assert len(list(tools.store.names())) == 2


def test_one_task_that_fails_does_not_stop_the_others(small_town: Town) -> None:
    """A full disk or one odd row would end reminders and lapses for the whole town, unnoticed."""
    taken = take(small_town.tools, sent())
    small_town.now.pass_days(10)
    with small_town.tools.database.work(write=True) as session:  # an object that no store could have named
        session.add(StoredObject(id="../odd", state="staged", month="2026-11", worker=new_id()))
    with pytest.raises(ValueError, match="not an object's name"):
        each_hour(small_town.tools)
    assert news(small_town, "office") == {"unopened": 1}
    guarded(each_hour, small_town.tools)()  # which says so in the log, and goes on
    assert case_row(small_town, taken).state == "received"


def test_a_failure_is_logged_without_content(small_town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """A failed job would end the scheduler, or write into the log what a row holds."""

    def job(_tools: Tools) -> None:
        raise ValueError("CANARY-44a1")

    guarded(job, small_town.tools)()
    assert "job failed: ValueError" in caplog.text
    assert "CANARY" not in caplog.text


# ------------------------------------------------------------------------------------------- each night


def test_the_night_forgets_receipts_and_fixes_the_ledger(town: Town) -> None:
    """Whoever finds a phone could see the receipt again for days; or nothing would hold the record to its state."""
    form = sent()
    taken = take(town.tools, form)
    assert taken.receipt is not None
    day = town.now.day
    town.now.pass_days(1)
    each_night(town.tools)
    assert {(tip.once_digest, tip.once_receipt) for tip in rows(town, Tip)} == {(None, None)}
    (point,) = rows(town, LedgerCheckpoint)
    assert point.day == day
    take(town.tools, sent(Report(what="一台叉车刹车不灵，没有人管", where="物流园")))
    each_night(town.tools)
    (again,) = rows(town, LedgerCheckpoint)
    assert (again.size, again.root) == (point.size, point.root)
    assert look_up(town.tools, taken.receipt).tip_id == taken.tip_id
    with town.tools.database.work() as session:
        assert verify(session) == []


def test_the_night_s_checkpoint_holds_the_past(small_town: Town) -> None:
    """The record of a day could be rewritten after the night that fixed it."""
    take(small_town.tools, sent())
    small_town.now.pass_days(1)
    each_night(small_town.tools)
    with small_town.tools.database.work(write=True) as session:
        session.execute(update(LedgerCheckpoint).values(root=bytes(32)))
    with small_town.tools.database.work() as session:
        assert verify(session) != []
