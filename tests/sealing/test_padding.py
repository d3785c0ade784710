"""Padmé: what a length gives away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sealing.errors import SealError
from app.sealing.padding import pad, pad_to, padme, unpad

KNOWN = {
    0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 7: 7, 8: 8, 9: 10, 11: 12, 15: 16, 16: 16, 17: 18, 100: 104, 255: 256,
    257: 272, 1000: 1024, 1025: 1088, 10_000: 10_240, 1_000_000: 1_015_808, 1_048_577: 1_081_344,
}  # fmt: skip


@pytest.mark.parametrize(("length", "padded"), KNOWN.items())
def test_padme_as_published(length: int, padded: int) -> None:
    """The padding would not be the one whose leakage has been studied (PURBs, algorithm 1)."""
    assert padme(length) == padded


@given(st.integers(min_value=2, max_value=1 << 32))
def test_padme_costs_little_and_says_little(length: int) -> None:
    """Lengths would leak more than their order of magnitude, or cost more than 12 %."""
    padded = padme(length)
    assert length <= padded <= length * 1.12
    kept = padded.bit_length().bit_length()
    assert f"{padded:b}".rstrip("0").__len__() <= kept + 1
    assert padme(padded) == padded


@given(st.binary(max_size=2000))
def test_padding_comes_off(text: bytes) -> None:
    """A text ending in zeros would come back shorter."""
    assert unpad(pad(text)) == unpad(pad_to(text, 2004)) == text


@pytest.mark.parametrize("padded", [b"", b"\0", b"\0\0\0", b"\0\0\0\x05abcd", b"\xff" * 8, b"\0\0\0\x01ab"])
def test_what_was_never_padded_is_refused(padded: bytes) -> None:
    """Raw bytes would be taken for a padded text, and be cut."""
    with pytest.raises(SealError):
        unpad(padded)
