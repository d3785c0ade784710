"""What a hotline centre hands in by its system: once for each of its numbers, and what it may ask of it later.

The centre's number and the case meet only in a record that its own token opens (`app.tips.centres`).
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.casework.access import clear_states
from app.casework.models import Case
from app.db.base import month_of
from app.intake.sent import Beside, NumberTaken, RefusedPhoto, Sent
from app.intake.take import sent_before, take
from app.people.tools import Tools
from app.sealing.receipt import Receipt
from app.sealing.secrets import Busy
from app.tips.centres import Connection
from app.tips.models import HandedIn

DAY_SECONDS = 24 * 3600
MOST_KEYS = 5000  # of one centre in a day; a call is one


class OtherBody(Exception):
    """This Idempotency-Key came with something else before."""


@dataclass(frozen=True)
class Known:
    """What a centre may know of a number it handed in: the day, and the state in clear (empty: nothing to be said)."""

    day: date
    state: str


@dataclass(frozen=True)
class HandedOver:
    """The answer to one report. `new`: it came for the first time."""

    known: Known
    new: bool
    receipt: Receipt | None = field(default=None, repr=False)
    refused: tuple[RefusedPhoto, ...] = ()


def bind(tools: Tools, who: Connection, key: str, body: bytes) -> None:
    """Remember until the end of tomorrow what came under this Idempotency-Key: an end that all of a day share does not
    tell the minute at which somebody called. Raises OtherBody; and Busy past MOST_KEYS new ones in a day, so that a
    token that was stolen does not fill the memory that sessions and due minutes are kept in.

    In memory only: a row with a day would count the hotlines' reports. What this forgets with a restart, the numbers'
    own records still know.
    """
    name, digest = who.binding(key), hashlib.sha256(body).digest()
    known = tools.memory.get(name)
    if known is not None and known != digest:
        raise OtherBody
    now = int(tools.now.instant().timestamp())
    left = 2 * DAY_SECONDS - now % DAY_SECONDS
    if known is None:
        counter = f"api-count:{who.binding('')}:{tools.now.today().isoformat()}"
        count = int(tools.memory.get(counter) or b"0")
        if count >= MOST_KEYS:
            raise Busy
        tools.memory.set(counter, str(count + 1).encode(), left)
    tools.memory.set(name, digest, left)


def hand_in(tools: Tools, who: Connection, key: str, body: bytes, number: str, sent: Sent) -> HandedOver:
    """Take a report under the centre's number; the same again is the same answer, its receipt until the night or the
    first look-up. Raises OtherBody, NumberTaken, and what `take` raises.
    """
    about = {"key": digest_of(key.encode()), "body": digest_of(body)}
    before = record_of(tools, who, number)
    if before is not None:
        return again(tools, before, about, sent)
    today = tools.now.today()

    def row(case_id: str) -> HandedIn:
        value = {"case": case_id, "day": today.isoformat(), **about}
        return who.seal_record(tools.keyring, number, month_of(today), value)

    sent = replace(sent, beside=Beside(who.name_of(number), row))
    taken = take(tools, sent)
    if taken.again:  # the same on another connection at this moment
        return again(tools, record_of(tools, who, number), about, sent)
    return HandedOver(Known(today, state_of(tools, taken.case_id)), True, taken.receipt, taken.refused)


def again(tools: Tools, before: dict[str, Any] | None, about: dict[str, str], sent: Sent) -> HandedOver:
    """The answer to what came before. Raises OtherBody, NumberTaken."""
    if not before or before["key"] != about["key"]:
        raise NumberTaken
    if before["body"] != about["body"]:
        raise OtherBody
    return HandedOver(known_of(tools, before), False, sent_before(tools, sent))


def look(tools: Tools, who: Connection, number: str) -> Known | None:
    """What the centre may know of its number; None alike for one that it never handed in and another centre's."""
    before = record_of(tools, who, number)
    return known_of(tools, before) if before else None  # neither does one whose month is shredded


def record_of(tools: Tools, who: Connection, number: str) -> dict[str, Any] | None:
    """What was kept of a number; an empty one where it is there and its month is shredded."""
    with tools.database.work() as session:
        row = session.get(HandedIn, who.name_of(number))
    if row is None:
        return None
    found: dict[str, Any] | None = who.open_record(tools.keyring, row)
    return found or {}


def known_of(tools: Tools, before: dict[str, Any]) -> Known:
    return Known(date.fromisoformat(before["day"]), state_of(tools, before["case"]))


def state_of(tools: Tools, case_id: str) -> str:
    with tools.database.work() as session:
        return clear_states(session, Case.id, [case_id]).get(case_id, "")


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
