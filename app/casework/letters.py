"""Numbers of letters that leave the house (发文编号): one row a year, counted without a gap.

A number is read while the letter is written, and claimed in the transaction that makes the letter durable: who is
outrun writes the letter again under the next one, and a letter that fails leaves no gap.

A letter about a case on an official is not among them. The row stands in clear, and the office reads every other letter
of the year: a number that it misses would tell it, and a thief of the database, that an accusation went up. Such a
letter bears a sign of its own and a number by chance, which nobody can count; both are kept in the sealed letter alone.
No rule was found that says how to number what is kept apart: this is the project's own.
"""

import secrets

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.casework.models import LetterCount
from app.db.versions import Outrun


class NumberTaken(Outrun):
    """Another letter took this number since it was read; nothing was written."""


RESERVED_SIGN = "密"  # after the town's own sign (发文机关代字): 下仓安移密〔2026〕483920号
RESERVED_FROM, RESERVED_MANY = 100_000, 900_000  # six digits, so that two alike are rare


def chance_number() -> int:
    """The number of a letter about a case on an official: it tells neither how many there are nor which was first."""
    return RESERVED_FROM + secrets.randbelow(RESERVED_MANY)


def next_number(session: Session, year: int) -> int:
    """The number of the next letter of `year`, from 1."""
    found = session.get(LetterCount, year)
    return found.last + 1 if found else 1


def claim_number(session: Session, year: int, number: int) -> None:
    """Take `number` for a letter of this unit of work. Raises NumberTaken."""
    if number == 1:
        try:
            session.add(LetterCount(year=year, last=1))
            session.flush()
        except IntegrityError:
            raise NumberTaken("letter_counts") from None
        return
    counted = update(LetterCount).where(LetterCount.year == year, LetterCount.last == number - 1)
    result = session.execute(counted.values(last=number).execution_options(synchronize_session=False))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NumberTaken("letter_counts")


class Backward(Exception):
    """This number has left already."""


def set_last(session: Session, year: int, last: int) -> None:
    """The letters of `year` go on after `last`: on paper, or since the backup that was put back, so many have left.

    Upward only, so that no number is given twice. Raises Backward.
    """
    if last < next_number(session, year):
        raise Backward
    found = session.get(LetterCount, year)
    if found is None:
        session.add(LetterCount(year=year, last=last))
    else:
        found.last = last
