"""The receipt's way back in: number and password open the tip's own private key, and that opens the tip key."""

import contextlib
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db.versions import change
from app.ledger.write import append
from app.people.grants import NoKey, open_reporter_key
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.sealing.fields import derive_key
from app.sealing.receipt import Receipt, lock_receipt, unlock_receipt
from app.tips.content import open_content, seal_content
from app.tips.models import Tip


@dataclass(frozen=True)
class Visit:
    """A reporter who came back: which tip, and the private key that opens what was sealed to them."""

    tip_id: str
    private: bytes = field(repr=False)
    first: bool = False  # came with a password that somebody else saw: nothing opens before it is changed


def look_up(tools: Tools, receipt: Receipt) -> Visit:
    """Open a tip with its receipt. Raises SealError alike for an unknown number and a wrong password, Busy when too
    many look up at once. The first look-up erases what would show the receipt again; that the form was sent stays known
    until the night, so that sending it once more makes no second tip.
    """
    with tools.database.work() as session:
        tip = session.scalar(select(Tip).where(Tip.number == receipt.number))
    keyring = tools.keyring
    private = unlock_receipt(tip.locked_private if tip else None, receipt, keyring.pepper, keyring.looking_up)
    if tip is None:
        raise AssertionError("a dummy never opens")
    if tip.once_receipt is not None:
        # a full disk must not keep a reporter out; the night's sweep erases it then
        with contextlib.suppress(OperationalError), tools.database.work(write=True) as session:
            forget_receipt(session, tip.id)
    visit = Visit(tip.id, private)
    return replace(visit, first=still_first(tools, visit))


def still_first(tools: Tools, visit: Visit) -> bool:
    """Whether the receipt was handed over and nobody has changed its password since. A destroyed tip has none."""
    with tools.database.work() as session:
        try:
            tip, key = tip_of(session, tools, visit)
        except NoKey:
            return False
    return open_content(tip, key).first_password


def change_password(tools: Tools, visit: Visit, password: str) -> None:
    """Put the receipt under a new password; the old one opens nothing from then on. Done twice it is done once.

    Raises Handed where a visit with a first password comes after somebody changed it, Busy, Outrun, NoKey.
    """
    keyring = tools.keyring
    with tools.database.work() as session:
        tip, key = tip_of(session, tools, visit)
    receipt, content = Receipt(tip.number, password), open_content(tip, key)
    with contextlib.suppress(SealError):
        unlock_receipt(tip.locked_private, receipt, keyring.pepper, keyring.looking_up)
        return
    if visit.first and not content.first_password:
        raise Handed
    locked = lock_receipt(visit.private, receipt, keyring.pepper, keyring.looking_up)
    today = tools.now.today()
    with tools.database.work(write=True) as session:
        same = seal_content(tip.id, key, replace(content, own=True))
        change(session, tip, locked_private=locked, once_receipt=None, content=same)
        actor = tip_ledger_key(visit.private)
        append(session, day=today, kind="said", actor=actor, subject=actor, detail={"what": "password"})


class Handed(Exception):
    """Somebody else changed the password of this receipt first."""


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
    """The tip and its key. Raises NoKey once it is shredded."""
    tip = session.get_one(Tip, visit.tip_id)
    return tip, open_reporter_key(session, tools.keyring, tip.id, visit.private)


def tip_ledger_key(private: bytes) -> bytes:
    """A tip's own ledger key: its pseudonym, as subject and as actor. It comes from the receipt's private key, so that
    the server cannot tell which entry a tip's is, and so not which case was registered beside it.
    """
    return derive_key(private, "ledger-key")
