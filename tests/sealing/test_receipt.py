"""Attacks on the receipt, and the slips that people make with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sealing import receipt as module
from app.sealing.errors import SealError
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import KeyPair, generate
from app.sealing.receipt import (
    Receipt,
    claim_code,
    claim_pair,
    clean_digits,
    damm,
    in_fours,
    is_claim_code,
    is_number,
    is_password,
    lock_receipt,
    new_number,
    new_password,
    unlock_receipt,
    with_check,
)
from app.sealing.secrets import RECEIPT_COST, Queue
from tests.sealing.spies import watched

PEPPER = bytes(range(32))
QUEUE = Queue(2)
PAIR = generate()
RECEIPT = Receipt(new_number(), new_password())
LOCKED = lock_receipt(PAIR.private, RECEIPT, PEPPER, QUEUE)


def other_number() -> str:
    return next(number for number in iter(new_number, RECEIPT.number))


def other_password() -> str:
    return next(password for password in iter(new_password, RECEIPT.password))


def test_the_receipt_opens() -> None:
    """A reporter could never look at the own tip again."""
    assert unlock_receipt(LOCKED, RECEIPT, PEPPER, QUEUE) == PAIR.private


def test_a_wrong_password_number_or_pepper_does_not_open() -> None:
    """A guess, another tip's row, or a database without its pepper would open the tip."""
    wrong = [
        (LOCKED, Receipt(RECEIPT.number, other_password()), PEPPER),
        (LOCKED, Receipt(other_number(), RECEIPT.password), PEPPER),
        (LOCKED, RECEIPT, bytes(32)),
        (LOCKED[:-1], RECEIPT, PEPPER),
        (b"\x02" + LOCKED[1:], RECEIPT, PEPPER),
        (b"", RECEIPT, PEPPER),
        (None, RECEIPT, PEPPER),
    ]
    for blob, receipt, pepper in wrong:
        with pytest.raises(SealError):
            unlock_receipt(blob, receipt, pepper, QUEUE)


def test_two_numbers_with_one_password_are_locked_apart() -> None:
    """A blob moved to another tip's row would open there with the thief's own password."""
    mine = Receipt(other_number(), RECEIPT.password)
    with pytest.raises(SealError):
        unlock_receipt(lock_receipt(PAIR.private, mine, PEPPER, QUEUE), RECEIPT, PEPPER, QUEUE)


def test_an_unknown_number_does_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of an answer would tell which numbers exist."""
    wrong = Receipt(RECEIPT.number, other_password())
    works = []
    for blob in (LOCKED, None):
        with watched(monkeypatch, module) as done, pytest.raises(SealError):
            unlock_receipt(blob, wrong, PEPPER, QUEUE)
        works.append(done)
    assert works[0] == works[1] == [("argon2id", RECEIPT_COST, 32), ("unwrap", len(LOCKED))]


def test_the_claim_code_opens_the_amount_and_nothing_else() -> None:
    """Whoever hears the code at the counter could read the report, or the cashier could open it."""
    code = claim_code(PAIR.private)
    assert is_claim_code(code)
    assert code == claim_code(PAIR.private)
    assert code != RECEIPT.password
    claim = claim_pair(code, RECEIPT.number, PEPPER, QUEUE)
    amount = Context("amount", RECEIPT.number, "yuan")
    assert open_with(claim.private, seal_to(claim.public, b"3000", amount), amount) == b"3000"
    with pytest.raises(SealError):
        unlock_receipt(LOCKED, Receipt(RECEIPT.number, code), PEPPER, QUEUE)
    with pytest.raises(SealError):
        open_with(claim.private, seal_to(PAIR.public, b"tip key", amount), amount)


def test_a_claim_pair_belongs_to_code_number_and_pepper() -> None:
    """Another code, number or installation would open somebody's amount; or the right one would not, at the counter."""
    code, number = claim_code(PAIR.private), RECEIPT.number
    right = claim_pair(code, number, PEPPER, QUEUE)
    assert claim_pair(code, number, PEPPER, QUEUE) == right
    others: list[KeyPair] = [
        claim_pair(claim_code(generate().private), number, PEPPER, QUEUE),
        claim_pair(code, other_number(), PEPPER, QUEUE),
        claim_pair(code, number, bytes(32), QUEUE),
    ]
    assert right.private not in {pair.private for pair in others} | {PAIR.private}


def test_what_is_made_is_well_formed_and_spread() -> None:
    """A receipt would be refused as mistyped, or its digits could be guessed."""
    numbers = {new_number() for _ in range(500)}
    passwords = {new_password() for _ in range(500)}
    assert all(map(is_number, numbers))
    assert all(map(is_password, passwords))
    assert len(passwords) == 500
    assert len(numbers) > 490
    for position in range(15):
        assert len({password[position] for password in passwords}) == 10
    codes = [claim_code(generate().private) for _ in range(100)]
    assert len(set(codes)) == 100
    assert {code[0] for code in codes} == set("0123456789")  # leading zeros are kept


def test_damm_as_published() -> None:
    """Posters and scripts elsewhere could not check our digits (the worked example of the algorithm)."""
    assert with_check("572") == "5724"
    assert damm("5724") == 0


@given(st.text("0123456789", min_size=7, max_size=15), st.data())
def test_each_slip_is_told_without_a_look_up(digits: str, data: st.DataObject) -> None:
    """One wrong digit, or two neighbours swapped, would be answered with "unknown" after a slow look-up."""
    right = with_check(digits)
    at = data.draw(st.integers(0, len(right) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != right[at]]))
    assert damm(right[:at] + wrong + right[at + 1 :]) != 0
    swap = data.draw(st.integers(0, len(right) - 2))
    if right[swap] != right[swap + 1]:
        assert damm(right[:swap] + right[swap + 1] + right[swap] + right[swap + 2 :]) != 0


@pytest.mark.parametrize(
    "typed",
    [
        "1234 5674", "1234-5674", "１２３４　５６７４", "1234，5674", "1234,5674。", "1234—5674", "1234−5674",
        "\u200b1234\u00a05674\n", "1234_5674", "\u202e12345674\u202c",
    ],
)  # fmt: skip
def test_digits_are_understood_however_they_are_written(typed: str) -> None:
    """Somebody copying from paper, WeChat or a Chinese keyboard would not get in."""
    assert clean_digits(typed) == "12345674"


@pytest.mark.parametrize(
    "text", ["", "1234567", "123456789", "1234567x", "١٢٣٤٥٦٧٨", "一二三四五六七八", "😀" * 8]
)
def test_what_is_no_number_is_none(text: str) -> None:
    """Other scripts' digits would reach the check and crash it."""
    assert not is_number(clean_digits(text))
    assert not is_password(clean_digits(text))
    assert not is_claim_code(clean_digits(text))


def test_digits_are_shown_in_fours_and_secrets_not_in_logs() -> None:
    """The receipt could not be read off paper, or would stand in a traceback."""
    assert in_fours("12345674") == "1234 5674"
    assert in_fours("1" * 16) == "1111 1111 1111 1111"
    assert RECEIPT.password not in repr(RECEIPT)
