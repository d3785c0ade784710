"""Steps that hand a case over: to another desk with new keys for all that follows, to a district bureau by letter."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.effects import Effect, Values, pick, with_record
from app.casework.facts import PROVISIONAL, newly_led
from app.casework.flow import DISPATCH, LEADS, Edge
from app.casework.handover import regrant, rekey, rekey_tip
from app.casework.letters import RESERVED_SIGN, chance_number, next_number
from app.casework.needs import Unmet, happened
from app.people.desks import Recipient, desks_of_member, desks_of_named, is_named, member_recipient
from app.people.grants import Subject, holders_of, recipients_of
from app.people.models import Member, Membership
from app.tips.content import Photo, mark_of_reply


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
    refuse_shut_out(session, now, desk_id, whole=not values.get("member"))
    if not values.get("member"):
        if now.unwanted and now.desks[desk_id].role != "dispatch":
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
    if any(now.tools.rules.names_desk(one, now.unwanted) for one in desks_of_member(session, member.id)):
        raise Unmet("这个人也在举报人说了要回避的科室，请换一个人。")
    return desk_id, [member_recipient(member)]


def check_lead(now: Desktop, desk_id: str) -> None:
    """Only a desk that may lead a case, with a living key: never a keeper, the cashier or the administrator."""
    if desk_id not in now.known or now.desks[desk_id].role not in LEADS:
        raise Unmet("不能交给这个岗位：它不办事项，或者还没有钥匙。")


def refuse_shut_out(session: Session, now: Desktop, desk_id: str, *, whole: bool) -> None:
    """Never to a desk that a reporter of the case shut out; as a `whole` also not where somebody sits whom one named.
    One check for every way a matter takes from a desk's hands to another's. Raises Unmet.
    """
    if now.tools.rules.names_desk(desk_id, now.unwanted):
        raise Unmet("举报人说了这个科室要回避，不能交给它。")
    if whole and desk_id in desks_of_named(session, now.unwanted):
        raise Unmet("举报人说了要回避的人在这个科室，不能交给整个科室。")


def move(session: Session, now: Desktop, desk_id: str, to: list[Recipient], **facts: Any) -> Effect:
    """New keys for all that follows, sealed to the receiver; the sender's grants go."""
    tools, reserved = now.tools, now.now.reserved
    case = rekey(tools, now.known, Subject("case", now.case.id), to, reserved, now.case.month)
    tips = tuple(rekey_tip(tools, now.known, one.tip, one.key, to, reserved) for one in now.tips)
    rewards = {Subject("reward", name): bytes.fromhex(key) for name, key in now.now.facts.rewards}
    receiving = {(one.kind, one.id) for one in to}
    losing = [one for one in holders_of(session, Subject("case", now.case.id)) if one not in receiving]
    unread = tuple(
        (mark_of_reply(one.key, day), mark_of_reply(new.key, day))
        for one, (new, _) in zip(now.tips, tips, strict=True)
        for day in {line.day for line in one.thread if line.by == "reporter"}
    )
    keys = {new.subject.id: new.key.hex() for new, _ in tips}
    return Effect(
        changes={"desk": desk_id},
        facts=replace(newly_led(now.now.facts), tip_keys={**now.now.facts.tip_keys, **keys}, **facts),
        rows=tuple(
            grant for subject, key in rewards.items() for grant in regrant(session, tools, subject, key, to)
        ),
        case=case,
        tips=tips,
        drops=tuple((subject, *one) for subject in rewards for one in losing),
        notices=((desk_id, "arrived"),),
        unread=unread,
    )


def transfer(
    session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    desk_id, to = receivers(session, now, values)
    if now.provisional and desk_id == now.now.desk:  # nobody is named by it, and no dispute ends by silence
        raise Unmet("还没有定由谁办：请用“指定办理”，写明理由。")
    told = f"已转给{now.desk_name(desk_id)}办理。"
    effect = move(session, now, desk_id, to, handovers=now.now.facts.handovers + 1, reason=values["reason"])
    return replace(effect, said=values["reason"], told=told)


def hand_back(
    session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """To the dispatch desk. Who gave it back keeps a key until it is known who leads: they act first, so that nobody's
    dispute leaves a danger alone.
    """
    _, to = receivers(session, now, {"desk": DISPATCH})
    giving = recipients_of(session, now.known, Subject("case", now.case.id))
    count = now.now.facts.handovers + 1
    effect = move(session, now, DISPATCH, [*to, *giving], handovers=count, reason=values["reason"])
    assert effect.facts is not None
    disputed = replace(effect.facts, extra={**effect.facts.extra, PROVISIONAL: now.now.desk})
    return replace(effect, facts=disputed, said=values["reason"])


def act_first(
    _session: Session, now: Desktop, _edge: Edge, values: Values, photos: tuple[Photo, ...]
) -> Effect:
    """先到场控制: a record of its own beside the site record, which the desk that leads will write."""
    value = {**pick(values, "found", "present"), "photos": [asdict(photo) for photo in photos]}
    effect = with_record(now, "first", value, signer=True, said=values["found"])
    return replace(effect, told="" if happened(now, "act_first") else None)


def end_dispute(session: Session, now: Desktop, edge: Edge, effect: Effect) -> Effect:
    """Once somebody leads (any step out of `received`; a hand-over makes new keys by itself), who acted until then
    loses the key, and a copy of it opens nothing that follows.
    """
    stays = (effect.state or edge.to or now.now.state) == "received"
    if not now.provisional or stays or effect.case is not None:
        return effect
    anew = move(session, now, now.now.desk, [now.known[now.now.desk]])
    assert anew.facts is not None
    facts = effect.facts or now.now.facts
    extra = {name: value for name, value in facts.extra.items() if name != PROVISIONAL}
    return replace(
        effect,
        facts=replace(facts, extra=extra, tip_keys=anew.facts.tip_keys),
        rows=(*effect.rows, *anew.rows),
        case=anew.case,
        tips=anew.tips,
        drops=(*effect.drops, *anew.drops),
        unread=anew.unread,
    )


def assign(session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    desk_id, to = receivers(session, now, values)
    effect = with_line(now, move(session, now, desk_id, to, reason=values["reason"]), values)
    return replace(effect, said=values["reason"], told=f"已指定{now.desk_name(desk_id)}办理。")


def with_line(now: Desktop, effect: Effect, values: Values) -> Effect:
    """分派摘要: what is to be done, newly written, for the desk that gets the case and its 交办单. Raises Unmet where
    it quotes a report, or says that there is one.
    """
    place, line = (values.get(name, "").strip() for name in ("place", "line"))
    if not line:
        if place:
            raise Unmet("写了地点，还要写“要办的事”：交办单上两样都要。")
        return effect
    value = {"to": now.desk_name(effect.changes["desk"]), "place": place, "text": line}
    written = with_record(now, "line", value, signer=False, facts=effect.facts)
    return replace(effect, facts=written.facts, first_rows=written.first_rows)


def hand_up(
    session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """A newly written, numbered letter (移送函) to a district bureau; our desk keeps the key and chases the reply. One
    about an official is not counted with the others (see `letters`).
    """
    bureau = now.desks.get(values["bureau"])
    if bureau is None or bureau.kind != "outside":
        raise Unmet("请选一个区级部门。")
    counted = 0 if now.now.reserved else next_number(session, now.day.year)
    letter = {
        "form": "移送函",
        "to": bureau.name,
        "title": values["title"],
        "text": values["text"],
        "letter_number": f"{now.day.year}-{counted or chance_number()}",
        "letter_prefix": now.tools.letter_prefix + (RESERVED_SIGN if now.now.reserved else ""),
    }
    waits = "，待区级处置" if now.tools.authority == "town" else ""
    told = f"已移送{bureau.name}{waits}，我们继续跟踪。"
    return with_record(now, "paper", letter, signer=True, told=told, said=values["title"], letter=counted)
