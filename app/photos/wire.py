"""What goes through the two pipes between the web worker and the cleaner: lengths first, then bytes."""

import struct

from app.photos.answers import LOOK_BYTES, Cleaned, Refused, Why

READY = b"."
"""The child's word that it waits for the next photo."""

REQUEST = struct.Struct(">IH")
"""Length of the photo (bytes), long side wanted (pixels)."""

ANSWER = struct.Struct(f">BHH{LOOK_BYTES}sII")
"""0 or the number of the reason for refusing, width and height (pixels), the look, lengths of picture and thumbnail
(bytes).
"""

MOST_ANSWERED = 16_000_000
"""Bytes of picture and thumbnail together; far above what a 1600-pixel JPEG can have."""

CRASHED, TOO_LONG = 3, 4
"""Exit codes of the zygote, telling how the photo's own process ended."""

_REASONS = list(Why)


def pack_cleaned(cleaned: Cleaned) -> bytes:
    """The answer that carries a clean picture."""
    head = ANSWER.pack(
        0, cleaned.width, cleaned.height, cleaned.look, len(cleaned.jpeg), len(cleaned.thumbnail)
    )
    return head + cleaned.jpeg + cleaned.thumbnail


def pack_refused(reason: Why) -> bytes:
    """The answer that says why there is no picture."""
    return ANSWER.pack(1 + _REASONS.index(reason), 0, 0, b"", 0, 0)


def body_length(head: bytes | bytearray) -> int:
    """How many bytes follow this head. ValueError if it is more than a clean picture can have."""
    length: int = sum(ANSWER.unpack(head)[4:])
    if length > MOST_ANSWERED:
        raise ValueError("answer too long")
    return length


def unpack(head: bytes, body: bytes | bytearray) -> Cleaned:
    """The clean picture. Raises Refused if the child refused, ValueError if it talks nonsense."""
    code, width, height, look, length, _ = ANSWER.unpack(head)
    if code > len(_REASONS):
        raise ValueError("unknown reason")
    if code:
        raise Refused(_REASONS[code - 1])
    both = memoryview(body)  # a slice of this is no copy
    return Cleaned(bytes(both[:length]), bytes(both[length:]), width, height, look)
