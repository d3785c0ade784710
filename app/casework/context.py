"""What a step works with: the case opened by somebody, its situation, its tips, the keys things may be sealed to."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.access import open_case, seated_at
from app.casework.facts import PROVISIONAL, Situation, dues_of, situation, with_event
from app.casework.models import Case
from app.casework.opening import reserved_ledger_key
from app.casework.records import Opened, decisions_in, records_of
from app.clock.dues import Event
from app.people.desks import Recipient, all_desks, desk_recipients, desks_with_keys
from app.people.grants import Subject, open_keys, readers_of
from app.people.holder import Holder
from app.people.models import Desk
from app.people.subjects import open_subject_key
from app.people.tools import Tools
from app.tips.content import Content, Line, open_content, open_thread
from app.tips.models import Tip

REPORTER_EDGES = {"reply": "reply", "objection": "object", "withdrawal": "withdraw"}


@dataclass(frozen=True)
class OpenTip:
    """A tip opened by a desk that holds its key."""

    tip: Tip
    content: Content
    thread: tuple[Line, ...]
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Desktop:
    """A case as it lies before somebody who holds its key."""

    tools: Tools
    holder: Holder
    case: Case
    now: Situation
    tips: tuple[OpenTip, ...]
    records: tuple[Opened, ...]
    known: dict[str, Recipient]
    desks: dict[str, Desk]
    seated: tuple[tuple[str, str], ...]  # members of the leading desk who can open it: id and name
    readers: frozenset[str]  # members who hold the key of a reserved case: they sign it among themselves
    day: date
    key: bytes = field(repr=False)

    @property
    def history(self) -> bytes:
        """The key under which the ledger says what was done to the case."""
        return bytes.fromhex(self.now.facts.history)

    @property
    def ledger_key(self) -> bytes:
        if self.case.reserved:
            return reserved_ledger_key(self.history)
        return case_ledger_key(self.tools, self.case)

    @property
    def reports(self) -> tuple[OpenTip, ...]:
        """Those of the tips that somebody reported: whom to answer, never to quote, perhaps to reward."""
        return tuple(one for one in self.tips if one.content.is_report)

    @property
    def insiders(self) -> tuple[OpenTip, ...]:
        """Those of the reports that came from somebody who works there: nobody may guess that there was one."""
        return tuple(one for one in self.reports if one.content.report.insider)

    @property
    def unwanted(self) -> str:
        """Who must not know of it, in the reporters' words; empty where nobody said so."""
        return "\n".join(filter(None, (one.content.report.not_these for one in self.reports)))

    @property
    def is_lead(self) -> bool:
        return self.holder.sits_at(self.now.desk)

    @property
    def provisional(self) -> str:
        """暂定牵头: the desk that gave the case back and acts until another is assigned; empty where nothing is
        disputed (台儿庄区 2025: 争议期间由暂定牵头单位先到场控制, 宁可重复管理、绝不遗漏).
        """
        return str(self.now.facts.extra.get(PROVISIONAL, ""))

    @property
    def is_provisional(self) -> bool:
        return self.holder.sits_at(self.provisional)

    @property
    def acting(self) -> str:
        """The desk in whose name the holder takes a step: the one that leads, or that acts first."""
        return self.provisional if self.is_provisional and not self.is_lead else self.now.desk

    @property
    def in_hand(self) -> bool:
        """Whether the holder leads what the reports belong to: neither who only acts first, nor who reads them in a
        case that was merged into another, which may be somebody else's by now.
        """
        return self.is_lead and not self.now.facts.extra.get("merged_into")

    @property
    def is_death(self) -> bool:
        return tells_of_death(self.tools, self.now, self.tips)

    @property
    def leaves_us(self) -> bool:
        """A death is verified by an authority of the county level or above, never by a town (安全生产法 §73 ¶2)."""
        return self.is_death and self.tools.authority == "town"

    def desk_name(self, desk_id: str) -> str:
        return self.desks[desk_id].name if desk_id in self.desks else desk_id

    def recorded(self, kind: str) -> list[Opened]:
        return [record for record in self.records if record.kind == kind]

    def known_verifiers(self) -> set[str]:
        """Members who wrote a site record, declined or concluded: an objection is decided by somebody else, and none of
        them may release who sent it.
        """
        wrote = {str(record.value.get("author_id")) for record in self.recorded("site")}
        return wrote | {str(one) for one in self.now.facts.extra.get("deciders", [])}


def tells_of_death(tools: Tools, now: Situation, tips: Sequence[OpenTip]) -> bool:
    """涉及死亡. An accusation that also tells of a death stays an accusation: the death is split off."""
    told = any(one.content.report.deaths for one in tips) and not now.reserved
    return told or now.facts.rule == "death" or now.sector == tools.rules.escalated("death").id


def case_ledger_key(tools: Tools, case: Case) -> bytes:
    """The ledger key of an ordinary case, which a job can open too."""
    return open_subject_key(tools.keyring, "cases", case.id, case.month, case.ledger_key)


def lay_out(session: Session, tools: Tools, holder: Holder, case_id: str) -> Desktop:
    """Open a case and all that belongs to it. Raises NoKey."""
    case, key = open_case(session, tools, holder, case_id)
    now = situation(case, key)
    tips = open_tips(session, tools, holder, now.facts.tips)
    now = fold_in(tools, now, tips)
    found = [one for one in records_of(session, now.facts.records) if is_read(one, now, holder)]
    return Desktop(
        tools=tools,
        holder=holder,
        case=case,
        now=now,
        tips=tips,
        records=(*found, *decisions_in(found)),
        known=desk_recipients(session, tools.keyring, desks_with_keys(session)),
        desks=all_desks(session),
        seated=seated_at(session, case, now.desk),
        readers=readers_of(session, Subject("case", case_id)) if case.reserved else frozenset(),
        day=tools.now.today(),
        key=key,
    )


def is_read(record: Opened, now: Situation, holder: Holder) -> bool:
    """Whether a desk reads a record of a case it has the key to: not the notes (本岗备注) of the desk that leads, where
    it only acts first itself.
    """
    known = {"", *holder.desks}
    return record.kind != "note" or holder.sits_at(now.desk) or record.value.get("desk", "") in known


def open_tips(session: Session, tools: Tools, holder: Holder, ids: Sequence[str]) -> tuple[OpenTip, ...]:
    """Those of the tips that the holder has a key to, in the order the case names them."""
    keys = open_keys(session, tools.keyring, holder, "tip", ids)
    rows = {tip.id: tip for tip in session.scalars(select(Tip).where(Tip.id.in_(list(keys))))}
    return tuple(
        OpenTip(
            rows[tip_id],
            open_content(rows[tip_id], keys[tip_id]),
            tuple(open_thread(rows[tip_id], keys[tip_id])),
            keys[tip_id],
        )
        for tip_id in ids
        if tip_id in rows
    )


def fold_in(tools: Tools, now: Situation, tips: Sequence[OpenTip]) -> Situation:
    """What happened since without the case's key: replies and objections in the threads, answers that were seen, a
    question that lapsed. It becomes part of the sealed steps when a desk next takes one.
    """
    for one in tips:
        for line in one.thread:
            edge, mark = REPORTER_EDGES.get(line.kind), str(line.extra.get("folded"))
            if edge and line.by == "reporter" and mark not in marks(now):
                now = with_mark(with_event(now, Event(edge, line.day), **overlay(edge, now)), mark)
            if (
                line.kind == "answer"
                and line.shown
                and not any(event.edge == "shown" for event in now.events)
            ):
                now = with_event(now, Event("shown", line.shown))
    lapse = dues_of(tools, now).ask_lapse
    if now.asked and lapse is not None and lapse.day < tools.now.today():
        now = with_event(now, Event("lapse", lapse.day), asked=False)
    return now


def with_mark(now: Situation, mark: str) -> Situation:
    return replace(now, facts=replace(now.facts, extra={**now.facts.extra, "folded": [*marks(now), mark]}))


def marks(now: Situation) -> list[str]:
    found = now.facts.extra.get("folded", [])
    return [str(mark) for mark in found]


def overlay(edge: str, now: Situation) -> dict[str, Any]:
    """How a reporter's edge changes the overlays; the state never."""
    if edge == "reply":
        return {"asked": False}
    if edge == "object":
        return {"objected": True}
    return {"asked": now.asked}
