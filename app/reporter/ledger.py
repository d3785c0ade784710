"""The ledger's public side (操作留痕): each night's state, and all that is needed to check it at home."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template
from sqlalchemy import func, select

from app.ledger.models import LedgerCheckpoint, LedgerEntry
from app.web.services import tools

SHOWN = 60  # nights
PIECE = 5000  # leaves read at once


def verify_ledger() -> str:
    """The last nights' states: what somebody once wrote down must still stand here."""
    with tools().database.work() as session:
        points = session.scalars(
            select(LedgerCheckpoint).order_by(LedgerCheckpoint.day.desc()).limit(SHOWN)
        ).all()
    return render_template("reporter/verify_ledger.html", points=points)


def leaves() -> Response:
    """All leaf hashes up to the last night's state, one in hexadecimal a line; from any first so many the root of that
    night can be rebuilt (RFC 6962 §2.1).
    """

    it = tools()
    with it.database.work() as session:
        size = session.scalar(select(func.max(LedgerCheckpoint.size))) or 0

    def lines() -> Iterator[str]:
        for start in range(0, size, PIECE):
            with it.database.work() as session:  # closed before anything is sent
                query = select(LedgerEntry.leaf).where(
                    LedgerEntry.index >= start, LedgerEntry.index < min(start + PIECE, size)
                )
                found = session.scalars(query.order_by(LedgerEntry.index)).all()
            yield "".join(leaf.hex() + "\n" for leaf in found)

    return Response(lines(), mimetype="text/plain")


def register(reporter: Blueprint) -> None:
    reporter.add_url_rule("/verify-ledger", view_func=verify_ledger)
    reporter.add_url_rule("/verify-ledger/leaves", view_func=leaves)
