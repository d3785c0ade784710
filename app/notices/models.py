"""Tables of notices: who must look at something, without a word of what; where that is sent; who has duty when."""

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
    "roster",  # nobody has duty on one of the next days
    "signing",  # records wait for the leader's signature
    "returned",  # the leader sent a record back to be written anew
    "rules",  # the rule set in force cannot be read: the last good one stays
)
SEND_STATES = (
    "trying",  # being sent, or its sender died meanwhile
    "again",  # sent once more after that: never a third time
    "failed",
    "sent",
    "skipped",  # its time had passed when the address was entered
)
DANGER_TURN = 0  # of a day: calls of danger to life; the digests are counted from 1


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


class NoticeAddress(Base):
    """Where a desk's notices go out of the house: the address itself is a secret (a robot's token, a mailbox)."""

    __tablename__ = "notice_addresses"

    id: Mapped[RandomId]
    desk_id: Mapped[DeskId] = mapped_column(ForeignKey("desks.id"))
    danger: Mapped[bool]  # calls of danger to life, and no digests
    body: Mapped[Sealed]  # address, name, kind: under the standing key


class NoticeSend(Base):
    """How one turn of one address went. Turns are at fixed times: a row tells nothing of what waited."""

    __tablename__ = "notice_sends"
    __table_args__ = (one_of("state", SEND_STATES), NO_ROWID)

    address_id: Mapped[str] = mapped_column(ForeignKey("notice_addresses.id"), primary_key=True)
    day: Mapped[Day] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(8))
    tries: Mapped[int]
    failed: Mapped[int]  # how many of the tries


class DutyDay(Base):
    """Who has duty on a day (值班), and who stands in."""

    __tablename__ = "duty_days"

    day: Mapped[Day] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))


class DutyPhone(Base):
    """The number that rings somebody for a danger to life."""

    __tablename__ = "duty_phones"

    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), primary_key=True)
    phone: Mapped[Sealed]  # under the standing key
