"""The receipt's way back in: number and password open the tip's own private key, and that opens the tip key."""

import contextlib
import hashlib
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db.versions import Outrun, change
from app.ledger.write import append
from app.people.grants import NoKey, open_reporter_key
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.sealing.fields import derive_key
from app.sealing.receipt import Receipt, is_phrase, lock_receipt, unlock_receipt
from app.tips.content import open_content, seal_content
from app.tips.models import Tip


@dataclass(frozen=True)
class Visit:
    """A reporter who came back: which tip, and the private key that opens what was sealed to them."""

    tip_id: str
    private: bytes = field(repr=False)
    lock: str  # says under which password it was opened: see `lock_of`
    first: bool = False  # came with a password that somebody else saw: nothing opens before it is changed


def look_up(tools: Tools, receipt: Receipt) -> Visit:
    """Open a tip with its receipt. Raises SealError alike for an unknown number and a wrong password, Busy when too
    many look up at once. The first look-up erases what would show the receipt again; that the form was sent stays known
    until the night, so that sending it once more makes no second tip.
    """
    with tools.database.work() as session:
        tip = session.scalar(select(Tip).where(Tip.number == receipt.number))
    keyring = tools.keyring
    queue = keyring.phrases if is_phrase(receipt.password) else keyring.looking_up
    private = unlock_receipt(tip.locked_private if tip else None, receipt, keyring.pepper, queue)
    if tip is None:
        raise AssertionError("a dummy never opens")
    if tip.once_receipt is not None:
        # a full disk must not keep a reporter out; the night's sweep erases it then
        with contextlib.suppress(OperationalError), tools.database.work(write=True) as session:
            forget_receipt(session, tip.id)
    visit = Visit(tip.id, private, lock_of(tip.locked_private))
    return replace(visit, first=still_first(tools, visit))


def still_first(tools: Tools, visit: Visit) -> bool:
    """Whether the receipt was handed over and nobody has changed its password since. A destroyed tip has none."""
    with tools.database.work() as session:
        try:
            tip, key = tip_of(session, tools, visit)
        except NoKey:
            return False
    return open_content(tip, key).first_password


def change_password(tools: Tools, visit: Visit, password: str) -> Visit:
    """Put the receipt under a new password; the old one opens nothing from then on, nor does a visit that came with it.
    Done twice it is done once. Returns the visit as it goes on.

    Raises Handed where another password was taken since the visit's, Busy, Outrun, NoKey.
    """
    if done := changed_before(tools, visit, password):
        return done
    try:
        return put_lock(tools, visit, password)
    except (Handed, Outrun):  # the second of two taps
        if done := changed_before(tools, visit, password):
            return done
        raise


def changed_before(tools: Tools, visit: Visit, password: str) -> Visit | None:
    """The visit with the lock of today, where `password` opens it already."""
    keyring = tools.keyring
    with tools.database.work() as session:
        tip, _ = tip_of(session, tools, replace(visit, lock=""))
    with contextlib.suppress(SealError):
        unlock_receipt(tip.locked_private, Receipt(tip.number, password), keyring.pepper, keyring.looking_up)
        return replace(visit, lock=lock_of(tip.locked_private), first=False)
    return None


def put_lock(tools: Tools, visit: Visit, password: str) -> Visit:
    keyring = tools.keyring
    with tools.database.work() as session:
        tip, _ = tip_of(session, tools, visit)
    locked = lock_receipt(visit.private, Receipt(tip.number, password), keyring.pepper, keyring.looking_up)
    with tools.database.work(write=True) as session:
        tip, key = tip_of(session, tools, visit)
        same = seal_content(tip.id, key, replace(open_content(tip, key), own=True))
        change(session, tip, locked_private=locked, once_receipt=None, content=same)
        actor = tip_ledger_key(visit.private)
        append(
            session,
            day=tools.now.today(),
            kind="said",
            actor=actor,
            subject=actor,
            detail={"what": "password"},
        )
    return replace(visit, lock=lock_of(locked), first=False)


class Handed(Exception):
    """The password of this receipt was changed since the visit came with it."""

    def __init__(self, visit: Visit) -> None:
        super().__init__("password")
        self.visit = visit


def lock_of(locked_private: bytes) -> str:
    """Which password a receipt is under, without saying anything of it: another one gives another."""
    return hashlib.sha256(locked_private).hexdigest()[:32]


def forget_receipt(session: Session, tip_id: str) -> None:
    session.execute(update(Tip).where(Tip.id == tip_id).values(once_receipt=None))


def forget_all_once(session: Session, today: date) -> None:
    """Erase every receipt kept for a form that was sent before `today`, and that it was sent."""
    session.execute(
        update(Tip)
        .where(Tip.once_digest.is_not(None), Tip.day < today)
        .values(once_digest=None, once_receipt=None)
    )


def tip_of(session: Session, tools: Tools, visit: Visit) -> tuple[Tip, bytes]:
    """The tip and its key. Raises NoKey once it is shredded, Handed for a visit with a password that counts no more."""
    tip = session.get_one(Tip, visit.tip_id)
    if visit.lock not in ("", lock_of(tip.locked_private)):
        raise Handed(visit)
    return tip, open_reporter_key(session, tools.keyring, tip.id, visit.private)


def tip_ledger_key(private: bytes) -> bytes:
    """A tip's own ledger key: its pseudonym, as subject and as actor. It comes from the receipt's private key, so that
    the server cannot tell which entry a tip's is, and so not which case was registered beside it.
    """
    return derive_key(private, "ledger-key")
