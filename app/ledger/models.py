"""Tables of the ledger (操作留痕): entries that bind day, kind, pseudonyms and a commitment, each to the one before."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, RandomId, Sealed


class LedgerEntry(Base):
    """One entry. `leaf` = SHA-256(0x00 ‖ canonical bytes), as RFC 6962; the bytes are rebuilt from the columns."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index(None, "subject", "actor", "day"),)

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    day: Mapped[Day]
    kind: Mapped[str] = mapped_column(String(32))
    actor: Mapped[Sealed]  # 32 bytes: HMAC under the actor's own key
    subject: Mapped[Sealed]  # 32 bytes: HMAC under the subject's own key
    commitment: Mapped[Sealed]  # 32 bytes: SHA-256(nonce ‖ detail)
    previous: Mapped[Sealed]  # leaf hash of the entry before, 32 zero bytes for the first
    leaf: Mapped[Sealed]


class LedgerHead(Base):
    """The one row that is locked while an entry is appended."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    leaf: Mapped[Sealed]


class LedgerOpening(Base):
    """What a commitment hides, sealed under the subject's own key: shredding that key unlinks the entry."""

    __tablename__ = "ledger_openings"
    __table_args__ = (Index(None, "subject_tag"), NO_ROWID)

    id: Mapped[RandomId]
    subject_tag: Mapped[
        Sealed
    ]  # 32 bytes: another HMAC under the subject's key, so that its openings can be found
    sealed: Mapped[Sealed]  # index, nonce, detail


class LedgerCheckpoint(Base):
    """The state of the ledger at the end of a day; the only thing that is published."""

    __tablename__ = "ledger_checkpoints"

    day: Mapped[Day] = mapped_column(primary_key=True)
    size: Mapped[int]
    leaf: Mapped[Sealed]
    root: Mapped[Sealed]  # RFC 6962 Merkle tree hash over all leaves
