"""What each edge does, as an `Effect`; those that hand a case over or join two are in `handing` and `joining`.

An edge without a function of its own only moves the state and tells the reporter.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy.orm import Session

from app.casework.alarms import life_name
from app.casework.assisting import assist, report_back
from app.casework.context import Desktop
from app.casework.effects import Effect, Values, day_of, pick, with_record
from app.casework.facts import Facts, last_limit
from app.casework.flow import CHASED, DECLINE_TOLD, SYSTEMS, Edge
from app.casework.handing import act_first, assign, hand_back, hand_up, transfer
from app.casework.joining import merge, split, unmerge, verified_too, visited_too
from app.casework.measures import ask_listing, interview, record_document, suggest_blacklist
from app.casework.needs import (
    Unmet,
    check_major,
    colleagues,
    demanded_at,
    found_by_us,
    may_countersign,
    newest_site,
    since,
)
from app.casework.outside import ENTERED, entered_now
from app.casework.quotes import refuse_quotes
from app.casework.records import prepare_record, signature
from app.casework.tickets import fill_back
from app.casework.visiting import plan_visit
from app.clock.words import chinese_day
from app.rules.criteria import load_criteria
from app.tips.content import Line, Photo

LATE = b"late"  # what stays of a due minute in memory once its alarm was raised


def plain(
    _session: Session, _now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    return Effect(said=values.get("reason", ""))


def sign_for(
    _session: Session, now: Desktop, _edge: Edge, _values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """Opening is signing for (签收); of a due minute only "in time" or "late" remains."""
    name = life_name(now.case.id)
    value = now.tools.memory.get(name)
    if value is None:
        return Effect()
    late = value == LATE or float(value) < now.tools.now.instant().timestamp()
    extra = {**now.now.facts.extra, "signed": "late" if late else "in time"}
    return Effect(facts=replace(now.now.facts, extra=extra), forget=(name,))


def decline(
    _session: Session, now: Desktop, edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    why = dict(edge.fields[0].choices)[values["why"]]
    line = Line(day=now.day, by="desk", kind="answer", text=f"{why}。{values['reply']}")
    ids = tuple(one.tip.id for one in now.tips)
    return Effect(said=why, lines=(("", line),), answered=ids, told=DECLINE_TOLD[values["why"]])


def ask(_session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    line = Line(day=now.day, by="desk", kind="question", text=values["question"])
    return Effect(changes={"asked": True}, said=values["question"], lines=(("", line),))


def message(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    """Words and photos to one reporter, or to all; no clock hears of it."""
    to = {one.tip.number: one.tip.id for one in now.reports}
    if values.get("tip") and values["tip"] not in to:
        raise Unmet("这件事里没有这个编号的举报。")
    line = Line(day=now.day, by="desk", kind="message", text=values["text"], photos=photos)
    return Effect(said=values["text"], lines=((to.get(values.get("tip", ""), ""), line),), told="")


def request_extension(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    return with_record(now, "extension", {"reason": values["reason"]}, signer=True, said=values["reason"])


def extend(
    _session: Session, now: Desktop, _edge: Edge, _values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """The reporter is told why (2012 年举报奖励办法 §11(6)), in the words that were signed."""
    reason = next(one for one in reversed(now.recorded("extension")) if one.value.get("signed_by")).value[
        "reason"
    ]
    return Effect(said=reason, told=f"核查延长 30 天。理由：{reason}")


def record_outcome(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    outcome = {name: values[name] for name in ("document", "date", "conclusion", "result")}
    facts = replace(now.now.facts, extra={**now.now.facts.extra, "conclusion": values["conclusion"]})
    return with_record(now, "outcome", outcome, signer=True, facts=facts, said=values["document"])


def verify(session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]) -> Effect:
    value: dict[str, Any] = pick(values, "enterprise", "found", "level", "person", *MORE_OF_SITE)
    if value["criterion"]:
        value["criterion"] = criterion_name(value["criterion"])
    value["photos"] = [asdict(photo) for photo in photos]
    others = visited_too(session, now, values.get("also", ""), pick(values, *WORDED))
    value["also"] = [one.case.id for one in others]
    told = None if not any(event.edge == "verify" for event in now.now.events) else ""
    effect = with_record(now, "site", value, signer=True, told=told, said=values["enterprise"])
    return verified_too(effect, now, others)


WORDED = ("enterprise", "place", "found", "person", "basis", "measured", "present", "advice")
MORE_OF_SITE = ("place", "criterion", "basis", "colour", "measured", "present", "advice")


def criterion_name(chosen: str) -> str:
    criteria = load_criteria()
    if chosen not in criteria:
        raise Unmet("“对照的判定标准”请从列表里选。")
    return criteria[chosen]


def allot(_session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    """Who of the desk does it; it moves no key and bars nobody."""
    chosen = values.get("member", "")
    names = dict(colleagues(now))
    if chosen and chosen not in names:
        raise Unmet("请从本岗的人里选。")
    extra = {**now.now.facts.extra, "allotted": [chosen, names[chosen]] if chosen else []}
    return Effect(facts=replace(now.now.facts, extra=extra), said=names.get(chosen, "没有分"))


def note(_session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]) -> Effect:
    """本岗备注: a record under the case key alone; it is no message and no reporter sees it."""
    value = {**pick(values, "text"), "photos": [asdict(photo) for photo in photos]}
    value |= {"author": now.holder.name, "desk": now.now.desk}
    new = prepare_record(now.tools, now.known, kind="note", value=value, holders=[], day=now.day)
    facts = replace(now.now.facts, records=(*now.now.facts.records, new.named))
    return Effect(facts=facts, first_rows=(new.record,))


def link_number(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """The matter was entered in another system (已录入), with its number there, where it has one: sealed with the case
    and found by the desk's search.
    """
    system, number = values["system"], values.get("number", "").strip()
    extra = {**now.now.facts.extra, ENTERED: entered_now(now, system)}
    if number:
        extra["external"] = [*extra.get("external", []), [system, number]]
    facts = replace(now.now.facts, extra=extra)
    return Effect(facts=facts, said=f"{SYSTEMS[system]} {number or '已录入'}")


def conclude(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    check_major(now, values)
    facts = replace(now.now.facts, extra={**now.now.facts.extra, **pick(values, "conclusion", "penalty")})
    return Effect(facts=facts, said=values.get("reason", ""))


def countersign(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """复核签字: of a case on an official a second member of discipline signs what another wrote.

    No rule was found that says how: this is the project's own, by the four eyes that 安全生产法 §73 asks of a town.
    """
    found = next((one for one in may_countersign(now) if one.id == values["record"]), None)
    if found is None:
        raise Unmet("请从列表里选一份别人写的、还没有签字的记录。")
    signed = signature(now.holder, now.day, values.get("instruction", ""))
    return Effect(rewritten=((found, signed),), told="")


def answer(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    line = Line(day=now.day, by="desk", kind="answer", text=values["reply"])
    return Effect(
        said=values["reply"], lines=(("", line),), answered=tuple(one.tip.id for one in now.tips), told=""
    )


def rectify(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    """整改: a blocked exit where many people are is put right the same day (town measure 27)."""
    limit = day_of(values["limit"], now.day)
    if values.get("exits") == "blocked" and limit != now.day:
        raise Unmet("人员密集场所的安全出口、疏散通道被堵，要当天改：期限请填今天。")
    if not photos and not photos_before(now):  # later nobody can take one any more
        raise Unmet("请传整改前照片：核查记录里没有照片，销号要有前后对照。")
    value = {**pick(values, "measures", "person", "limit"), "before": [asdict(photo) for photo in photos]}
    told = f"正在整改，期限 {chinese_day(limit)}。"
    return with_record(
        now,
        "order",
        value,
        signer=True,
        note=limit.isoformat(),
        limit=limit,
        told=told,
        facts=demanded(now),
    )


def demanded(now: Desktop) -> Facts:
    """As something is demanded of the enterprise: only what is written from here on tells whether it was done."""
    facts = now.now.facts
    return replace(facts, extra={**facts.extra, "demanded": len(facts.records)})


def report_done(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    """整改情况, as the enterprise tells it: office and leader read it, and nobody signs."""
    value = {"found": values["found"], "after": [asdict(photo) for photo in photos]}
    return with_record(now, "rectification", value, signer=True, said=values["found"])


def reinspect(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    """复查: what two of us saw, with the limit that stood then and what was written since it was set."""
    value = {
        **pick(values, "found", "present"),
        "inspectors": values["person"],
        "limit": last_limit(now.now),
        "since": demanded_at(now.now),
        "before": photos_before(now),
        "after": [asdict(photo) for photo in photos],
    }
    return with_record(now, "reinspection", value, signer=True, said=values["found"])


def photos_before(now: Desktop) -> list[dict[str, Any]]:
    return [
        photo for record in now.recorded("order") + now.recorded("site") for photo in photos_of(record.value)
    ]


def photos_of(value: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = value.get("before", []) or value.get("photos", [])
    return found


def not_fixed(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    limit = day_of(values["limit"], now.day)
    return Effect(note=limit.isoformat(), limit=limit, said=values["found"], facts=demanded(now))


def uphold(
    _session: Session, _now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    return Effect(changes={"objected": False}, said=values["reason"])


def reopen(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """Verified anew: what was written before no longer carries a conclusion, and every reporter is answered again.

    A town hands a death over anew.
    """
    kept = {n: value for n, value in now.now.facts.extra.items() if n not in ("conclusion", "penalty")}
    extra = {**kept, "since": len(now.now.facts.records)}
    return Effect(
        state="received" if now.leaves_us else "",
        told="重新报区里核查。" if now.leaves_us else None,
        changes={"objected": False},
        facts=replace(now.now.facts, extra=extra),
        said=values["reason"],
        reopened=True,
    )


def chase(_session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    """催办: asked once more. From the second time on the office hears that the district does not answer."""
    refuse_quotes(now, {"text": values["text"]})
    again = since(now, "chase", "hand_up") and not now.now.reserved
    said = f"{CHASED[values['how']]}：{values['text'].strip()}"
    return Effect(said=said, notices=(("office", "overdue"),) if again else ())


def close(_session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    """A hazard that was found is demanded to be put right and looked at again, or it says how it went (town measure 25:
    closed loop).
    """
    done, site = values.get("done", "").strip(), newest_site(now)
    if not done and site and site.value["level"] != "none" and found_by_us(now):
        raise Unmet("查出的隐患还没有提出整改要求。请用“提出整改要求”；当场就消除了的，写明怎么消除的。")
    refuse_quotes(now, {"done": done})
    return Effect(said=done)


def record_decision(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    return with_record(
        now, "decision", pick(values, "document", "fine", "date"), signer=True, said=values["document"]
    )


STEPS: dict[str, Callable[[Session, Desktop, Edge, Values, tuple[Photo, ...]], Effect]] = {
    "sign_for": sign_for,
    "decline": decline,
    "transfer": transfer,
    "hand_back": hand_back,
    "act_first": act_first,
    "assign": assign,
    "ask": ask,
    "message": message,
    "request_extension": request_extension,
    "extend": extend,
    "hand_up": hand_up,
    "record_outcome": record_outcome,
    "plan_visit": plan_visit,
    "verify": verify,
    "allot": allot,
    "note": note,
    "link_number": link_number,
    "interview": interview,
    "record_document": record_document,
    "ask_listing": ask_listing,
    "suggest_blacklist": suggest_blacklist,
    "assist": assist,
    "report_back": report_back,
    "conclude": conclude,
    "countersign": countersign,
    "answer": answer,
    "rectify": rectify,
    "report_done": report_done,
    "reinspect": reinspect,
    "not_fixed": not_fixed,
    "uphold": uphold,
    "reopen": reopen,
    "close": close,
    "chase": chase,
    "record_decision": record_decision,
    "merge": merge,
    "unmerge": unmerge,
    "split": split,
    "fill_back": fill_back,
}
