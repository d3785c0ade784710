"""The committee office sees that everything is handled in time (督办): lights, with whom a case waits, and pressing.

By clear columns alone: number, desk, sector, state, days. The office learns nothing of what a case is about or where it
came from, and a case on an official is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session

from app.casework.context import case_ledger_key
from app.casework.lateness import are_late, late
from app.casework.models import Case
from app.casework.needs import Unmet
from app.casework.reading import of_committee
from app.ledger.write import append, read_once
from app.notices.write import notify
from app.people.holder import Holder
from app.people.tools import Tools

MOST = 500
SOON = timedelta(days=3)
LIGHTS = {"red": "红灯：超期", "yellow": "黄灯：三天内到期", "green": "绿灯"}  # town measure 48
WITH = {"us": "在镇里", "district": "在区里", "enterprise": "在企业"}
WAITS_WITH: Mapping[str, str] = {"handed_up": "district", "rectifying": "enterprise"}  # every other state: us
PRESS = "press"  # 催办


@dataclass(frozen=True)
class Watched:
    """One open case as the office sees it."""

    case: Case
    light: str
    waits_with: str


def watched(
    session: Session,
    tools: Tools,
    *,
    light: str = "",
    waits_with: str = "",
    desk: str = "",
    committee: str = "",
) -> list[Watched]:
    """Open ordinary cases, most urgent first, at most 500. Closed ones with an objection are left out: they would tell
    that a report stands behind them.
    """
    today = tools.now.today()
    wanted: list[ColumnElement[bool]] = [Case.reserved.is_(False), Case.state != "closed"]
    wanted += [Case.desk_id == desk] if desk else []
    wanted += [*of_committee(committee), *state_of(waits_with)]
    if light == "red":
        wanted.append(are_late(tools))
    elif light == "yellow":  # what waits for the district past its day is yellow too: see `late`
        wanted += [not_(are_late(tools)), Case.next_due <= today + SOON]
    elif light == "green":
        wanted.append(Case.next_due > today + SOON)
    found = session.scalars(select(Case).where(*wanted).order_by(Case.next_due, Case.id).limit(MOST))
    return [seen(tools, case, today) for case in found]


def state_of(waits_with: str) -> list[ColumnElement[bool]]:
    if waits_with not in WITH:
        return []
    states = [state for state, whose in WAITS_WITH.items() if whose == waits_with]
    return [Case.state.in_(states) if states else Case.state.not_in(list(WAITS_WITH))]


def seen(tools: Tools, case: Case, today: date) -> Watched:
    soon = "yellow" if case.next_due <= today + SOON else "green"
    light = "red" if late(tools, case) else soon
    return Watched(case, light, WAITS_WITH.get(case.state or "", "us"))


def press(tools: Tools, holder: Holder, case_ids: Sequence[str]) -> int:
    """催办: enter it with each case and tell its desk, once a day; returns how many were pressed. Raises Unmet."""
    if "office" not in holder.roles:
        raise Unmet("催办由安委办来办。")
    today = tools.now.today()
    pressed = 0
    for case_id in case_ids:
        with tools.database.work(write=True) as session:
            case = session.get(Case, case_id)
            if case is None or case.reserved or case.state == "closed" or case.desk_id is None:
                continue
            subject = case_ledger_key(tools, case)
            if read_once(session, day=today, kind=PRESS, actor=holder.ledger_key, subject=subject):
                continue
            notify(session, case.desk_id, "overdue" if late(tools, case) else "due_soon", today)
            append(
                session,
                day=today,
                kind=PRESS,
                actor=holder.ledger_key,
                subject=subject,
                detail={"edge": PRESS, "by": holder.name},
            )
            pressed += 1
    return pressed
