"""What was found where (核查发现), from the site records that office and leader hold: by village, and major hazards
that are open. A site record is newly written, whether a report stands behind it or not; of cases on officials they hold
none.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.models import OPEN, Case
from app.casework.records import Opened, cases_served, is_waiting, read_records
from app.figures.quarters import Quarter
from app.people.grants import chunks
from app.people.holder import Holder
from app.people.models import Desk
from app.people.tools import Tools
from app.tips.models import Poster

ELSEWHERE = ""  # a place that names no village of ours


@dataclass(frozen=True)
class Hazards:
    """Counts of signed site records that found a hazard, each once however many cases it serves."""

    found: Counter[str]  # in the quarter, by village
    major: Counter[str]  # of these 重大事故隐患
    major_open: Counter[str]  # cases not closed whose newest signed record says 重大事故隐患, by desk
    major_waiting: int  # records that say so and wait for the leader


def hazards(session: Session, tools: Tools, holder: Holder, quarter: Quarter) -> Hazards:
    """Opens each site record that the holder holds: the caller enters that first."""
    every = [one for one in read_records(session, tools, holder) if one.kind == "site"]
    records = [one for one in every if is_finding(one)]
    names = villages(session, tools)
    within = [
        one for one in records if quarter.first <= one.day <= quarter.last and one.value["level"] != "none"
    ]
    return Hazards(
        found=Counter(village_of(one, names) for one in within),
        major=Counter(village_of(one, names) for one in within if one.value["level"] == "major"),
        major_open=open_majors(session, records),
        major_waiting=sum(is_waiting(one) and one.value["level"] == "major" for one in every),
    )


def is_finding(one: Opened) -> bool:
    return one.kind == "site" and bool(one.value.get("signed_by"))


def open_majors(session: Session, records: Sequence[Opened]) -> Counter[str]:
    newest = {case_id: one for one in records for case_id in cases_served(one)}  # in the order of their days
    named = [case_id for case_id, one in newest.items() if one.value["level"] == "major"]
    found: Counter[str] = Counter()
    for some in chunks(named):
        desks = session.scalars(select(Case.desk_id).where(Case.id.in_(some), OPEN, Case.reserved.is_(False)))
        found.update(desk for desk in desks if desk)
    return found


def villages(session: Session, tools: Tools) -> list[str]:
    """Full names (村居全名) of those that have a post or a poster, the longest first."""
    posts = session.scalars(select(Desk.name).where(Desk.role == "village")).all()
    posters = session.scalars(select(Poster.place).where(Poster.scope == "village")).all()
    named = {name for name in (*posts, *posters) if tools.poster_rules.is_village(name)}
    return sorted(named, key=lambda name: (-len(name), name))


def village_of(one: Opened, names: Sequence[str]) -> str:
    """The village that place or enterprise names: by its full name, or without the ending where two letters stay."""
    text = f"{one.value.get('place') or ''} {one.value['enterprise']}"
    for name in names:
        if name in text or (len(short := stem(name)) > 1 and short in text):
            return name
    return ELSEWHERE


def stem(name: str) -> str:
    for ending in ("村委会", "居委会", "社区", "村"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name
