"""Reading: the queue (most urgent first, keyset pages), counts, search by decrypting; each reading makes an entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.casework.access import cases_of, may_know
from app.casework.context import Desktop
from app.casework.facts import Facts, Situation, dues_of, open_facts, situation
from app.casework.models import Case
from app.ledger.write import append, read_once
from app.people.grants import open_keys, settle
from app.people.holder import Holder
from app.people.tools import Tools
from app.tips.content import Content, open_content
from app.tips.models import Tip

PAGE = 50
NEVER = date.max


@dataclass(frozen=True)
class Row:
    """One line of the queue: what, where, since when, what is due when."""

    id: str
    number: str
    sector: str
    state: str
    day: date
    next_due: date | None
    next_kind: str
    reserved: bool
    asked: bool
    objected: bool
    late: bool
    place: str
    text: str
    fresh: bool  # nobody has signed for it


@dataclass(frozen=True)
class Page:
    """One page of the queue and where the next begins."""

    rows: tuple[Row, ...]
    after: str


def queue(
    session: Session, tools: Tools, holder: Holder, *, state: str = "", sector: str = "", after: str = ""
) -> Page:
    """Open cases the holder may know, most urgent first; `state` closed shows the closed ones."""
    query = cases_of(holder)
    if state == "closed":
        query = query.where(Case.state == "closed")
    elif state:
        query = query.where(Case.state == state)
    else:
        query = query.where(or_(Case.state != "closed", Case.state.is_(None)))
    if sector:
        query = query.where(Case.sector == sector)
    due = func.coalesce(Case.next_due, NEVER)
    if after:
        day, _, case_id = after.partition("~")
        at = date.fromisoformat(day)
        query = query.where(or_(due > at, and_(due == at, Case.id > case_id)))
    cases = list(session.scalars(query.order_by(due, Case.id).limit(PAGE + 1)))
    rows = rows_of(session, tools, holder, cases[:PAGE])
    last = cases[PAGE - 1] if len(cases) > PAGE else None
    return Page(rows, f"{(last.next_due or NEVER).isoformat()}~{last.id}" if last else "")


def rows_of(session: Session, tools: Tools, holder: Holder, cases: Sequence[Case]) -> tuple[Row, ...]:
    keys = open_keys(session, tools.keyring, holder, "case", [case.id for case in cases])
    found = {case.id: situation(case, keys[case.id]) for case in cases if case.id in keys}
    contents = contents_of(session, tools, holder, (now.facts for now in found.values()))
    today = tools.now.today()
    rows = []
    for case in cases:
        if case.id in found:
            now = found[case.id]
            first = next((contents[tip] for tip in now.facts.tips if tip in contents), None)
            rows.append(row_of(tools, case, now, first, today))
    return tuple(rows)


def row_of(tools: Tools, case: Case, now: Situation, content: Content | None, today: date) -> Row:
    report, facts = (content.report if content else None), now.facts
    awaited = dues_of(tools, now).next
    return Row(
        id=case.id,
        number=now.number,
        sector=now.sector,
        state=now.state,
        day=case.day,
        next_due=case.next_due,
        next_kind=awaited[0] if awaited else "",
        reserved=case.reserved,
        asked=now.asked,
        objected=now.objected,
        late=case.next_due is not None and case.next_due < today,
        place=(report.where if report else "") or facts.place,
        text=facts.title or (report.what if report else "") or facts.text,
        fresh=awaited is not None and awaited[0] == "sign",
    )


def contents_of(session: Session, tools: Tools, holder: Holder, found: Iterable[Facts]) -> dict[str, Content]:
    """The tips behind these cases that the holder can open."""
    ids = [tip_id for facts in found for tip_id in facts.tips]
    keys = open_keys(session, tools.keyring, holder, "tip", ids)
    tips = session.scalars(select(Tip).where(Tip.id.in_(list(keys))))
    return {tip.id: open_content(tip, keys[tip.id]) for tip in tips}


def counts(session: Session, holder: Holder) -> dict[str, int]:
    """How many cases the holder may know, by state."""
    rows = session.execute(
        select(func.coalesce(Case.state, "reserved"), func.count())
        .where(may_know(holder))
        .group_by(Case.state)
    )
    return {row[0]: row[1] for row in rows}


def note_reading(tools: Tools, holder: Holder, now: Desktop) -> None:
    """Enter that the holder read this case today, once, and keep its keys under the desk's own from now on.

    Written before anything is shown.
    """
    with tools.database.work() as session:
        known = read_once(session, day=now.day, kind="read", actor=holder.ledger_key, subject=now.ledger_key)
    if known:
        return
    with tools.database.work(write=True) as session:
        settle(session, tools.keyring, holder, "case", [now.case.id])
        settle(session, tools.keyring, holder, "tip", [one.tip.id for one in now.tips])
        append(
            session,
            day=now.day,
            kind="read",
            actor=holder.ledger_key,
            subject=now.ledger_key,
            detail={"by": holder.name, "desk": now.now.desk},
        )


def note_listing(tools: Tools, holder: Holder) -> None:
    """Enter that the holder looked through their desks' lists today, once."""
    day = tools.now.today()
    subject = tools.keyring.standing_key("list:" + ",".join(holder.desks))
    with tools.database.work() as session:
        if read_once(session, day=day, kind="listed", actor=holder.ledger_key, subject=subject):
            return
    with tools.database.work(write=True) as session:
        append(
            session,
            day=day,
            kind="listed",
            actor=holder.ledger_key,
            subject=subject,
            detail={"by": holder.name, "desks": list(holder.desks)},
        )


def search(session: Session, tools: Tools, holder: Holder, words: str, most: int = 100) -> tuple[Row, ...]:
    """Cases whose text, place or enterprise holds all `words`, found by opening what the holder may open."""
    wanted = words.lower().split()
    if not wanted:
        return ()
    cases = list(session.scalars(cases_of(holder).order_by(Case.day.desc(), Case.id)))
    keys = open_keys(session, tools.keyring, holder, "case", [case.id for case in cases])
    facts = {case.id: open_facts(case, keys[case.id])[0] for case in cases if case.id in keys}
    contents = contents_of(session, tools, holder, facts.values())
    hits = [case for case in cases if case.id in facts and matches(case, facts[case.id], contents, wanted)]
    return rows_of(session, tools, holder, hits[:most])


def matches(case: Case, facts: Facts, contents: dict[str, Content], wanted: Sequence[str]) -> bool:
    parts = [case.number or "", facts.title, facts.place, facts.enterprise, facts.text]
    for tip_id in facts.tips:
        if tip_id in contents:
            report = contents[tip_id].report
            parts += [report.what, report.where, report.enterprise, report.external_number]
    hay = "\n".join(parts).lower()
    return all(word in hay for word in wanted)
