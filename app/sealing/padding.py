"""Padmé padding: lengths leak at most a few bits (Nikitin et al., PURBs, 2019).

A padded text is a 4-byte length, the text, and zeros up to the padded length.
"""

from app.sealing.errors import SealError

LENGTH_BYTES = 4


def padme(length: int) -> int:
    """The padded length for `length` bytes; overhead at most 12 %."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


def pad(text: bytes) -> bytes:
    """Padded to the next Padmé length, at least 256 bytes."""
    return pad_to(text, max(256, padme(LENGTH_BYTES + len(text))))


def pad_to(text: bytes, size: int) -> bytes:
    """Padded to exactly `size` bytes. ValueError when the text does not fit."""
    if LENGTH_BYTES + len(text) > size:
        raise ValueError(f"{len(text)} bytes do not fit into {size}")
    rest = bytes(size - LENGTH_BYTES - len(text))
    return b"".join((len(text).to_bytes(LENGTH_BYTES, "big"), text, rest))


def unpad(padded: bytes) -> bytes:
    """The text again. Raises SealError when it was never padded."""
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    if len(padded) < LENGTH_BYTES + length or padded[LENGTH_BYTES + length :].strip(b"\0"):
        raise SealError("padding")
    return padded[LENGTH_BYTES : LENGTH_BYTES + length]
