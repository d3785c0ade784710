"""Notices: written in the same unit of work as what they tell of, without a word of content."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.notices.models import Notice

REPLY_KEPT = timedelta(days=60)  # where nobody opened the report, reminders speak by then

WAITING = select(Notice.id).where(  # written once, as is what every report asks
    Notice.desk_id == bindparam("desk_id"),
    Notice.kind == bindparam("kind"),
    Notice.day == bindparam("day"),
    Notice.done.is_(False),
)
WAITING_REPLY = WAITING.where(Notice.mark == bindparam("mark"))


def notify(session: Session, desk_id: str, kind: str, day: date) -> None:
    """Put a notice for `desk_id` in the outbox; one of a kind a day is enough."""
    if session.scalar(WAITING, {"desk_id": desk_id, "kind": kind, "day": day}) is None:
        session.add(Notice(desk_id=desk_id, kind=kind, day=day, done=False))


def notify_reply(session: Session, desk_id: str, day: date, mark: bytes, kind: str = "reply") -> None:
    """Tell a desk that a reporter wrote; as `alarm`, that somebody takes revenge on them. The report's `mark` of that
    day lets who opens it end this notice alone; to whoever lacks its key it is chance, and no two days' marks can be
    seen to be one report's.
    """
    asked = {"desk_id": desk_id, "kind": kind, "day": day, "mark": mark}
    if session.scalar(WAITING_REPLY, asked) is None:
        session.add(Notice(desk_id=desk_id, kind=kind, day=day, done=False, mark=mark))


def replies_wait(session: Session, marks: Iterable[bytes]) -> bool:
    return session.scalar(select(Notice.id).where(Notice.mark.in_(list(marks))).limit(1)) is not None


def end_replies(session: Session, marks: Iterable[bytes]) -> None:
    """What these notices told of is read: nothing is kept of them."""
    session.execute(delete(Notice).where(Notice.mark.in_(list(marks))))


def forget_replies(session: Session, today: date) -> None:
    """Of a report that went elsewhere, unread, under a new key: nobody would end its notice."""
    session.execute(
        delete(Notice).where(
            or_(Notice.kind == "reply", Notice.mark.is_not(None)), Notice.day < today - REPLY_KEPT
        )
    )


def waiting(session: Session, desks: tuple[str, ...]) -> dict[str, int]:
    """How many notices of each kind wait for these desks; an alarm that a reporter raised is `retaliation`."""
    raised = and_(Notice.kind == "alarm", Notice.mark.is_not(None))
    kind = case((raised, "retaliation"), else_=Notice.kind).label("name")
    waits = select(kind).where(Notice.desk_id.in_(desks), Notice.done.is_(False)).subquery()
    rows = session.execute(select(waits.c.name, func.count()).group_by(waits.c.name))
    return {row[0]: row[1] for row in rows}


def mark_done(session: Session, desks: tuple[str, ...], kind: str) -> None:
    session.execute(update(Notice).where(Notice.desk_id.in_(desks), Notice.kind == kind).values(done=True))


def end_before(session: Session, kinds: tuple[str, ...], day: date) -> None:
    """End notices that are said anew each day: those of earlier days."""
    session.execute(update(Notice).where(Notice.kind.in_(kinds), Notice.day < day).values(done=True))
