"""Assisting desks (协办): a child case by a newly written paper, and what comes back on it.

The assisting desk gets no key of the case it helps: the 协办单 is a record whose key lies in the sealed facts of both,
so that each reads it and nobody else does. What the assisting desk answers stands on the same record.
"""

from dataclasses import asdict, replace

from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.effects import Effect, Values, day_of
from app.casework.flow import Edge
from app.casework.handing import check_lead, refuse_shut_out
from app.casework.joining import prepare_child
from app.casework.needs import Unmet, assist_papers
from app.casework.opening import registered
from app.casework.quotes import refuse_quotes
from app.casework.records import prepare_record
from app.tips.content import Photo

FORM = "协办单"


def assist(session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]) -> Effect:
    """Ask another desk for its part. It goes to a whole desk, and not to one that a reporter shut out."""
    desk_id = values["desk"]
    check_lead(now, desk_id)
    if now.desks[desk_id].role == "discipline":
        raise Unmet("牵涉公职人员的，请用“分出一件”交给纪检。")
    refuse_shut_out(session, now, desk_id, whole=True)
    limit = day_of(values["limit"], now.day)
    refuse_quotes(now, {"place": values["place"], "text": values["text"]})
    paper = prepare_record(
        now.tools,
        now.known,
        kind="assist",
        value={
            "form": FORM,
            "to": now.desk_name(desk_id),
            "to_desk": desk_id,
            "place": values["place"],
            "text": values["text"],
            "limit": limit.isoformat(),
            "photos": [asdict(photo) for photo in photos],
            "author": now.holder.name,
            "author_id": now.holder.member_id,
            "desk": now.now.desk,
            "sector": now.now.sector,
            "case": now.case.id,
        },
        holders=[],
        day=now.day,
    )
    asked = {"desk": desk_id, "sector": now.now.sector, "place": values["place"], "text": values["text"]}
    child, tip = prepare_child(now, asked, channel="department", records=(paper.named,))
    facts = replace(
        now.now.facts,
        children=(*now.now.facts.children, child.case.id),
        records=(*now.now.facts.records, paper.named),
    )
    return Effect(
        facts=facts,
        first_rows=(tip.tip, child.case, paper.record),
        rows=(*tip.rows, *child.rows, *paper.rows[1:]),
        notices=((desk_id, "arrived"),),
        also_ledger=tuple(registered(child, tip, now.day, {"desk": desk_id})),
        said=now.desk_name(desk_id),
        told="",
    )


def report_back(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    """What the assisting desk did and saw, on the paper that asked; the child case ends with it. The paper leaves, and
    never says 举报. Raises Unmet.
    """
    refuse_quotes(now, {"result": values["result"]})
    paper = next(one for one in assist_papers(now) if one.value.get("case") != now.case.id)
    back = {
        "result": values["result"],
        "result_by": now.holder.name,
        "result_day": now.day.isoformat(),
        "after": [asdict(photo) for photo in photos],
    }
    return Effect(
        rewritten=((paper, back),), notices=((str(paper.value["desk"]), "arrived"),), said=values["result"]
    )
