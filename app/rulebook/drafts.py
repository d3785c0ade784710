"""Drafts of the rule set (职责清单草稿), and putting one in force: by the committee office alone, each in the ledger.

A draft can always be read: a change that breaks it is refused with a sentence, and the draft stays as it was. Routing
knows nothing of it until it is put in force.
"""

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.base import new_id
from app.db.versions import Outrun, change
from app.ledger.write import append
from app.notices.write import mark_done
from app.people.desks import all_desks, desks_with_keys
from app.people.holder import Holder
from app.people.models import Desk
from app.people.tools import Tools
from app.rulebook.live import ALARMED
from app.rulebook.models import RuleSet
from app.rules.drafts import (
    DUTIES,
    EXAMPLES,
    Body,
    Parts,
    as_body,
    as_text,
    check_draft,
    file_text,
    import_part,
    read_set,
    rules_of,
    said,
)
from app.rules.duties import SOURCES, RuleError

OFFICE = "office"
FASTER = "刚有别人改过草稿，请看一遍再改。"
LONGEST_REASON = 500  # characters
NUMBERS = re.compile(r"\d{5,}")  # a telephone, an identity card, a plate, a case number
PLACE_ID = re.compile(r"[a-z][a-z_]{0,19}")


class Refused(Exception):
    """Nothing was changed; the message says why, for the page."""


@dataclass(frozen=True)
class Typed:
    """What the form of one sector says."""

    name: str
    lead: str
    assist: Sequence[str]
    town_desk: str
    hints: Sequence[str]
    basis: str
    src: str
    enforce: bool
    enforce_basis: str


def editions(session: Session) -> list[RuleSet]:
    """All editions, the newest first, without the draft."""
    query = select(RuleSet).where(RuleSet.state != "draft").order_by(RuleSet.number.desc())
    return list(session.scalars(query))


def draft_of(session: Session) -> RuleSet | None:
    return session.scalar(select(RuleSet).where(RuleSet.state == "draft"))


def live_of(session: Session) -> RuleSet | None:
    return session.scalar(select(RuleSet).where(RuleSet.state == "live"))


def text_of(session: Session, number: int) -> str:
    """An edition's text. Raises Refused where there is none."""
    if number == 0:
        return file_text()
    body = session.scalar(select(RuleSet.body).where(RuleSet.number == number))
    if body is None:
        raise Refused("没有这一版。")
    return body


def mark_of(row: RuleSet) -> str:
    """What a form carries of the draft it was made from."""
    return f"{row.id}~{row.version}"


def begin(tools: Tools, holder: Holder, number: int) -> None:
    """A new draft that begins as edition `number`; 0: the data folder. Raises Refused."""
    only_office(holder)
    with tools.database.work() as session:
        body = text_of(session, number)
    readable(body)
    try:
        with tools.database.work(write=True) as session:
            if draft_of(session) is not None:
                raise Refused("已经有一份草稿，改完或者放弃了再开一份。")
            newest = session.scalar(select(func.max(RuleSet.number))) or 0
            session.add(
                RuleSet(
                    id=new_id(),
                    number=newest + 1,
                    state="draft",
                    body=body,
                    day=tools.now.today(),
                    author_id=holder.member_id,
                    reason="",
                    version=1,
                )
            )
            enter(session, tools, holder, "rules_begun", {"number": newest + 1, "from": number})
    except IntegrityError:
        raise Refused("已经有一份草稿，改完或者放弃了再开一份。") from None


def drop(tools: Tools, holder: Holder, seen: str) -> None:
    """Raises Refused."""
    only_office(holder)
    with tools.database.work(write=True) as session:
        row = current(session, seen)
        session.delete(row)
        enter(session, tools, holder, "rules_dropped", {"number": row.number})


def edit(tools: Tools, holder: Holder, seen: str, what: str, make: Callable[[str], str]) -> None:
    """Change the draft's text by `make`. Raises Refused, also where somebody changed it since it was `seen`."""
    only_office(holder)
    with tools.database.work() as session:
        row = current(session, seen)
    try:
        body = make(row.body)
    except RuleError as error:
        raise Refused(said(error)) from error
    readable(body)
    if body == row.body:
        return
    try:
        with tools.database.work(write=True) as session:
            change(session, row, body=body, author_id=holder.member_id)
            enter(session, tools, holder, "rules_changed", {"number": row.number, "what": what})
    except Outrun:
        raise Refused(FASTER) from None


def put_in_force(tools: Tools, holder: Holder, seen: str, reason: str) -> int:
    """The draft becomes the set that all workers route by; returns its number. Raises Refused: then nothing changed."""
    only_office(holder)
    if not reason:
        raise Refused("请写为什么改。")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"理由最多 {LONGEST_REASON} 个字。")
    with tools.database.work() as session:
        row = current(session, seen)
        check(session, tools, row.body)
    try:
        rules_of(row.body, row.number)  # it can be learned from, before anybody depends on it
    except RuleError as error:
        raise Refused(said(error)) from error
    try:
        with tools.database.work(write=True) as session:
            check(session, tools, row.body)
            before = live_of(session)
            if before is not None:
                change(session, before, state="old")
            change(
                session,
                row,
                state="live",
                day=tools.now.today(),
                author_id=holder.member_id,
                reason=reason,
            )
            mark_done(session, tuple(session.scalars(select(Desk.id).where(Desk.role.in_(ALARMED)))), "rules")
            told = {"number": row.number, "before": before.number if before else 0, "reason": reason}
            enter(session, tools, holder, "rules_in_force", told)
    except (Outrun, IntegrityError):
        raise Refused(FASTER) from None
    return row.number


def current(session: Session, seen: str) -> RuleSet:
    """The draft as it was `seen`. Raises Refused."""
    row = draft_of(session)
    if row is None or mark_of(row) != seen:
        raise Refused(FASTER)
    return row


def check(session: Session, tools: Tools, body: str) -> Parts:
    """Whether it may be put in force as things stand. Raises Refused with a sentence that names the entry."""
    known = {desk.id for desk in all_desks(session).values() if desk.active}
    known |= {one.desk for one in tools.rules.departments.values()}
    try:
        return check_draft(body, tools.rules.duties, desks_with_keys(session), known)
    except RuleError as error:
        raise Refused(said(error)) from error


def readable(body: str) -> Parts:
    """Raises Refused."""
    try:
        return read_set(body)
    except RuleError as error:
        raise Refused(said(error)) from error


def only_office(holder: Holder) -> None:
    if OFFICE not in holder.roles:
        raise Refused("只有安委办能改职责清单。")


def enter(session: Session, tools: Tools, holder: Holder, kind: str, told: dict[str, Any]) -> None:
    append(
        session,
        day=tools.now.today(),
        kind=kind,
        actor=holder.ledger_key,
        subject=tools.keyring.standing_key("rules"),
        detail={"by": holder.name, **told},
    )


# -------------------------------------------------------------------------------------------- changes


def with_sector(text: str, sector_id: str, typed: Typed) -> str:
    """The set with one sector as the form has it. Raises Refused, RuleError."""
    body = as_body(text)
    sectors = body[DUTIES]["sectors"]
    if sector_id not in sectors:
        raise Refused("没有这个行业领域。")
    if typed.src not in SOURCES:
        raise Refused("请选来源。")
    sector = sectors[sector_id]
    lawful = sector.get("escalate")  # where deaths and accusations go is not the office's to change
    sector["name"], sector["hints"] = typed.name, list(dict.fromkeys(typed.hints))
    if not lawful:
        assist = [one for one in typed.assist if one != typed.lead]
        kept = [
            one for one in sector["assist"] if one in assist
        ]  # the order of the list says who comes first
        sector["assist"] = kept + [one for one in assist if one not in kept]
        sector |= {"lead": typed.lead or None, "town_desk": typed.town_desk, "src": typed.src}
        sector.pop("basis", None)
        if typed.basis:
            sector["basis"] = typed.basis
        enforce(body, sector_id, typed)
    return as_text(body)


def enforce(body: Body, sector_id: str, typed: Typed) -> None:
    """Where the town may order and punish, with its basis. Raises Refused."""
    powers = body[DUTIES]["town_may_enforce"]["sectors"]
    if not typed.enforce:
        powers.pop(sector_id, None)
        return
    if not typed.enforce_basis:
        raise Refused("打开镇里的执法权要写依据：委托书、目录的文号和条款。")
    before = powers.get(sector_id, {})
    if before.get("basis") != typed.enforce_basis:
        powers[sector_id] = {"basis": typed.enforce_basis, "src": "town"}


def with_place(text: str, place_id: str, name: str, words: Sequence[str]) -> str:
    """The set with a place outside the town; without a name, without it. Raises Refused, RuleError."""
    body = as_body(text)
    places = body[DUTIES].setdefault("places_outside", {})
    if not PLACE_ID.fullmatch(place_id):
        place_id = next(f"place_{letters}" for letters in suffixes() if f"place_{letters}" not in places)
    if name:
        places[place_id] = {"name": name, "words": list(dict.fromkeys(words)) or [name], "src": "town"}
    else:
        places.pop(place_id, None)
    return as_text(body)


def suffixes() -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [first + second for first in letters for second in letters]


def with_example(text: str, sector_id: str, written: str) -> str:
    """The set with one more example, newly written. Raises Refused, RuleError."""
    body = as_body(text)
    texts = sectors_in(body, sector_id)
    line = " ".join(written.split())
    if NUMBERS.search(line):
        raise Refused("例句里不要写电话、证件号、车牌、编号这样的长数字。")
    if any(line in one for one in body[EXAMPLES]["sectors"].values()):
        raise Refused("已经有这一句了。")
    texts.append(line)
    return as_text(body)


def without_example(text: str, sector_id: str, written: str) -> str:
    """Raises Refused."""
    body = as_body(text)
    texts = sectors_in(body, sector_id)
    if written not in texts:
        raise Refused("没有这一句。")
    texts.remove(written)
    return as_text(body)


def sectors_in(body: Body, sector_id: str) -> list[str]:
    sectors = body[EXAMPLES]["sectors"]
    if sector_id not in body[DUTIES]["sectors"]:
        raise Refused("请选行业领域。")
    texts: list[str] = sectors.setdefault(sector_id, [])
    return texts


def imported(text: str, typed: str) -> str:
    """Raises RuleError."""
    return import_part(text, typed)


def changed_sectors(before: str, after: str) -> frozenset[str]:
    """Sectors whose entry, power or examples differ."""
    parts = [copy.deepcopy(as_body(one)) for one in (before, after)]
    names = {name for one in parts for name in one[DUTIES]["sectors"]}

    def seen(one: Body, name: str) -> tuple[Any, ...]:
        return (
            one[DUTIES]["sectors"].get(name),
            one[DUTIES]["town_may_enforce"]["sectors"].get(name),
            one[EXAMPLES]["sectors"].get(name),
        )

    return frozenset(name for name in names if seen(parts[0], name) != seen(parts[1], name))
