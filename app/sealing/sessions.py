"""Sessions: a private key wrapped under a secret that only the cookie holds, and sealed cookies."""

import json
from typing import Any

from app.sealing.errors import SealError
from app.sealing.fields import Place, canonical_json, open_raw, seal_raw, unwrap_key, wrap_key
from app.sealing.framing import from_text, to_text
from app.sealing.keys import new_key

SESSION = Place("sessions", "", "private")


def wrap_session(private: bytes) -> tuple[bytes, bytes]:
    """(secret for the cookie, blob for the memory): neither opens anything alone."""
    secret = new_key()
    return secret, wrap_key(secret, private, SESSION)


def unwrap_session(secret: bytes, blob: bytes) -> bytes:
    """Raises SealError."""
    return unwrap_key(secret, blob, SESSION)


class Box:
    """Seals small values for a cookie or a hidden field; `purpose` keeps them apart."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, payload: dict[str, Any], purpose: str) -> str:
        """URL-safe text. It says nothing of when it was sealed: an expiry belongs into the payload."""
        blob = seal_raw(self._key, canonical_json(payload), Place("box", purpose, ""))
        return to_text(blob)

    def open(self, text: str, purpose: str) -> dict[str, Any]:
        """Raises SealError."""
        try:
            value = json.loads(open_raw(self._key, from_text(text), Place("box", purpose, "")))
        except ValueError as error:
            raise SealError("box") from error
        if not isinstance(value, dict):
            raise SealError("box")
        return value
