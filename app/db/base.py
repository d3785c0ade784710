"""Base of all tables, and column types that say what a value is.

Fixed for ever by the first migration: random ids, `Date` instead of time, integer money, enums as strings with CHECK,
no server defaults, a naming convention for every constraint.
"""

import secrets
from datetime import UTC, date, datetime
from typing import Annotated

from sqlalchemy import CheckConstraint, Date, DateTime, Dialect, LargeBinary, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

NO_ROWID = {"sqlite_with_rowid": False}  # a rowid would keep the order in which reports came


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)


def new_id() -> str:
    """A random id of 128 bits: tells neither order nor time."""
    return secrets.token_hex(16)


class Utc(TypeDecorator[datetime]):
    """An instant, always with UTC; naive values are refused. Never on what a reporter did."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


RandomId = Annotated[str, mapped_column(String(32), primary_key=True, default=new_id)]
DeskId = Annotated[str, mapped_column(String(32))]
Day = Annotated[date, mapped_column(Date)]
Month = Annotated[str, mapped_column(String(7))]  # "2026-11": which retention key wraps the row's grants
Sealed = Annotated[bytes, mapped_column(LargeBinary)]
Version = Annotated[int, mapped_column(default=1)]


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """CHECK that a text column holds one of `values` (or NULL, where the column allows it)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"
