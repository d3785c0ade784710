"""Identities that a phone seals: whom it seals to, and whether what it sent can be kept."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.casework.identities import WrongIdentity, inner_share
from app.casework.opening import KEEPERS, RESERVED_KEEPERS, keepers_of, recipient_for
from app.intake.sent import Sent
from app.people.desks import Recipient, desk_recipients, desks_with_keys
from app.people.tools import Tools
from app.tips.models import Identity
from app.tips.sealed import PARTS

Pair = tuple[Recipient, Recipient]


def keeper_pairs(tools: Tools) -> list[Pair]:
    """The keepers a phone seals to, verified: of ordinary reports and of reports on an official.

    Both, because which of them it will be is known only after routing, which also reads the text. A pair that lacks a
    living key is left out: nothing could be kept with it anyway.
    """
    with tools.database.work() as session:
        living = {*KEEPERS, *RESERVED_KEEPERS} & desks_with_keys(session)
        known = desk_recipients(session, tools.keyring, living)
    pairs = (KEEPERS, RESERVED_KEEPERS)
    return [(known[one], known[two]) for one, two in pairs if one in known and two in known]


def check_sealed(session: Session, sent: Sent, known: Mapping[str, Recipient], reserved: bool) -> None:
    """Refuse what the phone sealed to other keys than the keepers' newest, or sent before. Raises WrongIdentity."""
    if sent.sealed is None:
        return
    if session.get(Identity, sent.sealed.id) is not None:
        raise WrongIdentity("used")
    for part, name in zip(PARTS, keepers_of(reserved), strict=True):
        inner_share(sent.sealed, part, recipient_for(known, name))
