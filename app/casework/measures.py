"""Measures beside the rectification: interview (约谈), another authority's documents, asking the district for listed
supervision (提请挂牌督办), and suggesting the blacklist (建议列入安全生产严重失信主体名单).

A town asks and suggests; where it may not punish, of an order or a decision it keeps the number, the day and a
photograph. Each is a record that office and signer read; none quotes a report or says that there is one.
"""

from dataclasses import asdict

from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.effects import Effect, Values, day_of, pick, with_record
from app.casework.flow import DOCUMENTS, GROUNDS, Edge
from app.casework.needs import Unmet
from app.tips.content import Photo


def interview(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """约谈: a small hazard, or one put right on the spot, is talked over too (town measure 37)."""
    if not values.get("result"):
        day_of(values["day"], now.day)
    value = pick(values, "enterprise", "person", "day", "text", "result")
    return with_record(now, "interview", value, signer=True, said=values["enterprise"])


def record_document(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    """What an authority issued: number, day, photograph. A penalty is recorded by `record_decision`."""
    value = {**pick(values, "document", "authority", "date"), "form": DOCUMENTS[values["type"]]}
    shown = [asdict(photo) for photo in photos]
    return with_record(now, "document", {**value, "photos": shown}, signer=True, said=values["document"])


def ask_listing(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """A request upward (请示): the district alone lists a hazard for supervision, and issues the 挂牌督办通知书."""
    bureau = now.desks.get(values["bureau"])
    if bureau is None or bureau.kind != "outside":
        raise Unmet("请选一个区级部门。")
    day_of(values["limit"], now.day)
    value = {**pick(values, "title", "text", "limit"), "form": "请示", "to": bureau.name}
    return with_record(now, "request", value, signer=True, said=values["title"])


def suggest_blacklist(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """A suggestion: whoever punishes decides on the list and its term (应急部令11号)."""
    value = {**pick(values, "enterprise", "text", "term"), "form": GROUNDS[values["ground"]]}
    return with_record(now, "blacklist", value, signer=True, said=values["enterprise"])
