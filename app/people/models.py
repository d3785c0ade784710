"""Tables of desks (岗位), members, their keys and grants. What is sealed here opens only with a member's passphrase."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import NO_ROWID, Base, Day, DeskId, Month, RandomId, Sealed, Version, one_of
from app.sealing.recovery import KINDS as RECOVERY_KINDS

DESK_KINDS = ("inside", "outside")
ROLES = (
    "handling",  # 承办单位: may lead a case
    "dispatch",  # 分派岗
    "duty",  # 值班席
    "office",  # 镇安委会办公室
    "discipline",  # 镇纪委
    "custodian",  # 保密专员
    "approver",  # 启封审批人
    "keeper",  # discipline's own two keepers (reserved cases)
    "signer",  # 签批人
    "cashier",  # 发放岗
    "clerk",  # 登记岗
    "village",  # 村居
    "admin",  # 管理员
    "bureau",  # district bureau: outside, works on paper, has no key
)
SUBJECTS = ("tip", "case", "identity", "record", "request", "reward")
PARTS = ("whole", "first", "second")
RECIPIENTS = ("desk", "member", "reporter")
FORMS = ("hpke", "wrap")


class Installation(Base):
    """The one row that binds this database to its pepper and root key."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pepper_check: Mapped[Sealed]  # HMAC(pepper, "check"): a changed pepper would make every receipt unusable
    root_public: Mapped[Sealed]


class Desk(Base):
    """A post (岗位) with members and keys, or an outside bureau that works on paper."""

    __tablename__ = "desks"
    __table_args__ = (one_of("kind", DESK_KINDS), one_of("role", ROLES))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool]


class DeskEpoch(Base):
    """One generation of a desk's public key, signed by the generation before (epoch 0: by the root)."""

    __tablename__ = "desk_epochs"

    desk_id: Mapped[DeskId] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_key: Mapped[Sealed]
    verify_key: Mapped[Sealed]
    signature: Mapped[Sealed]
    day: Mapped[Day]


class Member(Base):
    """Somebody who signs in. The passphrase opens `locked`; nothing here says what it is."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("username"),)

    id: Mapped[RandomId]
    username: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[Sealed]
    locked: Mapped[Sealed]  # private key and one-time-code secret under Argon2id(passphrase)
    ledger_key: Mapped[Sealed]  # of the pseudonym in the ledger, under the standing key
    otp_step: Mapped[int]  # last one-time code used: a code works once
    active: Mapped[bool]  # the administrator can only stop a sign-in
    version: Mapped[Version]


class Membership(Base):
    """Who sits at which desk; the key itself is in `desk_keys`."""

    __tablename__ = "memberships"

    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), primary_key=True)
    desk_id: Mapped[DeskId] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    deputy: Mapped[bool]


class MemberSettings(Base):
    """What a member set for their own pages (saved filters), sealed under a key of the server's."""

    __tablename__ = "member_settings"

    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), primary_key=True)
    settings: Mapped[Sealed]


class DeskKey(Base):
    """A desk's epoch secret, sealed to one member's public key."""

    __tablename__ = "desk_keys"

    desk_id: Mapped[DeskId] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), primary_key=True)
    sealed_secret: Mapped[Sealed]


class Invitation(Base):
    """A place offered to somebody: its secret, handed over on paper, opens the desk's epoch secret once."""

    __tablename__ = "invitations"

    id: Mapped[RandomId]
    desk_id: Mapped[DeskId] = mapped_column(ForeignKey("desks.id"))
    epoch: Mapped[int]
    username: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    deputy: Mapped[bool]
    sealed_secret: Mapped[Sealed]
    expires: Mapped[Day]


class RecoveryKey(Base):
    """A public recovery key, signed by the root; its private half is on paper only."""

    __tablename__ = "recovery_keys"
    __table_args__ = (one_of("kind", RECOVERY_KINDS),)

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    public_key: Mapped[Sealed]
    signature: Mapped[Sealed]


class RecoverySeal(Base):
    """A desk's epoch secret, sealed to the recovery key of its kind."""

    __tablename__ = "recovery_seals"
    __table_args__ = (
        ForeignKeyConstraint(["desk_id", "epoch"], ["desk_epochs.desk_id", "desk_epochs.epoch"]),
    )

    desk_id: Mapped[DeskId] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed_secret: Mapped[Sealed]


class RetentionMonth(Base):
    """Which retention key a month has: HMAC(key), so that a lost one is never silently made anew."""

    __tablename__ = "retention_months"

    month: Mapped[Month] = mapped_column(primary_key=True)
    key_check: Mapped[Sealed]


class Grant(Base):
    """Subject × recipient × epoch × sealed key. A live grant *is* the permission."""

    __tablename__ = "grants"
    __table_args__ = (
        one_of("subject_kind", SUBJECTS),
        one_of("part", PARTS),
        one_of("recipient_kind", RECIPIENTS),
        one_of("form", FORMS),
        Index(None, "subject_kind", "subject_id"),
        NO_ROWID,
    )

    # The key's order keeps a recipient's grants of one kind side by side: a search reads them in one go.
    recipient_kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    recipient_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    part: Mapped[str] = mapped_column(String(8), primary_key=True)
    epoch: Mapped[int]
    form: Mapped[str] = mapped_column(String(4))
    month: Mapped[Month]
    sealed_key: Mapped[Sealed]  # wrapped once more under the month's retention key
    line: Mapped[Sealed | None]  # what a desk's search looks through (检索行), once it has opened the case
