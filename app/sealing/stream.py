"""A long file sealed to one public key: pieces of 1 MiB, in order, none missing, the last one marked.

label ‖ length (2 bytes) ‖ HPKE-sealed file key ‖ pieces. Each piece is AES-256-GCM under the file key with its number
as nonce; the associated data says whether it is the last, so that a file cut short does not open.
"""

from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.sealing.errors import SealError
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import new_key

LABEL = b"anshao-stream-1"
PIECE = 1024 * 1024
TAG_BYTES = 16


def bound(*, last: bool) -> bytes:
    return LABEL + (b"\x01" if last else b"\x00")


class SealedWriter:
    """Something to write to; `finish` closes the file off."""

    def __init__(self, out: BinaryIO, public: bytes, context: Context) -> None:
        key = new_key()
        sealed = seal_to(public, key, context)
        out.write(LABEL + len(sealed).to_bytes(2, "big") + sealed)
        self._out, self._cipher, self._number, self._waiting = out, AESGCM(key), 0, bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        self._put(bytes(self._waiting), last=True)
        self._out.flush()

    def _put(self, piece: bytes, *, last: bool) -> None:
        nonce = self._number.to_bytes(12, "big")
        self._out.write(self._cipher.encrypt(nonce, piece, bound(last=last)))
        self._number += 1


def open_stream(source: BinaryIO, private: bytes, context: Context) -> Iterator[bytes]:
    """The pieces again, in order. Raises SealError for another key, a changed piece, or a file cut short."""
    if source.read(len(LABEL)) != LABEL:
        raise SealError("stream")
    cipher = AESGCM(open_with(private, source.read(int.from_bytes(source.read(2), "big")), context))
    number, piece = 0, source.read(PIECE + TAG_BYTES)
    while True:
        following = source.read(PIECE + TAG_BYTES)
        try:
            yield cipher.decrypt(number.to_bytes(12, "big"), piece, bound(last=not following))
        except (InvalidTag, ValueError) as error:
            raise SealError("piece") from error
        if not following:
            return
        number, piece = number + 1, following
