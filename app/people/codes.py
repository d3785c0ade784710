"""One-time codes (验证码, RFC 6238): six digits, 30 seconds, SHA-1, as every authenticator app has them."""

import base64
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
SECRET_BYTES = 20


def new_secret() -> str:
    """A new secret as base32 text (160 bits)."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one 30-second step."""
    key = base64.b32decode(secret)
    # SHA-1 is what authenticator apps know; the key length is not enforced for the demonstration's known secret.
    totp = TOTP(key, 6, SHA1(), STEP_SECONDS, enforce_key_length=False)  # noqa: S303
    return totp.generate(step * STEP_SECONDS).decode()
