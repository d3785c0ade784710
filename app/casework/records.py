"""Records of a case, each under a key of its own that can be granted alone.

Kinds: `site` (核查记录), `line` (分派摘要), `paper` (交办单, 协办单, 移送函 …), `danger` (the note for the duty desk),
`note` (inside the desk), `outcome` (what another authority decided). A site record goes to office and signer, and the
office may record a penalty on it; a note stays with who holds the case key.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.models import Record
from app.db.base import Base, month_of, new_id
from app.db.versions import change
from app.ledger.write import append
from app.people.desks import NoLivingKey, Recipient
from app.people.grants import (
    Subject,
    chunks,
    desk_grants,
    granted,
    open_key,
    open_keys,
    seal_grant,
    settle,
)  # fmt: skip
from app.people.holder import Holder
from app.people.models import Grant
from app.people.subjects import new_subject_key, open_subject_key
from app.people.tools import Tools
from app.sealing.fields import Place, new_key, open_json, seal_json

SIGNABLE = (
    "site",
    "extension",
    "order",
    "reinspection",
    "paper",
    "outcome",
    "decision",
    "interview",
    "document",
    "request",
    "blacklist",
)


MOST_KEPT = 2000  # in one go


@dataclass(frozen=True)
class NewRecord:
    """A sealed record, ready to be added, and what the case's facts say of it."""

    record: Record
    rows: tuple[Base, ...]
    key: bytes = field(repr=False)

    @property
    def named(self) -> tuple[str, str]:
        return self.record.id, self.key.hex()


@dataclass(frozen=True)
class Opened:
    """A record as read by somebody who holds its key."""

    id: str
    day: date
    kind: str
    value: dict[str, Any]
    row: Record
    key: bytes = field(repr=False)


def record_place(record_id: str) -> Place:
    return Place("records", record_id, "body")


def prepare_record(
    tools: Tools,
    known: Mapping[str, Recipient],
    *,
    kind: str,
    value: Mapping[str, Any],
    holders: Sequence[str],
    day: date,
) -> NewRecord:
    """A new record, its key granted to each desk in `holders` that has a living key; the case's own desk needs no
    grant, because the case's facts hold the key. Raises NoLivingKey when none of the holders has a key.
    """
    record_id, key, month = new_id(), new_key(), month_of(day)
    _, ledger_key = new_subject_key(tools.keyring, "records", record_id, month)
    body = seal_json(key, {"kind": kind, "value": dict(value)}, record_place(record_id))
    record = Record(id=record_id, day=day, month=month, ledger_key=ledger_key, body=body, version=1)
    subject = Subject("record", record_id)
    once = dict.fromkeys(name for name in holders if name in known)  # the office may lead a case itself
    grants = [seal_grant(tools.keyring, subject, key, known[name], month) for name in once]
    if holders and not grants:
        raise NoLivingKey(", ".join(holders))
    return NewRecord(record, (record, *grants), key)


def records_of(session: Session, named: Sequence[tuple[str, str]]) -> list[Opened]:
    """The records that a case's facts name, in their order."""
    rows = {
        row.id: row for row in session.scalars(select(Record).where(Record.id.in_([one for one, _ in named])))
    }
    return [open_record(rows[name], bytes.fromhex(key)) for name, key in named if name in rows]


def open_granted(session: Session, tools: Tools, holder: Holder, record_id: str) -> Opened:
    """One record by the key that was granted to the holder. Raises NoKey."""
    key = open_key(session, tools.keyring, holder, Subject("record", record_id))
    return open_record(session.get_one(Record, record_id), key)


def note_act(
    session: Session, tools: Tools, holder: Holder, opened: Opened, kind: str, **detail: str
) -> None:
    """The ledger's entry about what the holder did on a record: last in its unit of work."""
    row = opened.row
    append(
        session,
        day=tools.now.today(),
        kind=kind,
        actor=holder.ledger_key,
        subject=open_subject_key(tools.keyring, "records", row.id, row.month, row.ledger_key),
        detail={"by": holder.name, **detail},
        opening=opened.key,
    )


def document_key(number: str) -> str:
    """A document's number (文号) as it is compared: 〔2026〕, [2026] and （２０２６） are one, and spaces are none."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", number) if letter.isalnum())


def decisions_in(found: Sequence[Opened]) -> list[Opened]:
    """What the office recorded on the site records (see `decisions`), each as a decision of the case."""
    return [
        Opened(one.id, date.fromisoformat(value["day"]), "decision", value, one.row, one.key)
        for one in found
        for value in one.value.get("decisions", [])
    ]


def read_records(session: Session, tools: Tools, holder: Holder, ids: Sequence[str] = ()) -> list[Opened]:
    """All records granted to the holder (a leader's, the office's, the duty desk's), or those among `ids`, in the order
    they were written: by day, and on one day by their turn in the case.
    """
    query = select(Record).where(granted(holder, "record", Record.id))
    if ids:
        query = query.where(Record.id.in_(ids))
    rows = list(session.scalars(query.order_by(Record.day, Record.id)))
    keys = open_keys(session, tools.keyring, holder, "record", [row.id for row in rows])
    opened = [open_record(row, keys[row.id]) for row in rows if row.id in keys]
    return sorted(opened, key=lambda one: (one.day, one.value.get("turn", 0)))


def open_record(row: Record, key: bytes) -> Opened:
    value = open_json(key, row.body, record_place(row.id))
    return Opened(row.id, row.day, value["kind"], value["value"], row, key)


def signature(holder: Holder, day: date, instruction: str) -> dict[str, str]:
    """What a signature (签批, 复核签字) adds to a record."""
    return {
        "signed_by": holder.name,
        "signed_on": day.isoformat(),
        "instruction": instruction.strip(),
    }


def keep_keys(tools: Tools, holder: Holder) -> None:
    """Keep the keys of records that were granted to the holder's desks under the desks' own, some at a time: opening
    ten thousand that are sealed to a key pair takes three seconds, unwrapping them a tenth of it.
    """
    sealed = select(Grant.subject_id).where(*desk_grants(holder, "record"), Grant.form == "hpke")
    with tools.database.work() as session:
        fresh = list(session.scalars(sealed.limit(MOST_KEPT)))
    for some in chunks(fresh):
        with tools.database.work(write=True) as session:
            settle(session, tools.keyring, holder, "record", some)


def cases_served(opened: Opened) -> tuple[str, ...]:
    """Ids of the cases that a record belongs to: a visit may serve several of one enterprise."""
    return (str(opened.value["case"]), *(str(one) for one in opened.value.get("also", [])))


def is_waiting(opened: Opened) -> bool:
    """Whether a record waits for the leader: neither signed nor sent back."""
    signable = opened.kind in SIGNABLE
    return signable and not opened.value.get("signed_by") and not opened.value.get("returned_by")


def rewrite_record(session: Session, opened: Opened, **changes: Any) -> None:
    """Change fields of a record (a signature, a return slip). Raises Outrun."""
    value = {**opened.value, **changes}
    body = seal_json(opened.key, {"kind": opened.kind, "value": value}, record_place(opened.id))
    change(session, opened.row, body=body)
