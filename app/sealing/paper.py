"""Recovery on paper: a secret in two halves, each printable; nobody holds halves of two.

A half is side (1 byte) ‖ pair (3 random bytes, the same on both) ‖ share ‖ check (4 bytes), in base32: 64 letters for a
secret of 32 bytes. A slip of the pen, two first halves and halves of two pairs are told before anything is joined.
"""

import base64
import hashlib
import hmac
import secrets

from app.sealing.errors import SealError
from app.sealing.split import join, split

FIRST, SECOND = b"\x01", b"\x02"
PAIR_BYTES, CHECK_BYTES, GROUP = 3, 4, 4
MISREAD = str.maketrans(
    "018", "OIB", "-"
)  # base32 has none of these digits: they are letters written by hand


def halves(secret: bytes) -> tuple[str, str]:
    """Two halves as groups of four letters and digits; either alone tells nothing of the secret."""
    pair = secrets.token_bytes(PAIR_BYTES)
    first, second = split(secret)
    return printable(FIRST + pair + first), printable(SECOND + pair + second)


def from_halves(one: str, other: str) -> bytes:
    """The secret again, the halves in either order. Raises SealError for a slip or for halves of two pairs."""
    first, second = sorted((typed(one), typed(other)))
    if first[:1] != FIRST or second[:1] != SECOND or first[1 : 1 + PAIR_BYTES] != second[1 : 1 + PAIR_BYTES]:
        raise SealError("paper")
    return join(first[1 + PAIR_BYTES :], second[1 + PAIR_BYTES :])


def printable(half: bytes) -> str:
    """Base32 with its check, in groups of four."""
    text = base64.b32encode(half + check(half)).decode("ascii").rstrip("=")
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def check(half: bytes) -> bytes:
    """Finds all but one in four thousand million slips."""
    return hashlib.sha256(b"anshao-paper-1" + half).digest()[:CHECK_BYTES]


def typed(text: str) -> bytes:
    """One half without its check, as somebody typed it off. Raises SealError."""
    letters = "".join(text.upper().split()).translate(MISREAD)
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError as error:
        raise SealError("paper") from error
    half, mark = raw[:-CHECK_BYTES], raw[-CHECK_BYTES:]
    if len(half) <= 1 + PAIR_BYTES or not hmac.compare_digest(check(half), mark):
        raise SealError("paper")
    return half
