"""A phone that seals, in Python: what app/web/scripts/seal.js does, for tests that need no browser."""

import json
from collections.abc import Iterable
from typing import Any

from app.db.base import new_id
from app.intake.identity import Pair, keeper_pairs
from app.people.grants import Subject, context_of
from app.sealing.fields import new_key
from app.sealing.framing import to_text
from app.sealing.hpke import seal_to
from app.sealing.split import split
from app.tips.identity import Person, seal_person
from app.tips.sealed import PARTS, SealedIdentity, key_print, read_sealed
from tests.makers import Town


def parcel(pairs: Iterable[Pair], person: Person, mode: str = "named", **changes: Any) -> dict[str, Any]:
    """The value of the hidden field before it becomes text; `changes` are made to it last."""
    identity_id, key = new_id(), new_key()
    shares = []
    for pair in pairs:
        for part, to, share in zip(PARTS, pair, split(key), strict=True):
            context = context_of(Subject("identity", identity_id), part, "desk", to.id, to.epoch)
            sealed = to_text(seal_to(to.public, share, context))
            shares.append(
                {
                    "part": part,
                    "desk": to.id,
                    "epoch": to.epoch,
                    "print": key_print(to.public),
                    "sealed": sealed,
                }
            )
    blob = to_text(seal_person(identity_id, key, person))
    return {"v": 1, "mode": mode, "id": identity_id, "blob": blob, "shares": shares, **changes}


def sealed_text(town: Town, person: Person, mode: str = "named", **changes: Any) -> str:
    """What a phone of this town sends in `sealed_identity`."""
    return json.dumps(parcel(keeper_pairs(town.tools), person, mode, **changes))


def sealed_by_phone(town: Town, person: Person, mode: str = "named", **changes: Any) -> SealedIdentity:
    return read_sealed(sealed_text(town, person, mode, **changes))
