"""Handing a case over: new keys for all that follows, sealed to the receiver; the sender's grants are dropped.

Tip key and case key are both made anew, so that a desk that kept a copy of the old ones cannot read on. The keys of
records stand in the case's facts and go with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.casework.opening import keepers_of, recipient_for
from app.people.desks import Recipient, reporter_recipient
from app.people.grants import Subject, holders_of, seal_grant, seal_split
from app.people.models import Grant
from app.people.tools import Tools
from app.sealing.fields import new_key, seal_json
from app.tips.content import (
    open_content,
    open_sequence,
    open_thread,
    seal_content,
    seal_thread,
    sequence_place,
)
from app.tips.models import Tip


@dataclass(frozen=True)
class Rekeyed:
    """One subject's new key and the grants that replace all old ones."""

    subject: Subject
    key: bytes = field(repr=False)
    grants: tuple[Grant, ...]


def rekey(
    tools: Tools,
    known: Mapping[str, Recipient],
    subject: Subject,
    to: Sequence[Recipient],
    reserved: bool,
    month: str,
) -> Rekeyed:
    """A new content key for `subject`, granted to `to` and split between the keepers."""
    key = new_key()
    first, second = (recipient_for(known, name) for name in keepers_of(reserved))
    whole = [seal_grant(tools.keyring, subject, key, recipient, month) for recipient in to]
    return Rekeyed(subject, key, (*whole, *seal_split(tools.keyring, subject, key, first, second, month)))


def replace_grants(session: Session, new: Rekeyed) -> None:
    """Drop every old grant of the subject and add the new ones."""
    session.execute(
        delete(Grant).where(Grant.subject_kind == new.subject.kind, Grant.subject_id == new.subject.id)
    )
    session.add_all(new.grants)


def rekey_tip(
    tools: Tools,
    known: Mapping[str, Recipient],
    tip: Tip,
    old: bytes,
    to: Sequence[Recipient],
    reserved: bool,
) -> tuple[Rekeyed, dict[str, Any]]:
    """New keys for a tip, and its columns sealed anew."""
    reporter = reporter_recipient(tip.id, tip.public_key)
    new = rekey(tools, known, Subject("tip", tip.id), [*to, reporter], reserved, tip.month)
    columns = {
        "content": seal_content(tip.id, new.key, open_content(tip, old)),
        "thread": seal_thread(tip.id, new.key, open_thread(tip, old)),
        "sequence": seal_json(new.key, open_sequence(tip, old), sequence_place(tip.id)),
    }
    return new, columns


def regrant(
    session: Session, tools: Tools, subject: Subject, key: bytes, to: Sequence[Recipient]
) -> list[Grant]:
    """Grants of something that goes with a case (a reward) to the receivers, under its own month."""
    month = session.scalar(
        select(Grant.month).where(Grant.subject_kind == subject.kind, Grant.subject_id == subject.id).limit(1)
    )
    known = set(holders_of(session, subject))
    new = [one for one in to if (one.kind, one.id) not in known]
    return [seal_grant(tools.keyring, subject, key, one, month) for one in new] if month else []
