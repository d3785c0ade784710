"""Splitting a key in two shares (XOR): either alone is 32 random bytes."""

import secrets

from app.sealing.errors import SealError


def split(key: bytes) -> tuple[bytes, bytes]:
    """Two shares, each as long as the key: the first random, the second the key hidden under the first."""
    first = secrets.token_bytes(len(key))
    return first, join(first, key)


def join(first: bytes, second: bytes) -> bytes:
    """The key of two shares, in either order. Raises SealError for shares of different lengths.

    Shares of two different keys give a wrong key, which opens nothing: whatever is sealed under it says so.
    """
    if len(first) != len(second):
        raise SealError("shares")
    return bytes(a ^ b for a, b in zip(first, second, strict=True))
