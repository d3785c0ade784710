"""Admission: founding desks, inviting, the first sign-in, removing somebody.

An invitation's secret opens a desk's epoch secret once. The first sign-in at a desk makes epoch 1; nothing is ever
sealed to epoch 0. A member admits and removes, in whose session a new epoch is made; the administrator cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db.base import new_id
from app.db.engine import Database
from app.ledger.write import append
from app.people.codes import new_secret
from app.people.desks import public_of
from app.people.holder import Holder, desk_key_context
from app.people.invitations import BadInvitation, invite, open_invitation
from app.people.keyring import Keyring
from app.people.models import Desk, DeskEpoch, DeskKey, Invitation, Member, Membership
from app.people.recovery import INVITATION_DAYS, keep_for_recovery
from app.people.signin import seal_ledger_key
from app.sealing.epochs import EpochKeys, EpochPublic, first_epoch, next_epoch
from app.sealing.fields import new_key
from app.sealing.hpke import seal_to
from app.sealing.keys import generate
from app.sealing.members import lock_member, new_passphrase

APART = (  # never in one person (design: six people can run a town)
    frozenset({"custodian", "approver"}),
    frozenset({"admin", "custodian"}),
    frozenset({"approver", "handling"}),
    frozenset({"approver", "dispatch"}),
    frozenset({"custodian", "handling"}),  # a desk that asks for a call never sees the number
    frozenset({"custodian", "dispatch"}),
    frozenset({"custodian", "office"}),
    frozenset({"approver", "office"}),
    frozenset({"approver", "discipline"}),
    frozenset({"admin", "approver"}),
    frozenset({"keeper", "custodian"}),
    frozenset({"keeper", "approver"}),
    frozenset({"keeper", "admin"}),
)
ALONE = "keeper"  # nobody holds both shares of a reserved case


class NotTogether(Exception):
    """These two posts must never be one person's."""


class NotAdmitted(Exception):
    """Somebody cannot be admitted or removed; the message says why."""


@dataclass(frozen=True)
class Newcomer:
    """Whom a member offers a place at their desk."""

    username: str
    name: str
    deputy: bool = False


@dataclass(frozen=True)
class Welcome:
    """What a new member is shown once, to be written down."""

    username: str
    passphrase: str = field(repr=False)
    otp_secret: str = field(repr=False)


def found_desk(session: Session, keyring: Keyring, root_private: bytes, desk: Desk, day: date) -> EpochKeys:
    """Add an inside desk and its epoch 0, signed by the root; the secret goes into invitations only."""
    keys, public = first_epoch(root_private, desk.id)
    session.add(desk)
    session.flush()
    add_epoch(session, keyring, public, day)
    return keys


def add_epoch(session: Session, keyring: Keyring, public: EpochPublic, day: date) -> None:
    """Add an epoch and enter it in the ledger: a chain that was cut short or forked can be told from it."""
    session.add(
        DeskEpoch(
            desk_id=public.desk,
            epoch=public.epoch,
            public_key=public.public,
            verify_key=public.verify,
            signature=public.signature,
            day=day,
        )
    )
    subject = keyring.standing_key(f"desk:{public.desk}")
    detail = {"desk": public.desk, "epoch": public.epoch, "verify": public.verify.hex()}
    append(session, day=day, kind="epoch_made", actor=subject, subject=subject, detail=detail)


def check_apart(roles: Sequence[str]) -> None:
    """Raises NotTogether."""
    if list(roles).count(ALONE) > 1:
        raise NotTogether(f"{ALONE} + {ALONE}")
    for pair in APART:
        if pair <= set(roles):
            raise NotTogether(" + ".join(sorted(pair)))


def make_member(
    keyring: Keyring, username: str, name: str, passphrase: str, otp_secret: str
) -> tuple[Member, bytes]:
    """A new member and their private key. Slow (Argon2): before any transaction."""
    pair, member_id = generate(), new_id()
    member = Member(
        id=member_id,
        username=username,
        name=name,
        public_key=pair.public,
        locked=lock_member(
            pair.private, otp_secret.encode("ascii"), passphrase, username, keyring.pepper, keyring.staff
        ),
        ledger_key=seal_ledger_key(keyring, member_id, new_key()),
        otp_step=0,
        active=True,
        version=1,
    )
    return member, pair.private


def seat(
    session: Session, member: Member, keys: Sequence[EpochKeys], desk_id: str, *, deputy: bool = False
) -> None:
    """Give a member a place at a desk and all its epoch secrets. Raises NotTogether."""
    session.get_one(Member, member.id, with_for_update=True)  # two places at once would each look fine
    roles = session.scalars(
        select(Desk.role)
        .join(Membership, Membership.desk_id == Desk.id)
        .where(Membership.member_id == member.id)
    ).all()
    check_apart([*roles, session.get_one(Desk, desk_id).role])
    session.add(Membership(member_id=member.id, desk_id=desk_id, deputy=deputy))
    for key in keys:
        session.add(desk_key(key, member))


def desk_key(keys: EpochKeys, member: Member) -> DeskKey:
    context = desk_key_context(keys.desk, keys.epoch, member.id)
    sealed = seal_to(member.public_key, keys.secret, context)
    return DeskKey(desk_id=keys.desk, epoch=keys.epoch, member_id=member.id, sealed_secret=sealed)


def accept(database: Database, keyring: Keyring, username: str, code: str, today: date) -> Welcome:
    """The first sign-in: makes the member and, at a new desk, epoch 1. The invitation is gone.

    What is returned is shown once and kept nowhere. Raises BadInvitation alike for a wrong code, one that is used up or
    expired, and a name that is taken.
    """
    with database.work() as session:
        row, keys = open_invitation(session, code, username, today)
        taken = session.scalar(select(Member.id).where(Member.username == username))
    if taken is not None:
        raise BadInvitation
    welcome = Welcome(username, new_passphrase(), new_secret())
    member, _ = make_member(keyring, username, row.name, welcome.passphrase, welcome.otp_secret)
    with database.work(write=True) as session:
        gone = session.execute(
            delete(Invitation).where(Invitation.id == row.id).returning(Invitation.id)
        ).all()
        if not gone:  # two at once: the invitation serves one
            raise BadInvitation
        session.add(member)
        session.flush()
        seat(session, member, begin(session, keyring, keys, today), row.desk_id, deputy=row.deputy)
    return welcome


def begin(session: Session, keyring: Keyring, keys: list[EpochKeys], today: date) -> list[EpochKeys]:
    """Epoch 1 where the invitation holds only epoch 0; else the epochs it holds."""
    if keys[-1].epoch > 0:
        return keys
    return [make_next(session, keyring, keys[-1], today)]


def make_next(session: Session, keyring: Keyring, before: EpochKeys, today: date) -> EpochKeys:
    """A desk's next epoch, also sealed for the paper. Invitations still out hold older epochs only: they end."""
    made, public = next_epoch(before)
    add_epoch(session, keyring, public, today)
    session.flush()
    keep_for_recovery(session, keyring, made)
    session.execute(delete(Invitation).where(Invitation.desk_id == made.desk))
    return made


def held(holder: Holder, desk_id: str) -> list[EpochKeys]:
    """All epochs of a desk that `holder` has, oldest first. Raises NotAdmitted where there are none."""
    found = [holder.epochs[at] for at in sorted(holder.epochs) if at[0] == desk_id]
    if not found:
        raise NotAdmitted("您不在这个岗位。")
    return found


def admit(
    session: Session, keyring: Keyring, holder: Holder, desk_id: str, newcomer: Newcomer, today: date
) -> str:
    """Offer a place at the holder's own desk. Returns the invitation's code, or "" where a member was seated at once.

    Raises NotTogether for posts that must be two people's, NotAdmitted for anything else that stands against it.
    """
    keys = held(holder, desk_id)
    member = session.scalar(select(Member).where(Member.username == newcomer.username))
    code = ""
    if member is None:
        code = invite(
            session, keys, newcomer.username, newcomer.name, today + timedelta(days=INVITATION_DAYS),
            deputy=newcomer.deputy,
        )  # fmt: skip
    elif session.get(Membership, (member.id, desk_id)) is not None:
        raise NotAdmitted("已经在这个岗位。")
    else:
        seat(session, member, keys, desk_id, deputy=newcomer.deputy)
    enter(session, keyring, holder, "member_admitted", desk_id, newcomer.username, today)
    return code


def remove(
    session: Session, keyring: Keyring, holder: Holder, desk_id: str, member_id: str, today: date
) -> None:
    """Remove a member from the holder's desk: a new epoch, signed by the last, sealed to those who stay.

    Raises NotAdmitted when nobody would stay, or when somebody else has just made an epoch.
    """
    keys = held(holder, desk_id)
    leaving = session.get(Membership, (member_id, desk_id))
    staying = session.scalars(
        select(Member)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.desk_id == desk_id, Member.id != member_id)
    ).all()
    if leaving is None or not staying:
        raise NotAdmitted("岗位上至少要留一个人；请先请别人进来。")
    newest = session.scalar(select(func.max(DeskEpoch.epoch)).where(DeskEpoch.desk_id == desk_id))
    if newest != keys[-1].epoch:
        raise NotAdmitted("岗位刚刚换过钥匙，请重新登录再试。")
    made = make_next(session, keyring, keys[-1], today)
    session.delete(leaving)
    session.execute(delete(DeskKey).where(DeskKey.desk_id == desk_id, DeskKey.member_id == member_id))
    session.add_all([desk_key(made, member) for member in staying])
    enter(session, keyring, holder, "member_removed", desk_id, member_id, today)


def enter(
    session: Session, keyring: Keyring, holder: Holder, kind: str, desk_id: str, who: str, today: date
) -> None:
    """Who admitted or removed whom stands in the ledger."""
    subject = keyring.standing_key(f"desk:{desk_id}")
    detail = {"desk": desk_id, "who": who, "by": holder.username}
    append(session, day=today, kind=kind, actor=holder.ledger_key, subject=subject, detail=detail)


def chain_of(session: Session, desk_id: str) -> list[EpochPublic]:
    rows = session.scalars(select(DeskEpoch).where(DeskEpoch.desk_id == desk_id).order_by(DeskEpoch.epoch))
    return [public_of(row) for row in rows]
