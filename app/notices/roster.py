"""The duty roster (值班表): who is called for a danger to life on which day, who stands in, and by which number."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock.calendar import TIANJIN, span
from app.ledger.write import append
from app.notices.models import DutyDay, DutyPhone
from app.notices.write import mark_done, notify
from app.people.holder import Holder
from app.people.keyring import Keyring
from app.people.models import Member, Membership
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.sealing.fields import Place, open_field, seal_field

DUTY, OFFICE = "duty", "office"  # 值班席, 镇安委会办公室
WEEK = timedelta(days=7)
WARNED = 3  # days ahead of an empty one
FARTHEST = timedelta(days=400)  # a roster is planned for months, not for ever
NUMBER = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")  # mobile, or a landline with its area code
BETWEEN = re.compile(r"[\s()（）+-]|^\+?86(?=1)")

Chosen = tuple[str, str]  # ids of the person on duty and of the deputy, either empty


class Refused(Exception):
    """The roster stays as it was; the message says why, for the page."""


@dataclass(frozen=True)
class Turn:
    """Who has duty on a day: those of the roster who still sit at the duty desk and may sign in."""

    day: date
    person: Member | None
    deputy: Member | None

    @property
    def chosen(self) -> Chosen:
        return (self.person.id if self.person else "", self.deputy.id if self.deputy else "")


def members_of(session: Session, desk_id: str) -> list[Member]:
    """Who sits at a desk and may sign in."""
    seated = select(Membership.member_id).where(Membership.desk_id == desk_id)
    wanted = select(Member).where(Member.id.in_(seated), Member.active).order_by(Member.username)
    return list(session.scalars(wanted))


def turns(session: Session, first: date, days: int = 7) -> list[Turn]:
    """The roster from `first` on, each day of it."""
    last = first + timedelta(days=days - 1)
    people = {one.id: one for one in members_of(session, DUTY)}
    rows = {row.day: row for row in session.scalars(select(DutyDay).where(DutyDay.day.between(first, last)))}
    found = []
    for day in span(first, last):
        row = rows.get(day)
        person = people.get(row.person_id) if row else None
        deputy = people.get(row.deputy_id or "") if row else None
        found.append(Turn(day, person, deputy))
    return found


def state_of(found: Sequence[Turn]) -> str:
    """What a form carries of the roster that it was made from: whoever saves an older one is told."""
    said = "\n".join(":".join((turn.day.isoformat(), *turn.chosen)) for turn in found)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def set_week(tools: Tools, holder: Holder, monday: date, wanted: Mapping[date, Chosen], seen: str) -> None:
    """Who has duty on the days of one week. Raises Refused, also where somebody changed it since it was `seen`."""
    today = tools.now.today()
    if not monday_of(today) <= monday <= today + FARTHEST:
        raise Refused("只能排这一周和以后的，最多排到一年后。")
    with tools.database.work(write=True) as session:
        before = turns(session, monday)
        if state_of(before) != seen:
            raise Refused("刚有别人改过这一周的值班表，请看一遍再改。")
        people = {one.id for one in members_of(session, DUTY)}
        changed = {}
        for turn in before:
            person, deputy = wanted.get(turn.day, turn.chosen) if turn.day >= today else turn.chosen
            if not {person, deputy} <= {*people, ""}:
                raise Refused("只能排值班席上的人。")
            if (deputy and not person) or person == deputy != "":
                raise Refused(f"{turn.day.month}月{turn.day.day}日：先排值班的人，替班要另一个人。")
            if (person, deputy) != turn.chosen:
                changed[turn.day] = (person, deputy)
        write(session, changed)
        enter(session, tools, holder, changed)


def copy_week(tools: Tools, holder: Holder, monday: date) -> int:
    """Fill the empty days of the week after from this one; returns how many were filled. Raises Refused."""
    if not tools.now.today() - WEEK < monday + WEEK <= tools.now.today() + FARTHEST:
        raise Refused("只能排这一周和以后的，最多排到一年后。")
    with tools.database.work(write=True) as session:
        after = {turn.day: turn for turn in turns(session, monday + WEEK)}
        filled = {
            turn.day + WEEK: turn.chosen
            for turn in turns(session, monday)
            if turn.person and after[turn.day + WEEK].person is None
        }
        write(session, filled)
        enter(session, tools, holder, filled)
    return len(filled)


def write(session: Session, changed: Mapping[date, Chosen]) -> None:
    session.execute(delete(DutyDay).where(DutyDay.day.in_(list(changed))))
    for day, (person, deputy) in changed.items():
        if person:
            session.add(DutyDay(day=day, person_id=person, deputy_id=deputy or None))
    session.flush()


def enter(session: Session, tools: Tools, holder: Holder, changed: Mapping[date, Chosen]) -> None:
    """The ledger's entry, and the end of the warning where no day is empty any more."""
    if not changed:
        return
    if not empty_days(session, tools.now.today()):
        mark_done(session, (DUTY, OFFICE), "roster")
    append(
        session,
        day=tools.now.today(),
        kind="roster_changed",
        actor=holder.ledger_key,
        subject=tools.keyring.standing_key(f"desk:{DUTY}"),
        detail={
            "by": holder.name,
            "days": {day.isoformat(): list(chosen) for day, chosen in sorted(changed.items())},
        },
    )


def empty_days(session: Session, today: date) -> list[date]:
    """Days from today to the third after it on which nobody has duty."""
    return [turn.day for turn in turns(session, today, 1 + WARNED) if turn.person is None]


def warn_empty(tools: Tools) -> None:
    """Tell the duty desk and the office, anew each day, until somebody is on the roster."""
    today = tools.now.today()
    with tools.database.work() as session:
        if not empty_days(session, today):
            return
    with tools.database.work(write=True) as session:
        for desk_id in (DUTY, OFFICE):
            notify(session, desk_id, "roster", today)


# -------------------------------------------------------------------------------------------- numbers


def read_number(typed: str) -> str:
    """A number as it is dialled. Raises Refused."""
    number = BETWEEN.sub("", typed.strip())
    if not NUMBER.fullmatch(number):
        raise Refused("电话请写手机号，或者带区号的座机号，比如 022-12345678。")
    return number


def set_phone(tools: Tools, holder: Holder, member_id: str, typed: str) -> None:
    """Whoever has duty, or sits at the office, is rung here; an empty number takes it away. Raises Refused."""
    number = read_number(typed) if typed.strip() else ""
    with tools.database.work(write=True) as session:
        if member_id not in {one.id for desk in (DUTY, OFFICE) for one in members_of(session, desk)}:
            raise Refused("只能登记值班席和安委办的人的电话。")
        session.execute(delete(DutyPhone).where(DutyPhone.member_id == member_id))
        if number:
            place = Place("duty_phones", member_id, "phone")
            sealed = seal_field(key_of(tools.keyring), number.encode(), place)
            session.add(DutyPhone(member_id=member_id, phone=sealed))
        session.flush()
        append(
            session,
            day=tools.now.today(),
            kind="duty_phone_changed",
            actor=holder.ledger_key,
            subject=tools.keyring.standing_key(f"member:{member_id}"),
            detail={"by": holder.name, "given": bool(number)},
        )


def phones(session: Session, keyring: Keyring) -> dict[str, str]:
    """Numbers by member."""
    found = {}
    for row in session.scalars(select(DutyPhone)):
        place = Place("duty_phones", row.member_id, "phone")
        try:
            found[row.member_id] = open_field(key_of(keyring), row.phone, place).decode()
        except SealError:  # put in another's place: nobody is rung by it
            continue
    return found


def key_of(keyring: Keyring) -> bytes:
    return keyring.standing_key("duty-phones")


def duty_day(tools: Tools, instant: datetime) -> date:
    """Whose day it is: in the small hours still that of the evening before."""
    now = instant.astimezone(TIANJIN)
    return now.date() - timedelta(days=now.time() < tools.sending.duty_from)


def to_ring(session: Session, tools: Tools, minutes: int, sign_life: int) -> list[str]:
    """Numbers to ring, `minutes` after somebody should first have been rung: who has duty, with the deputy once a
    sign-for's time has passed, with the office once it has passed twice. Where nobody is on the roster or can be rung,
    everybody of the duty desk is.
    """
    numbers = phones(session, tools.keyring)
    (turn,) = turns(session, duty_day(tools, tools.now.instant()), 1)
    called = [turn.person] if turn.person else []
    if turn.deputy and (minutes >= sign_life or turn.person is None or turn.person.id not in numbers):
        called.append(turn.deputy)
    if not any(one.id in numbers for one in called):
        called = members_of(session, DUTY)
    if minutes >= 2 * sign_life:
        called = [*called, *members_of(session, OFFICE)]
    return list(dict.fromkeys(numbers[one.id] for one in called if one.id in numbers))
