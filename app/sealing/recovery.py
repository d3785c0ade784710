"""Recovery keys (恢复密钥): when all members of a desk are gone, two paper halves open its epochs again.

One pair each for desks, custodians, approvers and discipline, and a fifth that opens backups and no desk; the private
halves exist on paper only. The root signs the public ones, so that nobody with the database alone can put in a key of
their own.
"""

import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.sealing.epochs import EpochKeys, fingerprint
from app.sealing.errors import SealError
from app.sealing.framing import framed
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import KeyPair, generate

KINDS = ("desks", "custodians", "approvers", "discipline", "backups")


@dataclass(frozen=True)
class RecoveryPublic:
    """One recovery key as everybody may see it."""

    kind: str
    public: bytes
    signature: bytes

    def signed(self) -> bytes:
        """What the signature covers."""
        return framed(b"anshao-recovery-1", self.kind) + self.public


def new_recovery(root_private: bytes, kind: str) -> tuple[KeyPair, RecoveryPublic]:
    """A pair for one of KINDS, signed by the root. Its private half goes on paper, nowhere else."""
    pair = generate()
    unsigned = RecoveryPublic(kind, pair.public, b"")
    signature = Ed25519PrivateKey.from_private_bytes(root_private).sign(unsigned.signed())
    return pair, RecoveryPublic(kind, pair.public, signature)


def check_recovery(root_public: bytes, root_fingerprint: str, key: RecoveryPublic) -> bytes:
    """The public key, if the root that the settings name has signed it for this kind. Raises SealError."""
    if not hmac.compare_digest(fingerprint(root_public).encode(), root_fingerprint.encode()):
        raise SealError("root")
    try:
        Ed25519PublicKey.from_public_bytes(root_public).verify(key.signature, key.signed())
    except (InvalidSignature, ValueError) as error:
        raise SealError("recovery key") from error
    return key.public


def epoch_context(desk: str, epoch: int) -> Context:
    return Context("recovery", desk, "secret", epoch)


def seal_epoch(public: bytes, keys: EpochKeys) -> bytes:
    """An epoch's secret for the paper."""
    return seal_to(public, keys.secret, epoch_context(keys.desk, keys.epoch))


def open_epoch(private: bytes, desk: str, epoch: int, sealed: bytes) -> EpochKeys:
    """The epoch's secret again. Raises SealError."""
    return EpochKeys.from_secret(open_with(private, sealed, epoch_context(desk, epoch)))
