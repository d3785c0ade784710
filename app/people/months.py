"""The book of retention months: which key a month's grants lie under, so that a lost or second key is noticed."""

from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.people.keyring import MonthBook
from app.people.models import RetentionMonth


def month_book(database: Database) -> MonthBook:
    """A book in the database: hands back the check on record for a month, after writing `check` down where none is."""

    def recorded(month: str) -> bytes | None:
        with database.work() as session:
            row = session.get(RetentionMonth, month)
            return row.key_check if row else None

    def book(month: str, check: bytes | None) -> bytes | None:
        found = recorded(month)
        if found is not None or check is None:
            return found
        try:
            with database.work(write=True) as session:
                session.add(RetentionMonth(month=month, key_check=check))
        except IntegrityError:  # another process was first
            return recorded(month)
        return check

    return book
