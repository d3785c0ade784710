"""What a step comes to (`Effect`): sealed rows and changes, nothing written yet; and a record as part of it."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from app.casework.context import Desktop
from app.casework.facts import Facts
from app.casework.handover import Rekeyed
from app.casework.models import Case
from app.casework.needs import Unmet
from app.casework.quotes import refuse_quotes
from app.casework.records import SIGNABLE, Opened, prepare_record
from app.db.base import Base
from app.ledger.write import New
from app.people.grants import Subject
from app.tips.content import Content, Line

Values = dict[str, str]


@dataclass(frozen=True)
class Effect:
    """What an edge changes, sealed and ready."""

    edge: str = ""  # the event's name where it is not the edge's own
    state: str = ""
    note: str = ""
    limit: date | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    facts: Facts | None = None
    said: str = ""
    first_rows: tuple[Base, ...] = ()  # rows that others refer to
    rows: tuple[Base, ...] = ()
    lines: tuple[tuple[str, Line], ...] = ()  # (tip id or "" for all, line)
    told: str | None = None  # instead of the edge's own words
    answered: tuple[str, ...] = ()
    case: Rekeyed | None = None
    tips: tuple[tuple[Rekeyed, dict[str, Any]], ...] = ()
    drops: tuple[tuple[Subject, str, str], ...] = ()
    notices: tuple[tuple[str, str], ...] = ()
    unread: tuple[
        tuple[bytes, bytes], ...
    ] = ()  # marks of replies nobody read: the old, and that under the new key
    also_ledger: tuple[New, ...] = ()
    others: tuple[tuple[Case, bytes], ...] = ()  # other cases and their sealed facts
    contents: tuple[tuple[str, Content], ...] = ()  # of tips that belong to another case now
    rewritten: tuple[tuple[Opened, dict[str, Any]], ...] = ()  # records, and what changes in them
    reopened: bool = False  # the tips wait for an answer again
    letter: int = 0  # the counted number of the letter that leaves with this step
    forget: tuple[str, ...] = ()  # due minutes in memory that end once the step is durable


FARTHEST = timedelta(days=731)  # of a limit
# parts of a record that nobody words
CHOSEN = ("form", "to", "level", "conclusion", "date", "limit", "day", "colour", "criterion")


def with_record(now: Desktop, kind: str, value: dict[str, Any], *, signer: bool, **effect: Any) -> Effect:
    """An effect that adds a record of the case; `signer` lets the leader read and sign it, and the office read it.

    Raises Unmet where it quotes a report.
    """
    refuse_quotes(now, {n: one for n, one in value.items() if isinstance(one, str) and n not in CHOSEN})
    holders = ["signer", "office"] if signer and not now.now.reserved else []
    value = {
        **value,
        "author": now.holder.name,
        "author_id": now.holder.member_id,
        "number": now.now.number,
        "sector": now.now.sector,
        "desk": now.acting,
        "case": now.case.id,
        "turn": len(now.recorded(kind)),  # of several on one day the order: a record's id is random
    }
    new = prepare_record(
        now.tools,
        now.known,
        kind=kind,
        value=value,
        holders=holders,
        day=now.day,
    )
    facts = effect.pop("facts", now.now.facts)
    facts = replace(facts, records=(*facts.records, new.named))
    notices = (("signer", "signing"),) if holders and kind in SIGNABLE else ()
    return Effect(facts=facts, first_rows=(new.record,), rows=new.rows[1:], notices=notices, **effect)


def pick(values: Values, *names: str) -> dict[str, str]:
    return {name: values.get(name, "") for name in names}


def day_of(text: str, today: date) -> date:
    """A limit in the future, and not so far that it is none. Raises Unmet."""
    try:
        limit = date.fromisoformat(text)
    except ValueError:
        raise Unmet("日期请写成 2026-12-01 这样。") from None
    if limit < today:
        raise Unmet("期限不能在过去。")
    if limit - today > FARTHEST:
        raise Unmet("期限太远了：最多两年。")
    return limit
