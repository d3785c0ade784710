"""Attacks on the public-key seal."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sealing.errors import SealError
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import PUBLIC_BYTES, generate

PAIR = generate()
HERE = Context("tip", "t-1", "key", 2)
PLAIN = bytes(range(32))
BLOB = seal_to(PAIR.public, PLAIN, HERE)


def test_it_opens_where_it_belongs_and_is_new_each_time() -> None:
    """A grant would not open, or two equal keys would be seen to be equal."""
    again = seal_to(PAIR.public, PLAIN, HERE)
    assert open_with(PAIR.private, BLOB, HERE) == open_with(PAIR.private, again, HERE) == PLAIN
    assert again != BLOB
    assert len(BLOB) == 1 + 1120 + 32 + 16


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, what="case"),
        replace(HERE, whose="t-2"),
        replace(HERE, field="share"),
        replace(HERE, epoch=1),
        replace(HERE, epoch=3),
        Context("tipt", "-1", "key", 2),
    ],
)
def test_it_opens_nowhere_else(elsewhere: Context) -> None:
    """Somebody with the database could move a sealed key to another subject, field or epoch."""
    with pytest.raises(SealError):
        open_with(PAIR.private, BLOB, elsewhere)


def test_another_key_does_not_open_it() -> None:
    """Another desk's key would open this desk's grant."""
    with pytest.raises(SealError):
        open_with(generate().private, BLOB, HERE)


@pytest.mark.parametrize("byte", [0, 1, 500, 1088, 1089, 1105, 1120, 1121, 1136, 1152, 1153, 1168])
@pytest.mark.parametrize("bit", [0, 7])
def test_a_flipped_bit_is_noticed_in_every_part(byte: int, bit: int) -> None:
    """Suite, ML-KEM part, X25519 part, ciphertext or tag could be altered unnoticed.

    The top bit of the X25519 point is ignored by the curve (RFC 7748), but it goes into the combiner and so counts.
    """
    changed = bytearray(BLOB)
    changed[byte] ^= 1 << bit
    with pytest.raises(SealError):
        open_with(PAIR.private, bytes(changed), HERE)


@pytest.mark.parametrize("size", [0, 1, 2, 33, 1088, 1120, 1121, 1136, 1137, len(BLOB) - 1])
def test_a_cut_or_lengthened_blob_does_not_open(size: int) -> None:
    """A cut blob would crash the page with another error, or open in part."""
    for blob in (BLOB[:size], BLOB + bytes(size + 1)):
        with pytest.raises(SealError):
            open_with(PAIR.private, blob, HERE)


@pytest.mark.parametrize("suite", [0, 2, 255])
def test_an_unknown_suite_is_refused(suite: int) -> None:
    """A blob of a suite to come would be read as if it were of this one."""
    with pytest.raises(SealError):
        open_with(PAIR.private, bytes([suite]) + BLOB[1:], HERE)


@pytest.mark.parametrize(
    "public",
    [
        b"",
        PAIR.public[:-1],
        PAIR.public + b"\0",
        b"\xff" * PUBLIC_BYTES,
        PAIR.public[:1184] + bytes(32),
        PAIR.public[:1184] + b"\x01" + bytes(31),
    ],
)
def test_nothing_is_sealed_to_a_bad_public_key(public: bytes) -> None:
    """A forged key (cut, out of range, a point of low order) would be sealed to, or crash the report."""
    with pytest.raises(SealError):
        seal_to(public, PLAIN, HERE)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=1300), st.binary(max_size=40))
def test_rubbish_never_gives_another_error(blob: bytes, private: bytes) -> None:
    """Bytes from a damaged database would end in a server error instead of "does not open"."""
    for candidate in (blob, b"\x01" + blob):
        with pytest.raises(SealError):
            open_with(private, candidate, HERE)


THREE = st.tuples(*[st.text(max_size=4)] * 3)


@given(THREE, THREE)
def test_two_contexts_never_give_the_same_bytes(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """Two different places would share one binding: ("a", "bc") and ("ab", "c")."""
    same = Context(*one).info() == Context(*other).info()
    assert same == (one == other)
