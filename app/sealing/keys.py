"""Keys: 32 random bytes for a tip, a case, an identity; X-Wing pairs (X25519 + ML-KEM-768) for people and desks.

A private key is kept as the 32-byte X-Wing seed (draft-connolly-cfrg-xwing-kem): SHAKE256 expands it to the 64-byte
ML-KEM seed and the 32-byte X25519 key. A public key is 1,216 bytes: ML-KEM half, then X25519 half.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from app.sealing.errors import SealError

KEY_BYTES = 32
MLKEM_PUBLIC_BYTES = 1184
PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + 32


@dataclass(frozen=True)
class KeyPair:
    """An X-Wing pair: public 1,216 bytes, private 32 bytes (the seed)."""

    public: bytes
    private: bytes = field(repr=False)


def new_key() -> bytes:
    """A symmetric key of 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def generate() -> KeyPair:
    """A new pair from 32 random bytes."""
    return from_seed(secrets.token_bytes(KEY_BYTES))


def from_seed(seed: bytes) -> KeyPair:
    """The pair that belongs to a 32-byte seed. Raises SealError for any other length."""
    mlkem, x25519 = halves(seed)
    public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return KeyPair(public, seed)


def halves(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """Both private keys of a seed, by SHAKE256. Raises SealError."""
    if len(seed) != KEY_BYTES:
        raise SealError("seed")
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem, x25519 = expanded[:64], expanded[64:]
    return MLKEM768PrivateKey.from_seed_bytes(mlkem), X25519PrivateKey.from_private_bytes(x25519)


def private_key(seed: bytes) -> MLKEM768X25519PrivateKey:
    """What HPKE opens with. Raises SealError."""
    return MLKEM768X25519PrivateKey(*halves(seed))


@lru_cache(maxsize=256)
def public_key(public: bytes) -> MLKEM768X25519PublicKey:
    """The public key in 1,216 bytes. Raises SealError for anything else."""
    if len(public) != PUBLIC_BYTES:
        raise SealError("public key")
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES])
        x25519 = X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:])
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SealError("public key") from error
    return MLKEM768X25519PublicKey(mlkem, x25519)
