"""What the scheduler does: each job can be run again without harm, and acts on ordinary cases in clear columns only."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from app.casework.access import told_of
from app.casework.context import case_ledger_key
from app.casework.lateness import accepted_by_silence, late
from app.casework.models import Case
from app.casework.steps import LATE
from app.db.base import month_of
from app.db.versions import Outrun, change
from app.ledger.verify import make_checkpoint
from app.ledger.write import append
from app.notices.write import end_before, forget_replies, notify
from app.people.tools import Tools
from app.rewards import payment as rewards
from app.tips.objects import sweep
from app.tips.receipts import forget_all_once
from app.vault import requests as vault

SOON = timedelta(days=3)
LATE_SECONDS = 90 * 24 * 3600  # that a due minute has passed is known for as long as a case may wait
CLEAR = (
    Case.desk_id,
    Case.reserved,
    Case.state,
    Case.sector,
    Case.accept_due,
    Case.conclude_due,
    Case.next_due,
)  # what reminders go by
DAILY = ("due_soon", "overdue", "unopened", "roster")


def each_minute(tools: Tools) -> None:
    """Alarm, without content: danger to life that nobody signed for, a hazard beside a death or an accusation that
    nobody made a case of. The due minutes exist in memory only. The log, which knows what was written together and in
    which order, is emptied.
    """
    for prefix, kind, desks in (("due:", "alarm", ("office", "duty")), ("split:", "split", ("duty",))):
        for name in tools.memory.keys(prefix):
            value = tools.memory.get(name)
            if value is not None and value != LATE and float(value) < tools.now.instant().timestamp():
                with tools.database.work(write=True) as session:
                    for desk_id in desks:
                        notify(session, desk_id, kind, tools.now.today())
                tools.memory.set(name, LATE, LATE_SECONDS)  # the minute itself is gone
    tools.database.empty_log()


def each_hour(tools: Tools) -> None:
    """Each task by itself: one that fails does not keep the others from theirs. Raises the first failure."""
    failures: list[Exception] = []
    for task in (sweep_staging, each_night, move_on, remind, rewards.lapse, vault.lapse):
        try:
            task(tools)
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]


def sweep_staging(tools: Tools) -> None:
    sweep(tools.database, tools.store, tools.locks, tools.now.today())


def each_night(tools: Tools) -> None:
    """Forget what would show a receipt again, fix the ledger's state of the day that ended, and empty the log that
    still knows in which order things came. Done again each hour, for a night that nobody was up.
    """
    today = tools.now.today()
    tools.keyring.month(month_of(today + timedelta(days=1)))  # tomorrow's is there before tomorrow
    with tools.database.work(write=True) as session:
        forget_all_once(session, today)
        make_checkpoint(session, today - timedelta(days=1))
    tools.database.empty_log()


def move_on(tools: Tools) -> None:
    """Silence is acceptance once the day to hand back has passed (逾期不退视为接收); of a death it never is in a town,
    which must hand it over.
    """
    today = tools.now.today()
    with tools.database.work() as session:
        silent = session.scalars(select(Case).where(accepted_by_silence(tools))).all()
    for case in silent:
        try:
            with tools.database.work(write=True) as session:
                accept_silently(session, tools, case, today)
        except Outrun:
            continue  # somebody is at it: next hour


def accept_silently(session: Session, tools: Tools, case: Case, today: date) -> None:
    """State and days in clear, and a ledger entry: a job holds no key and can say no more."""
    due = case.conclude_due or tools.calendar.add_days(today, tools.limits.conclude.value).day
    change(
        session, case, state="verifying", accepted_on=today, accept_due=None, conclude_due=due, next_due=due
    )
    append(
        session,
        day=today,
        kind="edge",
        actor=tools.keyring.standing_key("scheduler"),
        subject=case_ledger_key(tools, case),
        detail={"edge": "accept", "by": "到期"},
    )


def remind(tools: Tools) -> None:
    """Before and after a due day: to the desk; late, also to the office; a reserved case's to who can open it.

    Where an authority's answer is awaited, its day passes without our being late: the desk is told to ask again.
    """
    today = tools.now.today()
    with tools.database.work() as session:
        wanted = load_only(*CLEAR, raiseload=True)
        cases = session.scalars(select(Case).options(wanted).where(Case.next_due <= today + SOON)).all()
    with tools.database.work(write=True) as session:
        end_before(session, DAILY, today)
        forget_replies(session, today)
        for case in cases:
            passed = late(tools, case)
            for desk in told_of(session, case.id, case.desk_id):
                notify(session, desk, "overdue" if passed else "due_soon", today)
            if passed and not case.reserved:
                notify(
                    session,
                    "office",
                    "unopened" if case.state == "received" and case.accept_due is None else "overdue",
                    today,
                )
