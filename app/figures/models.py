"""Table of monthly counters, added to when a case closes and never when it arrives."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Month


class MonthlyCount(Base):
    """How many cases closed in a month, by desk, sector and outcome."""

    __tablename__ = "monthly_counts"

    month: Mapped[Month] = mapped_column(primary_key=True)
    desk_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sector: Mapped[str] = mapped_column(String(32), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int]
