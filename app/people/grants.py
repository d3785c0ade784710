"""The one table of grants: who holds the key to what.

`seal_grant` makes a row without touching the database, so that all sealing is done before the transaction. Reading is
always explicit: `open_key` or `open_keys` with a holder.
"""

import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.people.desks import Recipient, member_recipient
from app.people.holder import Holder
from app.people.keyring import Keyring, KeyringBroken
from app.people.models import DeskKey, Grant, Member
from app.sealing.errors import SealError
from app.sealing.fields import Place, unwrap_key, wrap_key
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.lines import LineKey
from app.sealing.retention import open_monthly, seal_monthly
from app.sealing.split import split

log = logging.getLogger("anshao")
CHUNK = 500  # ids in one IN (...)


class NoKey(Exception):
    """No live grant opens this for the one who asks: to them it does not exist."""


@dataclass(frozen=True)
class Subject:
    """What a key opens: a tip, a case, an identity, a record, a vault request or a reward."""

    kind: str
    id: str


def context_of(subject: Subject, part: str, recipient_kind: str, recipient_id: str, epoch: int) -> Context:
    return Context(f"grant:{subject.kind}:{part}", subject.id, f"{recipient_kind}:{recipient_id}", epoch)


def place_of(subject_kind: str, subject_id: str, part: str, recipient_kind: str, recipient_id: str) -> Place:
    return Place("grants", f"{subject_kind}:{subject_id}", f"{part}:{recipient_kind}:{recipient_id}")


def seal_grant(
    keyring: Keyring, subject: Subject, key: bytes, to: Recipient, month: str, part: str = "whole"
) -> Grant:
    """A new grant of `key` (or of one share of it) to `to`, as a row to be added."""
    inner = seal_to(to.public, key, context_of(subject, part, to.kind, to.id, to.epoch))
    return grant_of(keyring, subject, inner, to, month, part)


def grant_of(keyring: Keyring, subject: Subject, inner: bytes, to: Recipient, month: str, part: str) -> Grant:
    """A new grant of what is sealed to `to` already (on the phone, say), wrapped for the month."""
    place = place_of(subject.kind, subject.id, part, to.kind, to.id)
    return Grant(
        subject_kind=subject.kind,
        subject_id=subject.id,
        part=part,
        recipient_kind=to.kind,
        recipient_id=to.id,
        epoch=to.epoch,
        form="hpke",
        month=month,
        sealed_key=seal_monthly(keyring.month(month), inner, place),
    )


def seal_split(
    keyring: Keyring, subject: Subject, key: bytes, first: Recipient, second: Recipient, month: str
) -> list[Grant]:
    """Two grants of one share each: neither opens anything alone."""
    one, two = split(key)
    return [
        seal_grant(keyring, subject, one, first, month, "first"),
        seal_grant(keyring, subject, two, second, month, "second"),
    ]


def reaches(holder: Holder) -> ColumnElement[bool]:
    """SQL: this grant's recipient is one of the holder's desks or the holder."""
    desks = and_(Grant.recipient_kind == "desk", Grant.recipient_id.in_(holder.desks))
    return or_(desks, and_(Grant.recipient_kind == "member", Grant.recipient_id == holder.member_id))


def granted(holder: Holder, kind: str, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """SQL: a live grant of the whole key of the `kind` with id `column` reaches the holder."""
    return (
        select(Grant.subject_id)
        .where(Grant.subject_kind == kind, Grant.subject_id == column, Grant.part == "whole", reaches(holder))
        .exists()
    )


COLUMNS = (
    Grant.subject_id,
    Grant.part,
    Grant.recipient_kind,
    Grant.recipient_id,
    Grant.epoch,
    Grant.form,
    Grant.month,
    Grant.sealed_key,
)
GrantRow = Row[str, str, str, str, int, str, str, bytes]


def open_row(keyring: Keyring, holder: Holder, kind: str, row: GrantRow) -> bytes | None:
    """The key in one grant, or None where the holder lacks that epoch or the month was shredded."""
    try:
        month = keyring.month(row.month)
    except KeyringBroken:
        return None
    try:
        return open_sealed(holder, kind, row, month)
    except SealError:  # one broken row must not shut a whole queue
        log.error("a %s grant does not open", kind)
        return None


def open_sealed(holder: Holder, kind: str, row: GrantRow, month: bytes) -> bytes | None:
    """Raises SealError."""
    place = place_of(kind, row.subject_id, row.part, row.recipient_kind, row.recipient_id)
    inner = open_monthly(month, row.sealed_key, place)
    at = (row.recipient_id, row.epoch)
    if row.form == "wrap":
        return unwrap_key(holder.symmetric[at], inner, place) if at in holder.symmetric else None
    if row.recipient_kind == "desk" and at not in holder.epochs:
        return None
    private = holder.epochs[at].pair.private if row.recipient_kind == "desk" else holder.private
    subject = Subject(kind, row.subject_id)
    return open_with(
        private, inner, context_of(subject, row.part, row.recipient_kind, row.recipient_id, row.epoch)
    )


def open_keys(
    session: Session, keyring: Keyring, holder: Holder, kind: str, ids: Iterable[str], part: str = "whole"
) -> dict[str, bytes]:
    """Keys of all subjects of `kind` among `ids` that the holder may open, by id. Others are simply not there."""
    found: dict[str, bytes] = {}
    for chunk in chunks(list(ids)):
        rows = session.execute(
            select(*COLUMNS).where(
                Grant.subject_kind == kind, Grant.subject_id.in_(chunk), Grant.part == part, reaches(holder)
            )
        )
        for row in rows:
            key = open_row(keyring, holder, kind, row)
            if key is not None:
                found[row.subject_id] = key
    return found


def open_key(
    session: Session, keyring: Keyring, holder: Holder, subject: Subject, part: str = "whole"
) -> bytes:
    """The key of one subject. Raises NoKey."""
    try:
        return open_keys(session, keyring, holder, subject.kind, [subject.id], part)[subject.id]
    except KeyError:
        raise NoKey(subject.kind) from None


def open_reporter_key(session: Session, keyring: Keyring, tip_id: str, private: bytes) -> bytes:
    """The tip key, opened by the reporter's own private key. Raises NoKey once it is shredded."""
    row = session.execute(
        select(*COLUMNS).where(
            Grant.subject_kind == "tip", Grant.subject_id == tip_id, Grant.recipient_kind == "reporter"
        )
    ).first()
    if row is None:
        raise NoKey("tip")
    try:
        month = keyring.month(row.month)
    except KeyringBroken as error:
        raise NoKey("tip") from error
    inner = open_monthly(
        month, row.sealed_key, place_of("tip", tip_id, row.part, "reporter", row.recipient_id)
    )
    subject = Subject("tip", tip_id)
    return open_with(private, inner, context_of(subject, row.part, "reporter", row.recipient_id, row.epoch))


def settle(session: Session, keyring: Keyring, holder: Holder, kind: str, ids: Iterable[str]) -> None:
    """At first opening replace a desk's HPKE grants by AES wraps under its epoch's symmetric key.

    20,000 unwraps take hundredths of a second, 20,000 HPKE openings two seconds. In a writing unit of work.
    """
    for chunk in chunks(list(ids)):
        rows = session.execute(
            select(*COLUMNS).where(
                *desk_grants(holder, kind), Grant.subject_id.in_(chunk), Grant.form == "hpke"
            )
        ).all()
        for row in rows:
            key = open_row(keyring, holder, kind, row)
            if key is None:
                continue
            place = place_of(kind, row.subject_id, row.part, row.recipient_kind, row.recipient_id)
            wrapped = wrap_key(holder.symmetric[row.recipient_id, row.epoch], key, place)
            session.execute(
                update(Grant)
                .where(*desk_grant(kind, row.subject_id, row.recipient_id), Grant.form == "hpke")
                .values(form="wrap", sealed_key=seal_monthly(keyring.month(row.month), wrapped, place))
            )


def desk_grants(holder: Holder, kind: str) -> tuple[ColumnElement[bool], ...]:
    """SQL: grants of whole keys to the holder's desks."""
    return (
        Grant.recipient_kind == "desk",
        Grant.recipient_id.in_(holder.desks),
        Grant.subject_kind == kind,
        Grant.part == "whole",
    )


def desk_grant(kind: str, subject_id: str, desk_id: str) -> tuple[ColumnElement[bool], ...]:
    """SQL: the one grant of a whole key to one desk."""
    return (
        Grant.recipient_kind == "desk",
        Grant.recipient_id == desk_id,
        Grant.subject_kind == kind,
        Grant.subject_id == subject_id,
        Grant.part == "whole",
    )


LINE_COLUMNS = (
    Grant.subject_id, Grant.recipient_id, Grant.epoch, Grant.month, Grant.line,
)  # fmt: skip


class Lines:
    """The search lines (检索行) that a holder's desks keep beside their grants of one kind."""

    def __init__(self, keyring: Keyring, holder: Holder, kind: str) -> None:
        self._keyring, self._holder, self._kind = keyring, holder, kind
        self._keys: dict[tuple[str, int, str], LineKey | None] = {}

    def all(self, session: Session, among: Select[Any] | None = None) -> tuple[dict[str, str], list[str]]:
        """All lines by subject (or of those that `among` selects), and the subjects that have none yet (nobody of the
        desk has opened them).
        """
        found: dict[str, str] = {}
        without: list[str] = []
        for subject_id, recipient_id, epoch, month, line in session.execute(
            select(*LINE_COLUMNS).where(
                *desk_grants(self._holder, self._kind),
                *([Grant.subject_id.in_(among)] if among is not None else []),
            )
        ):
            key = self._key(recipient_id, epoch, month)
            if line is None or key is None:
                without.append(subject_id)
            else:
                found[subject_id] = key.open(line, self._place(subject_id, recipient_id))
        return found, without

    def stale(self, session: Session, subject_id: str, text: str) -> bool:
        """Whether a desk's line of this subject is missing or says something else."""
        rows = self._rows(session, subject_id)
        return any(self._open(row) != text for row in rows if self._key_of(row) is not None)

    def write(self, session: Session, subject_id: str, text: str) -> None:
        """Keep `text` as the subject's line, in a writing unit of work."""
        for row in self._rows(session, subject_id):
            key = self._key_of(row)
            if key is not None and self._open(row) != text:
                line = key.seal(text, self._place(subject_id, row.recipient_id))
                session.execute(
                    update(Grant)
                    .where(*desk_grant(self._kind, subject_id, row.recipient_id))
                    .values(line=line)
                )

    def _rows(self, session: Session, subject_id: str) -> list[Row[Any]]:
        wanted = (*desk_grants(self._holder, self._kind), Grant.subject_id == subject_id)
        return list(session.execute(select(*LINE_COLUMNS).where(*wanted)))

    def _open(self, row: Row[Any]) -> str | None:
        key = self._key_of(row)
        if key is None or row.line is None:
            return None
        return key.open(row.line, self._place(row.subject_id, row.recipient_id))

    def _place(self, subject_id: str, recipient_id: str) -> Place:
        return Place("grants", f"{self._kind}:{subject_id}", f"line:{recipient_id}")

    def _key_of(self, row: Row[Any]) -> LineKey | None:
        return self._key(row.recipient_id, row.epoch, row.month)

    def _key(self, recipient_id: str, epoch: int, month: str) -> LineKey | None:
        """None where the holder lacks the epoch, or the month was shredded."""
        at = (recipient_id, epoch, month)
        if at not in self._keys:
            self._keys[at] = None
            with contextlib.suppress(KeyringBroken, KeyError):
                self._keys[at] = LineKey(
                    self._keyring.month(month), self._holder.symmetric[recipient_id, epoch]
                )
        return self._keys[at]


def revoke(session: Session, subject: Subject, recipient_kind: str, recipient_id: str) -> None:
    """Drop a recipient's grant: the permission is gone with the key."""
    session.execute(
        delete(Grant).where(
            Grant.subject_kind == subject.kind,
            Grant.subject_id == subject.id,
            Grant.recipient_kind == recipient_kind,
            Grant.recipient_id == recipient_id,
        )
    )


def holders_of(session: Session, subject: Subject) -> list[tuple[str, str]]:
    """(recipient kind, recipient id) of every live grant of the whole key."""
    rows = session.execute(
        select(Grant.recipient_kind, Grant.recipient_id).where(
            Grant.subject_kind == subject.kind, Grant.subject_id == subject.id, Grant.part == "whole"
        )
    )
    return [(row.recipient_kind, row.recipient_id) for row in rows]


def readers_of(session: Session, subject: Subject) -> frozenset[str]:
    """Ids of the members who may sign in and can open `subject`: by their desk's key of that epoch, or by their own."""
    by_desk = (Grant.recipient_kind == "desk") & (DeskKey.desk_id == Grant.recipient_id)
    by_desk &= DeskKey.epoch == Grant.epoch
    alone = (Grant.recipient_kind == "member") & (Member.id == Grant.recipient_id)
    query = (
        select(Member.id)
        .join(Grant, true())
        .outerjoin(DeskKey, by_desk & (DeskKey.member_id == Member.id))
        .where(Grant.subject_kind == subject.kind, Grant.subject_id == subject.id, Grant.part == "whole")
        .where(Member.active, alone | DeskKey.member_id.is_not(None))
    )
    return frozenset(session.scalars(query))


def recipients_of(session: Session, known: Mapping[str, Recipient], subject: Subject) -> list[Recipient]:
    """The desks (at their newest keys) and members who hold the whole key of `subject`: whatever is written about it
    later goes to them and to nobody else of their desk.
    """
    found = []
    for kind, name in holders_of(session, subject):
        if kind == "desk" and name in known:
            found.append(known[name])
        elif kind == "member":
            found.append(member_recipient(session.get_one(Member, name)))
    return found


def chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
