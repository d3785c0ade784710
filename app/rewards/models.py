"""Table of rewards (奖励). The amount is sealed; the counter sees one only with the claim code."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, Month, RandomId, Sealed, Version, one_of

REWARD_STATES = ("suggested", "signed", "decided", "offered", "claimed", "paid", "lapsed", "refused")


class Reward(Base):
    """One reward to one reporter. It names neither case nor tip, until it is offered under the tip's number."""

    __tablename__ = "rewards"
    __table_args__ = (one_of("state", REWARD_STATES), Index(None, "tip_number"), NO_ROWID)

    id: Mapped[RandomId]
    state: Mapped[str] = mapped_column(String(12))
    frozen: Mapped[bool]  # by a reopening
    day: Mapped[Day]
    month: Mapped[Month]
    lapse_due: Mapped[Day | None]  # end of the claim window
    tip_number: Mapped[str | None] = mapped_column(String(8))  # from the offer on
    payment: Mapped[Sealed | None]  # amount, sealed to the reporter; once they looked, to their claim code
    ledger_key: Mapped[Sealed]  # under the month's retention key
    body: Mapped[Sealed]  # facts, calculation, decision, payment: under the reward's own key
    version: Mapped[Version]
