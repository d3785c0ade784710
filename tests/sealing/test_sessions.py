"""Sessions, cookies and the monthly wrap."""

import pytest

from app.sealing.errors import SealError
from app.sealing.fields import Place, open_field, seal_field, unwrap_key
from app.sealing.framing import from_text, to_text
from app.sealing.keys import new_key
from app.sealing.retention import open_monthly, seal_monthly
from app.sealing.sessions import Box, unwrap_session, wrap_session

HERE = Place("grants", "g1", "sealed")


def test_a_session_needs_both_cookie_and_memory() -> None:
    """A look into the server's memory store, or a stolen old cookie, would give a member's private key."""
    private = new_key()
    token, blob = wrap_session(private)
    assert unwrap_session(token, blob) == private
    assert private not in blob
    for other, memory in (
        (new_key(), blob),
        (wrap_session(private)[0], blob),
        (token[:-1], blob),
        (token, blob[:-1]),
    ):
        with pytest.raises(SealError):
            unwrap_session(other, memory)


def test_a_box_opens_for_its_purpose_only() -> None:
    """A cookie made for one door would be taken at another, or be read or forged by the browser."""
    box = Box(new_key())
    text = box.seal({"tip": "t1", "until": 5}, "follow")
    assert box.open(text, "follow") == {"tip": "t1", "until": 5}
    assert box.seal({"tip": "t1", "until": 5}, "follow") != text
    assert b"t1" not in from_text(text)
    with pytest.raises(SealError):
        box.open(text, "desk")
    with pytest.raises(SealError):
        Box(new_key()).open(text, "follow")


def test_a_box_changed_anywhere_does_not_open() -> None:
    """A browser could alter the expiry, or send one cookie in many spellings."""
    box = Box(new_key())
    text = box.seal({"until": 5}, "follow")
    for at, letter in enumerate(text):
        with pytest.raises(SealError):
            box.open(text[:at] + ("A" if letter != "A" else "B") + text[at + 1 :], "follow")
    for rubbish in ("", "A", "安", "=" * 8, text + "=", text + "\n", " " + text, text[:-1], "A" * 100_000):
        with pytest.raises(SealError):
            box.open(rubbish, "follow")


@pytest.mark.parametrize("size", range(7))
def test_text_and_bytes_belong_together_one_to_one(size: int) -> None:
    """One value would have two texts."""
    raw = bytes(range(250, 250 + size)) if size < 6 else b"\xfb\xff\xfe"
    assert from_text(to_text(raw)) == raw
    assert "=" not in to_text(raw)


def test_without_the_months_key_every_copy_is_shredded() -> None:
    """A grant in an old backup would still open after its month was destroyed."""
    key, month = new_key(), new_key()
    inner = seal_field(key, b"tip key", HERE)
    outer = seal_monthly(month, inner, HERE)
    assert open_field(key, open_monthly(month, outer, HERE), HERE) == b"tip key"
    assert inner not in outer
    with pytest.raises(SealError):
        open_monthly(new_key(), outer, HERE)
    with pytest.raises(SealError):
        open_monthly(month, outer, Place("grants", "g2", "sealed"))
    with pytest.raises(SealError):
        open_field(key, outer, HERE)


def test_the_months_wrap_is_not_an_inner_wrap() -> None:
    """A blob of one layer could be passed off as one of the other."""
    month = new_key()
    with pytest.raises(SealError):
        unwrap_key(month, seal_monthly(month, b"x", HERE), HERE)
