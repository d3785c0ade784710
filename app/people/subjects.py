"""Ledger keys of subjects (tips, cases …): random, kept under the month's retention key.

The server can open them, so that a job too can enter what it did; whoever has only the database cannot link an entry to
its subject, and shredding the month unlinks them for good.
"""

from app.people.keyring import Keyring
from app.sealing.fields import Place, new_key
from app.sealing.retention import open_monthly, seal_monthly


def place_of(table: str, row_id: str) -> Place:
    return Place(table, row_id, "ledger_key")


def new_subject_key(keyring: Keyring, table: str, row_id: str, month: str) -> tuple[bytes, bytes]:
    """A new ledger key and its sealed form for the row."""
    key = new_key()
    return key, seal_monthly(keyring.month(month), key, place_of(table, row_id))


def open_subject_key(keyring: Keyring, table: str, row_id: str, month: str, sealed: bytes) -> bytes:
    """The ledger key of a row. Raises KeyringBroken once its month is shredded."""
    return open_monthly(keyring.month(month), sealed, place_of(table, row_id))
