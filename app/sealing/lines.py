"""Search lines (检索行): what a desk's search looks through, one short sealed text for each case it has opened.

Sealed under the desk's epoch and the month's retention key together, in one operation, because 20,000 are opened for
one search; opening grant, facts and tip of each case takes ten times as long. A line goes with its grant and is
shredded with the month.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.sealing.errors import SealError
from app.sealing.fields import NONCE_BYTES, Place, derive_key, seal_raw
from app.sealing.hpke import SUITE
from app.sealing.padding import LENGTH_BYTES, pad_to

STEP = 512  # bytes


class LineKey:
    """The key of all lines of one desk, epoch and month."""

    def __init__(self, month_key: bytes, wrapping: bytes) -> None:
        self._key = derive_key(month_key + wrapping, "search-line")
        self._cipher = AESGCM(self._key)

    def seal(self, text: str, place: Place) -> bytes:
        """A line, padded to a multiple of STEP bytes."""
        said = text.encode()
        return seal_raw(self._key, pad_to(said, -(-(len(said) + LENGTH_BYTES) // STEP) * STEP), place)

    def open(self, blob: bytes, place: Place) -> str:
        """Raises SealError."""
        if blob[:1] != SUITE:
            raise SealError("suite")
        try:
            padded = self._cipher.decrypt(blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :], place.bound())
            length = int.from_bytes(padded[:LENGTH_BYTES], "big")
            return padded[LENGTH_BYTES : LENGTH_BYTES + length].decode()
        except (InvalidTag, ValueError) as error:
            raise SealError("line") from error
