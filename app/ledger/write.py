"""Appending to the ledger, and reading back what it hides with the subject's own key."""

import contextlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import new_id
from app.ledger.chain import NOTHING, Entry, commit, pseudonym
from app.ledger.models import LedgerEntry, LedgerHead, LedgerOpening
from app.sealing.errors import SealError
from app.sealing.fields import Place, derive_key, open_field, seal_steps

HEAD = 1
STEP = 1024  # bytes: openings are of one length, whatever they say


@dataclass(frozen=True)
class Opening:
    """What one entry about a subject says, for who holds the subject's key."""

    index: int
    day: date
    kind: str
    detail: dict[str, Any]
    proven: bool = True  # nonce and detail give the commitment of the entry itself; else somebody altered it


@dataclass(frozen=True)
class New:
    """An entry to be appended: ledger keys (32 bytes) of who acts and what it is about, JSON without sealed content.

    `opening` is a key that only who may read the subject holds: the detail is sealed under it. Without one the server
    itself can open the detail: then it must say nothing.
    """

    day: date
    kind: str
    actor: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    detail: Mapping[str, Any]
    opening: bytes | None = field(default=None, repr=False)


def append(
    session: Session,
    *,
    day: date,
    kind: str,
    actor: bytes,
    subject: bytes,
    detail: Mapping[str, Any],
    opening: bytes | None = None,
) -> int:
    """Append one entry, last in the unit of work; returns its index (see `New`, `append_all`)."""
    return append_all(session, [New(day, kind, actor, subject, detail, opening)])[0]


def append_all(session: Session, entries: Sequence[New]) -> list[int]:
    """Append entries, last in the unit of work; returns their indexes.

    The head row stays locked until the unit of work ends, so that the order is the order of commits.
    """
    head = session.get(LedgerHead, HEAD, with_for_update=True)
    if head is None:
        head = LedgerHead(id=HEAD, size=0, leaf=NOTHING)
        session.add(head)
    first = head.size
    for new in entries:
        nonce = secrets.token_bytes(32)
        said = json.dumps(new.detail, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        entry = Entry(
            index=head.size,
            day=new.day,
            kind=new.kind,
            actor=pseudonym(new.actor, "actor"),
            subject=pseudonym(new.subject, "subject"),
            commitment=commit(nonce, said),
            previous=head.leaf,
        )
        session.add(row_of(entry))
        session.add(opening_of(entry, new, nonce, said))
        head.size, head.leaf = entry.index + 1, entry.leaf()
    session.flush()
    return list(range(first, head.size))


def row_of(entry: Entry) -> LedgerEntry:
    return LedgerEntry(
        index=entry.index,
        version=entry.version,
        day=entry.day,
        kind=entry.kind,
        actor=entry.actor,
        subject=entry.subject,
        commitment=entry.commitment,
        previous=entry.previous,
        leaf=entry.leaf(),
    )


def opening_of(entry: Entry, new: New, nonce: bytes, said: bytes) -> LedgerOpening:
    row_id = new_id()
    value = {
        "index": entry.index,
        "day": entry.day.isoformat(),
        "kind": entry.kind,
        "nonce": nonce.hex(),
        "detail": said.decode(),
    }
    key = derive_key(new.opening or new.subject, "opening")
    sealed = seal_steps(key, json.dumps(value).encode(), place_of(row_id), STEP)
    return LedgerOpening(id=row_id, subject_tag=pseudonym(new.subject, "tag"), sealed=sealed)


def place_of(row_id: str) -> Place:
    return Place("ledger_openings", row_id, "sealed")


def read_once(session: Session, *, day: date, kind: str, actor: bytes, subject: bytes) -> bool:
    """Whether `actor` already has an entry of `kind` about `subject` on `day` (a reading counts once a day)."""
    found = session.scalar(
        select(LedgerEntry.index)
        .where(
            LedgerEntry.subject == pseudonym(subject, "subject"),
            LedgerEntry.actor == pseudonym(actor, "actor"),
            LedgerEntry.day == day,
            LedgerEntry.kind == kind,
        )
        .limit(1)
    )
    return found is not None


def history(session: Session, subject: bytes, opening: bytes) -> list[Opening]:
    """All entries about a subject, oldest first, opened with the subject's opening key or, a job's, its ledger key.

    The entries are the ledger's own rows; what an opening says of one is believed only where nonce and detail give the
    row's commitment. An entry whose opening is altered, gone or about nothing comes back not `proven`.
    """
    name = pseudonym(subject, "subject")
    entries = {
        row.index: row for row in session.scalars(select(LedgerEntry).where(LedgerEntry.subject == name))
    }
    keys = [derive_key(one, "opening") for one in (opening, subject)]
    rows = session.scalars(
        select(LedgerOpening).where(LedgerOpening.subject_tag == pseudonym(subject, "tag"))
    )
    found = [
        read_opening(said, entries.get(said["index"])) for row in rows if (said := open_with_one(keys, row))
    ]
    told = {one.index for one in found}
    silent = [
        Opening(row.index, row.day, row.kind, {}, False) for row in entries.values() if row.index not in told
    ]
    return sorted([*found, *silent], key=lambda one: one.index)


def read_opening(said: dict[str, Any], entry: LedgerEntry | None) -> Opening:
    """What an opening says, and whether the ledger's entry at its place says the same."""
    return Opening(
        said["index"],
        date.fromisoformat(said["day"]),
        said["kind"],
        json.loads(said["detail"]),
        proven=entry is not None and fits(said, entry),
    )


def fits(said: Mapping[str, Any], entry: LedgerEntry) -> bool:
    """Whether an opening belongs to this entry: nonce and detail give its commitment, day and kind are its own."""
    commitment = commit(bytes.fromhex(said["nonce"]), said["detail"].encode())
    return (entry.commitment, entry.kind, entry.day.isoformat()) == (commitment, said["kind"], said["day"])


def open_with_one(keys: Sequence[bytes], row: LedgerOpening) -> dict[str, Any] | None:
    """What the opening says: index, day, kind, nonce, detail. None when none of the keys opens it."""
    for key in keys:
        with contextlib.suppress(SealError):
            said: dict[str, Any] = json.loads(open_field(key, row.sealed, place_of(row.id)))
            return said
    return None
