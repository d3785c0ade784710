"""Tables of figures: which desk has handed in its quarter, and what was published. The counters are casework's own
(`casework.models.MonthlyCount`), because a closing is counted where it happens.
"""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, DeskId


class Statement(Base):
    """A desk's quarterly statement (岗位季报): that it was handed in, and the sealed record that holds it. One for each
    desk and quarter: two would differ by single cases.
    """

    __tablename__ = "statements"
    __table_args__ = (NO_ROWID,)

    quarter: Mapped[str] = mapped_column(String(6), primary_key=True)  # "2026-4"
    desk_id: Mapped[DeskId] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(32), ForeignKey("records.id"))


class Release(Base):
    """The public figures of a quarter (公开数字), frozen: never changed and never published again."""

    __tablename__ = "releases"
    __table_args__ = (NO_ROWID,)

    quarter: Mapped[str] = mapped_column(String(6), primary_key=True)
    day: Mapped[Day]
    figures: Mapped[str] = mapped_column(Text)  # canonical JSON; its SHA-256 is in the ledger's entry
