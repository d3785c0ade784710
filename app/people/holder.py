"""Holder: somebody signed in, with the keys they hold for this one request."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.models import Desk, DeskKey, Member, Membership
from app.sealing.epochs import EpochKeys, symmetric
from app.sealing.hpke import Context, open_with


@dataclass(frozen=True)
class Holder:
    """A signed-in member: who, at which desks, and the private keys that open their grants."""

    member_id: str
    username: str
    name: str
    desks: tuple[str, ...]
    roles: frozenset[str]
    private: bytes = field(repr=False)
    epochs: dict[tuple[str, int], EpochKeys] = field(repr=False)
    symmetric: dict[tuple[str, int], bytes] = field(repr=False)
    ledger_key: bytes = field(repr=False)

    def sits_at(self, desk_id: str) -> bool:
        return desk_id in self.desks


def desk_key_context(desk_id: str, epoch: int, member_id: str) -> Context:
    return Context("desk-key", f"{desk_id}:{member_id}", "secret", epoch)


def make_holder(session: Session, member: Member, private: bytes, ledger_key: bytes) -> Holder:
    """Open all desk keys that `member` holds. Every epoch is kept: old grants still open."""
    rows = session.scalars(select(DeskKey).where(DeskKey.member_id == member.id))
    epochs = {}
    for row in rows:
        context = desk_key_context(row.desk_id, row.epoch, member.id)
        epochs[row.desk_id, row.epoch] = EpochKeys.from_secret(open_with(private, row.sealed_secret, context))
    sitting = session.execute(
        select(Desk.id, Desk.role)
        .join(Membership, Membership.desk_id == Desk.id)
        .where(Membership.member_id == member.id, Desk.active)
        .order_by(Desk.id)
    ).all()
    desks = tuple(row.id for row in sitting)
    return Holder(
        member_id=member.id,
        username=member.username,
        name=member.name,
        desks=desks,
        roles=frozenset(row.role for row in sitting),
        private=private,
        epochs={at: keys for at, keys in epochs.items() if at[0] in desks},
        symmetric={at: symmetric(keys) for at, keys in epochs.items() if at[0] in desks},
        ledger_key=ledger_key,
    )
