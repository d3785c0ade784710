"""Admission: founding desks, inviting, the first sign-in, removing somebody.

An invitation's secret opens a desk's epoch secret once. The first sign-in at a desk makes epoch 1; nothing is ever
sealed to epoch 0. A member admits and removes, in whose session a new epoch is made; the administrator cannot.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.base import new_id
from app.db.engine import Database
from app.ledger.write import append
from app.people.codes import new_secret
from app.people.desks import public_of
from app.people.holder import Holder, desk_key_context
from app.people.keyring import Keyring
from app.people.models import Desk, DeskEpoch, DeskKey, Invitation, Member, Membership
from app.people.signin import seal_ledger_key
from app.sealing.epochs import EpochKeys, EpochPublic, first_epoch, next_epoch
from app.sealing.errors import SealError
from app.sealing.fields import Place, derive_key, new_key, open_json, seal_json
from app.sealing.hpke import seal_to
from app.sealing.keys import generate
from app.sealing.members import lock_member, new_passphrase

APART = (  # never in one person (design: six people can run a town)
    frozenset({"custodian", "approver"}),
    frozenset({"admin", "custodian"}),
    frozenset({"approver", "handling"}),
    frozenset({"admin", "approver"}),
)


class NotTogether(Exception):
    """These two posts must never be one person's."""


class BadInvitation(Exception):
    """The invitation is used up, expired or mistyped."""


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


def invite(
    session: Session,
    keys: Sequence[EpochKeys],
    username: str,
    name: str,
    expires: date,
    *,
    deputy: bool = False,
) -> str:
    """Offer a place; returns the code to be handed over on paper (160 bits)."""
    code = base64.b32encode(secrets.token_bytes(20)).decode()
    invitation_id = new_id()
    value = [base64.b64encode(key.secret).decode() for key in keys]
    session.add(
        Invitation(
            id=invitation_id,
            desk_id=keys[0].desk,
            epoch=keys[-1].epoch,
            username=username,
            name=name,
            deputy=deputy,
            sealed_secret=seal_json(
                derive_key(code.encode(), "invitation"), value, invitation_place(invitation_id)
            ),
            expires=expires,
        )
    )
    return code


def invitation_place(invitation_id: str) -> Place:
    return Place("invitations", invitation_id, "sealed_secret")


def open_invitation(
    session: Session, code: str, username: str, today: date
) -> tuple[Invitation, list[EpochKeys]]:
    """The invitation that this code opens. Raises BadInvitation."""
    typed = "".join(code.upper().split())
    for row in session.scalars(
        select(Invitation).where(Invitation.username == username, Invitation.expires >= today)
    ):
        try:
            value = open_json(
                derive_key(typed.encode(), "invitation"), row.sealed_secret, invitation_place(row.id)
            )
        except SealError:
            continue
        return row, [EpochKeys.from_secret(base64.b64decode(secret)) for secret in value]
    raise BadInvitation


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
    made, public = next_epoch(keys[-1])
    add_epoch(session, keyring, public, today)
    return [made]


def remove(
    session: Session, keyring: Keyring, holder: Holder, desk_id: str, member_id: str, today: date
) -> None:
    """Remove a member from a desk: a new epoch, signed by the last, sealed to those who stay."""
    newest = max(epoch for desk, epoch in holder.epochs if desk == desk_id)
    made, public = next_epoch(holder.epochs[desk_id, newest])
    add_epoch(session, keyring, public, today)
    staying = session.scalars(
        select(Member)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.desk_id == desk_id, Member.id != member_id)
    ).all()
    session.execute(
        delete(Membership).where(Membership.desk_id == desk_id, Membership.member_id == member_id)
    )
    session.execute(delete(DeskKey).where(DeskKey.desk_id == desk_id, DeskKey.member_id == member_id))
    for member in staying:
        session.add(desk_key(made, member))


def chain_of(session: Session, desk_id: str) -> list[EpochPublic]:
    rows = session.scalars(select(DeskEpoch).where(DeskEpoch.desk_id == desk_id).order_by(DeskEpoch.epoch))
    return [public_of(row) for row in rows]
