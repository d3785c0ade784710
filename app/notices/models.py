"""Table of notices: who must look at something, without a word of what."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, DeskId, RandomId, Sealed, one_of

NOTICE_KINDS = (
    "arrived",
    "reply",
    "due_soon",
    "overdue",
    "unopened",
    "split",
    "vault",
    "reward",
    "danger",  # to life, just told; `alarm`: nobody signed for it in time, or (with a mark) revenge on a reporter
    "alarm",
)


class Notice(Base):
    """One notice in the outbox."""

    __tablename__ = "notices"
    __table_args__ = (one_of("kind", NOTICE_KINDS), Index(None, "desk_id", "done"), NO_ROWID)

    id: Mapped[RandomId]
    desk_id: Mapped[DeskId] = mapped_column(ForeignKey("desks.id"))
    kind: Mapped[str] = mapped_column(String(12))
    day: Mapped[Day]
    done: Mapped[bool]
    mark: Mapped[Sealed | None]  # 32 bytes of what a reporter wrote: a report's own of that day
