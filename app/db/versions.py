"""Optimistic changes: `UPDATE … WHERE id AND version` hits one row, or someone was faster."""

from typing import Any, Protocol

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session


class Versioned(Protocol):
    """A row with an id and a version."""

    id: Any
    version: Any


class Outrun(Exception):
    """Somebody changed this row since it was read; nothing was written."""


def change(session: Session, row: Versioned, **values: Any) -> None:
    """Write `values` to `row` if nobody changed it since it was read. Raises Outrun."""
    table: Any = type(row)
    result = session.execute(
        update(table)
        .where(table.id == row.id, table.version == row.version)
        .values(version=row.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Outrun(table.__tablename__)
    for name, value in {"version": row.version + 1, **values}.items():
        setattr(row, name, value)
    if row in session:
        session.expire(row)
