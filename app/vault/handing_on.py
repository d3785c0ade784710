"""Handing a case on (接手) by the second way: both keepers release it unread, who asked takes it over with new keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.casework.context import case_ledger_key
from app.casework.facts import Facts, Situation, clear_columns, hidden_of, seal_facts, situation, with_event
from app.casework.handover import Rekeyed, regrant, rekey, rekey_tip, replace_grants
from app.casework.models import Case
from app.casework.needs import Unmet
from app.casework.opening import recipient_for
from app.clock.dues import Event
from app.db.versions import change
from app.ledger.write import append
from app.people.desks import (
    Recipient,
    desk_recipients,
    desks_of_named,
    desks_with_keys,
    is_named,
    member_recipient,
)
from app.people.grants import Subject, holders_of, revoke
from app.people.holder import Holder
from app.people.models import Member
from app.people.tools import Tools
from app.tips.content import Line, add_line, open_content
from app.tips.models import Tip
from app.vault.opening import in_time, joined_keys
from app.vault.requests import ERASED, Opened, one_request

TAKEN_OVER = "原来的科室没有及时办理，已换科室接手。"


def not_these(now: Situation, tips: Sequence[Tip]) -> str:
    """Who must not know, in the reporters' words."""
    contents = [open_content(tip, bytes.fromhex(now.facts.tip_keys[tip.id])) for tip in tips]
    return "\n".join(one.report.not_these for one in contents)


@dataclass(frozen=True)
class HandedOn:
    """A case that both keepers handed on unread, open before whoever takes it over."""

    opened: Opened
    case: Case
    now: Situation
    desk: str  # that takes it over
    tips: tuple[Tip, ...]
    known: dict[str, Recipient]
    to: list[Recipient]  # whose keys it is sealed to anew
    before: set[tuple[str, str]]  # who held a key until now

    def old_key(self, tip: Tip) -> bytes:
        return bytes.fromhex(self.now.facts.tip_keys[tip.id])


@dataclass(frozen=True)
class Anew:
    """All of it under new keys, ready to be written."""

    case: Rekeyed
    columns: dict[str, Any]
    facts: Facts
    tips: list[tuple[Tip, Rekeyed, dict[str, Any]]]


def take_over(tools: Tools, holder: Holder, request_id: str) -> str:
    """Take over a case that both keepers handed on unread, its tips and records with it. Returns its id.

    New keys for all of it: who held the old ones reads nothing of what follows. Where somebody of a desk must not know,
    the keys are the taker's own. Raises Unmet, Outrun, NoLivingKey.
    """
    found = handed_on(tools, holder, request_id)
    write_over(tools, holder, found, sealed_anew(tools, found))
    return found.case.id


def handed_on(tools: Tools, holder: Holder, request_id: str) -> HandedOn:
    """Open it with both shares. Raises Unmet: not released, too late, or the taker is whom the reporter shuts out."""
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
        tips = tuple(
            session.get_one(Tip, tip_id) for tip_id in now.facts.tips if tip_id in now.facts.tip_keys
        )
        unwanted = not_these(now, tips)
        shut = desks_of_named(session, unwanted)
        before = set(holders_of(session, Subject("case", case_id)))
    if tools.rules.names_desk(desk, unwanted) or is_named(member, unwanted):
        raise Unmet("举报人说了这个岗位或您本人要回避，不能接手，请别的岗位申请。")
    to = [member_recipient(member) if unwanted or desk in shut else recipient_for(known, desk)]
    return HandedOn(opened, case, now, desk, tips, known, to, before)


def sealed_anew(tools: Tools, found: HandedOn) -> Anew:
    """New keys for the case and its tips, and what stands under them. Raises NoLivingKey."""
    case, now = found.case, found.now
    new = rekey(tools, found.known, Subject("case", case.id), found.to, False, case.month)
    made = [
        (tip, *rekey_tip(tools, found.known, tip, found.old_key(tip), found.to, False)) for tip in found.tips
    ]
    tip_keys = {**now.facts.tip_keys, **{tip.id: tip_new.key.hex() for tip, tip_new, _ in made}}
    facts = replace(now.facts, tip_keys=tip_keys, reason="分派岗或安委办接手")
    event = Event("assign" if now.state == "received" else "hand_on", tools.now.today())
    after = with_event(replace(now, desk=found.desk, facts=facts), event)
    sealed = seal_facts(case.id, new.key, facts, hidden_of(after))
    return Anew(new, {"facts": sealed, **clear_columns(tools, after)}, facts, made)


def write_over(tools: Tools, holder: Holder, found: HandedOn, anew: Anew) -> None:
    """The one short transaction of taking over; who held a key before loses it. Raises Outrun."""
    with tools.database.work(write=True) as session:
        change(session, found.opened.row, state="read", **ERASED)
        change(session, found.case, **anew.columns)
        replace_grants(session, anew.case)
        for tip, tip_new, tip_columns in anew.tips:
            change(session, tip, **tip_columns)
            replace_grants(session, tip_new)
            add_line(session, tip, tip_new.key, Line(tools.now.today(), "notice", "told", TAKEN_OVER))
        for name, reward_key in anew.facts.rewards:
            subject = Subject("reward", name)
            session.add_all(regrant(session, tools, subject, bytes.fromhex(reward_key), found.to))
            for kind, recipient in found.before - {(one.kind, one.id) for one in found.to}:
                revoke(session, subject, kind, recipient)
        append(
            session,
            day=tools.now.today(),
            kind="handed_on",
            actor=holder.ledger_key,
            subject=case_ledger_key(tools, found.case),
            detail={"edge": "assign", "by": holder.name},
            opening=bytes.fromhex(anew.facts.history),
        )
