"""The sealed identity (举报人信息封存): one size for every tip, a dummy where nobody is named."""

import json
from dataclasses import asdict, dataclass

from app.sealing.errors import SealError
from app.sealing.fields import Place, open_field, seal_fixed

IDENTITY_BYTES = 1024


@dataclass(frozen=True)
class Person:
    """Who sent a tip; both empty in a dummy."""

    name: str
    phone: str


NOBODY = Person("", "")


def identity_place(identity_id: str) -> Place:
    return Place("identities", identity_id, "blob")


def seal_person(identity_id: str, key: bytes, person: Person) -> bytes:
    """A blob of one size, whoever and whether anybody is in it. ValueError when name and phone are too long."""
    said = json.dumps(asdict(person), ensure_ascii=False).encode()
    return seal_fixed(key, said, identity_place(identity_id), IDENTITY_BYTES)


def open_person(identity_id: str, key: bytes, blob: bytes) -> Person:
    """Who it was. Raises SealError, also for what opens and is no person: a phone may have sealed anything."""
    try:
        person = Person(**json.loads(open_field(key, blob, identity_place(identity_id))))
    except (TypeError, ValueError, RecursionError) as error:
        raise SealError("not an identity") from error
    if not isinstance(person.name, str) or not isinstance(person.phone, str):
        raise SealError("not an identity")
    return person
