"""Field seal: AES-256-GCM; associated data binds each ciphertext to table, row and field, texts are padded.

suite byte ‖ 12-byte nonce ‖ ciphertext and tag. Reading is always an explicit `open_field(key, blob, place)`: a
ciphertext moved to another row or field does not open.
"""

import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.sealing.errors import SealError
from app.sealing.framing import framed
from app.sealing.hpke import SUITE
from app.sealing.keys import KEY_BYTES
from app.sealing.keys import new_key as new_key  # beside the functions that take it
from app.sealing.padding import pad, pad_to, unpad

NONCE_BYTES = 12
OVERHEAD = 1 + NONCE_BYTES + 16  # suite, nonce, tag
STEP = 64 * 1024  # bytes


@dataclass(frozen=True)
class Place:
    """The table, row and field a ciphertext belongs to."""

    table: str
    row: str
    field: str

    def bound(self) -> bytes:
        """The associated data: unambiguous bytes."""
        return framed(b"anshao-field-1", self.table, self.row, self.field)


def seal_raw(key: bytes, plaintext: bytes, place: Place) -> bytes:
    """Seal without padding; for keys and what is padded already. Raises SealError for a key not of 32 bytes."""
    if len(key) != KEY_BYTES:  # AES-GCM would take 16 bytes as well, and seal with half the strength
        raise SealError("key")
    nonce = os.urandom(NONCE_BYTES)
    return SUITE + nonce + AESGCM(key).encrypt(nonce, plaintext, place.bound())


def open_raw(key: bytes, blob: bytes, place: Place) -> bytes:
    """Open what `seal_raw` sealed. Raises SealError."""
    if len(key) != KEY_BYTES or blob[:1] != SUITE or len(blob) < OVERHEAD:
        raise SealError("suite")
    try:
        return AESGCM(key).decrypt(blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :], place.bound())
    except (InvalidTag, ValueError) as error:
        raise SealError("field") from error


def seal_field(key: bytes, plaintext: bytes, place: Place) -> bytes:
    """Seal a text of any length, padded."""
    return seal_raw(key, pad(plaintext), place)


def open_field(key: bytes, blob: bytes, place: Place) -> bytes:
    """Open a padded field, whichever way it was padded. Raises SealError."""
    return unpad(open_raw(key, blob, place))


def seal_fixed(key: bytes, plaintext: bytes, place: Place, size: int) -> bytes:
    """Seal into a blob of always the same length. ValueError when the text is longer than `size` - 4 bytes."""
    return seal_raw(key, pad_to(plaintext, size), place)


def seal_steps(key: bytes, plaintext: bytes, place: Place, step: int = STEP) -> bytes:
    """Seal a photo, padded to a multiple of `step` bytes."""
    return seal_raw(key, pad_to(plaintext, -(-(len(plaintext) + 4) // step) * step), place)


def canonical_json(value: Any) -> bytes:
    """One value, one text: sorted keys, no spaces, UTF-8. ValueError for NaN and for half a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def seal_json(key: bytes, value: Any, place: Place) -> bytes:
    """Seal a value as canonical JSON, padded. ValueError for what JSON cannot say."""
    return seal_field(key, canonical_json(value), place)


def open_json(key: bytes, blob: bytes, place: Place) -> Any:
    """Open and parse. Raises SealError."""
    try:
        return json.loads(open_field(key, blob, place))
    except ValueError as error:
        raise SealError("not JSON") from error


def wrap_key(wrapping: bytes, key: bytes, place: Place) -> bytes:
    """Wrap a key (or an inner blob) under another: AES-GCM, no padding, made for 20,000 at once."""
    return seal_raw(wrapping, key, place)


def unwrap_key(wrapping: bytes, blob: bytes, place: Place) -> bytes:
    """The key again. Raises SealError."""
    return open_raw(wrapping, blob, place)


def derive_key(key: bytes, label: str) -> bytes:
    """A key of 32 bytes for one purpose, by HKDF-SHA256."""
    info = b"anshao-derive-1" + label.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
