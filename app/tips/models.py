"""Tables of the tip (举报件). In clear: number, day, month, state. All else is sealed under the tip key.

No photo count, no channel, no mode, no link to the case: a tip, its objects and its case are joined only inside
sealed fields, so that a stolen database cannot tell a report from a visit.
"""

import re

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, Month, RandomId, Sealed, Version, one_of

TIP_STATES = ("open", "answered", "withdrawn")
OBJECT_STATES = ("staged", "kept")
HOTLINES = ("12345", "12350")
POSTER_SCOPES = ("town", "village", "sector", "kind")  # for whom: 全镇, 一个村居, 一个行业领域, 一类场所


class Tip(Base):
    """What one reporter sent, by any channel."""

    __tablename__ = "tips"
    __table_args__ = (
        one_of("state", TIP_STATES),
        UniqueConstraint("number"),
        UniqueConstraint("once_digest"),
        NO_ROWID,
    )

    id: Mapped[RandomId]
    number: Mapped[str] = mapped_column(String(8))  # 举报编号
    day: Mapped[Day]
    month: Mapped[Month]
    state: Mapped[str] = mapped_column(String(12))
    public_key: Mapped[Sealed]  # the receipt's public half: keys are sealed to the reporter in their absence
    locked_private: Mapped[
        Sealed
    ]  # its private half under Argon2id(password), also where nobody got a receipt
    content: Mapped[Sealed]  # what the reporter wrote, routing, photo list
    sequence: Mapped[Sealed]  # place in the order of all tips: who was first
    thread: Mapped[Sealed]  # messages, answers, what the reporter was told
    once_digest: Mapped[Sealed | None]  # H(once ‖ content), until the night: sent twice is one tip
    once_receipt: Mapped[
        Sealed | None
    ]  # the receipt under HKDF(once), erased at the first look-up or that night
    version: Mapped[Version]


class Identity(Base):
    """Who sent a tip (举报人信息封存): every tip has one row of one size, a dummy where nobody is named."""

    __tablename__ = "identities"
    __table_args__ = (NO_ROWID,)

    id: Mapped[
        RandomId
    ]  # what the seals are bound to: whoever seals, the phone too, can choose it beforehand
    tip_id: Mapped[str] = mapped_column(ForeignKey("tips.id"), unique=True)
    blob: Mapped[Sealed]


class StoredObject(Base):
    """A sealed file in the object store: staged before its tip commits, kept after. It does not name its tip."""

    __tablename__ = "objects"
    __table_args__ = (one_of("state", OBJECT_STATES), NO_ROWID)

    id: Mapped[RandomId]
    state: Mapped[str] = mapped_column(String(8))
    month: Mapped[Month]
    worker: Mapped[str | None] = mapped_column(
        String(32)
    )  # whose lock must be free before the sweep takes it


class HandedIn(Base):
    """What a hotline centre handed in by its API: which case its number became.

    The name is an HMAC of the centre's number, the record is sealed, both under the centre's token, which is not kept
    here: neither database nor server keys tell which number was handed in or which case came from a hotline.
    """

    __tablename__ = "handed_in"
    __table_args__ = (NO_ROWID,)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[Sealed]  # case, what was sent under which Idempotency-Key; of one length


SLUG = re.compile(r"[a-z0-9-]{1,32}")  # what a poster's address ends in


class Poster(Base):
    """A printable page with a QR code (二维码海报), never for one enterprise. Scanning stores nothing."""

    __tablename__ = "posters"
    __table_args__ = (one_of("scope", POSTER_SCOPES),)

    slug: Mapped[str] = mapped_column(String(32), primary_key=True)
    place: Mapped[str] = mapped_column(String(64))  # the village's name, or the id of the kind of place
    sector: Mapped[str | None] = mapped_column(String(32))
    active: Mapped[bool]  # False: withdrawn (已收回); it still leads to the form
    scope: Mapped[str] = mapped_column(String(8))
    people: Mapped[
        int
    ]  # how many pass or work there, as the administrator stated; 0: never asked (before 0003)


class Centre(Base):
    """A hotline centre that may hand reports in by the API: one row for each token that was given out (接入)."""

    __tablename__ = "centres"
    __table_args__ = (one_of("channel", HOTLINES),)

    id: Mapped[RandomId]
    name: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(8))
    token_check: Mapped[Sealed]  # HMAC of the token under the standing key: it cannot be read back
    active: Mapped[bool]  # False: withdrawn (已收回)
    day: Mapped[Day]  # on which it was given out


class VillageBook(Base):
    """What a village reported in a month, for itself (村居自己的登记): its own words, day and number, sealed under the
    village's desk and the month. One blob of one length, without a version: it does not tell how much was reported.
    """

    __tablename__ = "village_books"
    __table_args__ = (NO_ROWID,)

    desk_id: Mapped[str] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    epoch: Mapped[int]  # of the desk's key
    book: Mapped[Sealed]
