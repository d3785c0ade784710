"""The form's `once`."""

import pytest

from app.sealing.errors import SealError
from app.sealing.keys import new_key
from app.sealing.once import new_once, once_digest, open_receipt, read_once, seal_receipt
from app.sealing.receipt import Receipt, new_number, new_password

RECEIPT = Receipt(new_number(), new_password())


def test_a_once_is_read_back_and_never_repeats() -> None:
    """A form could not be sent; or two people's forms would be one tip."""
    made = [new_once() for _ in range(50)]
    assert len(set(made)) == 50
    assert all(len(read_once(text)) == 32 for text in made)


@pytest.mark.parametrize(
    "text",
    ["", "x", "A" * 42, "A" * 44, "A" * 43 + "=", "A" * 42 + "B", "A" * 42 + "+", "A" * 42 + "/", "安" * 43,
     "A" * 20 + " " + "A" * 22, "A" * 100_000],
)  # fmt: skip
def test_a_malformed_once_is_refused(text: str) -> None:
    """A forged form would crash the page, or one `once` would have two spellings and make two tips."""
    with pytest.raises(ValueError, match=r"once|base64|way to write"):
        read_once(text)


def test_a_repeat_shows_the_same_receipt_and_nobody_else_sees_it() -> None:
    """A lost answer would lose the receipt; or the database alone would open it."""
    once = read_once(new_once())
    blob = seal_receipt(once, RECEIPT)
    assert open_receipt(once, blob) == RECEIPT
    with pytest.raises(SealError):
        open_receipt(read_once(new_once()), blob)
    with pytest.raises(SealError):
        open_receipt(once, blob[:-1])
    assert RECEIPT.password.encode() not in blob


def test_the_digest_tells_same_from_other_content() -> None:
    """Other content with the same `once` would be swallowed; or a repeat would be a second tip."""
    once = new_key()
    assert once_digest(once, b"content") == once_digest(once, b"content")
    digests = {
        once_digest(once, b"content"),
        once_digest(once, b"content."),
        once_digest(once, b""),
        once_digest(once[:-1] + b"\0", b"content"),
        once_digest(once[:-1], once[-1:] + b"content"),
    }
    assert len(digests) == 5
