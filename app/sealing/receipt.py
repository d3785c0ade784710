"""Receipt (回执): tip number (举报编号, 8 digits) and password (查询密码, 16 digits), each ending in a check digit.

A caller may choose a phrase (一句话) for the first password instead: easy to keep in mind and easier to guess, so it
opens nothing but the page that replaces it, and a guess costs what one at a member's passphrase costs.

The claim code (领奖码, 16 digits) comes one-way from the receipt's private key and opens nothing but the payment.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.sealing.errors import SealError
from app.sealing.fields import Place, derive_key, unwrap_key, wrap_key
from app.sealing.keys import KeyPair, from_seed
from app.sealing.secrets import MEMBER_COST, RECEIPT_COST, Cost, Queue, salt, stretch

NUMBER_DIGITS, PASSWORD_DIGITS, CLAIM_DIGITS = 8, 16, 16

# Damm's quasigroup of order 10: finds every single wrong digit and every swap of neighbours.
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


PHRASE_LETTERS = range(6, 21)
PHRASE_DIFFERENT = 4  # letters at least

# What stands between digits on paper and in messages: dashes, points, underlines, minus, invisible marks.
DROPPED = ("Pd", "Po", "Pc", "Sm", "Cf")


@dataclass(frozen=True)
class Receipt:
    """What the reporter keeps."""

    number: str
    password: str = field(repr=False)


def damm(digits: str) -> int:
    """0 for digits that end in their right check digit, else the digit to append."""
    state = 0
    for digit in digits:
        state = DAMM[state][int(digit)]
    return state


def with_check(digits: str) -> str:
    return digits + str(damm(digits))


def random_digits(length: int) -> str:
    return with_check(f"{secrets.randbelow(10 ** (length - 1)):0{length - 1}d}")


def new_number() -> str:
    """8 digits: 7 random, 1 check."""
    return random_digits(NUMBER_DIGITS)


def new_password() -> str:
    """16 digits: 15 random (49.8 bits), 1 check."""
    return random_digits(PASSWORD_DIGITS)


def claim_code(private: bytes) -> str:
    """16 digits derived from the receipt's private key; nothing leads back."""
    number = int.from_bytes(derive_key(private, "claim-code"), "big")  # 256 bits: the bias is below 2^-200
    return with_check(f"{number % 10 ** (CLAIM_DIGITS - 1):0{CLAIM_DIGITS - 1}d}")


def clean_digits(text: str) -> str:
    """What somebody typed or pasted, as plain digits: full-width forms mapped, spaces and dashes dropped."""
    return "".join(kept(unicodedata.normalize("NFKC", text)))


def kept(text: str) -> Iterable[str]:
    return (letter for letter in text if not letter.isspace() and unicodedata.category(letter) not in DROPPED)


def fits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit() and damm(text) == 0


def is_number(text: str) -> bool:
    """Length and check digit: a slip is told without a look-up."""
    return fits(text, NUMBER_DIGITS)


def is_password(text: str) -> bool:
    return fits(text, PASSWORD_DIGITS)


def clean_phrase(text: str) -> str:
    """A phrase as it was said: case, width, spaces and signs do not count."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


def is_phrase(text: str) -> bool:
    """Whether a cleaned text may be a first password: letters enough, and not digits alone."""
    fitting = len(text) in PHRASE_LETTERS and len(set(text)) >= PHRASE_DIFFERENT
    return fitting and any(one.isalpha() for one in text)


def cost_of(password: str) -> Cost:
    """What one guess costs: digits are made by a machine, a phrase is not."""
    return MEMBER_COST if is_phrase(password) else RECEIPT_COST


def is_claim_code(text: str) -> bool:
    return fits(text, CLAIM_DIGITS)


def in_fours(digits: str) -> str:
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def receipt_place(number: str) -> Place:
    return Place("tips", number, "locked_private")


DUMMY = wrap_key(bytes(32), bytes(32), receipt_place(""))  # an unknown number does the same work


def lock_receipt(private: bytes, receipt: Receipt, pepper: bytes, queue: Queue) -> bytes:
    """The receipt's private key under its password. Raises Busy."""
    key = stretch(receipt.password, salt(pepper, "receipt", receipt.number), cost_of(receipt.password), queue)
    return wrap_key(key, private, receipt_place(receipt.number))


def unlock_receipt(blob: bytes | None, receipt: Receipt, pepper: bytes, queue: Queue) -> bytes:
    """The private key. Raises SealError alike for a wrong password and for an unknown number (`blob` None), Busy."""
    key = stretch(receipt.password, salt(pepper, "receipt", receipt.number), cost_of(receipt.password), queue)
    private = unwrap_key(key, DUMMY if blob is None else blob, receipt_place(receipt.number))
    if blob is None:
        raise SealError("receipt")
    return private


def claim_pair(code: str, number: str, pepper: bytes, queue: Queue) -> KeyPair:
    """The pair of a claim code: an amount is sealed to whoever says the code at the counter. Raises Busy."""
    return from_seed(stretch(code, salt(pepper, "claim", number), RECEIPT_COST, queue))
