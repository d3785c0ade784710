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
    """All entries about a subject, oldest first, opened with the subject's opening key or, a job's, its ledger key."""
    keys = [derive_key(one, "opening") for one in (opening, subject)]
    rows = session.scalars(
        select(LedgerOpening).where(LedgerOpening.subject_tag == pseudonym(subject, "tag"))
    )
    values = [json.loads(open_with_one(keys, row)) for row in rows]
    found = [
        Opening(v["index"], date.fromisoformat(v["day"]), v["kind"], json.loads(v["detail"])) for v in values
    ]
    return sorted(found, key=lambda opening: opening.index)


def open_with_one(keys: Sequence[bytes], row: LedgerOpening) -> bytes:
    """Raises SealError when none of the keys opens it."""
    for key in keys[:-1]:
        with contextlib.suppress(SealError):
            return open_field(key, row.sealed, place_of(row.id))
    return open_field(keys[-1], row.sealed, place_of(row.id))
