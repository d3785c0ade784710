"""The two working registers that a leading desk prints from what it opens: 举报台账 and 隐患整改台账.

举报台账 says which report came when, by which channel, and whether it was answered; never its words, and of who sent it
only the number of the sealed file. 隐患整改台账 is made of newly written records alone and never says 举报.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.casework.facts import Situation, last_limit
from app.casework.flow import LEADS, LEVELS
from app.casework.models import Case
from app.casework.papers import CHANNELS
from app.casework.reading import contents_of
from app.casework.records import Opened, records_of
from app.figures.exports import Table, bounded
from app.figures.held import held
from app.people.holder import Holder
from app.people.tools import Tools
from app.sealing.receipt import in_fours
from app.tips.models import Tip

TIP_COLUMNS = ("序号", "举报编号", "登记日期", "渠道", "行业领域", "办理状态", "是否答复", "举报人")
HAZARD_COLUMNS = (
    "序号",
    "事项编号",
    "单位或场所",
    "地点",
    "隐患",
    "级别",
    "整改措施",
    "责任人",
    "整改期限",
    "状态",
    "销号日期",
)
OTHERS = set(LEADS) - {"discipline"}
TIP_STATES = {"open": "未答复", "answered": "已答复", "withdrawn": "已撤回"}
BACK = timedelta(
    days=1100
)  # a hazard that is older than three years and still written about is looked up by itself


@dataclass(frozen=True)
class Words:
    """What sectors and states are called."""

    sectors: Mapping[str, str]
    states: Mapping[str, str]


def tip_register(
    session: Session, tools: Tools, holder: Holder, first: date, last: date, words: Words
) -> Table:
    """举报台账 of the reports that came in these days. Raises Unmet.

    Accusations stand in discipline's alone: what somebody with another post beside it prints lies open at that one.
    """
    seen: dict[str, Situation] = {}
    wanted = (Case.day.between(first, last), Case.reserved.is_(not holder.roles & OTHERS))
    for _, now in held(session, tools, holder, *wanted):
        for tip_id in now.facts.tips:
            seen.setdefault(tip_id, now)
    contents = contents_of(session, tools, holder, (now.facts for now in seen.values()))
    reports = [tip_id for tip_id in seen if tip_id in contents and contents[tip_id].is_report]
    tips = [session.get_one(Tip, tip_id) for tip_id in reports]
    rows = [
        (
            in_fours(tip.number),
            tip.day.isoformat(),
            CHANNELS.get(contents[tip.id].report.channel, ""),
            words.sectors.get(seen[tip.id].sector, ""),
            state_of(seen[tip.id], words),
            TIP_STATES.get(tip.state, ""),
            f"见密封件第 {tip.number} 号",
        )
        for tip in sorted(tips, key=lambda tip: (tip.day, tip.number))
        if first <= tip.day <= last
    ]
    return bounded(Table(titled("举报台账", first, last), TIP_COLUMNS, numbered(rows)))


def hazard_register(
    session: Session, tools: Tools, holder: Holder, first: date, last: date, words: Words
) -> Table:
    """隐患整改台账 of the hazards that were found, or ordered to be put right, in these days. Raises Unmet."""
    rows = []
    since = first - min(BACK, first - date.min)
    wanted = (Case.day.between(since, last), Case.reserved.is_(False))
    for _, now in held(session, tools, holder, *wanted):
        if not any(event.edge == "verify" for event in now.events):
            continue
        records = records_of(session, now.facts.records)
        hazards = [one for one in records if one.kind == "site" and one.value.get("level") != "none"]
        orders = [one for one in records if one.kind == "order"]
        if hazards and any(first <= one.day <= last for one in (*hazards, *orders)):
            rows.append(hazard_row(now, hazards[-1], orders[-1] if orders else None, words))
    return bounded(Table(titled("隐患整改台账", first, last), HAZARD_COLUMNS, numbered(rows)))


def hazard_row(now: Situation, site: Opened, order: Opened | None, words: Words) -> tuple[str, ...]:
    asked = order.value if order else {}
    struck = [event.day for event in now.events if event.edge == "strike_off"]
    return (
        in_fours(now.number),
        str(site.value.get("enterprise", "")),
        str(site.value.get("place", "")),
        str(site.value.get("found", "")),
        LEVELS.get(str(site.value.get("level")), ""),
        str(asked.get("measures", "")),
        str(asked.get("person") or site.value.get("person", "")),
        last_limit(now),
        state_of(now, words),
        struck[-1].isoformat() if struck and now.state == "closed" else "",
    )


def state_of(now: Situation, words: Words) -> str:
    return "并案" if now.facts.extra.get("merged_into") else words.states.get(now.state, "")


def titled(name: str, first: date, last: date) -> str:
    return f"{name} {first.isoformat()} 至 {last.isoformat()}"


def numbered(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple((str(at), *row) for at, row in enumerate(rows, 1))


REGISTERS: dict[str, Callable[[Session, Tools, Holder, date, date, Words], Table]] = {
    "tips": tip_register,
    "hazards": hazard_register,
}
TITLES = {"tips": "举报台账", "hazards": "隐患整改台账"}
