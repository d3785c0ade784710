"""An identity that the phone sealed itself (手机上锁好的举报人信息): its text in the form, and what shows unopened.

The text is JSON: `v` 1, `mode`, `id`, `blob` and `shares`, each with `part`, `desk`, `epoch`, `print` and `sealed`.
Blob and shares are bytes in URL-safe base64, sealed as `app.tips.identity` and `app.people.grants` would; `print` names
the very public key a share was sealed to. `app/web/scripts/seal.js` writes it.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from app.sealing.fields import OVERHEAD
from app.sealing.framing import from_text
from app.sealing.hpke import SEALED_OVERHEAD, SUITE
from app.sealing.keys import KEY_BYTES
from app.tips.identity import IDENTITY_BYTES

VERSION = 1
LONGEST = 12_000  # letters; two pairs of keepers need some 8,500
BLOB_BYTES = IDENTITY_BYTES + OVERHEAD
SHARE_BYTES = KEY_BYTES + SEALED_OVERHEAD
SEALED_MODES = ("callback", "named")
PRINT_BYTES = 16
ID = re.compile(r"[0-9a-f]{32}")
DESK = re.compile(r"[a-z0-9_-]{1,32}")
PARTS = ("first", "second")


class NotSealedIdentity(ValueError):
    """This text is not an identity sealed on a phone, or not a whole one."""


@dataclass(frozen=True)
class Share:
    """One half of the identity's key, sealed to one keeper's epoch."""

    part: str
    desk: str
    epoch: int
    print: str  # which public key: `key_print`
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class SealedIdentity:
    """What the phone sealed: nothing of it opens without two keepers."""

    mode: str  # what it was sealed for: a name sealed under "named" must not go along with "callback"
    id: str
    blob: bytes = field(repr=False)
    shares: tuple[Share, ...] = field(repr=False)

    def share_for(self, part: str, desk: str) -> Share | None:
        return next((one for one in self.shares if (one.part, one.desk) == (part, desk)), None)

    def digest(self) -> bytes:
        """SHA-256 of all of it: the same form sent twice is one tip."""
        found = hashlib.sha256(f"{self.mode} {self.id}".encode() + self.blob)
        for one in self.shares:
            found.update(f" {one.part} {one.desk} {one.epoch} {one.print} ".encode() + one.sealed)
        return found.digest()


def key_print(public: bytes) -> str:
    """Names one public key: 128 bits of SHA-256, hexadecimal."""
    return hashlib.sha256(b"anshao-key-print-1" + public).hexdigest()[: 2 * PRINT_BYTES]


def read_sealed(text: str) -> SealedIdentity:
    """What the phone sent, its form and its lengths checked, opened by nobody. Raises NotSealedIdentity."""
    if len(text) > LONGEST:
        raise NotSealedIdentity("length")
    try:
        value = json.loads(text)
        return sealed_of(value)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotSealedIdentity("not a sealed identity") from error


def sealed_of(value: dict[str, Any]) -> SealedIdentity:
    """Raises ValueError, KeyError, TypeError."""
    shares = tuple(share_of(one) for one in value["shares"])
    if len({(one.part, one.desk) for one in shares}) != len(shares):
        raise ValueError("one keeper twice")
    if type(value["v"]) is not int or value["v"] != VERSION or value["mode"] not in SEALED_MODES:
        raise ValueError("version or mode")
    blob = sealed_bytes(value["blob"], BLOB_BYTES)
    return SealedIdentity(value["mode"], matched(ID, value["id"]), blob, shares)


def share_of(value: dict[str, Any]) -> Share:
    """Raises ValueError, KeyError, TypeError."""
    epoch = value["epoch"]
    if value["part"] not in PARTS or type(epoch) is not int or epoch < 1:
        raise ValueError("part or epoch")
    sealed = sealed_bytes(value["sealed"], SHARE_BYTES)
    return Share(value["part"], matched(DESK, value["desk"]), epoch, matched(ID, value["print"]), sealed)


def sealed_bytes(text: str, length: int) -> bytes:
    """Bytes of exactly `length` under a suite we know. Raises ValueError, TypeError."""
    if not isinstance(text, str):
        raise TypeError("text")
    found = from_text(text)
    if len(found) != length or found[:1] != SUITE:
        raise ValueError("length or suite")
    return found


def matched(pattern: re.Pattern[str], text: str) -> str:
    """Raises ValueError, TypeError."""
    if pattern.fullmatch(text) is None:
        raise ValueError("form")
    return text
