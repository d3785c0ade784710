"""The table of rule sets. Public law and the town's own duty list: nothing of a report, so nothing is sealed."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Day, RandomId, Version, one_of

STATES = ("draft", "live", "old")


class RuleSet(Base):
    """One edition of duty list and written examples. Version 0 is the data folder and has no row."""

    __tablename__ = "rule_sets"
    __table_args__ = (
        one_of("state", STATES),
        UniqueConstraint("number"),
        Index(
            "ix_rule_sets_one_draft",
            "state",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index(
            "ix_rule_sets_one_live",
            "state",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
    )

    id: Mapped[RandomId]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)  # canonical JSON, see app.rules.drafts
    day: Mapped[Day]  # begun; once in force, put in force
    author_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    reason: Mapped[str] = mapped_column(String(500))
    version: Mapped[Version]
