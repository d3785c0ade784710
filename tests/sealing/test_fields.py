"""Attacks on the field seal, and what its lengths give away."""

import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sealing.errors import SealError
from app.sealing.fields import (
    Place,
    canonical_json,
    derive_key,
    open_field,
    open_json,
    seal_field,
    seal_fixed,
    seal_json,
    seal_steps,
    unwrap_key,
    wrap_key,
)
from app.sealing.keys import new_key

KEY = new_key()
HERE = Place("tips", "row-1", "content")
BLOB = seal_field(KEY, "脚手架没有护栏".encode(), HERE)
OVERHEAD = 1 + 12 + 16


def test_a_field_opens_in_its_place_and_is_new_each_time() -> None:
    """A tip could not be read, or two equal texts would be seen to be equal."""
    assert open_field(KEY, BLOB, HERE).decode() == "脚手架没有护栏"
    assert seal_field(KEY, "脚手架没有护栏".encode(), HERE) != BLOB


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, table="cases"),
        replace(HERE, row="row-2"),
        replace(HERE, field="notes"),
        Place("tipsr", "ow-1", "content"),
    ],
)
def test_a_field_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    """Somebody with the database could put one tip's text under another's number, unseen."""
    with pytest.raises(SealError):
        open_field(KEY, BLOB, elsewhere)
    with pytest.raises(SealError):
        unwrap_key(KEY, wrap_key(KEY, new_key(), HERE), elsewhere)


def test_a_flipped_bit_is_noticed_in_every_byte() -> None:
    """Suite, nonce, ciphertext or tag could be altered unnoticed."""
    for position in range(len(BLOB)):
        changed = bytearray(BLOB)
        changed[position] ^= 1 << (position % 8)
        with pytest.raises(SealError):
            open_field(KEY, bytes(changed), HERE)


def test_a_cut_blob_does_not_open() -> None:
    """A cut blob would open in part, or end in another error."""
    for size in range(len(BLOB)):
        with pytest.raises(SealError):
            open_field(KEY, BLOB[:size], HERE)


@pytest.mark.parametrize(
    "key",
    [new_key(), KEY[:16], KEY[:24], KEY[:31], b"", KEY + b"\0"],
    ids=["another", "16", "24", "31", "none", "33"],
)
def test_another_key_does_not_open(key: bytes) -> None:
    """Another tip's key, or a part of this one, would open the field."""
    with pytest.raises(SealError):
        open_field(key, BLOB, HERE)


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33])
def test_nothing_is_sealed_under_a_short_key(size: int) -> None:
    """A cut key would seal with AES-128: half of what is promised for twenty years."""
    with pytest.raises(SealError):
        seal_field(bytes(size), b"text", HERE)


@given(st.binary(max_size=200))
def test_rubbish_never_gives_another_error(blob: bytes) -> None:
    """Damaged rows would end in a server error instead of "does not open"."""
    for candidate in (blob, b"\x01" + blob):
        with pytest.raises(SealError):
            open_field(KEY, candidate, HERE)


def test_a_wrapped_key_is_not_mistaken_for_a_field() -> None:
    """A blob that was never padded would be opened as if it were a text, and come out cut."""
    for key in (b"", b"\0", bytes(4) + b"rest", b"\0\0\0\x09short"):
        with pytest.raises(SealError):
            open_field(KEY, wrap_key(KEY, key, HERE), HERE)


def test_identity_blobs_are_all_of_one_length() -> None:
    """The length would say whether somebody left a name, and how long it is."""
    texts = [b"", "欧阳某某".encode() + b" 13800000000", b"x" * 508]
    blobs = [seal_fixed(KEY, text, HERE, 512) for text in texts]
    assert {len(blob) for blob in blobs} == {512 + OVERHEAD}
    assert [open_field(KEY, blob, HERE) for blob in blobs] == texts
    with pytest.raises(ValueError, match="509"):
        seal_fixed(KEY, b"x" * 509, HERE, 512)


@pytest.mark.parametrize(
    ("size", "steps"), [(0, 1), (1, 1), (65_532, 1), (65_533, 2), (65_536, 2), (131_068, 2), (200_000, 4)]
)
def test_photos_come_in_steps_of_64_kilobytes(size: int, steps: int) -> None:
    """The exact size of a photo would tell which of two known photos it is."""
    photo = b"\xff" * size
    blob = seal_steps(KEY, photo, HERE)
    assert len(blob) == steps * 65_536 + OVERHEAD
    assert open_field(KEY, blob, HERE) == photo


def test_short_texts_are_all_of_one_length() -> None:
    """A yes or a no would be told by the length of its ciphertext."""
    assert len({len(seal_field(KEY, b"x" * size, HERE)) for size in range(253)}) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_comes_back_as_it_was(value: object) -> None:
    """A reporter's words (emoji, right-to-left marks, any script) would come back changed."""
    assert open_json(KEY, seal_json(KEY, value, HERE), HERE) == value


def test_json_has_one_form_only() -> None:
    """The same content would give two digests, and a form sent twice two tips."""
    assert canonical_json({"b": 1, "a": "安"}) == '{"a":"安","b":1}'.encode()
    assert canonical_json({"a": "安", "b": 1}) == canonical_json({"b": 1, "a": "安"})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_json_cannot_say_is_refused_before_sealing(value: object) -> None:
    """A field would be sealed that no strict reader can open again."""
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        seal_json(KEY, value, HERE)


def test_a_sealed_text_that_is_no_json_is_one_error() -> None:
    """A field of another kind in this place would end in a server error."""
    for text in (b"no json", b"\xff\xfe"):
        with pytest.raises(SealError):
            open_json(KEY, seal_field(KEY, text, HERE), HERE)


def test_derived_keys_are_hkdf_and_apart() -> None:
    """Two purposes would share one key, or another program could not derive it (RFC 5869)."""
    extracted = hmac.digest(bytes(32), KEY, hashlib.sha256)
    expanded = hmac.digest(extracted, b"anshao-derive-1" + b"grants" + b"\x01", hashlib.sha256)
    assert derive_key(KEY, "grants") == expanded
    assert (
        len({KEY, derive_key(KEY, "grants"), derive_key(KEY, "claim-code"), derive_key(new_key(), "grants")})
        == 4
    )
