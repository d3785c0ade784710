"""Sending (发出): digests at fixed times to every desk, also when nothing waits; a danger to life until signed for.

What is said is the same for every desk and every kind of thing: how many notices wait, nothing else. Not what they are
about, for an answer or a message would tell that somebody reported. Both digests have the same length, so that the size
on the line does not tell a desk with news from one without.

A digest is written down as being tried before it goes out, and as sent after: where the sender dies in between, nobody
knows whether it went, and it is sent once more, never a third time. To be told twice does less harm than not at all.
"""

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock.calendar import TIANJIN
from app.notices.addresses import SHOWN, Address, all_addresses
from app.notices.gateway import Message, send
from app.notices.models import DANGER_TURN, Notice, NoticeSend
from app.notices.roster import DUTY, OFFICE, to_ring
from app.people.tools import Tools

log = logging.getLogger("anshao.notices")
TITLE = "安哨"
NEWS = "安哨：贵岗有 {count:>2} 项待看，请登录去看看。"
NONE = "安哨：贵岗有  0 项待看，今天没有新的。"
DANGER = "安哨：有生命危险，还没有人签收，请马上登录值班页。"
TEST = "安哨：这是试发，收到就好。"
MOST = 99
TRIES = (0, 5, 20, 60, 150)  # minutes after its time at which a digest is tried: the pauses grow
WINDOW = timedelta(hours=3)  # a digest that could not go out by then does not: the next one says as much
IN_FLIGHT_SECONDS = 90  # longer than a batch may take
WAITS_SECONDS = 7 * 24 * 3600  # a danger that nobody signs for rings on
MINUTE = 60


@dataclass(frozen=True)
class Claim:
    """A digest that this process, and no other, sends now."""

    address: Address
    day: date
    turn: int


# -------------------------------------------------------------------------------------------- digests


def send_digests(tools: Tools) -> None:
    """Tell every desk that has an address how much waits; on working days, at the times of the settings."""
    now = tools.now.instant().astimezone(TIANJIN)
    turn = turn_at(tools.sending.digest_times, now)
    if turn is None or not tools.calendar.is_working(now.date()):
        return
    with tools.database.work() as session:
        addresses = [one for one in all_addresses(session, tools.keyring) if not one.danger]
        found = [(one, seen_of(session, one, now.date(), turn)) for one in addresses]
        counts = counted(session)
    due = [(one, seen) for one, seen in found if is_due(tools, one, seen, turn, now)]
    claims = [claim for one, seen in due if (claim := take_claim(tools, one, seen, turn, now.date()))]
    words = [digest_text(counts.get(claim.address.desk_id, 0)) for claim in claims]
    messages = [Message(claim.address.url, TITLE, text) for claim, text in zip(claims, words, strict=True)]
    taken = send(messages, tools.sending.danger_command)
    if claims:
        keep(tools, claims, taken)
    say_failed(taken)


def turn_at(times: Sequence[time], now: datetime) -> int | None:
    """Which of the day's digests (from 1) is to be sent at this moment: the last whose time has come."""
    come = [turn for turn, at in enumerate(times, 1) if at <= now.time()]
    if not come or minutes_since(times[come[-1] - 1], now) >= WINDOW.total_seconds() / MINUTE:
        return None
    return come[-1]


def minutes_since(at: time, now: datetime) -> int:
    return (now.hour - at.hour) * 60 + now.minute - at.minute


def digest_text(count: int) -> str:
    return NEWS.format(count=min(count, MOST)) if count else NONE


def counted(session: Session) -> dict[str, int]:
    """How many notices of any kind wait for each desk."""
    rows = session.execute(
        select(Notice.desk_id, func.count()).where(Notice.done.is_(False)).group_by(Notice.desk_id)
    )
    return {row[0]: row[1] for row in rows}


Seen = tuple[str, int]  # state and tries of a turn; NEW before it is tried
NEW: Seen = ("", 0)


def seen_of(session: Session, address: Address, day: date, turn: int) -> Seen:
    row = session.get(NoticeSend, (address.id, day, turn))
    return (row.state, row.tries) if row else NEW


def is_due(tools: Tools, address: Address, seen: Seen, turn: int, now: datetime) -> bool:
    state, tries = seen
    if state == "trying":  # by somebody who lives, or who died over it
        return tools.memory.get(flight(address)) is None
    passed = minutes_since(tools.sending.digest_times[turn - 1], now)
    return seen == NEW or (state == "failed" and tries < len(TRIES) and passed >= TRIES[tries])


def flight(address: Address) -> str:
    return f"sending:{address.id}"


def take_claim(tools: Tools, address: Address, seen: Seen, turn: int, day: date) -> Claim | None:
    """Write down that it is being tried, before it goes out. None where another scheduler did so since it was `seen`:
    one that looked before us finds our row, one that looks after us finds that we are at it.
    """
    tools.memory.set(flight(address), b"", IN_FLIGHT_SECONDS)
    died = seen[0] == "trying"
    with suppress(IntegrityError), tools.database.work(write=True) as session:
        if seen == NEW:
            session.execute(delete(NoticeSend).where(NoticeSend.day < day - SHOWN))
            session.add(
                NoticeSend(address_id=address.id, day=day, turn=turn, state="trying", tries=1, failed=0)
            )
            session.flush()
            return Claim(address, day, turn)
        taken = session.execute(
            update(NoticeSend)
            .where(
                NoticeSend.address_id == address.id,
                NoticeSend.day == day,
                NoticeSend.turn == turn,
                NoticeSend.state == seen[0],
                NoticeSend.tries == seen[1],
            )
            .values(
                state="again" if died else "trying",
                tries=NoticeSend.tries + 1,
                failed=NoticeSend.failed + int(died),
            )
        )
        return Claim(address, day, turn) if isinstance(taken, CursorResult) and taken.rowcount == 1 else None
    return None


def keep(tools: Tools, claims: Sequence[Claim], taken: Sequence[bool]) -> None:
    """How it went."""
    with tools.database.work(write=True) as session:
        for claim, ok in zip(claims, taken, strict=True):
            row = session.get(NoticeSend, (claim.address.id, claim.day, claim.turn))
            if row is not None:  # else the address was removed meanwhile
                row.state = "sent" if ok else "failed"
                row.failed += not ok


def say_failed(taken: Sequence[bool]) -> None:
    """Without an address, a desk or a word."""
    if not all(taken):
        log.warning("%d of %d notices were not sent", taken.count(False), len(taken))


# --------------------------------------------------------------------------------------------- danger


def ring(tools: Tools) -> None:
    """Call for a danger to life that nobody of the duty desk has signed for, over and over, ever more people.

    Since when it rings, and when each number was called last, lies in memory that does not persist, and goes when it is
    signed for.
    """
    with tools.database.work() as session:
        targets = targets_of(session, tools, ringing_since(tools)) if danger_waits(session) else None
    if targets is None:
        for name in tools.memory.keys("ring:"):
            tools.memory.delete(name)
        return
    due = [one for one in targets if is_time(tools, one)]
    for one in due:  # before it goes out: where the sender dies over it, the next one calls in a minute
        note_call(tools, one, 1, last_call(tools, one)[1])
    messages = [Message(one.url, TITLE, DANGER, phone) for one, phone in due]
    taken = send(messages, tools.sending.danger_command)
    for one, ok in zip(due, taken, strict=True):
        failures = 0 if ok else last_call(tools, one)[1] + 1
        note_call(tools, one, pause_after(tools, failures), failures)
    count_failed(tools, [one for (one, _), ok in zip(due, taken, strict=True) if not ok])
    say_failed(taken)


Target = tuple[Address, str]  # where, and the number to ring, if any


def danger_waits(session: Session) -> bool:
    """A danger to life that was just told, or that the leading desk did not sign for in time (`alarm` without a mark:
    with one it is a reporter's word of revenge, which no telephone is to tell).
    """
    told = Notice.kind == "danger"
    unsigned = and_(Notice.kind == "alarm", Notice.mark.is_(None))
    waits = exists().where(Notice.desk_id == DUTY, Notice.done.is_(False), told | unsigned)
    return session.scalar(select(waits)) is True


def ringing_since(tools: Tools) -> int:
    """Whole minutes since it was first called for."""
    now = tools.now.instant().timestamp()
    known = tools.memory.get("ring:since")
    since = float(known) if known else now
    tools.memory.set("ring:since", str(since).encode(), WAITS_SECONDS)
    return int((now - since) // MINUTE)


def targets_of(session: Session, tools: Tools, minutes: int) -> list[Target]:
    """Where to call by now. A desk without an address for danger is told where it is told all else."""
    known = all_addresses(session, tools.keyring)
    sign_life = tools.limits.sign_life.value
    desks = (DUTY, OFFICE) if minutes >= 2 * sign_life else (DUTY,)
    numbers = to_ring(session, tools, minutes, sign_life)
    found: list[Target] = [(one, number) for one in known if one.asks_phone for number in numbers]
    for desk_id in desks:
        plain = [one for one in known if one.desk_id == desk_id and not one.asks_phone]
        found += [(one, "") for one in [one for one in plain if one.danger] or plain]
    return found


def call_name(target: Target) -> str:
    address, phone = target
    return "ring:" + hashlib.sha256(f"{address.id}:{phone}".encode()).hexdigest()


def last_call(tools: Tools, target: Target) -> tuple[float, int]:
    """From when on it may be called again, and how often in a row it failed."""
    known = (tools.memory.get(call_name(target)) or b"0 0").decode().split()
    return float(known[0]), int(known[1])


def is_time(tools: Tools, target: Target) -> bool:
    return last_call(tools, target)[0] <= tools.now.instant().timestamp()


def pause_after(tools: Tools, failures: int) -> int:
    """Minutes until the next call: after failures in a row 1, 2, 4 …, never longer than after one that went well."""
    longest = tools.sending.danger_repeat
    return min(1 << (failures - 1), longest) if 0 < failures < 8 else longest


def note_call(tools: Tools, target: Target, pause: int, failures: int) -> None:
    after = tools.now.instant().timestamp() + pause * MINUTE - 1  # the job may come a moment early
    tools.memory.set(call_name(target), f"{after} {failures}".encode(), WAITS_SECONDS)


def count_failed(tools: Tools, failed: Sequence[Address]) -> None:
    """For the administrator's page: on which day how often. A call that goes well leaves nothing."""
    if not failed:
        return
    today = tools.now.today()
    with tools.database.work(write=True) as session:
        for address in failed:
            row = session.get(NoticeSend, (address.id, today, DANGER_TURN))
            if row is None:
                row = NoticeSend(
                    address_id=address.id, day=today, turn=DANGER_TURN, state="failed", tries=0, failed=0
                )
                session.add(row)
            row.tries += 1
            row.failed += 1
            session.flush()


def send_test(tools: Tools, address: Address, phone: str = "") -> bool:
    """One message that says it is a test; whether it was taken."""
    return send([Message(address.url, TITLE, TEST, phone)], tools.sending.danger_command)[0]
