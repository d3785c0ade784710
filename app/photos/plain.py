"""Judge, without decoding anything, whether bytes are a JPEG such as the cleaner makes: no tag, one set of tables.

Asked in the parent of what comes out of the child, so that not even a child taken over by a hostile photo could
hand on a tag.
"""

import hashlib
import re
import struct

TABLES_SHA256 = "63ddf0eff9d56a02a3a89a71e41479fc785e86bdcd83f4de421a50559352e80d"
"""SHA-256 of the payloads of all DQT segments that the cleaner's fixed quantisation tables give."""

_APP0, _DQT, _SOF0, _DHT, _SOS = 0xE0, 0xDB, 0xC0, 0xC4, 0xDA
_JFIF = bytes.fromhex("4a46494600 0101 00 0001 0001 00 00")
_MARKER = re.compile(rb"\xff[^\x00]")


def plain_size(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height (pixels) of a JPEG that is nothing but JFIF, tables and picture; None if it is anything else."""
    try:
        segments, picture_at = _segments(jpeg)
    except (struct.error, ValueError):
        return None
    kinds = [kind for kind, _ in segments]
    if kinds[0] != _APP0 or kinds.count(_APP0) != 1 or segments[0][1] != _JFIF or kinds.count(_SOF0) != 1:
        return None
    tables = b"".join(payload for kind, payload in segments if kind == _DQT)
    ended = _MARKER.search(jpeg, picture_at)
    if (
        hashlib.sha256(tables).hexdigest() != TABLES_SHA256
        or ended is None
        or jpeg[ended.start() :] != b"\xff\xd9"
    ):
        return None
    height, width = struct.unpack(">HH", segments[kinds.index(_SOF0)][1][1:5])
    return width, height


def _segments(jpeg: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """The header's segments and where the picture data begins; ValueError on any segment that is not expected."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("no start of image")
    found: list[tuple[int, bytes]] = []
    at = 2
    while not found or found[-1][0] != _SOS:
        lead, kind, length = struct.unpack_from(">BBH", jpeg, at)
        if lead != 0xFF or kind not in (_APP0, _DQT, _SOF0, _DHT, _SOS) or length < 2:
            raise ValueError("unexpected segment")
        found.append((kind, jpeg[at + 4 : at + 2 + length]))
        at += 2 + length
    return found, at
