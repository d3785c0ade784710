"""What another authority decided, as the office records it (登记处罚决定): on the site record, whose key it holds.

The office has no key to the case. What it records lies in the site record, apart from what was signed; the desk reads
it as a decision of the case, so that a reward is calculated anew.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.flow import TABLE
from app.casework.models import Case
from app.casework.needs import Unmet, check_field
from app.casework.records import Opened, document_key, note_act, open_granted, rewrite_record
from app.notices.write import notify
from app.people.holder import Holder
from app.people.tools import Tools

EDGE = TABLE["record_decision"]


def decidable(session: Session, records: list[Opened]) -> set[str]:
    """Those of the site records whose case is concluded: ids."""
    cases = {one.id: str(one.value.get("case")) for one in records if one.kind == "site"}
    wanted = select(Case.id).where(
        Case.id.in_(set(cases.values())), Case.reserved.is_(False), Case.state.in_(EDGE.frm)
    )
    concluded = set(session.scalars(wanted))
    return {name for name, case_id in cases.items() if case_id in concluded}


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
        notify(session, session.get_one(Case, str(opened.value["case"])).desk_id or "office", "reward", day)
        note_act(session, tools, holder, opened, "decision_recorded", document=decision["document"])
