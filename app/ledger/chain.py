"""The form of an entry, fixed for ever: canonical bytes, leaf hash, pseudonyms, Merkle root (RFC 6962).

Everything here is a pure function of bytes, so that an outsider can rebuild it in an afternoon.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

VERSION = 1
NOTHING = bytes(32)  # the "previous" of the first entry


@dataclass(frozen=True)
class Entry:
    """One entry's public part."""

    index: int
    day: date
    kind: str
    actor: bytes
    subject: bytes
    commitment: bytes
    previous: bytes
    version: int = VERSION

    def canonical(self) -> bytes:
        """Unambiguous bytes: fixed-width numbers, length-prefixed kind, 32-byte hashes."""
        kind = self.kind.encode("ascii")
        return b"".join(
            (
                b"anshao-ledger",
                self.version.to_bytes(1, "big"),
                self.index.to_bytes(8, "big"),
                self.day.isoformat().encode("ascii"),
                len(kind).to_bytes(1, "big"),
                kind,
                self.actor,
                self.subject,
                self.commitment,
                self.previous,
            )
        )

    def leaf(self) -> bytes:
        """Leaf hash as RFC 6962 §2.1: SHA-256(0x00 ‖ bytes)."""
        return hashlib.sha256(b"\x00" + self.canonical()).digest()


def pseudonym(key: bytes, role: str) -> bytes:
    """32 bytes that name somebody only to who holds `key`; `role` keeps actor, subject and tag apart."""
    return hmac.digest(key, b"anshao-ledger:" + role.encode(), "sha256")


def commit(nonce: bytes, detail: bytes) -> bytes:
    """Commitment to `detail` (canonical JSON bytes) under a 256-bit nonce."""
    return hashlib.sha256(b"anshao-commit" + nonce + detail).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Merkle tree hash over leaf hashes, RFC 6962 §2.1; of nothing: SHA-256 of the empty string."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]  # an odd one goes up unpaired, as in RFC 6962
    return level[0]
