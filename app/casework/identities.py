"""Who sent a tip, sealed: by the server, or by the phone before it was sent. At rest nobody can tell which."""

from app.db.base import new_id
from app.people.desks import Recipient
from app.people.grants import Subject, grant_of, seal_split
from app.people.models import Grant
from app.people.tools import Tools
from app.sealing.fields import new_key
from app.tips.identity import Person, seal_person
from app.tips.models import Identity
from app.tips.sealed import PARTS, SealedIdentity, key_print


class WrongIdentity(Exception):
    """What the phone sealed cannot be kept: `why` is "stale" (sealed to keys that are not the keepers' newest: an
    epoch that has passed, another installation) or "used" (this identity belongs to a tip already).
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def inner_share(sealed: SealedIdentity, part: str, to: Recipient) -> bytes:
    """The share that the phone sealed to this very key. Raises WrongIdentity."""
    share = sealed.share_for(part, to.id)
    if share is None or (share.epoch, share.print) != (to.epoch, key_print(to.public)):
        raise WrongIdentity("stale")
    return share.sealed


def identity_rows(
    tools: Tools, who: Person | SealedIdentity, keepers: tuple[Recipient, Recipient], tip_id: str, month: str
) -> tuple[Identity, list[Grant]]:
    """The identity and its keepers' two grants. Raises WrongIdentity."""
    if isinstance(who, Person):
        identity_id, key = new_id(), new_key()
        grants = seal_split(tools.keyring, Subject("identity", identity_id), key, *keepers, month)
        return Identity(id=identity_id, tip_id=tip_id, blob=seal_person(identity_id, key, who)), grants
    subject = Subject("identity", who.id)
    grants = [
        grant_of(tools.keyring, subject, inner_share(who, part, to), to, month, part)
        for part, to in zip(PARTS, keepers, strict=True)
    ]
    return Identity(id=who.id, tip_id=tip_id, blob=who.blob), grants
