"""Handing a case on (接手) by the second way: both keepers release it unread, who asked takes it over with new keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.access import at_work, may_know
from app.casework.context import OpenTip, case_ledger_key, fold_in
from app.casework.facts import (
    Facts,
    Situation,
    clear_columns,
    hidden_of,
    newly_led,
    seal_facts,
    situation,
    with_event,
)
from app.casework.handover import Rekeyed, regrant, rekey, rekey_tip, replace_grants
from app.casework.lateness import NOT_YET, why_not_hand_on
from app.casework.models import NEVER, Case
from app.casework.needs import Unmet
from app.casework.opening import recipient_for, reserved_ledger_key
from app.clock.dues import Event
from app.db.versions import change
from app.ledger.write import append
from app.people.desks import (
    Recipient,
    all_desks,
    desk_recipients,
    desks_of_member,
    desks_of_named,
    desks_with_keys,
    is_named,
    member_recipient,
)
from app.people.grants import Subject, holders_of, revoke
from app.people.holder import Holder
from app.people.models import Member
from app.people.tools import Tools
from app.rules.routing import JIWEI
from app.sealing.errors import SealError
from app.tips.content import Line, add_line, open_content, open_thread
from app.tips.models import Tip
from app.vault.opening import in_time, joined_keys
from app.vault.requests import ERASED, Opened, ask, one_request

NOT_THERE = f"没有这个编号的在办事项，或者{NOT_YET}"


def ask_hand_on(tools: Tools, holder: Holder, number: str, reason: str) -> str:
    """Ask to take over a case that lies unopened, undone or orphaned, unread by the keepers (second way). Returns the
    request's id. Raises Unmet, in the same words for a number that is not there and for a case that is in good hands:
    whoever tries numbers learns nothing.
    """
    desk = next((name for name in holder.desks if name in ("dispatch", "office")), "")
    if not desk:
        raise Unmet("接手由分派岗或者安委办来办。")
    with tools.database.work() as session:
        case = session.scalar(select(Case).where(Case.number == number, Case.reserved.is_(False)))
        if case is not None and case.desk_id in holder.desks:
            raise Unmet("这件事已经在您的岗位。")
        gone = case is None or (case.state == "closed" and case.next_due == NEVER)
        if case is None or gone or why_not_hand_on(session, tools, case):
            raise Unmet(NOT_THERE)
    body = {"tip_number": number, "case": case.id, "subjects": [["case", case.id]]}
    return ask(tools, holder, "handon", desk, reason, False, body)


def ask_reserved_on(tools: Tools, holder: Holder, case_id: str, reason: str) -> str:
    """The same for a case on an official, among discipline alone: its own two keepers release it. Raises Unmet."""
    with tools.database.work() as session:
        case = next((one for one in reserved_to_hand_on(session, tools, holder) if one.id == case_id), None)
        if case is None:
            raise Unmet("没有可以接手的这一件。")
        desk = discipline_desk(session, holder, case)
    body = {"tip_number": "", "day": case.day.isoformat(), "case": case.id, "subjects": [["case", case.id]]}
    return ask(tools, holder, "handon", desk, reason, True, body)


def refuse_early(session: Session, tools: Tools, case: Case) -> None:
    if why := why_not_hand_on(session, tools, case):
        raise Unmet(why)


def reserved_to_hand_on(session: Session, tools: Tools, holder: Holder) -> list[Case]:
    """Cases on officials that the holder, of discipline, may ask for now; of each only its days are known. One of
    which nothing is due is closed, or waits for others: it would be offered for ever, and mostly could not be taken.
    """
    query = select(Case).where(Case.reserved.is_(True), Case.next_due < NEVER, ~may_know(holder))
    found = session.scalars(query.order_by(Case.next_due, Case.id)).all()
    return [
        case
        for case in found
        if discipline_desk(session, holder, case) and not why_not_hand_on(session, tools, case)
    ]


def discipline_desk(session: Session, holder: Holder, case: Case) -> str:
    """The holder's desk that may take a reserved case over, empty where none may: the desk that has it, whose key is
    lost to it, or the one above (区纪委监委). Never the lower one: an accusation of 镇纪委 itself lies above. Where one
    member held it who sits nowhere now, no desk can be said to have it: then the only one there is may take it.
    """
    desks, may = all_desks(session), {JIWEI}
    for kind, name in holders_of(session, Subject("case", case.id)):
        may |= {name} if kind == "desk" else desks_of_member(session, name)
    discipline = {name for name, desk in desks.items() if desk.role == "discipline" and desk.kind == "inside"}
    if len(discipline) == 1:
        may |= discipline
    return next((name for name in holder.desks if name in discipline & may), "")


TAKEN_OVER = "原来的科室没有及时办理，已换科室接手。"
ORPHANED = "原来的岗位暂时没有人能办，已换科室接手。"  # nobody there was late


def tips_with_it(session: Session, now: Situation) -> tuple[OpenTip, ...]:
    """The tips of the case, opened by the keys that its facts hold."""
    found = []
    for tip_id in now.facts.tips:
        if tip_id in now.facts.tip_keys:
            tip, key = session.get_one(Tip, tip_id), bytes.fromhex(now.facts.tip_keys[tip_id])
            found.append(OpenTip(tip, open_content(tip, key), tuple(open_thread(tip, key)), key))
    return tuple(found)


def not_these(tips: Sequence[OpenTip]) -> str:
    """Who must not know, in the reporters' words."""
    return "\n".join(one.content.report.not_these for one in tips)


@dataclass(frozen=True)
class HandedOn:
    """A case that both keepers handed on unread, open before whoever takes it over."""

    opened: Opened
    case: Case
    now: Situation
    desk: str  # that takes it over
    tips: tuple[OpenTip, ...]
    known: dict[str, Recipient]
    to: list[Recipient]  # whose keys it is sealed to anew
    before: set[tuple[str, str]]  # who held a key until now
    told: str  # why, in words for the reporters

    def ledger_key(self, tools: Tools) -> bytes:
        if self.case.reserved:
            return reserved_ledger_key(bytes.fromhex(self.now.facts.history))
        return case_ledger_key(tools, self.case)


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


GONE = "这件事在放行以后已经换了岗位，这份放行打不开它。还要接手的，请看现在的情况重新申请。"


def still_lying(session: Session, tools: Tools, opened: Opened, case: Case, key: bytes) -> Situation:
    """The case, if what was said when asking still holds. Raises Unmet: it has gone elsewhere since the release (its
    key is another), somebody took it over since the day of the request, it is closed or at work again.
    """
    try:
        now = situation(case, key)
    except SealError:
        raise Unmet(GONE) from None
    if any(event.edge == "hand_on" and event.day >= opened.row.day for event in now.events):
        raise Unmet("您申请以后，这件事已经有岗位接手。还要接手的，请看现在的情况，明天起重新申请。")
    if now.state == "closed" and case.next_due == NEVER:  # else an objection to it is to be decided
        raise Unmet("这件事已经办结。")
    refuse_early(session, tools, case)
    return now


def handed_on(tools: Tools, holder: Holder, request_id: str) -> HandedOn:
    """Open it with both shares. Raises Unmet: not released, too late, at work again by now, or the taker is whom the
    reporter shuts out.
    """
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        if opened.row.kind != "handon":
            raise Unmet("这不是接手申请。")
        in_time(tools, opened)
        case_id, desk = str(opened.body["case"]), str(opened.body["desk"])
        key = joined_keys(opened, holder)[f"case:{case_id}"]
        case = session.get_one(Case, case_id)
        now = still_lying(session, tools, opened, case, key)
        known = desk_recipients(session, tools.keyring, desks_with_keys(session))
        member = session.get_one(Member, holder.member_id)
        tips = tips_with_it(session, now)
        unwanted = not_these(tips)
        shut = desks_of_named(session, unwanted)
        before = set(holders_of(session, Subject("case", case_id)))
        told = TAKEN_OVER if at_work(session, case) else ORPHANED
    shuts_desk = any(tools.rules.names_desk(one, unwanted) for one in (desk, *holder.desks))
    if shuts_desk or is_named(member, unwanted):
        raise Unmet("举报人说了这个岗位或您本人要回避，不能接手，请别的岗位申请。")
    to = [member_recipient(member) if unwanted or desk in shut else recipient_for(known, desk)]
    now = fold_in(tools, now, tips)  # what reporters said since: an objection's due day stands in clear alone
    return HandedOn(opened, case, now, desk, tips, known, to, before, told)


def sealed_anew(tools: Tools, found: HandedOn) -> Anew:
    """New keys for the case and its tips, and what stands under them. Raises NoLivingKey."""
    case, now = found.case, found.now
    new = rekey(tools, found.known, Subject("case", case.id), found.to, case.reserved, case.month)
    made = [
        (one.tip, *rekey_tip(tools, found.known, one.tip, one.key, found.to, case.reserved))
        for one in found.tips
    ]
    tip_keys = {**now.facts.tip_keys, **{tip.id: tip_new.key.hex() for tip, tip_new, _ in made}}
    facts = replace(
        newly_led(now.facts), tip_keys=tip_keys, reason="纪检接手" if case.reserved else "分派岗或安委办接手"
    )
    after = replace(now, desk=found.desk, facts=facts)
    for edge in ("assign", "hand_on") if now.state == "received" else ("hand_on",):
        after = with_event(after, Event(edge, tools.now.today()))
    sealed = seal_facts(case.id, new.key, facts, hidden_of(after))
    return Anew(new, {"facts": sealed, **clear_columns(tools, after)}, facts, made)


def add_once(session: Session, tip: Tip, key: bytes, line: Line) -> None:
    """Tell a reporter, but never the same twice in a row: a case that goes round would read as a fault."""
    lines = open_thread(tip, key)
    if not lines or (lines[-1].kind, lines[-1].text) != (line.kind, line.text):
        add_line(session, tip, key, line)


def write_over(tools: Tools, holder: Holder, found: HandedOn, anew: Anew) -> None:
    """The one short transaction of taking over; who held a key before loses it. Raises Outrun."""
    with tools.database.work(write=True) as session:
        change(session, found.opened.row, state="read", **ERASED)
        change(session, found.case, **anew.columns)
        replace_grants(session, anew.case)
        for tip, tip_new, tip_columns in anew.tips:
            change(session, tip, **tip_columns)
            replace_grants(session, tip_new)
            add_once(session, tip, tip_new.key, Line(tools.now.today(), "notice", "told", found.told))
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
            subject=found.ledger_key(tools),
            detail={"edge": "assign", "by": holder.name},
            opening=bytes.fromhex(anew.facts.history),
        )
