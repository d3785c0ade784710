"""Checking the whole ledger: any change, removal or reordering is found, with the place where it begins."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger.chain import NOTHING, Entry, merkle_root, pseudonym
from app.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerHead, LedgerOpening
from app.ledger.write import fits, open_with_one
from app.sealing.fields import derive_key


def verify(session: Session) -> list[str]:
    """Walk the chain from the first entry to the head; returns what is wrong, empty when all is well."""
    problems: list[str] = []
    previous, leaves = NOTHING, list[bytes]()
    for row in session.scalars(select(LedgerEntry).order_by(LedgerEntry.index)).yield_per(1000):
        entry = entry_of(row)
        if row.index != len(leaves):
            problems.append(f"entry {len(leaves)}: missing or moved (found {row.index})")
            return problems
        if entry.previous != previous:
            problems.append(f"entry {row.index}: does not follow the entry before it")
        if entry.leaf() != row.leaf:
            problems.append(f"entry {row.index}: changed after it was written")
        previous = row.leaf
        leaves.append(row.leaf)
    return (
        problems
        + check_head(session, leaves)
        + check_openings(session, leaves)
        + check_points(session, leaves)
    )


def check_head(session: Session, leaves: list[bytes]) -> list[str]:
    head = session.get(LedgerHead, 1)
    size, leaf = (head.size, head.leaf) if head else (0, NOTHING)
    if size != len(leaves):
        return [f"entry {min(size, len(leaves))}: the head counts {size} entries, {len(leaves)} are there"]
    if leaf != (leaves[-1] if leaves else NOTHING):
        return [f"entry {size - 1}: the head names another last entry"]
    return []


def check_openings(session: Session, leaves: list[bytes]) -> list[str]:
    """Shredding a key leaves what it closed: every entry keeps what says what it was about."""
    count = session.scalar(select(func.count()).select_from(LedgerOpening)) or 0
    return [] if count >= len(leaves) else [f"openings: {count} for {len(leaves)} entries"]


def check_points(session: Session, leaves: list[bytes]) -> list[str]:
    problems = []
    for point in session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.day)):
        if point.size > len(leaves):
            problems.append(f"checkpoint {point.day}: {point.size - len(leaves)} entries are gone")
        elif merkle_root(leaves[: point.size]) != point.root:
            problems.append(f"checkpoint {point.day}: entries before {point.size} are not those it fixed")
    return problems


def verify_known(session: Session, subjects: Iterable[bytes]) -> list[str]:
    """What the server's own keys can prove of what entries say: each entry about one of `subjects` (ledger keys) has
    its one opening, and one that this key opens holds what the entry commits to. What only a desk may open is compared
    when the desk's history is shown.
    """
    keys = list(subjects)
    problems: list[str] = []
    entries = select(LedgerEntry.subject, func.count()).group_by(LedgerEntry.subject)
    expected: dict[bytes, int] = {row[0]: row[1] for row in session.execute(entries)}
    missing = {pseudonym(key, "tag"): expected.get(pseudonym(key, "subject"), 0) for key in keys}
    by_tag = {pseudonym(key, "tag"): key for key in keys}
    for row in session.scalars(select(LedgerOpening)).yield_per(1000):
        if row.subject_tag not in by_tag:
            continue
        key = by_tag[row.subject_tag]
        missing[row.subject_tag] -= 1
        said = open_with_one([derive_key(key, "opening")], row)
        if said is None:
            continue
        entry = session.get(LedgerEntry, said["index"])
        if entry is None or entry.subject != pseudonym(key, "subject") or not fits(said, entry):
            problems.append(f"entry {said['index']}: its opening does not match its commitment")
    short = sum(abs(left) for left in missing.values())
    return problems + ([f"openings: {short} are missing or too many"] if short else [])


def make_checkpoint(session: Session, day: date) -> LedgerCheckpoint:
    """Fix the state at the end of `day`; done once, a second call returns the same."""
    found = session.get(LedgerCheckpoint, day)
    if found is not None:
        return found
    after = session.scalar(select(func.min(LedgerEntry.index)).where(LedgerEntry.day > day))
    query = select(LedgerEntry.leaf).order_by(LedgerEntry.index)
    leaves = list(session.scalars(query if after is None else query.where(LedgerEntry.index < after)))
    point = LedgerCheckpoint(
        day=day, size=len(leaves), leaf=leaves[-1] if leaves else NOTHING, root=merkle_root(leaves)
    )
    session.add(point)
    return point


def entry_of(row: LedgerEntry) -> Entry:
    return Entry(
        index=row.index,
        day=row.day,
        kind=row.kind,
        actor=row.actor,
        subject=row.subject,
        commitment=row.commitment,
        previous=row.previous,
        version=row.version,
    )
