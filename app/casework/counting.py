"""Monthly counters (月度计数): a closing is counted in the transaction that closes the case, and a reopening takes its
count back. What a case was counted as stands in its sealed facts, from which a desk's own figures come: a shut-out
member must not see in the desk's counters that a case closed which one of them holds alone. The counters are the
office's. A case on an official is never counted.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.facts import Situation
from app.casework.models import ENDS, RECTIFIED, MonthlyCount
from app.db.base import month_of

COUNTED = "counted"  # in the facts: what the closing was counted as
ENDED_BY = {"decline": "declined", "merge": "merged", "report_back": "assisted"}  # 不予办理 | 并案 | 协办回复
Row = tuple[str, str, str, str]  # month, desk, sector, outcome
Change = tuple[Row, int]


def reckon(now: Desktop, after: Situation) -> tuple[Situation, tuple[Change, ...]]:
    """What a step changes in the counters, and the situation that remembers it."""
    if after.reserved or (now.now.state == "closed") == (after.state == "closed"):
        return after, ()
    if after.state != "closed":
        extra = {name: value for name, value in after.facts.extra.items() if name != COUNTED}
        back = tuple((row_of(one), -1) for one in after.facts.extra.get(COUNTED, []))
        return replace(after, facts=replace(after.facts, extra=extra)), back
    rows = rows_for(now, after)
    extra = {**after.facts.extra, COUNTED: [list(row) for row in rows]}
    return replace(after, facts=replace(after.facts, extra=extra)), tuple((row, 1) for row in rows)


def row_of(kept: Sequence[str]) -> Row:
    month, desk, sector, outcome = kept
    return month, desk, sector, outcome


def rows_for(now: Desktop, after: Situation) -> list[Row]:
    """The counters that this closing adds to: its end, and 整改销号 beside it."""
    place = (month_of(now.day), after.desk, after.sector)
    rectified = [RECTIFIED] if after.events[-1].edge == "strike_off" else []
    return [(*place, outcome) for outcome in (end_of(after), *rectified)]


def end_of(closed: Situation) -> str:
    """How a closed case ended (see ENDS). What the district decided is 移送, whatever it found."""
    found = ENDED_BY.get(closed.events[-1].edge)
    if found:
        return found
    elsewhere = False
    for event in closed.events:
        elsewhere = event.edge == "record_outcome" or (elsewhere and event.edge != "reopen")
    conclusion = str(closed.facts.extra.get("conclusion", ""))
    return "handed_up" if elsewhere else conclusion if conclusion in ENDS else "unclear"


def add_counts(session: Session, changes: Sequence[Change]) -> None:
    """Write them, in the unit of work that closes or reopens the case; a row is locked until it ends."""
    for row, by in sorted(changes):
        if by > 0:
            add_one(session, row)
        else:
            take_one(session, row)


def add_one(session: Session, row: Row) -> None:
    """Two closings that are first in their month at once are both counted: the database itself joins them."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    month, desk, sector, outcome = row
    values = {"month": month, "desk_id": desk, "sector": sector, "outcome": outcome}
    new = dialect.insert(MonthlyCount).values(**values, count=1)
    session.execute(
        new.on_conflict_do_update(index_elements=list(values), set_={"count": MonthlyCount.count + 1})
    )


def take_one(session: Session, row: Row) -> None:
    """No row of nothing is left: it would tell that something was there."""
    month, desk, sector, outcome = row
    where = (
        MonthlyCount.month == month,
        MonthlyCount.desk_id == desk,
        MonthlyCount.sector == sector,
        MonthlyCount.outcome == outcome,
    )
    whole = {"synchronize_session": False}
    session.execute(delete(MonthlyCount).where(*where, MonthlyCount.count <= 1), execution_options=whole)
    lower = update(MonthlyCount).where(*where).values(count=MonthlyCount.count - 1)
    session.execute(lower, execution_options=whole)
