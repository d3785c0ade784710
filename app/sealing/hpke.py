"""Public-key seal: HPKE (RFC 9180), X-Wing KEM, HKDF-SHA256, AES-256-GCM.

What, whose, which field and which epoch go into `info`: a sealed key opens only where it belongs. A suite byte leads,
so that a second suite needs no migration.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from app.sealing.errors import SealError
from app.sealing.framing import framed
from app.sealing.keys import private_key, public_key

SUITE = b"\x01"
SEALED_OVERHEAD = 1 + 1120 + 16  # suite, encapsulated key (ML-KEM-768 and X25519), tag
HPKE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class Context:
    """Where a sealed key belongs."""

    what: str
    whose: str
    field: str
    epoch: int = 0

    def info(self) -> bytes:
        """Unambiguous bytes: a label, then each part behind its length."""
        return framed(b"anshao-hpke-1", self.what, self.whose, self.field, str(self.epoch))


def seal_to(public: bytes, plaintext: bytes, context: Context) -> bytes:
    """Seal to a public key of 1,216 bytes; `SEALED_OVERHEAD` bytes are added. Raises SealError for a bad key."""
    recipient = public_key(public)
    try:
        return SUITE + HPKE.encrypt(plaintext, recipient, info=context.info())
    except ValueError as error:  # a point of low order in the X25519 half
        raise SealError("public key") from error


def open_with(private: bytes, blob: bytes, context: Context) -> bytes:
    """Open what was sealed to this private key in this context. Raises SealError."""
    if blob[:1] != SUITE:
        raise SealError("suite")
    try:
        return HPKE.decrypt(blob[1:], private_key(private), info=context.info())
    except (InvalidTag, ValueError) as error:
        raise SealError("sealed key") from error
