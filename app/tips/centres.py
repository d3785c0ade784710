"""Hotline centres (热线接入): each token opens one door, can be withdrawn, and is kept only as its HMAC.

From the token comes also the key under which the centre's own numbers are found again. It is not kept: whoever has the
database and all keys of the server, but no token, learns neither a number nor which case came from a hotline.
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.db.base import new_id
from app.ledger.write import append
from app.people.holder import Holder
from app.people.keyring import Keyring, KeyringBroken
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.sealing.fields import Place, canonical_json, derive_key, open_json, seal_fixed
from app.sealing.framing import to_text
from app.tips.models import Centre, HandedIn

TOKEN = re.compile(r"anshao_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")
NOBODY = b"\0" * 32  # what the token of no centre is compared with
RECORD_BYTES = 512


@dataclass(frozen=True)
class Connection:
    """A centre that showed its token: what it may hand in as, and the key of its own numbers."""

    centre: Centre
    key: bytes = field(repr=False)

    def name_of(self, number: str) -> str:
        """Under which name the record of the centre's number lies: chance to whoever lacks the token."""
        return hmac.digest(derive_key(self.key, "names"), number.encode(), "sha256").hex()

    def once(self, idempotency_key: str, number: str) -> bytes:
        """What makes "sent twice" one report: from the token, the server's key, the Idempotency-Key and the number."""
        return derive_key(self.key, f"once:{len(idempotency_key)}:{idempotency_key}:{number}")

    def binding(self, idempotency_key: str) -> str:
        """Where memory keeps what was sent under an Idempotency-Key."""
        return "api:" + hmac.digest(derive_key(self.key, "bound"), idempotency_key.encode(), "sha256").hex()

    def seal_record(self, keyring: Keyring, number: str, month: str, value: Any) -> HandedIn:
        """A record of one length, shredded with its month."""
        name = self.name_of(number)
        key = derive_key(keyring.month(month) + self.key, "handed-in")
        return HandedIn(id=name, sealed=seal_fixed(key, canonical_json(value), place_of(name), RECORD_BYTES))

    def open_record(self, keyring: Keyring, row: HandedIn) -> Any:
        """What the record says; None once its month is shredded. The month is not written anywhere: all are tried."""
        for month in reversed(keyring.months()):
            try:
                return open_json(
                    derive_key(keyring.month(month) + self.key, "handed-in"), row.sealed, place_of(row.id)
                )
            except (SealError, KeyringBroken):
                continue
        return None


def place_of(name: str) -> Place:
    return Place("handed_in", name, "sealed")


def token_check(keyring: Keyring, token: str) -> bytes:
    return hmac.digest(keyring.standing_key("api-token"), token.encode(), "sha256")


def connect(session: Session, keyring: Keyring, token: str) -> Connection | None:
    """Who shows this token; None for a wrong, unknown or withdrawn one, told apart by nothing, the time included."""
    found = TOKEN.fullmatch(token)
    centre = session.get(Centre, found[1]) if found else None
    fits = hmac.compare_digest(token_check(keyring, token), centre.token_check if centre else NOBODY)
    if centre is None or not fits or not centre.active:
        return None
    root = hmac.digest(keyring.standing_key("api-centre"), token.encode(), "sha256")
    return Connection(centre, derive_key(root, "centre"))


def all_centres(session: Session) -> Sequence[Centre]:
    """Those that may hand in first, then the withdrawn ones."""
    return session.scalars(select(Centre).order_by(Centre.active.desc(), Centre.name, Centre.id)).all()


def make_centre(tools: Tools, holder: Holder, name: str, channel: str) -> str:
    """Let a centre in; returns its token, which is shown once and cannot be read back."""
    centre_id = new_id()
    token = f"anshao_{centre_id}_{to_text(secrets.token_bytes(32))}"
    check = token_check(tools.keyring, token)
    with tools.database.work(write=True) as session:
        session.add(
            Centre(
                id=centre_id,
                name=name,
                channel=channel,
                token_check=check,
                active=True,
                day=tools.now.today(),
            )
        )
        enter(session, tools, holder, centre_id, "centre_made", {"name": name, "channel": channel})
    return token


def withdraw_centre(tools: Tools, holder: Holder, centre_id: str) -> None:
    """Take a token back (收回), for good: from now on it opens nothing. Done twice it is entered once."""
    with tools.database.work(write=True) as session:
        done = session.execute(
            update(Centre).where(Centre.id == centre_id, Centre.active.is_(True)).values(active=False)
        )
        if isinstance(done, CursorResult) and done.rowcount == 1:
            enter(session, tools, holder, centre_id, "centre_withdrawn", {})


def enter(
    session: Session, tools: Tools, holder: Holder, centre_id: str, kind: str, said: dict[str, object]
) -> None:
    append(
        session,
        day=tools.now.today(),
        kind=kind,
        actor=holder.ledger_key,
        subject=tools.keyring.standing_key(f"centre:{centre_id}"),
        detail={"by": holder.name, **said},
    )
