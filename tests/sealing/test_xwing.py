"""Known answers: keys, KEM and HPKE are what the drafts say, so that another program can open what we seal."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.sealing.errors import SealError
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import PUBLIC_BYTES, from_seed, generate, halves

VECTORS = json.loads((Path(__file__).parent / "data" / "xwing.json").read_text(encoding="utf-8"))
MLKEM_CIPHERTEXT = 1088
ENCAPSULATED = MLKEM_CIPHERTEXT + 32


def unhex(lines: list[str]) -> bytes:
    return bytes.fromhex("".join(lines))


def decapsulate(seed: bytes, ciphertext: bytes) -> bytes:
    """X-Wing by its two halves and the draft's combiner, without the library's own composition."""
    mlkem, x25519 = halves(seed)
    point = ciphertext[MLKEM_CIPHERTEXT:]
    parts = (
        mlkem.decapsulate(ciphertext[:MLKEM_CIPHERTEXT]),
        x25519.exchange(X25519PublicKey.from_public_bytes(point)),
        point,
        x25519.public_key().public_bytes_raw(),
        rb"\.//^\ "[:6],
    )
    return hashlib.sha3_256(b"".join(parts)).digest()


def open_by_hand(shared: bytes, info: bytes, ciphertext: bytes) -> bytes:
    """RFC 9180, base mode, first message: key schedule by HMAC alone."""
    suite = b"HPKE" + bytes.fromhex("647a00010002")

    def extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + suite + label + secret, "sha256")

    def expand(secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
        labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(secret, labelled + b"\x01", "sha256")[:size]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


@pytest.mark.parametrize("vector", VECTORS["xwing"])
def test_keys_and_kem_match_the_drafts_vectors(vector: dict[str, Any]) -> None:
    """A private key of ours would belong to another public key, or agree on another secret, than everybody else's."""
    seed = bytes.fromhex(vector["seed"])
    assert from_seed(seed).public == unhex(vector["public"])
    assert decapsulate(seed, unhex(vector["ciphertext"])).hex() == vector["shared"]


def test_a_seal_opens_by_hand_as_rfc_9180_says() -> None:
    """The library would seal in a way of its own that no other program opens in twenty years."""
    pair, context = generate(), Context("tip", "t1", "key", 3)
    blob = seal_to(pair.public, b"thirty-two bytes of a tip's key.", context)
    shared = decapsulate(pair.private, blob[1 : 1 + ENCAPSULATED])
    plain = open_by_hand(shared, context.info(), blob[1 + ENCAPSULATED :])
    assert plain == b"thirty-two bytes of a tip's key."


def test_what_a_phone_sealed_opens() -> None:
    """A name that the phone's own JavaScript sealed could not be opened by the server's keys."""
    made = VECTORS["from_npm"]
    context = Context(made["what"], made["whose"], made["field"], made["epoch"])
    assert open_with(bytes.fromhex(made["seed"]), unhex(made["blob"]), context).decode() == made["plaintext"]


def test_pairs_are_new_and_of_one_size() -> None:
    """Two people would get one key, or a database column of a fixed size would cut one."""
    pairs = [generate() for _ in range(20)]
    assert len({pair.private for pair in pairs}) == 20
    assert {(len(pair.public), len(pair.private)) for pair in pairs} == {(PUBLIC_BYTES, 32)}
    assert "private" not in repr(pairs[0])


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(size: int) -> None:
    """A cut key would quietly become a weaker one."""
    with pytest.raises(SealError):
        from_seed(bytes(size))
