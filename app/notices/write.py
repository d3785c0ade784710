"""Notices: written in the same unit of work as what they tell of, without a word of content."""

from datetime import date

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.notices.models import Notice

WAITING = select(Notice.id).where(  # written once, as is what every report asks
    Notice.desk_id == bindparam("desk_id"),
    Notice.kind == bindparam("kind"),
    Notice.day == bindparam("day"),
    Notice.done.is_(False),
)


def notify(session: Session, desk_id: str, kind: str, day: date) -> None:
    """Put a notice for `desk_id` in the outbox; one of a kind a day is enough."""
    if session.scalar(WAITING, {"desk_id": desk_id, "kind": kind, "day": day}) is None:
        session.add(Notice(desk_id=desk_id, kind=kind, day=day, done=False))


def waiting(session: Session, desks: tuple[str, ...]) -> dict[str, int]:
    """How many notices of each kind wait for these desks."""
    rows = session.execute(
        select(Notice.kind, func.count())
        .where(Notice.desk_id.in_(desks), Notice.done.is_(False))
        .group_by(Notice.kind)
    )
    return {row[0]: row[1] for row in rows}


def mark_done(session: Session, desks: tuple[str, ...], kind: str) -> None:
    session.execute(update(Notice).where(Notice.desk_id.in_(desks), Notice.kind == kind).values(done=True))


def end_before(session: Session, kinds: tuple[str, ...], day: date) -> None:
    """End notices that are said anew each day: those of earlier days."""
    session.execute(update(Notice).where(Notice.kind.in_(kinds), Notice.day < day).values(done=True))
