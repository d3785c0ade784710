"""Totals from what stands in clear: arrivals from the cases' days, closings from the monthly counters, what is open.

Nothing here tells a report from a visit; of cases on officials nothing is counted.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from app.casework.access import may_count
from app.casework.counting import COUNTED
from app.casework.lateness import are_late
from app.casework.models import ENDS, OPEN, RECTIFIED, Case, MonthlyCount
from app.casework.pressing import WAITS_WITH
from app.figures.held import held
from app.people.holder import Holder
from app.people.tools import Tools

FOUND = ("true", "partly")  # 查证属实
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Arrived:
    month: str
    desk: str
    sector: str


@dataclass(frozen=True)
class Ended:
    month: str
    desk: str
    sector: str
    end: str


@dataclass(frozen=True)
class Standing:
    state: str
    desk: str
    sector: str
    late: bool

    @property
    def with_whom(self) -> str:
        return WAITS_WITH.get(self.state, "us")


Counted = Arrived | Ended | Standing


@dataclass(frozen=True)
class Totals:
    """Counts of the months asked for, and of what is open now."""

    arrived: Counter[Arrived]
    ended: Counter[Ended]
    standing: Counter[Standing]

    def arrivals(self, by: Callable[[Arrived], Key], months: Sequence[str] = ()) -> Counter[Key]:
        return grouped(self.arrived, lambda one: by(one) if not months or one.month in months else None)

    def ends(
        self, by: Callable[[Ended], Key], months: Sequence[str] = (), only: Sequence[str] = ENDS
    ) -> Counter[Key]:
        return grouped(
            self.ended,
            lambda one: by(one) if (not months or one.month in months) and one.end in only else None,
        )

    def open(self, by: Callable[[Standing], Key | None]) -> Counter[Key]:
        return grouped(self.standing, by)


One = TypeVar("One", bound=Hashable)


def grouped(counts: Counter[One], by: Callable[[One], Key | None]) -> Counter[Key]:
    """Counts added up by what `by` says of each; None: left out."""
    found: Counter[Key] = Counter()
    for one, count in counts.items():
        key = by(one)
        if key is not None:
            found[key] += count
    return found


def totals(session: Session, tools: Tools, holder: Holder, months: Sequence[str]) -> Totals:
    """What the holder may count. One statement for each of the three."""
    seen = may_count(holder)
    arrivals = session.execute(
        select(Case.month, Case.desk_id, Case.sector, func.count())
        .where(seen, Case.month.in_(months))
        .group_by(Case.month, Case.desk_id, Case.sector)
    )
    late = case((are_late(tools), 1), else_=0)
    standing = session.execute(
        select(Case.state, Case.desk_id, Case.sector, late, func.count())
        .where(and_(seen, OPEN))
        .group_by(Case.state, Case.desk_id, Case.sector, late)
    )
    return Totals(
        Counter({Arrived(row[0], row[1] or "", row[2] or ""): row[3] for row in arrivals}),
        closings(session, tools, holder, months),
        Counter(
            {Standing(row[0] or "", row[1] or "", row[2] or "", bool(row[3])): row[4] for row in standing}
        ),
    )


def closings(session: Session, tools: Tools, holder: Holder, months: Sequence[str]) -> Counter[Ended]:
    """The office's and the leader's from the counters; a desk's from what the whole desk opens (see `counting`)."""
    if holder.roles & {"office", "signer"}:
        rows = session.scalars(select(MonthlyCount).where(MonthlyCount.month.in_(months)))
        return Counter({Ended(one.month, one.desk_id, one.sector, one.outcome): one.count for one in rows})
    found: Counter[Ended] = Counter()
    for _, now in held(session, tools, holder, Case.state == "closed", Case.reserved.is_(False)):
        found.update(Ended(*row) for row in now.facts.extra.get(COUNTED, []) if row[0] in months)
    return found


__all__ = ["ENDS", "FOUND", "RECTIFIED", "Arrived", "Ended", "Standing", "Totals", "totals"]
