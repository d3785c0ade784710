"""Ledger keys that the server itself holds: what entries about these subjects say can be checked without a desk."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.models import Case, Record
from app.people.keyring import Keyring
from app.people.models import Desk, Member
from app.people.subjects import open_subject_key
from app.rewards.models import Reward
from app.tips.models import Poster
from app.vault.models import VaultRequest


def known_subjects(session: Session, keyring: Keyring) -> Iterator[bytes]:
    """Of ordinary cases, records, rewards and requests whose month is not shredded, of desks, members, posters and of
    destroyed months. A tip's key is the reporter's, a reserved case's is the desk's: neither is here.
    """
    yield keyring.standing_key("retention")
    for label, column in (("desk", Desk.id), ("member", Member.id), ("poster", Poster.slug)):
        for name in session.scalars(select(column)):
            yield keyring.standing_key(f"{label}:{name}")
    months = set(keyring.months())
    for table in (Case, Record, Reward, VaultRequest):
        rows = select(table.id, table.month, table.ledger_key).where(table.month.in_(months))
        for row_id, month, sealed in session.execute(rows):
            yield open_subject_key(keyring, table.__tablename__, row_id, month, sealed)
