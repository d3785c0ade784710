"""Numbers of letters that leave the house (发文编号): one row a year, counted without a gap.

A number is read while the letter is written, and claimed in the transaction that makes the letter durable: who is
outrun writes the letter again under the next one, and a letter that fails leaves no gap.
"""

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.casework.models import LetterCount
from app.db.versions import Outrun


class NumberTaken(Outrun):
    """Another letter took this number since it was read; nothing was written."""


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
