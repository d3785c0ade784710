"""Public figures (公开数字): one fixed table for each quarter, published once and then frozen.

Built from clear columns and counters alone, by special committee; small numbers are withheld (see `withholding`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.casework.needs import Unmet
from app.figures.models import Release
from app.figures.quarters import Quarter
from app.figures.totals import FOUND, RECTIFIED, Totals, totals
from app.figures.withholding import Column, withhold
from app.ledger.write import append
from app.people.holder import Holder
from app.people.tools import Tools
from app.rules.committees import OTHER, committee_of, load_committees
from app.sealing.fields import canonical_json

COLUMNS = ("received", "closed", "found", "rectified", "overdue")
VERSION = 1


@dataclass(frozen=True)
class Published:
    """A quarter as everybody reads it."""

    quarter: Quarter
    rows: tuple[str, ...]  # committees
    columns: Mapping[str, Column]


def rows() -> tuple[str, ...]:
    return (*load_committees(), OTHER)


def table_of(found: Totals, quarter: Quarter) -> dict[str, Column]:
    """The table of a quarter, what is small withheld."""
    months, names = quarter.months, rows()
    counts = {
        "received": found.arrivals(lambda one: committee_of(one.sector), months),
        "closed": found.ends(lambda one: committee_of(one.sector), months),
        "found": found.ends(lambda one: committee_of(one.sector), months, FOUND),
        "rectified": found.ends(lambda one: committee_of(one.sector), months, (RECTIFIED,)),
        "overdue": found.open(
            lambda one: committee_of(one.sector) if one.late and one.with_whom == "us" else None
        ),
    }
    values = {name: [counts[name][row] for row in names] for name in COLUMNS}
    closed = withhold(values["closed"])
    return {
        name: closed if name == "closed" else withhold(values[name], part_of=part_of(name, closed))
        for name in COLUMNS
    }


def part_of(name: str, closed: Column) -> Column | None:
    """Of what is closed some is found true, and some put right: no row of these is more than it."""
    return closed if name in ("found", "rectified") else None


def preview(session: Session, tools: Tools, holder: Holder, quarter: Quarter) -> Published:
    """What would be published now."""
    return Published(quarter, rows(), table_of(totals(session, tools, holder, quarter.months), quarter))


def publish(tools: Tools, holder: Holder, quarter: Quarter) -> None:
    """Freeze and publish the table. Raises Unmet: not the office, not over yet, or published already."""
    today = tools.now.today()
    if "office" not in holder.roles:
        raise Unmet("公开数字由镇安委会办公室发布。")
    if not quarter.ended(today):
        raise Unmet(f"这一季到 {quarter.last.isoformat()} 才完，完了再发布。")
    with tools.database.work() as session:
        found = preview(session, tools, holder, quarter)
    columns = {name: {"cells": one.cells, "total": one.total} for name, one in found.columns.items()}
    said = canonical_json(
        {"version": VERSION, "quarter": str(quarter), "rows": found.rows, "columns": columns}
    )
    digest = hashlib.sha256(said).hexdigest()
    try:
        with tools.database.work(write=True) as session:
            session.add(Release(quarter=str(quarter), day=today, figures=said.decode()))
            session.flush()
            append(
                session,
                day=today,
                kind="published",
                actor=holder.ledger_key,
                subject=release_key(tools, quarter),
                detail={"by": holder.name, "quarter": str(quarter), "sha256": digest},
            )
    except IntegrityError:
        raise Unmet("这一季已经发布过，发布了就不再改。") from None


def release_key(tools: Tools, quarter: Quarter) -> bytes:
    return tools.keyring.standing_key(f"release:{quarter}")


def releases(session: Session) -> list[Published]:
    """All that was published, the newest first."""
    found = session.scalars(select(Release))
    return sorted((read(one) for one in found), key=lambda one: one.quarter, reverse=True)


def read(row: Release) -> Published:
    value: dict[str, Any] = json.loads(row.figures)
    columns = {name: Column(cells_of(one["cells"]), one["total"]) for name, one in value["columns"].items()}
    return Published(Quarter.read(value["quarter"]), tuple(value["rows"]), columns)


def cells_of(cells: Sequence[int | None]) -> tuple[int | None, ...]:
    return tuple(cells)
