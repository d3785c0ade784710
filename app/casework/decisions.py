"""What another authority decided, as the office records it (登记处罚决定): on the site record, whose key it holds.

The office has no key to the case. What it records lies in the site record, apart from what was signed; the desk reads
it as a decision of the case, so that a reward is calculated anew.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.flow import TABLE
from app.casework.models import Case
from app.casework.needs import Unmet, check_field
from app.casework.records import (
    Opened,
    cases_served,
    document_key,
    note_act,
    open_granted,
    rewrite_record,
)
from app.notices.write import notify
from app.people.grants import chunks
from app.people.holder import Holder
from app.people.tools import Tools

EDGE = TABLE["record_decision"]


def decidable(session: Session, records: list[Opened]) -> set[str]:
    """Those of the site records of which a case is concluded: ids."""
    served = {one.id: cases_served(one) for one in records if one.kind == "site"}
    concluded = {
        case.id for case in concluded_of(session, {name for names in served.values() for name in names})
    }
    return {name for name, names in served.items() if concluded.intersection(names)}


def concluded_of(session: Session, case_ids: Collection[str]) -> list[Case]:
    found: list[Case] = []
    for some in chunks(sorted(case_ids)):
        wanted = select(Case).where(Case.id.in_(some), Case.reserved.is_(False), Case.state.in_(EDGE.frm))
        found += session.scalars(wanted)
    return found


def record_by_office(tools: Tools, holder: Holder, record_id: str, values: Mapping[str, str]) -> None:
    """Enter a decision (document, yuan, day) on a site record the office may read. The leading desk is told: it
    calculates the reward anew. Raises NoKey, Unmet, Outrun.
    """
    if "office" not in holder.roles:
        raise Unmet("处罚决定由承办岗或者安委办登记。")
    for field in EDGE.fields:
        check_field(field, values.get(field.name, ""))
    decision = {field.name: values[field.name].strip() for field in EDGE.fields}
    if "举报" in decision["document"]:
        raise Unmet("文号里请不要写“举报”。")
    with tools.database.work(write=True) as session:
        opened = open_granted(session, tools, holder, record_id)
        if record_id not in decidable(session, [opened]):
            raise Unmet("这件事还没有查清，查清以后才登记处罚决定。")
        known = opened.value.get("decisions", [])
        if any(document_key(one["document"]) == document_key(decision["document"]) for one in known):
            raise Unmet("这个文号已经登记过。")
        day = tools.now.today()
        more = {**decision, "author": holder.name, "day": day.isoformat()}
        rewrite_record(session, opened, decisions=[*known, more])
        for desk in sorted({one.desk_id or "office" for one in concluded_of(session, cases_served(opened))}):
            notify(session, desk, "reward", day)
        note_act(session, tools, holder, opened, "decision_recorded", document=decision["document"])
