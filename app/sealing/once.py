"""The form's `once`: 256 random bits that make "sent twice" one tip and let nobody forge a form."""

import hashlib
import secrets
from collections.abc import Iterable

from app.sealing.errors import SealError
from app.sealing.fields import Place, canonical_json, derive_key, open_json, seal_fixed
from app.sealing.framing import from_text, to_text
from app.sealing.receipt import Receipt

ONCE_BYTES = 32
RECEIPT_BYTES = 128  # whatever the password is: a phrase would tell of a call
PLACE = Place("tips", "", "once_receipt")


def new_once() -> str:
    """A form's `once` as it stands in the hidden field: 43 characters."""
    return to_text(secrets.token_bytes(ONCE_BYTES))


def read_once(text: str) -> bytes:
    """The 32 bytes of a form's `once`. ValueError for anything else."""
    once = from_text(text)
    if len(once) != ONCE_BYTES:
        raise ValueError("once")
    return once


def once_digest(once: bytes, content: bytes) -> bytes:
    """H(once ‖ content): the same form with other content is another tip."""
    return hashlib.sha256(b"anshao-once" + once + hashlib.sha256(content).digest()).digest()


def content_digest(parts: Iterable[bytes]) -> bytes:
    """SHA-256 over what was sent, each part after its length. Copies none of them."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def seal_receipt(once: bytes, receipt: Receipt) -> bytes:
    """The receipt, for whoever still has the form's `once` and nobody else."""
    words = canonical_json([receipt.number, receipt.password])
    return seal_fixed(derive_key(once, "receipt"), words, PLACE, RECEIPT_BYTES)


def open_receipt(once: bytes, blob: bytes) -> Receipt:
    """Raises SealError."""
    value = open_json(derive_key(once, "receipt"), blob, PLACE)
    try:
        number, password = value
    except (TypeError, ValueError) as error:
        raise SealError("once") from error
    return Receipt(number, password)
