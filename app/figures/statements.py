"""A desk's quarterly statement (岗位季报): totals of what only the desk can open, given to the office, sealed.

The desk sees it first; a member hands it in, once for each quarter and only when the quarter has ended: two statements
would differ by single cases. What tells that somebody reported (channel, insiders, objections) is withheld where it is
small, and the whole table of channels where its known sum would give a cell back.
"""

import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.casework.facts import Situation
from app.casework.flow import LEADS
from app.casework.models import Case
from app.casework.needs import Unmet, tells_of_major
from app.casework.reading import contents_of
from app.casework.records import note_act, open_granted, open_record, prepare_record, records_of
from app.clock.dues import dues, overdue
from app.figures.held import held
from app.figures.models import Statement
from app.figures.quarters import Quarter
from app.figures.withholding import LEAST, withhold
from app.people.desks import desk_recipients
from app.people.holder import Holder
from app.people.models import Desk
from app.people.tools import Tools
from app.tips.content import Content

READERS = ("office", "signer")
CHANNELS = {  # 渠道: as few rows as tell something, so that little has to be withheld
    "web": "网上",
    "12345": "12345",
    "12350": "12350",
    "phone": "电话、来信、来访",
    "visit": "巡查、上级、部门、村居",
    "split": "分出、协办",
}
REPORTED = ("web", "12345", "12350", "phone")
ROWS = {"letter": "phone", "visit": "phone", "call": "phone", "assist": "split"} | dict.fromkeys(
    ("patrol", "superior", "department", "village"), "visit"
)


@dataclass(frozen=True)
class Figures:
    """The statement. None: withheld (不足5, or it would give one back)."""

    quarter: str
    desk: str
    channels: Mapping[str, int | None] | None
    insiders: int | None
    objections: int | None
    concluded: int
    concluded_late: int
    days: int | None  # median from registration to conclusion
    extended: int
    ordered: int  # 要求整改
    ordered_done: int  # of these, cases struck off since: with `ordered` the rate of rectification (整改率)
    struck_off: int  # 整改销号
    rectifying: int  # now
    rectifying_late: int
    major_open: int  # 重大事故隐患, not closed


def state_figures(session: Session, tools: Tools, holder: Holder, desk: str, quarter: Quarter) -> Figures:
    """Reckoned by opening what the whole desk may know. Raises Unmet for another's desk."""
    check_desk(session, holder, desk)
    count, spans, new = Counter[str](), list[int](), list[Situation]()
    wanted = (Case.reserved.is_(False), Case.day <= quarter.last)
    for case, now in held(session, tools, holder, *wanted, desk=desk):
        if now.desk != desk:
            continue
        if quarter.first <= case.day:
            new.append(now)
        count_events(tools, now, quarter, count, spans)
        count_standing(session, tools, now, count)
    contents = contents_of(session, tools, holder, (now.facts for now in new))
    rows = Counter(row_of(now, contents) for now in new)
    column = withhold([rows[name] for name in CHANNELS])
    channels = dict(zip(CHANNELS, column.cells, strict=True)) if column.total is not None or not new else None
    if len(new) < LEAST:
        channels = None
    shown = sum((channels or {}).get(name) or 0 for name in REPORTED)
    return Figures(
        quarter=str(quarter),
        desk=desk,
        channels=channels,
        insiders=tell(sum(is_insider(now, contents) for now in new), shown),
        objections=tell(count["object"], shown),
        concluded=count["concluded"],
        concluded_late=count["late"],
        days=round(statistics.median(spans)) if len(spans) >= LEAST else None,
        extended=count["extend"],
        ordered=count["rectify"],
        ordered_done=count["rectified"],
        struck_off=count["strike_off"],
        rectifying=count["rectifying"],
        rectifying_late=count["rectifying_late"],
        major_open=count["major"],
    )


def tell(count: int, shown: int) -> int | None:
    """A number that only reports have: told where it is not small, and no more than the shown channels hold, so that it
    says nothing of those withheld.
    """
    return count if LEAST <= count <= shown else None


def check_desk(session: Session, holder: Holder, desk: str) -> None:
    found = session.get(Desk, desk)
    if not holder.sits_at(desk) or found is None or found.role not in LEADS or found.role == "discipline":
        raise Unmet("季报由承办岗位自己出。")


def count_events(
    tools: Tools, now: Situation, quarter: Quarter, count: Counter[str], spans: list[int]
) -> None:
    edges = [event.edge for event in now.events]
    for at, event in enumerate(now.events):
        if not quarter.first <= event.day <= quarter.last:
            continue
        count[event.edge] += 1
        count["rectified"] += event.edge == "rectify" and "strike_off" in edges[at:]
        if event.edge == "conclude":
            count["concluded"] += 1
            spans.append((event.day - now.day).days)
            due = dues(now.events[:at], tools.calendar, tools.limits).conclude
            count["late"] += due is not None and event.day > due.day


def count_standing(session: Session, tools: Tools, now: Situation, count: Counter[str]) -> None:
    """What stands open on the day of the statement."""
    if now.state in ("rectifying", "reinspecting"):
        count["rectifying"] += 1
        due = dues(now.events, tools.calendar, tools.limits)
        count["rectifying_late"] += "rectify" in overdue(due, tools.now.today())
    if now.state != "closed" and any(event.edge == "verify" for event in now.events):
        count["major"] += tells_of_major(records_of(session, now.facts.records), 0)


def row_of(now: Situation, contents: Mapping[str, Content]) -> str:
    """The row of the table of channels that a case belongs to: by the first report that it came with."""
    first = next((contents[tip] for tip in now.facts.tips if tip in contents), None)
    origin = now.facts.origin
    if origin == "tip":
        origin = first.report.channel if first else "web"
        return ROWS.get(origin, origin) if origin != "visit" else "phone"
    return ROWS.get(origin, "split") if origin != "visit" else "visit"


def is_insider(now: Situation, contents: Mapping[str, Content]) -> bool:
    return any(contents[tip].report.insider for tip in now.facts.tips if tip in contents)


def hand_in(tools: Tools, holder: Holder, desk: str, quarter: Quarter) -> None:
    """Release the statement to the office and the signing leader. Raises Unmet, NoLivingKey."""
    today = tools.now.today()
    if not quarter.ended(today):
        raise Unmet(f"这一季到 {quarter.last.isoformat()} 才完，完了再交。")
    with tools.database.work() as session:
        figures = state_figures(session, tools, holder, desk, quarter)
        known = desk_recipients(session, tools.keyring, (*READERS, desk))
    value = {**asdict(figures), "by": holder.name, "day": today.isoformat()}
    new = prepare_record(tools, known, kind="statement", value=value, holders=(*READERS, desk), day=today)
    try:
        with tools.database.work(write=True) as session:
            session.add(new.record)
            session.flush()
            session.add_all(new.rows[1:])
            session.add(Statement(quarter=str(quarter), desk_id=desk, record_id=new.record.id))
            session.flush()
            opened = open_record(new.record, new.key)
            note_act(session, tools, holder, opened, "stated", quarter=str(quarter), desk=desk)
    except IntegrityError:
        raise Unmet("这一季已经交过，不能再交：两份的差别会露出单独一件。") from None


def statements(session: Session, tools: Tools, holder: Holder, quarter: Quarter) -> dict[str, dict[str, Any]]:
    """The statements of a quarter that the holder may read, by desk."""
    rows = session.scalars(
        select(Statement).where(Statement.quarter == str(quarter)).order_by(Statement.desk_id)
    )
    mine = [row for row in rows if holder.roles & set(READERS) or holder.sits_at(row.desk_id)]
    return {row.desk_id: open_granted(session, tools, holder, row.record_id).value for row in mine}
