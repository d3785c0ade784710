"""Table of requests to the vault: opening an identity (启封), calling back (代联系), handing an orphaned case on."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, Month, RandomId, Sealed, Version, one_of

REQUEST_KINDS = ("unseal", "call", "handon")
REQUEST_STATES = ("asked", "released", "read", "refused", "lapsed")


class VaultRequest(Base):
    """One request; both keepers re-seal their share to its one-time key, whose private half only the asker opens."""

    __tablename__ = "vault_requests"
    __table_args__ = (one_of("kind", REQUEST_KINDS), one_of("state", REQUEST_STATES), NO_ROWID)

    id: Mapped[RandomId]
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10))
    day: Mapped[Day]
    expires: Mapped[Day | None]
    month: Mapped[Month]
    asker_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    one_time_public: Mapped[Sealed]
    one_time_private: Mapped[Sealed | None]  # sealed to the asker; erased when read
    first_share: Mapped[Sealed | None]  # the custodian's, re-sealed to the one-time key; erased when read
    second_share: Mapped[Sealed | None]  # the approver's
    ledger_key: Mapped[Sealed]  # under the month's retention key
    body: Mapped[Sealed]  # which tip, why, questions, calls: under the request's own key
    version: Mapped[Version]
