"""A long file sealed in pieces: it comes back whole, or not at all."""

import io

import pytest

from app.sealing.errors import SealError
from app.sealing.hpke import Context
from app.sealing.keys import generate
from app.sealing.stream import PIECE, TAG_BYTES, SealedWriter, open_stream

PAIR, CONTEXT = generate(), Context("backup", "a", "file")


def sealed(data: bytes, step: int = 70_000) -> bytes:
    out = io.BytesIO()
    writer = SealedWriter(out, PAIR.public, CONTEXT)
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    writer.finish()
    return out.getvalue()


def opened(blob: bytes, private: bytes = PAIR.private, context: Context = CONTEXT) -> bytes:
    return b"".join(open_stream(io.BytesIO(blob), private, context))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_it_comes_back(size: int) -> None:
    """A backup of some size would be lost."""
    data = bytes(n % 251 for n in range(1000)) * (size // 1000 + 1)
    assert opened(sealed(data[:size])) == data[:size]


def test_what_was_cut_or_moved_does_not_open() -> None:
    """A backup with its end or its middle missing would pass for a whole one."""
    blob = sealed(bytes(3 * PIECE))
    body = len(blob) - 3 * (PIECE + TAG_BYTES)
    first, second, third = (blob[body + n * (PIECE + TAG_BYTES) :][: PIECE + TAG_BYTES] for n in range(3))
    for changed in (
        blob[:-1],
        blob[: body + PIECE + TAG_BYTES],
        blob[:body],
        blob[: body // 2],
        b"",
        blob[:body] + second + first + third,
        blob[:body] + first + third,
        blob + third,
        blob[:-1] + bytes([blob[-1] ^ 1]),
    ):
        with pytest.raises(SealError):
            opened(changed)


def test_another_key_or_purpose_does_not_open() -> None:
    """Whoever holds a desk's paper would read the backup."""
    blob = sealed(b"words")
    with pytest.raises(SealError):
        opened(blob, generate().private)
    with pytest.raises(SealError):
        opened(blob, context=Context("backup", "b", "file"))
