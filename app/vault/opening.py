"""Opening what was released: once, within a day, by the member who asked; told to the reporter, entered first."""

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from app.casework.context import Desktop, case_ledger_key
from app.casework.facts import Situation, clear_columns, hidden_of, seal_facts, situation, with_event
from app.casework.handover import regrant, rekey, rekey_tip, replace_grants
from app.casework.models import Case
from app.casework.needs import Unmet
from app.casework.opening import recipient_for
from app.clock.dues import Event
from app.db.versions import change
from app.ledger.write import append
from app.people.desks import (
    desk_recipients,
    desks_of_named,
    desks_with_keys,
    is_named,
    member_recipient,
)
from app.people.grants import NoKey, Subject, holders_of, revoke
from app.people.holder import Holder
from app.people.models import Member
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.sealing.hpke import open_with
from app.sealing.split import join
from app.tips.content import Line, add_line, open_content
from app.tips.identity import Person, open_person
from app.tips.models import Identity, Tip
from app.vault.requests import ERASED, UNOPENED, Opened, one_request, private_context, share_context


def joined_keys(opened: Opened, holder: Holder) -> dict[str, bytes]:
    """The keys that both shares make, by "kind:id". Raises Unmet unless released to this holder."""
    row = opened.row
    if row.state != "released" or row.first_share is None or row.second_share is None:
        raise Unmet("两个人都放行以后才能打开，而且只能开一次。")
    if row.asker_id != holder.member_id or row.one_time_private is None:
        raise Unmet("只有申请的人自己能打开。")
    private = open_with(holder.private, row.one_time_private, private_context(row.id))
    first, second = (
        json.loads(open_with(private, blob, share_context(row.id, part)))
        for part, blob in (("first", row.first_share), ("second", row.second_share))
    )
    return {name: join(bytes.fromhex(first[name]), bytes.fromhex(second[name])) for name in first}


def person_in(sealed: Identity, keys: dict[str, bytes]) -> Person:
    """Who it was. Raises Unmet where the phone sealed what nobody can open: the server could not tell."""
    try:
        return open_person(sealed.id, keys[f"identity:{sealed.id}"], sealed.blob)
    except SealError as error:
        raise Unmet(UNOPENED) from error


def in_time(tools: Tools, opened: Opened) -> None:
    if opened.row.expires is None or opened.row.expires < tools.now.today():
        raise Unmet("放行已经过期，请重新申请。")


def read_identity(tools: Tools, holder: Holder, request_id: str, now: Desktop) -> Person:
    """Who sent the tip, once. The ledger entry and the line to the reporter are durable before it returns."""
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        if opened.row.kind != "unseal":
            raise Unmet("这不是启封申请。")
        in_time(tools, opened)
        keys = joined_keys(opened, holder)
        tip_id = str(opened.body["tip"])
        sealed = session.scalars(select(Identity).where(Identity.tip_id == tip_id)).one()
    one = next((one for one in now.tips if one.tip.id == tip_id), None)
    if one is None:
        raise NoKey("tip")
    person = person_in(sealed, keys)
    day = tools.now.today()
    told = "您的姓名今天由办理人按规定申请、两个人放行，打开过一次。"
    with tools.database.work(write=True) as session:
        change(session, opened.row, state="read", **ERASED)
        add_line(
            session,
            session.get_one(Tip, tip_id),
            one.key,
            Line(day=day, by="notice", kind="opened", text=told),
        )
        detail = {"by": holder.name, "tip": one.tip.number}
        append(
            session,
            day=day,
            kind="identity_opened",
            actor=holder.ledger_key,
            subject=now.ledger_key,
            detail=detail,
            opening=now.history,
        )
    return person


TAKEN_OVER = "原来的科室没有及时办理，已换科室接手。"


def not_these(now: Situation, tips: Sequence[Tip]) -> str:
    """Who must not know, in the reporters' words."""
    contents = [open_content(tip, bytes.fromhex(now.facts.tip_keys[tip.id])) for tip in tips]
    return "\n".join(one.report.not_these for one in contents)


def take_over(tools: Tools, holder: Holder, request_id: str) -> str:
    """Take over a case that both keepers handed on unread, its tips and records with it. Returns its id.

    New keys for all of it: who held the old ones reads nothing of what follows. Where somebody of a desk must not know,
    the keys are the taker's own. Raises Unmet, Outrun, NoLivingKey.
    """
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        if opened.row.kind != "handon":
            raise Unmet("这不是接手申请。")
        in_time(tools, opened)
        case_id, desk = str(opened.body["case"]), str(opened.body["desk"])
        key = joined_keys(opened, holder)[f"case:{case_id}"]
        case = session.get_one(Case, case_id)
        now = situation(case, key)
        known = desk_recipients(session, tools.keyring, desks_with_keys(session))
        member = session.get_one(Member, holder.member_id)
        tips = [session.get_one(Tip, tip_id) for tip_id in now.facts.tips if tip_id in now.facts.tip_keys]
        unwanted = not_these(now, tips)
        shut = desks_of_named(session, unwanted)
        before = set(holders_of(session, Subject("case", case_id)))
    if tools.rules.names_desk(desk, unwanted) or is_named(member, unwanted):
        raise Unmet("举报人说了这个岗位或您本人要回避，不能接手，请别的岗位申请。")
    to = [member_recipient(member) if unwanted or desk in shut else recipient_for(known, desk)]
    new = rekey(tools, known, Subject("case", case_id), to, False, case.month)
    made = [
        (tip, *rekey_tip(tools, known, tip, bytes.fromhex(now.facts.tip_keys[tip.id]), to, False))
        for tip in tips
    ]
    tip_keys = {**now.facts.tip_keys, **{tip.id: tip_new.key.hex() for tip, tip_new, _ in made}}
    facts = replace(now.facts, tip_keys=tip_keys, reason="分派岗或安委办接手")
    event = Event("assign" if now.state == "received" else "hand_on", tools.now.today())
    after = with_event(replace(now, desk=desk, facts=facts), event)
    columns = clear_columns(tools, after)
    sealed = seal_facts(case_id, new.key, facts, hidden_of(after))
    with tools.database.work(write=True) as session:
        change(session, opened.row, state="read", **ERASED)
        change(session, case, facts=sealed, **columns)
        replace_grants(session, new)
        for tip, tip_new, tip_columns in made:
            change(session, tip, **tip_columns)
            replace_grants(session, tip_new)
            add_line(session, tip, tip_new.key, Line(tools.now.today(), "notice", "told", TAKEN_OVER))
        for name, reward_key in facts.rewards:
            subject = Subject("reward", name)
            session.add_all(regrant(session, tools, subject, bytes.fromhex(reward_key), to))
            for kind, recipient in before - {(one.kind, one.id) for one in to}:
                revoke(session, subject, kind, recipient)
        append(
            session,
            day=tools.now.today(),
            kind="handed_on",
            actor=holder.ledger_key,
            subject=case_ledger_key(tools, case),
            detail={"edge": "assign", "by": holder.name},
            opening=bytes.fromhex(facts.history),
        )
    return case_id
