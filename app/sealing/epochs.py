"""Desk keys have epochs: each epoch's public key is signed by the epoch before, the first by the root.

The root's fingerprint stands in the settings and on paper; sealing refuses any other chain, so that nobody with the
database alone can put a key of their own in a desk's place.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.sealing.errors import SealError
from app.sealing.fields import derive_key
from app.sealing.keys import KEY_BYTES, KeyPair, from_seed, generate, new_key


@dataclass(frozen=True)
class RootKeys:
    """The installation's root: signs first epochs, then lies on paper only."""

    private: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True)
class EpochPublic:
    """One epoch as everybody may see it."""

    desk: str
    epoch: int
    public: bytes
    verify: bytes
    signature: bytes

    def signed(self) -> bytes:
        """What the signature covers: desk, epoch, both public keys."""
        desk = self.desk.encode()
        head = b"anshao-epoch-1" + len(desk).to_bytes(2, "big") + desk + self.epoch.to_bytes(4, "big")
        return head + hashlib.sha256(self.public).digest() + self.verify


@dataclass(frozen=True)
class EpochKeys:
    """One epoch's private side, held by the desk's members."""

    desk: str
    epoch: int
    pair: KeyPair
    signing: bytes = field(repr=False)

    @property
    def secret(self) -> bytes:
        """What is sealed to a member."""
        return self.pair.private + self.signing + self.epoch.to_bytes(4, "big") + self.desk.encode()

    @classmethod
    def from_secret(cls, secret: bytes) -> "EpochKeys":
        """Raises SealError."""
        if len(secret) < 2 * KEY_BYTES + 4:
            raise SealError("epoch secret")
        epoch = int.from_bytes(secret[2 * KEY_BYTES : 2 * KEY_BYTES + 4], "big")
        try:
            desk = secret[2 * KEY_BYTES + 4 :].decode()
        except UnicodeDecodeError as error:
            raise SealError("epoch secret") from error
        return cls(desk, epoch, from_seed(secret[:KEY_BYTES]), secret[KEY_BYTES : 2 * KEY_BYTES])


def root_from(private: bytes) -> RootKeys:
    """The root again from what lies on paper. Raises SealError where it is of another length."""
    if len(private) != KEY_BYTES:
        raise SealError("root")
    return RootKeys(private, public_of(private))


def new_root() -> RootKeys:
    """A root for one installation, made once at set-up."""
    private = new_key()
    return RootKeys(private, public_of(private))


def public_of(signing: bytes) -> bytes:
    """The Ed25519 verification key (32 bytes) of a signing key."""
    return Ed25519PrivateKey.from_private_bytes(signing).public_key().public_bytes_raw()


def fingerprint(root_public: bytes) -> str:
    """128 bits of SHA-256 in groups of four hexadecimal digits, for paper and settings."""
    digits = hashlib.sha256(b"anshao-root" + root_public).hexdigest()[:32]
    return "-".join(digits[start : start + 4] for start in range(0, 32, 4))


def first_epoch(root_private: bytes, desk: str) -> tuple[EpochKeys, EpochPublic]:
    """Epoch 0, signed by the root: it belongs to the invitation's paper, nothing is ever sealed to it."""
    return make_epoch(root_private, desk, 0)


def next_epoch(before: EpochKeys) -> tuple[EpochKeys, EpochPublic]:
    """The epoch after `before`, signed by it."""
    return make_epoch(before.signing, before.desk, before.epoch + 1)


def make_epoch(signer: bytes, desk: str, epoch: int) -> tuple[EpochKeys, EpochPublic]:
    """New keys for one epoch of a desk, signed by `signer` (the root, or the epoch before)."""
    keys = EpochKeys(desk, epoch, generate(), new_key())
    unsigned = EpochPublic(desk, epoch, keys.pair.public, public_of(keys.signing), b"")
    signature = Ed25519PrivateKey.from_private_bytes(signer).sign(unsigned.signed())
    return keys, EpochPublic(desk, epoch, unsigned.public, unsigned.verify, signature)


def verify_chain(root_public: bytes, root_fingerprint: str, chain: Sequence[EpochPublic]) -> EpochPublic:
    """The newest epoch of a desk whose chain leads back to the root. Raises SealError.

    It cannot tell that the newest epochs of a chain were left out, nor that somebody who once held an epoch's signing
    key made another end for the chain: the ledger, where each new epoch is an entry, tells both.
    """
    if not chain or not hmac.compare_digest(fingerprint(root_public).encode(), root_fingerprint.encode()):
        raise SealError("root")
    signer = root_public
    for expected, epoch in enumerate(chain):
        if epoch.epoch != expected or epoch.desk != chain[0].desk:
            raise SealError("chain")
        try:
            Ed25519PublicKey.from_public_bytes(signer).verify(epoch.signature, epoch.signed())
        except (InvalidSignature, ValueError, OverflowError) as error:
            raise SealError("chain") from error
        signer = epoch.verify
    return chain[-1]


def symmetric(keys: EpochKeys) -> bytes:
    """The epoch's symmetric key, under which a desk keeps its grants after the first opening."""
    return derive_key(keys.pair.private, "grants")
