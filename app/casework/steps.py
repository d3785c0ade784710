"""What each edge does, as an `Effect`: sealed rows and changes, nothing written yet.

An edge without a function of its own only moves the state and tells the reporter.
"""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.access import open_case
from app.casework.alarms import life_name
from app.casework.context import Desktop, case_ledger_key
from app.casework.facts import Facts, Situation, hidden_of, seal_facts, situation
from app.casework.flow import LEADS, Edge
from app.casework.handover import Rekeyed, regrant, rekey, rekey_tip
from app.casework.models import Case
from app.casework.needs import Unmet, check_major
from app.casework.opening import NewCase, NewTip, prepare_blank, prepare_case, registered
from app.casework.quotes import refuse_quotes
from app.casework.records import prepare_record
from app.clock.dues import LEFT
from app.db.base import Base, new_id
from app.ledger.write import New
from app.people.desks import Recipient, desks_of_named, is_named, member_recipient
from app.people.grants import Subject, holders_of
from app.people.models import Member, Membership
from app.sealing.fields import new_key
from app.tips.content import Content, Line, Photo, Report, Routing

Values = dict[str, str]
LATE = b"late"  # what stays of a due minute in memory once its alarm was raised


@dataclass(frozen=True)
class Effect:
    """What an edge changes, sealed and ready."""

    edge: str = ""  # the event's name where it is not the edge's own
    state: str = ""
    note: str = ""
    limit: date | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    facts: Facts | None = None
    said: str = ""
    first_rows: tuple[Base, ...] = ()  # rows that others refer to
    rows: tuple[Base, ...] = ()
    lines: tuple[tuple[str, Line], ...] = ()  # (tip id or "" for all, line)
    told: str | None = None  # instead of the edge's own words
    answered: tuple[str, ...] = ()
    case: Rekeyed | None = None
    tips: tuple[tuple[Rekeyed, dict[str, Any]], ...] = ()
    drops: tuple[tuple[Subject, str, str], ...] = ()
    notices: tuple[tuple[str, str], ...] = ()
    also_ledger: tuple[New, ...] = ()
    others: tuple[tuple[Case, bytes], ...] = ()  # other cases and their sealed facts
    contents: tuple[tuple[str, Content], ...] = ()  # of tips that belong to another case now
    reopened: bool = False  # the tips wait for an answer again
    forget: tuple[str, ...] = ()  # due minutes in memory that end once the step is durable


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
    return Effect(said=why, lines=(("", line),), answered=ids)


def receivers(session: Session, now: Desktop, values: Values) -> tuple[str, list[Recipient]]:
    """The desk a case goes to, and whose keys that means: the desk's, or one chosen member's alone."""
    desk_id = values["desk"]
    check_lead(now, desk_id)
    if now.now.reserved and now.desks[desk_id].role != "discipline":
        raise Unmet("涉及公职人员的事项只由纪检办理。还在的隐患请分出一件。")
    if not now.now.reserved and now.desks[desk_id].role == "discipline":
        raise Unmet("牵涉公职人员的，请用“分出一件”交给纪检。")
    if desk_id == now.now.desk and not values.get("member"):
        raise Unmet("已经在这个科室。")
    if now.tools.rules.names_desk(desk_id, now.unwanted):
        raise Unmet("举报人说了这个科室要回避，不能交给它。")
    if not values.get("member"):
        shut = desks_of_named(session, now.unwanted)
        if now.unwanted and (now.desks[desk_id].role != "dispatch" or desk_id in shut):
            raise Unmet("举报人说了有人要回避：请指定一个人，不要转给整个科室。")
        return desk_id, [now.known[desk_id]]
    member = session.scalar(
        select(Member)
        .join(Membership, Membership.member_id == Member.id)
        .where(Member.username == values["member"], Membership.desk_id == desk_id, Member.active)
    )
    if member is None:
        raise Unmet("这个人不在这个科室。")
    if is_named(member, now.unwanted):
        raise Unmet("举报人说了这个人要回避。")
    return desk_id, [member_recipient(member)]


def check_lead(now: Desktop, desk_id: str) -> None:
    """Only a desk that may lead a case, with a living key: never a keeper, the cashier or the administrator."""
    if desk_id not in now.known or now.desks[desk_id].role not in LEADS:
        raise Unmet("不能交给这个岗位：它不办事项，或者还没有钥匙。")


def move(session: Session, now: Desktop, desk_id: str, to: list[Recipient], **facts: Any) -> Effect:
    """New keys for all that follows, sealed to the receiver; the sender's grants go."""
    tools, reserved = now.tools, now.now.reserved
    case = rekey(tools, now.known, Subject("case", now.case.id), to, reserved, now.case.month)
    tips = tuple(rekey_tip(tools, now.known, one.tip, one.key, to, reserved) for one in now.tips)
    rewards = {Subject("reward", name): bytes.fromhex(key) for name, key in now.now.facts.rewards}
    receiving = {(one.kind, one.id) for one in to}
    losing = [one for one in holders_of(session, Subject("case", now.case.id)) if one not in receiving]
    keys = {new.subject.id: new.key.hex() for new, _ in tips}
    return Effect(
        changes={"desk": desk_id},
        facts=replace(now.now.facts, tip_keys={**now.now.facts.tip_keys, **keys}, **facts),
        rows=tuple(
            grant for subject, key in rewards.items() for grant in regrant(session, tools, subject, key, to)
        ),
        case=case,
        tips=tips,
        drops=tuple((subject, *one) for subject in rewards for one in losing),
        notices=((desk_id, "arrived"),),
    )


def transfer(
    session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    desk_id, to = receivers(session, now, values)
    told = f"已转给{now.desk_name(desk_id)}办理。"
    effect = move(session, now, desk_id, to, handovers=now.now.facts.handovers + 1, reason=values["reason"])
    return replace(effect, said=values["reason"], told=told)


def hand_back(
    session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    _, to = receivers(session, now, {"desk": "dispatch"})
    effect = move(
        session, now, "dispatch", to, handovers=now.now.facts.handovers + 1, reason=values["reason"]
    )
    return replace(effect, said=values["reason"])


def assign(session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    desk_id, to = receivers(session, now, values)
    effect = move(session, now, desk_id, to, reason=values["reason"])
    return replace(effect, said=values["reason"], told=f"已指定{now.desk_name(desk_id)}办理。")


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


CHOSEN = ("form", "to", "level", "conclusion", "date", "limit")  # parts of a record that nobody words


def with_record(now: Desktop, kind: str, value: dict[str, Any], *, signer: bool, **effect: Any) -> Effect:
    """An effect that adds a record of the case; `signer` lets the leader read and sign it, and the office read it.

    Raises Unmet where it quotes a report.
    """
    refuse_quotes(now, {n: one for n, one in value.items() if isinstance(one, str) and n not in CHOSEN})
    holders = ["signer", "office"] if signer and not now.now.reserved else []
    value = {
        **value,
        "author": now.holder.name,
        "author_id": now.holder.member_id,
        "number": now.now.number,
        "sector": now.now.sector,
        "desk": now.now.desk,
        "case": now.case.id,
    }
    new = prepare_record(
        now.tools,
        now.known,
        kind=kind,
        value=value,
        holders=holders,
        day=now.day,
    )
    facts = effect.pop("facts", now.now.facts)
    facts = replace(facts, records=(*facts.records, new.named))
    notices = (("signer", "reward"),) if signer and kind == "reward" else ()
    return Effect(facts=facts, first_rows=(new.record,), rows=new.rows[1:], notices=notices, **effect)


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


def hand_up(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """A newly written, numbered letter (移送函) to a district bureau; our desk keeps the key and chases the reply."""
    bureau = now.desks.get(values["bureau"])
    if bureau is None or bureau.kind != "outside":
        raise Unmet("请选一个区级部门。")
    letter = {
        "form": "移送函",
        "to": bureau.name,
        "title": values["title"],
        "text": values["text"],
        "letter_number": f"{now.day.year}-{secrets.randbelow(9000) + 1000}",
    }
    told = f"已移送{bureau.name}，我们继续跟踪。"
    return with_record(now, "paper", letter, signer=True, told=told, said=values["title"])


def record_outcome(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    outcome = {name: values[name] for name in ("document", "date", "conclusion", "result")}
    facts = replace(now.now.facts, extra={**now.now.facts.extra, "conclusion": values["conclusion"]})
    return with_record(now, "outcome", outcome, signer=True, facts=facts, said=values["document"])


def verify(_session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]) -> Effect:
    value: dict[str, Any] = pick(values, "enterprise", "found", "level", "person")
    value["photos"] = [asdict(photo) for photo in photos]
    told = None if not any(event.edge == "verify" for event in now.now.events) else ""
    return with_record(now, "site", value, signer=True, told=told, said=values["enterprise"])


def conclude(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    check_major(now, values)
    facts = replace(now.now.facts, extra={**now.now.facts.extra, **pick(values, "conclusion", "penalty")})
    return Effect(facts=facts, said=values.get("reason", ""))


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
    limit = day_of(values["limit"], now.day)
    if not photos and not photos_before(now):  # later nobody can take one any more
        raise Unmet("请传整改前照片：核查记录里没有照片，销号要有前后对照。")
    value = {**pick(values, "measures", "person", "limit"), "before": [asdict(photo) for photo in photos]}
    told = f"正在整改，期限 {limit.year}年{limit.month}月{limit.day}日。"
    return with_record(now, "order", value, signer=True, note=limit.isoformat(), limit=limit, told=told)


def report_done(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    value = {
        "found": values["found"],
        "before": photos_before(now),
        "after": [asdict(photo) for photo in photos],
    }
    return with_record(now, "rectification", value, signer=True, said=values["found"])


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
    return Effect(note=limit.isoformat(), limit=limit, said=values["found"])


def uphold(
    _session: Session, _now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    return Effect(changes={"objected": False}, said=values["reason"])


def reopen(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """Verified anew: what was written before no longer carries a conclusion, and every reporter is answered again.

    A death is handed over anew.
    """
    kept = {n: value for n, value in now.now.facts.extra.items() if n not in ("conclusion", "penalty")}
    extra = {**kept, "since": len(now.now.facts.records)}
    return Effect(
        state="received" if now.is_death else "",
        told="重新报区里核查。" if now.is_death else None,
        changes={"objected": False},
        facts=replace(now.now.facts, extra=extra),
        said=values["reason"],
        reopened=True,
    )


def record_decision(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    return with_record(
        now, "decision", pick(values, "document", "fine", "date"), signer=True, said=values["document"]
    )


def merge(session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    """The other case takes over this one's tips. Keys stay apart: no tip's key is shared with another reporter."""
    target = session.scalar(select(Case).where(Case.number == values["into"].strip()))
    if target is None or target.id == now.case.id or target.state == "closed":
        raise Unmet("没有这个编号的在办事项。")
    other, key = open_case(session, now.tools, now.holder, target.id)
    there = situation(other, key)
    if there.desk != now.now.desk:
        raise Unmet("两件事要在同一个科室才能并。")
    if there.day > now.now.day:
        raise Unmet("请把后来的并进先来的，先报的人不能因此晚得到答复。")
    mine, theirs = (holders_of(session, Subject("case", one)) for one in (now.case.id, other.id))
    if sorted(mine) != sorted(theirs) or now.unwanted:
        raise Unmet("能看这两件事的人不一样（有人要回避），不能并。")
    facts = replace(
        there.facts,
        tips=(*there.facts.tips, *now.now.facts.tips),
        tip_keys={**there.facts.tip_keys, **now.now.facts.tip_keys},
    )
    return Effect(
        facts=replace(now.now.facts, extra={**now.now.facts.extra, "merged_into": other.id}),
        said=other.number or "",
        others=((other, seal_facts(other.id, key, facts, hidden_of(there))),),
        also_ledger=(beside(now, other, there, "merge"),),
        contents=tuple((one.tip.id, replace(one.content, case_id=other.id)) for one in now.tips),
    )


def beside(now: Desktop, other: Case, there: Situation, edge: str) -> New:
    """The entry about the other case of a merge."""
    subject, history = case_ledger_key(now.tools, other), bytes.fromhex(there.facts.history)
    detail = {"edge": edge, "by": now.holder.name}
    return New(now.day, "edge", now.holder.ledger_key, subject, detail, history)


def unmerge(
    session: Session, now: Desktop, _edge: Edge, _values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """Two matters after all: this case takes its own tips back and goes on by its own clock."""
    target_id = str(now.now.facts.extra.get("merged_into", ""))
    target, key = open_case(session, now.tools, now.holder, target_id)
    there = situation(target, key)
    if there.state == "closed":
        raise Unmet("并入的那件已经办结，不能再分开。")
    own = now.now.facts.tips
    facts = replace(
        there.facts,
        tips=tuple(one for one in there.facts.tips if one not in own),
        tip_keys={name: key for name, key in there.facts.tip_keys.items() if name not in own},
    )
    moved = {
        name: key for name, key in there.facts.tip_keys.items() if name in own
    }  # perhaps made anew there
    kept = {name: value for name, value in now.now.facts.extra.items() if name != "merged_into"}
    state = "verifying" if any(event.edge == "accept" for event in now.now.events) else "received"
    return Effect(
        state=state,
        facts=replace(now.now.facts, extra=kept, tip_keys={**now.now.facts.tip_keys, **moved}),
        others=((target, seal_facts(target.id, key, facts, hidden_of(there))),),
        also_ledger=(beside(now, target, there, "unmerge"),),
        contents=tuple((one.tip.id, replace(one.content, case_id=now.case.id)) for one in now.tips),
    )


def split(_session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    """The hazard that is still there, or a death, becomes a case of its own, by a newly written line without origin."""
    check_lead(now, values["desk"])
    sector = now.tools.rules.sectors.get(values["sector"])
    if (
        sector is None or sector.escalate == "official"
    ):  # an accusation names the hazard's sector, and discipline
        raise Unmet("请从列表里选行业领域。")
    refuse_quotes(now, pick(values, "place", "text"))
    child, tip = prepare_child(now, values)
    left = left_to_split(now, values["sector"])
    parent = replace(
        now.now.facts,
        children=(*now.now.facts.children, child.case.id),
        split_due=now.now.facts.split_due if left else "",
        extra={**now.now.facts.extra, "also": left},
    )
    return Effect(
        note=LEFT if left else "",
        facts=parent,
        first_rows=(tip.tip, child.case),
        rows=(*tip.rows, *child.rows),
        notices=((values["desk"], "arrived"),),
        also_ledger=tuple(registered(child, tip, now.day, {"desk": values["desk"]})),
        told="",
        forget=() if left else (f"split:{now.case.id}",),
    )


def left_to_split(now: Desktop, sector: str) -> list[str]:
    """Sectors of the matters that still wait beside this one: splitting off a death leaves the hazard, and the other
    way round.
    """
    death = now.tools.rules.escalated("death").id
    also = [str(one) for one in now.now.facts.extra.get("also", [])]
    return [one for one in also if (one == death) != (sector == death)]


CHILD = "superior"  # says nothing of where it comes from
HANDED_DOWN = "镇里交办"


def prepare_child(now: Desktop, values: Values) -> tuple[NewCase, NewTip]:
    """A case by a newly written line, of the same form as any other; to discipline it is a reserved one."""
    desk, sector, tip_id, key = values["desk"], values["sector"], new_id(), new_key()
    reserved = now.desks[desk].role == "discipline"
    facts = Facts(origin=CHILD, tips=(tip_id,), tip_keys={tip_id: key.hex()}, reason=HANDED_DOWN)
    child = prepare_case(
        now.tools, now.known, desk=desk, sector=sector, facts=facts, day=now.day, reserved=reserved
    )
    report = Report(what=values["text"], where=values["place"], sector=sector, channel=CHILD)
    content = Content(report, (), Routing(desk, sector, "", HANDED_DOWN), child.case.id, receipt=False)
    tip = prepare_blank(now.tools, now.known, tip_id, key, content, desk=desk, reserved=reserved, day=now.day)
    return child, tip


def pick(values: Values, *names: str) -> dict[str, str]:
    return {name: values.get(name, "") for name in names}


def day_of(text: str, today: date) -> date:
    """A limit in the future. Raises Unmet."""
    try:
        limit = date.fromisoformat(text)
    except ValueError:
        raise Unmet("日期请写成 2026-12-01 这样。") from None
    if limit < today:
        raise Unmet("期限不能在过去。")
    return limit


STEPS: dict[str, Callable[[Session, Desktop, Edge, Values, tuple[Photo, ...]], Effect]] = {
    "sign_for": sign_for,
    "decline": decline,
    "transfer": transfer,
    "hand_back": hand_back,
    "assign": assign,
    "ask": ask,
    "message": message,
    "request_extension": request_extension,
    "extend": extend,
    "hand_up": hand_up,
    "record_outcome": record_outcome,
    "verify": verify,
    "conclude": conclude,
    "answer": answer,
    "rectify": rectify,
    "report_done": report_done,
    "not_fixed": not_fixed,
    "uphold": uphold,
    "reopen": reopen,
    "record_decision": record_decision,
    "merge": merge,
    "unmerge": unmerge,
    "split": split,
}
