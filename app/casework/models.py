"""Tables of the case (事项). In clear: number, desk, sector, state, days, due days; for a reserved case only that it is
reserved, its day and its next due day. All else is sealed under the case key or a record's own key: also its steps,
because a question or an answer would tell that somebody reported.
"""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, DeskId, Month, RandomId, Sealed, Version, one_of

STATES = ("received", "verifying", "handed_up", "concluded", "rectifying", "reinspecting", "closed")
ENDS = (
    "true",
    "partly",
    "untrue",
    "unclear",
    "handed_up",
    "declined",
    "merged",
    "assisted",
)  # each closing is one
RECTIFIED = "rectified"  # 整改销号: counted beside the end, never added to it
OUTCOMES = (*ENDS, RECTIFIED)
NEVER = date.max
OPEN = text("state <> 'closed'")  # in words, so that both databases see that the index of open cases serves


class Case(Base):
    """The matter handled: from one or more tips, or from a patrol, a superior, a department, a village."""

    __tablename__ = "cases"
    __table_args__ = (
        one_of("state", STATES),
        UniqueConstraint("number"),
        Index(None, "desk_id", "state", "next_due", "id"),
        Index("ix_cases_open", "desk_id", "next_due", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "reserved", "next_due", "id"),
        Index(None, "next_due", "id"),
        NO_ROWID,
    )

    id: Mapped[RandomId]
    reserved: Mapped[bool]  # a case on an official: everything below that may be null is null
    day: Mapped[Day]
    month: Mapped[Month]
    next_due: Mapped[Day]  # NEVER where nothing is due: a queue is read in the order of an index
    conclude_due: Mapped[Day | None]  # the 60 days
    accept_due: Mapped[Day | None]  # after this day silence is acceptance
    accepted_on: Mapped[Day | None]  # by silence: a job holds no key and can say no more
    number: Mapped[str | None] = mapped_column(String(8))  # 事项编号
    desk_id: Mapped[DeskId | None] = mapped_column(ForeignKey("desks.id"))
    sector: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str | None] = mapped_column(String(16))
    ledger_key: Mapped[
        Sealed
    ]  # under the month's retention key; of a reserved case a decoy, the real one is in the facts
    facts: Mapped[
        Sealed
    ]  # origin, tips, events, overlays, children, rewards; of a reserved case also its state
    version: Mapped[Version]


RECHECKED = and_(Case.state == "closed", Case.next_due < NEVER)  # after the end only an objection is due


class Record(Base):
    """A site record, paper, decision or line for assigning, under a key of its own that can be granted alone.

    It names no case: which records a case has would tell a visit from a report. The case's sealed facts name them.
    """

    __tablename__ = "records"
    __table_args__ = (NO_ROWID,)

    id: Mapped[RandomId]
    day: Mapped[Day]
    month: Mapped[Month]
    ledger_key: Mapped[Sealed]  # under the month's retention key
    body: Mapped[Sealed]
    version: Mapped[Version]


class MonthlyCount(Base):
    """How many ordinary cases closed in a month, by desk, sector and outcome; written by `counting` alone, as a case
    closes and never when it arrives. Nothing of channel, reporters, rewards or place: in clear that would tell a visit
    from a report.
    """

    __tablename__ = "monthly_counts"
    __table_args__ = (one_of("outcome", OUTCOMES),)

    month: Mapped[Month] = mapped_column(primary_key=True)
    desk_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sector: Mapped[str] = mapped_column(String(32), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int]


class LetterCount(Base):
    """How many letters (移送函) left in a year: the number of the last. None about a case on an official is counted."""

    __tablename__ = "letter_counts"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
