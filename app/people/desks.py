"""Desks (岗位) and the public keys that things may be sealed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.people.holder import Holder
from app.people.keyring import Keyring
from app.people.models import Desk, DeskEpoch, DeskKey, Installation, Member, Membership
from app.sealing.epochs import EpochPublic, verify_chain

verified = lru_cache(maxsize=256)(
    verify_chain
)  # the same bytes give the same answer; what is refused is not kept


# Statements of every report, written once: building one takes longer than asking it.
ROOT = select(Installation.root_public).where(Installation.id == 1)
CHAINS = (
    select(
        DeskEpoch.desk_id, DeskEpoch.epoch, DeskEpoch.public_key, DeskEpoch.verify_key, DeskEpoch.signature
    )
    .where(DeskEpoch.desk_id.in_(bindparam("wanted", expanding=True)))
    .order_by(DeskEpoch.desk_id, DeskEpoch.epoch)
)


class NoLivingKey(Exception):
    """The desk has no key that somebody holds: nothing can be sealed to it, nothing routed there."""


@dataclass(frozen=True)
class Recipient:
    """Whom a key is sealed to: a desk's epoch, a member, or the reporter."""

    kind: str
    id: str
    epoch: int
    public: bytes


def desk_recipients(session: Session, keyring: Keyring, ids: Iterable[str]) -> dict[str, Recipient]:
    """The newest verified key of each desk that has a living one; the others are left out.

    Raises SealError when a chain does not lead back to the root named in the settings.
    """
    root = session.scalars(ROOT).one()
    chains: dict[str, list[EpochPublic]] = {}
    for row in session.execute(CHAINS, {"wanted": sorted(set(ids))}):
        chains.setdefault(row.desk_id, []).append(EpochPublic(*row))
    found = {}
    for desk_id, chain in chains.items():
        newest = verified(root, keyring.root_fingerprint, tuple(chain))
        if newest.epoch > 0:  # epoch 0 belongs to the invitation's paper: no tip is sealed to it
            found[desk_id] = Recipient("desk", desk_id, newest.epoch, newest.public)
    return found


def desk_recipient(session: Session, keyring: Keyring, desk_id: str) -> Recipient:
    """The newest verified key of one desk. Raises NoLivingKey."""
    try:
        return desk_recipients(session, keyring, [desk_id])[desk_id]
    except KeyError:
        raise NoLivingKey(desk_id) from None


def member_recipient(member: Member) -> Recipient:
    return Recipient("member", member.id, 0, member.public_key)


def reporter_recipient(tip_id: str, public: bytes) -> Recipient:
    return Recipient("reporter", tip_id, 0, public)


def public_of(row: DeskEpoch) -> EpochPublic:
    return EpochPublic(row.desk_id, row.epoch, row.public_key, row.verify_key, row.signature)


NEWEST = (
    select(DeskEpoch.desk_id, func.max(DeskEpoch.epoch).label("epoch")).group_by(DeskEpoch.desk_id).subquery()
)
KEYED = (
    select(Desk.id)
    .join(NEWEST, NEWEST.c.desk_id == Desk.id)
    .join(DeskKey, and_(DeskKey.desk_id == Desk.id, DeskKey.epoch == NEWEST.c.epoch))
    .join(Member, Member.id == DeskKey.member_id)
    .where(Desk.kind == "inside", Desk.active, NEWEST.c.epoch > 0, Member.active)
    .distinct()
)


def desks_with_keys(session: Session) -> frozenset[str]:
    """Inside desks that can be routed to: active, and somebody who may sign in holds the newest epoch."""
    return frozenset(session.scalars(KEYED))


def colleagues_of(session: Session, holder: Holder) -> list[tuple[str, str]]:
    """Members who sit at one of the holder's desks: id and name."""
    seats = select(Membership.member_id).where(Membership.desk_id.in_(holder.desks))
    found = session.execute(
        select(Member.id, Member.name).where(Member.active, Member.id.in_(seats)).order_by(Member.name)
    )
    return [(row[0], row[1]) for row in found]


def all_desks(session: Session) -> dict[str, Desk]:
    return {desk.id: desk for desk in session.scalars(select(Desk).order_by(Desk.id))}


def is_named(member: Member, words: str) -> bool:
    """Whether a reporter's words of who must not know name this member."""
    return any(len(name) > 1 and name in words for name in (member.name, member.username))


def desks_of_named(session: Session, words: str) -> frozenset[str]:
    """Desks at which somebody sits whom these words name."""
    if not words:
        return frozenset()
    rows = session.execute(
        select(Member, Membership.desk_id).join(Membership, Membership.member_id == Member.id)
    )
    return frozenset(desk_id for member, desk_id in rows if is_named(member, words))


def desks_of_member(session: Session, member_id: str) -> set[str]:
    return set(session.scalars(select(Membership.desk_id).where(Membership.member_id == member_id)))
