"""Recovery on paper: every epoch is sealed once more to the recovery key of its kind of desk."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledger.write import append
from app.people.invitations import invite
from app.people.keyring import Keyring
from app.people.models import Desk, Installation, RecoveryKey, RecoverySeal
from app.sealing.epochs import EpochKeys
from app.sealing.errors import SealError
from app.sealing.keys import KeyPair
from app.sealing.paper import from_halves
from app.sealing.recovery import KINDS, RecoveryPublic, check_recovery, new_recovery, open_epoch, seal_epoch

KIND_OF_ROLE = {
    "custodian": "custodians",
    "approver": "approvers",
    "discipline": "discipline",
    "keeper": "discipline",
}
INVITATION_DAYS = 14


def found_recovery(session: Session, root_private: bytes) -> dict[str, KeyPair]:
    """Make the recovery keys of an installation; what is returned belongs on paper."""
    made = {}
    for kind in KINDS:
        made[kind], public = new_recovery(root_private, kind)
        session.add(RecoveryKey(kind=kind, public_key=public.public, signature=public.signature))
    return made


def recovery_public(session: Session, keyring: Keyring, kind: str) -> bytes:
    """The verified public key of one kind. Raises SealError."""
    row = session.get_one(RecoveryKey, kind)
    root = session.get_one(Installation, 1).root_public
    return check_recovery(root, keyring.root_fingerprint, RecoveryPublic(kind, row.public_key, row.signature))


def keep_for_recovery(session: Session, keyring: Keyring, keys: EpochKeys) -> None:
    """Seal a new epoch for the paper, in the same transaction that makes it."""
    role = session.get_one(Desk, keys.desk).role
    public = recovery_public(session, keyring, KIND_OF_ROLE.get(role, "desks"))
    session.add(RecoverySeal(desk_id=keys.desk, epoch=keys.epoch, sealed_secret=seal_epoch(public, keys)))


def recover(
    session: Session, keyring: Keyring, desk_id: str, halves: tuple[str, str], username: str, day: date
) -> str:
    """With both paper halves: an invitation to an orphaned desk, all its epochs in it; an entry in the ledger.

    Raises SealError for a slip of the pen, halves of two pairs, the wrong pair, or a desk that never had a key.
    """
    private = from_halves(*halves)
    rows = session.scalars(
        select(RecoverySeal).where(RecoverySeal.desk_id == desk_id).order_by(RecoverySeal.epoch)
    ).all()
    if not rows:
        raise SealError("no epoch")
    keys = [open_epoch(private, desk_id, row.epoch, row.sealed_secret) for row in rows]
    subject = keyring.standing_key(f"desk:{desk_id}")
    detail = {"desk": desk_id, "epoch": keys[-1].epoch, "for": username}
    append(session, day=day, kind="desk_recovered", actor=subject, subject=subject, detail=detail)
    name = session.get_one(Desk, desk_id).name
    return invite(session, keys, username, name, day + timedelta(days=INVITATION_DAYS))
