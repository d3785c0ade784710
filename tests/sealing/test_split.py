"""One share, or one half on paper, tells nothing."""

import base64

import pytest

from app.sealing.errors import SealError
from app.sealing.fields import Place, open_field, seal_field
from app.sealing.keys import new_key
from app.sealing.paper import PAIR_BYTES, SECOND, from_halves, halves, printable, typed
from app.sealing.split import join, split


def test_two_shares_give_the_key_in_either_order() -> None:
    """An identity or an orphaned case could never be opened."""
    key = new_key()
    one, two = split(key)
    assert join(one, two) == join(two, one) == key


def test_one_share_fits_every_key() -> None:
    """A single keeper could learn something: for any other key there is a second share that gives just that key."""
    one, two = split(new_key())
    for known in (one, two):
        other = new_key()
        assert join(known, join(known, other)) == other


def test_shares_of_one_key_are_new_each_time_and_none_is_the_key() -> None:
    """Two keepers of one side could find that two rows hold the same key; or the "random" share would not be."""
    key = bytes(32)
    shares = [share for _ in range(50) for share in split(key)[:1]]
    assert len(set(shares)) == 50
    assert key not in shares
    assert all(len(share) == 32 for share in shares)
    for position in range(32):
        assert len({share[position] for share in shares}) > 20


def test_shares_that_do_not_belong_together_open_nothing() -> None:
    """Shares of two cases would open one of them; or a cut share would end in a server error."""
    here, key = Place("tips", "1", "content"), new_key()
    blob = seal_field(key, b"text", here)
    mixed = join(split(key)[0], split(key)[1])
    for wrong in (mixed, *split(key)):
        with pytest.raises(SealError):
            open_field(wrong, blob, here)
    with pytest.raises(SealError):
        join(bytes(32), bytes(31))


@pytest.mark.parametrize("size", [32, 64, 100])
def test_paper_gives_the_secret_back_however_it_is_typed(size: int) -> None:
    """After a fire the town could not open anything again."""
    secret = new_key() * 4
    one, other = halves(secret[:size])
    sloppy = other.lower().replace(" ", "-").replace("o", "0").replace("i", "1").replace("b", "8")
    assert from_halves(one, sloppy) == from_halves(sloppy, one) == secret[:size]


def test_paper_is_groups_of_four_plain_letters() -> None:
    """It could not be read off or typed: 64 letters and digits, none of them 0, 1, 8 or 9."""
    for half in halves(new_key()):
        groups = half.split(" ")
        assert [len(group) for group in groups] == [4] * 16
        assert set("".join(groups)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_every_single_slip_on_paper_is_told() -> None:
    """One wrong letter would give a wrong key, and nobody would know why nothing opens."""
    one, other = halves(new_key())
    for at, letter in enumerate(one):
        if letter != " ":
            wrong = one[:at] + ("A" if letter != "A" else "C") + one[at + 1 :]
            with pytest.raises(SealError):
                from_halves(wrong, other)


def test_halves_of_two_secrets_or_of_one_side_are_refused() -> None:
    """Halves mixed up in the safe would give a wrong key without a word."""
    (one, other), (foreign, foreign_other) = halves(new_key()), halves(new_key())
    for pair in ((one, foreign_other), (foreign, other), (one, one), (other, other), (one, foreign)):
        with pytest.raises(SealError):
            from_halves(*pair)


@pytest.mark.parametrize(
    "text", ["", "A", "安哨", "7777 7777", "A" * 64, base64.b32encode(bytes(7)).decode()]
)
def test_what_is_no_half_is_one_error(text: str) -> None:
    """A blank field would end in a server error, or in an empty key."""
    with pytest.raises(SealError):
        from_halves(text, text)


def test_one_half_on_paper_fits_every_secret() -> None:
    """A check or a label made from the secret would let one keeper test guesses: any other secret must fit as well."""
    one, _ = halves(new_key())
    half, other = typed(one), new_key()
    second = printable(SECOND + half[1 : 1 + PAIR_BYTES] + join(half[1 + PAIR_BYTES :], other))
    assert from_halves(one, second) == other


def test_an_empty_secret_never_comes_from_paper() -> None:
    """Two papers without a share would be joined to an empty key."""
    with pytest.raises(SealError):
        from_halves(*halves(b""))
