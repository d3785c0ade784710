"""Reading: the queue (most urgent first, keyset pages), counts, search by decrypting; each reading makes an entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, not_, or_, select
from sqlalchemy.orm import Session, load_only

from app.casework.access import cases_of, may_know
from app.casework.context import Desktop, OpenTip
from app.casework.facts import Facts, Situation, dues_of, situation
from app.casework.flow import DISPATCH
from app.casework.lateness import are_late, late_dues, sealed_day
from app.casework.models import NEVER, OPEN, RECHECKED, STATES, Case
from app.casework.ticketed import due_in_line, mark_of, outside_due
from app.ledger.write import append, read_once
from app.notices.write import end_replies, replies_wait
from app.people.desks import colleagues_of
from app.people.grants import Lines, chunks, open_keys, settle
from app.people.holder import Holder
from app.people.models import Grant
from app.people.tools import Tools
from app.rules.committees import OTHER, load_committees
from app.tips.content import Content, mark_of_reply, open_content
from app.tips.models import Tip

PAGE = 50
DAY, SOON = timedelta(days=1), timedelta(days=3)
MOST_LOOKED = 600  # cases in hand whose sealed days the list looks at: a fiftieth of a second
MOST_NAMED = 20_000  # cases that a condition names: beyond it the page shows what it can


@dataclass(frozen=True)
class Row:
    """One line of the queue: what, where, since when, what is due when, and who does it."""

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
    allotted: str  # whose it is, by name; empty: nobody's yet
    provisional: bool = False  # given back: the desk acts until another is assigned
    outside: date | None = None  # by when another house (12345, a superior) waits for our answer


@dataclass(frozen=True)
class Page:
    """One page of the queue and where the next begins."""

    rows: tuple[Row, ...]
    after: str


def queue(
    session: Session,
    tools: Tools,
    holder: Holder,
    *,
    state: str = "",
    sector: str = "",
    after: str = "",
    due: str = "",
    whose: str = "",
    committee: str = "",
) -> Page:
    """Cases in hand that the holder may know, most urgent first; `state` closed shows the closed ones.

    `after` is what the page before said; nonsense in it begins at the first page. `due`: `late`, or `soon` (past or
    within three days), by our own days and by another house's. `whose`: `mine`, `nobody`, or a member's id: of what is
    allotted inside the desk, of which only the desk's own search lines tell. `committee`: the id of a special
    committee, see `of_committee`.
    """
    wanted = [Case.state == state] if state else []
    wanted += [Case.sector == sector] if sector else []
    wanted += of_committee(committee)
    wanted += due_within(session, tools, holder, due)
    if whose:
        wanted.append(allotted_to(session, tools, holder, whose))
    at = place_after(after)
    if at is not None:
        day, case_id = at
        wanted.append(or_(Case.next_due > day, and_(Case.next_due == day, Case.id > case_id)))
    found: list[Case] = []
    for source in sources(holder, every=bool(state)):
        query = cases_of(holder).where(source, *wanted)
        found += session.scalars(query.order_by(Case.next_due, Case.id).limit(PAGE + 1))
    cases = sorted(found, key=lambda case: (case.next_due, case.id))
    rows = rows_of(session, tools, holder, cases[:PAGE])
    rows = tuple(sorted(rows, key=lambda row: row.next_due or NEVER))  # another house's day may be nearer
    last = cases[PAGE - 1] if len(cases) > PAGE else None
    return Page(rows, f"{last.next_due.isoformat()}~{last.id}" if last else "")


def due_within(session: Session, tools: Tools, holder: Holder, due: str) -> list[ColumnElement[bool]]:
    today = tools.now.today()
    if due == "late":
        return [or_(are_late(tools), sealed_until(session, tools, holder, today - DAY))]
    if due == "soon":
        return [or_(Case.next_due <= today + SOON, sealed_until(session, tools, holder, today + SOON))]
    return []


def sealed_until(session: Session, tools: Tools, holder: Holder, last: date) -> ColumnElement[bool]:
    """SQL: cases in hand with a sealed day (another house's, or one of ours that is not in clear) of `last` at most.
    The desk's search lines tell; what has none yet is opened. Of a desk with more than 600 cases in hand it looks at
    the 600 most urgent, so that its list does not wait: `outside_dues` goes through all.
    """
    led = select(Case.id).where(
        Case.desk_id.in_(holder.desks), OPEN
    )  # of a reserved case no day of ours is sealed
    hand = led.order_by(Case.next_due).limit(MOST_LOOKED)
    lines, without = Lines(tools.keyring, holder, "case").all(session, hand)
    found = [case_id for case_id, line in lines.items() if (due_in_line(line) or NEVER) <= last]
    cases = own_cases(session, holder)
    for chunk in chunks(without):
        cases += session.scalars(select(Case).where(Case.id.in_(chunk)))
    for case, now, contents in opened_cases(session, tools, holder, cases):
        if (sealed_due(tools, now, contents) or NEVER) <= last:
            found.append(case.id)
    return Case.id.in_(found[:MOST_NAMED])


def of_committee(committee: str) -> list[ColumnElement[bool]]:
    """SQL: cases in the sectors that a special committee (专业委员会) answers for; OTHER: those of none. Empty: all."""
    if not committee:
        return []
    known = load_committees()
    if committee == OTHER:
        return [Case.sector.not_in([sector for one in known.values() for sector in one.sectors])]
    return [Case.sector.in_(known[committee].sectors if committee in known else ())]


def allotted_to(session: Session, tools: Tools, holder: Holder, whose: str) -> ColumnElement[bool]:
    """SQL: open cases of a member, or those that are nobody's: what somebody had who has left is nobody's."""
    hand = select(Case.id).where(Case.desk_id.in_(holder.desks), OPEN)
    lines, _ = Lines(tools.keyring, holder, "case").all(session, hand)
    here = [member_id for member_id, _ in colleagues_of(session, holder)]
    members = here if whose == "nobody" else [holder.member_id if whose == "mine" else whose]
    marks = [ALLOTTED + member_id.translate(UNTYPED) for member_id in members]
    found = [case_id for case_id, line in lines.items() if any(mark in line for mark in marks)]
    named = Case.id.in_(found[:MOST_NAMED])
    return not_(named) if whose == "nobody" else named


def sources(holder: Holder, *, every: bool) -> list[ColumnElement[bool]]:
    """SQL: where the holder's cases are, one index each: those their desks lead, open or closed with an objection to
    decide (all closed ones with `every`), those they gave back and act on until another desk is assigned, and reserved
    ones, whose desk is sealed.
    """
    led = [Case.desk_id == desk for desk in holder.desks]
    if not every:
        led = [and_(desk, hand) for desk in led for hand in (OPEN, RECHECKED)]
    given_back = and_(Case.desk_id == DISPATCH, Case.state == "received", Case.desk_id.not_in(holder.desks))
    return [*led, given_back, Case.reserved.is_(True)]


def place_after(after: str) -> tuple[date, str] | None:
    day, _, case_id = after.partition("~")
    try:
        return date.fromisoformat(day), case_id
    except ValueError:
        return None


def rows_of(session: Session, tools: Tools, holder: Holder, cases: Sequence[Case]) -> tuple[Row, ...]:
    keys = open_keys(session, tools.keyring, holder, "case", [case.id for case in cases])
    found = {case.id: situation(case, keys[case.id]) for case in cases if case.id in keys}
    contents = contents_of(session, tools, holder, (now.facts for now in found.values()))
    today = tools.now.today()
    rows = []
    for case in cases:
        if case.id in found:
            now = found[case.id]
            rows.append(row_of(tools, case, now, contents, today, leads=holder.sits_at(now.desk)))
    return tuple(rows)


def row_of(
    tools: Tools, case: Case, now: Situation, contents: Mapping[str, Content], today: date, *, leads: bool
) -> Row:
    """One line; of our due day and another house's the nearer counts. `leads`: the reader's desk does."""
    facts = now.facts
    report = next((contents[tip].report for tip in facts.tips if tip in contents), None)
    due_days = dues_of(tools, now)
    awaited = due_days.next
    if awaited is None and case.next_due != NEVER:  # what a reporter said is not folded in yet
        awaited = ("recheck", case.next_due)
    due = case.next_due
    if awaited and (case.reserved or awaited[1] < due):  # not all is in clear
        due = awaited[1]
    kind = awaited[0] if awaited else ""
    late = bool(late_dues(tools, case, due_days))
    outside = outside_due(facts, contents)
    if outside is not None and outside < due:
        due, kind, late = outside, "outside", late or outside < today
    return Row(
        id=case.id,
        number=now.number,
        sector=now.sector,
        state=now.state,
        day=case.day,
        next_due=due if due != NEVER else None,
        next_kind=kind,
        reserved=case.reserved,
        asked=now.asked,
        objected=now.objected,
        late=late,
        place=report.where if report else "",
        text=facts.title or (report.what if report else ""),
        fresh=leads and due_days.sign is not None,
        allotted=(facts.extra.get("allotted") or ["", ""])[1],
        provisional=now.desk == DISPATCH and not leads,
        outside=outside,
    )


def contents_of(session: Session, tools: Tools, holder: Holder, found: Iterable[Facts]) -> dict[str, Content]:
    """The tips behind these cases that the holder can open."""
    ids = [tip_id for facts in found for tip_id in facts.tips]
    keys = open_keys(session, tools.keyring, holder, "tip", ids)
    wanted = load_only(Tip.id, Tip.content, raiseload=True)
    tips = session.scalars(select(Tip).options(wanted).where(Tip.id.in_(list(keys))))
    return {tip.id: open_content(tip, keys[tip.id]) for tip in tips}


COUNTED = 1000  # beyond it nobody counts: the page says so


def counts(session: Session, holder: Holder) -> dict[str, int]:
    """How many cases the holder may know, by state, each counted up to COUNTED; reserved ones together.

    One statement: the condition of who may know is built once.
    """
    known, ours = may_know(holder), Case.desk_id.in_(holder.desks)
    wanted = {state: and_(ours, Case.state == state) for state in STATES} | {
        "reserved": Case.reserved.is_(True)
    }
    found = session.execute(select(*(counted(which, known).label(name) for name, which in wanted.items())))
    return dict(found.one()._mapping)


def counted(which: ColumnElement[bool], known: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(Case.id).where(which, known).limit(COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def note_reading(tools: Tools, holder: Holder, now: Desktop) -> None:
    """Enter that the holder read this case today, once; keep its keys and its search line under the desk's own.

    Written before anything is shown.
    """
    lines, line = Lines(tools.keyring, holder, "case"), line_of(now)
    with tools.database.work() as session:
        known = read_once(session, day=now.day, kind="read", actor=holder.ledger_key, subject=now.ledger_key)
        if known and not lines.stale(session, now.case.id, line):
            return
    with tools.database.work(write=True) as session:
        settle(session, tools.keyring, holder, "case", [now.case.id])
        settle(session, tools.keyring, holder, "tip", [one.tip.id for one in now.tips])
        lines.write(session, now.case.id, line)
        if not known:
            append(
                session,
                day=now.day,
                kind="read",
                actor=holder.ledger_key,
                subject=now.ledger_key,
                detail={"by": holder.name, "desk": now.now.desk},
                opening=now.history,
            )


def end_news(tools: Tools, now: Desktop) -> None:
    """The leading desk has read what the reporters of this case wrote: the notices of it end, those of other cases do
    not. One that wrote since the page was read is still news.
    """
    marks = [marks_of(one) for one in now.tips]
    with tools.database.work() as session:
        if not replies_wait(session, frozenset().union(*marks)):
            return
    with tools.database.work(write=True) as session:
        for one, known in zip(now.tips, marks, strict=True):
            version = select(Tip.version).where(Tip.id == one.tip.id).with_for_update()
            if session.scalar(version) == one.tip.version:
                end_replies(session, known)


def marks_of(one: OpenTip) -> frozenset[bytes]:
    days = {line.day for line in one.thread if line.by == "reporter"}
    return frozenset(mark_of_reply(one.key, day) for day in days)


LINE_CHARS = 2000  # of what a report says
# What a line says beside words: nobody can type it, so that no search finds it by chance.
ALLOTTED, LOOK = "\ue100", "\ue101"
UNTYPED = {ord(digit): 0xE000 + int(digit, 16) for digit in "0123456789abcdef"}
TYPED = {private: digit for digit, private in UNTYPED.items()}


def line_of(now: Desktop) -> str:
    """What search looks through: number, title, place, enterprise and words of the case and of its tips."""
    contents = {one.tip.id: one.content for one in now.tips}
    return words_of(now.tools, now.now, contents)


def sealed_due(tools: Tools, now: Situation, contents: Mapping[str, Content]) -> date | None:
    """The nearest day that no clear column tells: another house's, or one of ours."""
    days = [outside_due(now.facts, contents), sealed_day(now.state, dues_of(tools, now))]
    return min((day for day in days if day is not None), default=None)


def words_of(tools: Tools, now: Situation, contents: Mapping[str, Content]) -> str:
    facts = now.facts
    parts = [now.number, facts.title, *(str(one[1]) for one in facts.extra.get("external", []))]
    looks = [photo.look for tip_id in facts.tips if tip_id in contents for photo in contents[tip_id].photos]
    parts += [ALLOTTED + str(one[0]).translate(UNTYPED) for one in [facts.extra.get("allotted")] if one]
    parts += [LOOK + look.translate(UNTYPED) for look in looks if look]
    for tip_id in facts.tips:
        if tip_id in contents:
            report = contents[tip_id].report
            parts += [report.what[:LINE_CHARS], report.where, report.enterprise, report.external_number]
    parts.append(mark_of(sealed_due(tools, now, contents)))  # last: see `due_in_line`
    return "\n".join(parts).lower()


def note_listing(tools: Tools, holder: Holder, page: str = "cases") -> None:
    """Enter that the holder looked through their desks' list of cases (or another sealed page) today, once."""
    day = tools.now.today()
    subject = tools.keyring.standing_key(f"list:{page}:" + ",".join(holder.desks))
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
    """Cases whose text, place or enterprise holds all `words`, the newest first, found by opening what the holder may
    open: the desk's search lines, and the cases themselves where nobody of the desk has opened them yet.
    """
    wanted = words.lower().split()
    if not wanted:
        return ()
    lines, without = Lines(tools.keyring, holder, "case").all(session)
    hits = [case_id for case_id, line in lines.items() if all(word in line for word in wanted)]
    found: list[Case] = []
    for chunk in chunks([*hits, *without]):
        found += session.scalars(cases_of(holder).where(Case.id.in_(chunk))).all()
    unread = set(without)
    new = [case for case in found if case.id in unread] + own_cases(session, holder)
    kept = {case.id: case for case in found if case.id not in unread}
    kept |= {case.id: case for case in matching(session, tools, holder, new, wanted)}
    newest = sorted(kept.values(), key=lambda case: (-case.day.toordinal(), case.id))
    return rows_of(session, tools, holder, newest[:most])


def outside_dues(session: Session, tools: Tools, holder: Holder) -> tuple[Row, ...]:
    """Cases for which another house (12345, a superior) waits for an answer, the nearest day first.

    Found as by search: by the desk's search lines, and by opening what nobody of the desk has opened yet.
    """
    lines, without = Lines(tools.keyring, holder, "case").all(session)
    told = [case_id for case_id, line in lines.items() if due_in_line(line)]
    found: list[Case] = []
    for chunk in chunks([*told, *without]):
        found += session.scalars(cases_of(holder).where(Case.id.in_(chunk))).all()
    return waited_for(session, tools, holder, [*found, *own_cases(session, holder)])


def outside_soon(session: Session, tools: Tools, holder: Holder, until: date) -> tuple[Row, ...]:
    """Those of them that are in hand and wait until `until` at most: all of them."""
    near = sealed_until(session, tools, holder, until)
    cases = session.scalars(cases_of(holder).where(or_(*sources(holder, every=False)), near)).all()
    found = waited_for(session, tools, holder, cases)
    return tuple(row for row in found if (row.outside or NEVER) <= until)


def waited_for(session: Session, tools: Tools, holder: Holder, cases: Sequence[Case]) -> tuple[Row, ...]:
    rows = rows_of(session, tools, holder, list({case.id: case for case in cases}.values()))
    waiting = [row for row in rows if row.outside is not None]
    return tuple(sorted(waiting, key=lambda row: (row.outside or NEVER, row.id)))


def own_cases(session: Session, holder: Holder) -> list[Case]:
    """Cases granted to the holder's own key alone (where somebody of the desk must not know): they keep no line."""
    own = (
        Grant.subject_kind == "case",
        Grant.recipient_kind == "member",
        Grant.recipient_id == holder.member_id,
    )
    return list(session.scalars(select(Case).join(Grant, Grant.subject_id == Case.id).where(*own)))


def matching(
    session: Session, tools: Tools, holder: Holder, cases: Sequence[Case], wanted: Sequence[str]
) -> list[Case]:
    """Those of `cases` that hold all words, found by opening each."""
    return [
        case
        for case, now, contents in opened_cases(session, tools, holder, cases)
        if all(word in words_of(tools, now, contents) for word in wanted)
    ]


def opened_cases(
    session: Session, tools: Tools, holder: Holder, cases: Sequence[Case]
) -> list[tuple[Case, Situation, Mapping[str, Content]]]:
    """Each of `cases` that the holder can open, and the contents of the tips behind all of them."""
    keys = open_keys(session, tools.keyring, holder, "case", [case.id for case in cases])
    opened = [(case, situation(case, keys[case.id])) for case in cases if case.id in keys]
    contents = contents_of(session, tools, holder, (now.facts for _, now in opened))
    return [(case, now, contents) for case, now in opened]
