"""Opening what was released: once, within a day, by the member who asked; told to the reporter, entered first."""

import json
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from app.casework.context import Desktop, case_ledger_key, lay_out
from app.casework.facts import hidden_of, open_facts, seal_facts, situation
from app.casework.handover import rekey, rekey_tip, replace_grants
from app.casework.models import Case
from app.casework.needs import Unmet
from app.db.versions import change
from app.ledger.write import append
from app.people.desks import desk_recipients, desks_with_keys
from app.people.grants import NoKey, Subject
from app.people.holder import Holder
from app.people.tools import Tools
from app.sealing.hpke import open_with
from app.sealing.split import join
from app.tips.content import Line, add_line
from app.tips.identity import Person, open_person
from app.tips.models import Identity, Tip
from app.tips.receipts import ledger_key_of
from app.vault.requests import ERASED, Opened, ask, one_request, private_context, share_context


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
        blob = session.get_one(Identity, tip_id).blob
    one = next((one for one in now.tips if one.tip.id == tip_id), None)
    if one is None:
        raise NoKey("tip")
    person = open_person(tip_id, keys[f"identity:{tip_id}"], blob)
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
        subject = ledger_key_of(tools, one.tip)
        detail = {"by": holder.name, "request": request_id}
        append(
            session, day=day, kind="identity_opened", actor=holder.ledger_key, subject=subject, detail=detail
        )
    return person


def take_over(tools: Tools, holder: Holder, request_id: str) -> str:
    """Take over a case both keepers handed on unread: first its own key, then those of its tips. Returns its id."""
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        if opened.row.kind != "handon":
            raise Unmet("这不是接手申请。")
        in_time(tools, opened)
        keys = joined_keys(opened, holder)
    case_id = str(opened.body["case"])
    if f"case:{case_id}" in keys:
        waiting = take_case(tools, holder, opened, case_id, keys[f"case:{case_id}"])
        if waiting:
            body = {"tip_number": opened.body["tip_number"], "case": case_id, "subjects": waiting}
            ask(tools, holder, "handon", opened.body["desk"], opened.body["reason"], False, body)
    else:
        take_tips(tools, holder, opened, keys)
    return case_id


def take_case(tools: Tools, holder: Holder, opened: Opened, case_id: str, key: bytes) -> list[list[str]]:
    """New case key for the taker's desk; returns the tips whose shares are needed next."""
    desk = str(opened.body["desk"])
    with tools.database.work() as session:
        case = session.get_one(Case, case_id)
        known = desk_recipients(session, tools.keyring, desks_with_keys(session))
        facts, _ = open_facts(case, key)
        now = replace(situation(case, key), desk=desk)
    new = rekey(tools, known, Subject("case", case_id), [known[desk]], False, case.month)
    with tools.database.work(write=True) as session:
        change(session, opened.row, state="read", **ERASED)
        change(session, case, desk_id=desk, facts=seal_facts(case_id, new.key, facts, hidden_of(now)))
        replace_grants(session, new)
        enter_taking(session, tools, holder, case)
    return [["tip", tip_id] for tip_id in facts.tips]


def enter_taking(session: Session, tools: Tools, holder: Holder, case: Case) -> None:
    detail: dict[str, Any] = {"edge": "assign", "by": holder.name}
    day, subject = tools.now.today(), case_ledger_key(tools, case)
    append(session, day=day, kind="handed_on", actor=holder.ledger_key, subject=subject, detail=detail)


def take_tips(tools: Tools, holder: Holder, opened: Opened, keys: dict[str, bytes]) -> None:
    """New tip keys for the taker's desk, the reporter and both keepers."""
    desk = str(opened.body["desk"])
    with tools.database.work() as session:
        known = desk_recipients(session, tools.keyring, desks_with_keys(session))
        case = lay_out(session, tools, holder, str(opened.body["case"])).case
        tips = [session.get_one(Tip, name.partition(":")[2]) for name in keys]
    made = [(tip, *rekey_tip(tools, known, tip, keys[f"tip:{tip.id}"], [known[desk]], False)) for tip in tips]
    with tools.database.work(write=True) as session:
        change(session, opened.row, state="read", **ERASED)
        for tip, new, columns in made:
            change(session, tip, **columns)
            replace_grants(session, new)
        enter_taking(session, tools, holder, case)
