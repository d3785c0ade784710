"""Two ways of writing bytes that leave no room for doubt: framed parts for what is bound, and text for cookies."""

import base64
import binascii


def framed(label: bytes, *parts: str) -> bytes:
    """A label, then each part behind its length in 4 bytes: no two different lists give the same bytes."""
    pieces = [label]
    for part in parts:
        encoded = part.encode()
        pieces += (len(encoded).to_bytes(4, "big"), encoded)
    return b"".join(pieces)


def to_text(raw: bytes) -> str:
    """URL-safe base64 without padding, for cookies and hidden fields."""
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def from_text(text: str) -> bytes:
    """The bytes again. ValueError for anything `to_text` would not have written: one value has one text."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_")
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not URL-safe base64") from error
    if to_text(raw) != text:
        raise ValueError("not the one way to write it")
    return raw
