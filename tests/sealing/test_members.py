"""Attacks on a member's lock, and the words of the passphrase."""

import math
import re

import pytest

from app.sealing import members as module
from app.sealing.errors import SealError
from app.sealing.keys import new_key
from app.sealing.members import SYLLABLES, WORDS, lock_member, new_passphrase, unlock_member
from app.sealing.secrets import MEMBER_COST, Queue
from tests.sealing.spies import watched

PEPPER = bytes(range(32))
QUEUE = Queue(2)
PRIVATE, OTP = new_key(), b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSPHRASE = new_passphrase()
LOCKED = lock_member(PRIVATE, OTP, PASSPHRASE, "anjian", PEPPER, QUEUE)

# What sounds alike to many ears in the south: one of each pair only.
MERGED = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("^f", "h"), ("^[nr]", "l"), ("ng$", "n")]


def test_every_word_is_unique_and_they_are_enough() -> None:
    """Two pairs of syllables would give one word, and the passphrase fewer than 70 bits."""
    words = {first + second for first in SYLLABLES for second in SYLLABLES}
    assert len(words) == len(SYLLABLES) ** 2
    assert math.log2(len(words)) * WORDS >= 70


def test_no_two_syllables_sound_alike() -> None:
    """A passphrase read aloud would be written down as another."""
    heard = set()
    for syllable in SYLLABLES:
        for sound, as_if in MERGED:
            syllable = re.sub(sound, as_if, syllable)
        heard.add(syllable)
    assert len(heard) == len(SYLLABLES)


def test_a_passphrase_is_six_plain_words() -> None:
    """It could not be typed on a keyboard without an input method; or two would be equal."""
    for phrase in (made := [new_passphrase() for _ in range(50)]):
        assert re.fullmatch(r"[a-z]{4,10}( [a-z]{4,10}){5}", phrase)
    assert len(set(made)) == 50


def test_the_lock_opens_also_as_a_phone_writes_it() -> None:
    """A capital first letter or a double space set by the phone would shut a member out."""
    for typed in (PASSPHRASE, PASSPHRASE.capitalize(), "  " + PASSPHRASE.replace(" ", "  ") + " "):
        assert unlock_member(LOCKED, typed, "anjian", PEPPER, QUEUE) == (PRIVATE, OTP)


def test_a_wrong_passphrase_name_pepper_or_blob_does_not_open() -> None:
    """A guess, another member's row, or a database without its pepper would open a desk."""
    wrong = [
        (LOCKED, new_passphrase(), "anjian", PEPPER),
        (LOCKED, PASSPHRASE, "zhifa", PEPPER),
        (LOCKED, PASSPHRASE, "anjian", bytes(32)),
        (LOCKED[:-1], PASSPHRASE, "anjian", PEPPER),
        (None, PASSPHRASE, "nobody", PEPPER),
    ]
    for blob, passphrase, username, pepper in wrong:
        with pytest.raises(SealError):
            unlock_member(blob, passphrase, username, pepper, QUEUE)


def test_an_unknown_name_does_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of an answer would tell which accounts exist."""
    works = []
    for blob in (LOCKED, None):
        with watched(monkeypatch, module) as done, pytest.raises(SealError):
            unlock_member(blob, "wrong words", "anjian", PEPPER, QUEUE)
        works.append(done)
    assert works[0] == works[1] == [("argon2id", MEMBER_COST, 32), ("unwrap", len(LOCKED))]
