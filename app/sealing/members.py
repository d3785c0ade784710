"""A member's passphrase: six words made by the machine; it locks the private key and the one-time-code secret.

A word is two syllables of plain pinyin without tones: easily typed without an input method, and read aloud.
"""

import secrets
import unicodedata

from app.sealing.errors import SealError
from app.sealing.fields import Place, unwrap_key, wrap_key
from app.sealing.keys import KEY_BYTES
from app.sealing.secrets import MEMBER_COST, Queue, salt, stretch

WORDS = 6
# 64 that stay apart where zh/z, ch/c, sh/s, n/l, f/h, r/l and -n/-ng sound alike, and that cannot be cut in two ways:
# 12 bits a word, 72 bits in all.
SYLLABLES = (
    "bai", "ban", "bei", "bo", "bu", "cai", "cha", "chu", "da", "deng", "di", "dong", "du", "fan", "fei", "fu",
    "gai", "gong", "gu", "hai", "he", "hong", "hua", "jia", "jin", "ju", "kai", "kou", "ku", "lai", "lei", "li",
    "lu", "ma", "mei", "mi", "ming", "mu", "pai", "pang", "pei", "pu", "qi", "qu", "ren", "rou", "sai", "shan",
    "shu", "si", "tai", "ti", "tou", "tu", "wai", "wei", "wu", "xi", "xue", "yu", "yue", "zai", "zhi", "zu",
)  # fmt: skip


def new_passphrase() -> str:
    """Six words with spaces between: 72 bits."""
    return " ".join(secrets.choice(SYLLABLES) + secrets.choice(SYLLABLES) for _ in range(WORDS))


def said(passphrase: str) -> str:
    """A passphrase as it counts: a phone's capital first letter and a second space are no mistake."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).lower().split())


def member_place(username: str) -> Place:
    return Place("members", username, "locked")


DUMMY = wrap_key(bytes(32), bytes(64), member_place(""))


def lock_member(
    private: bytes, otp_secret: bytes, passphrase: str, username: str, pepper: bytes, queue: Queue
) -> bytes:
    """Private key and one-time-code secret (base32 text) under the passphrase. Raises Busy."""
    key = stretch(said(passphrase), salt(pepper, "member", username), MEMBER_COST, queue)
    return wrap_key(key, private + otp_secret, member_place(username))


def unlock_member(
    blob: bytes | None, passphrase: str, username: str, pepper: bytes, queue: Queue
) -> tuple[bytes, bytes]:
    """(private key, one-time-code secret). Raises SealError alike for an unknown name (`blob` None), Busy."""
    key = stretch(said(passphrase), salt(pepper, "member", username), MEMBER_COST, queue)
    both = unwrap_key(key, DUMMY if blob is None else blob, member_place(username))
    if blob is None:
        raise SealError("member")
    return both[:KEY_BYTES], both[KEY_BYTES:]
