"""Argon2id for what people remember or write down, always peppered and always bounded.

`lanes` is 1 without exception: with more, two derivations at once hang for ever in cryptography 50.0.2.
"""

import hmac
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.sealing.framing import framed

WAIT_SECONDS = 20.0
PEPPER_BYTES = 32


class Busy(Exception):
    """Too many at once; come back in a moment. Nothing was lost."""


@dataclass(frozen=True)
class Cost:
    """Memory in KiB and passes of one derivation."""

    memory_kib: int
    passes: int


RECEIPT_COST = Cost(12 * 1024, 1)  # 15 random digits are made by a machine: enough
MEMBER_COST = Cost(64 * 1024, 3)


class Queue:
    """At most `limit` derivations at once; the others wait their turn, for a bounded time."""

    def __init__(self, limit: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._free = threading.BoundedSemaphore(limit)
        self._wait_seconds = wait_seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Busy."""
        if not self._free.acquire(timeout=self._wait_seconds):
            raise Busy
        try:
            yield
        finally:
            self._free.release()


def salt(pepper: bytes, label: str, name: str) -> bytes:
    """Salt of a name (a tip number, a user name): without the pepper nobody can even begin to guess.

    ValueError for a pepper shorter than 32 bytes: a missing one must stop the work, not weaken it.
    """
    if len(pepper) < PEPPER_BYTES:
        raise ValueError("pepper")
    return hmac.digest(pepper, framed(b"anshao-salt-1", label, name), "sha256")


def stretch(secret: str, salted: bytes, cost: Cost, queue: Queue) -> bytes:
    """32 bytes from a secret, the same for full-width and plain forms of it. Raises Busy."""
    said = unicodedata.normalize("NFKC", secret).strip().encode()
    kdf = Argon2id(salt=salted, length=32, iterations=cost.passes, lanes=1, memory_cost=cost.memory_kib)
    with queue.turn():
        return kdf.derive(said)
