"""The monthly wrap: everything that opens something lies once more under a key outside the database.

Destroying that key shreds every copy at once, in the database, its write-ahead log and old backups.
"""

from app.sealing.fields import Place, unwrap_key, wrap_key


def monthly(place: Place) -> Place:
    """The outer wrap's place: never to be mistaken for the inner one's."""
    return Place(f"monthly:{place.table}", place.row, place.field)


def seal_monthly(month_key: bytes, inner: bytes, place: Place) -> bytes:
    """Wrap a sealed blob once more under the month's key."""
    return wrap_key(month_key, inner, monthly(place))


def open_monthly(month_key: bytes, blob: bytes, place: Place) -> bytes:
    """Raises SealError."""
    return unwrap_key(month_key, blob, monthly(place))
