"""What a village reported, kept for itself (村居自己的登记, 安全生产法 §75): number, day, its own words.

A village holds no key to a case. Whether it is closed is read from the state in clear (`access.clear_states`); what the
town writes later never comes here.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.casework.access import clear_states
from app.casework.models import Case
from app.db.base import month_of
from app.db.versions import Outrun
from app.people.holder import Holder
from app.people.keyring import KeyringBroken
from app.people.models import Desk
from app.people.tools import Tools
from app.sealing.fields import STEP, Place, canonical_json, derive_key, open_json, seal_steps
from app.sealing.retention import open_monthly, seal_monthly
from app.tips.models import VillageBook

TRIES = 5  # two people of one village at the same moment


@dataclass(frozen=True)
class Entry:
    """One thing that a village reported."""

    number: (
        str  # of the case; empty of one that only discipline sees, and where the answer to the form was lost
    )
    day: str
    what: str
    where: str
    enterprise: str
    by: str
    photos: int
    form: str  # digest of the form's `once`: sent twice it is one entry
    closed: bool = False  # told by the state in clear when it is read


def village_desk(session: Session, holder: Holder) -> str:
    """The village that the holder reports for."""
    own = select(Desk.id).where(Desk.id.in_(holder.desks), Desk.role == "village").order_by(Desk.id)
    return session.scalars(own).first() or ""


def note_entry(tools: Tools, holder: Holder, entry: Entry) -> None:
    """Add to the village's book, once for each form. Raises Outrun."""
    for _ in range(TRIES):
        try:
            with tools.database.work(write=True) as session:
                if put(session, tools, holder, entry):
                    return
        except IntegrityError:
            continue  # somebody began the month's book
    raise Outrun("village_books")


def put(session: Session, tools: Tools, holder: Holder, entry: Entry) -> bool:
    """Whether it stands in the book now; False when somebody was faster."""
    desk, month = village_desk(session, holder), month_of(tools.now.today())
    row = session.get(VillageBook, (desk, month))
    known = entries_in(tools, holder, row) if row else []
    if any(one.form == entry.form for one in known):
        return True
    epoch = max(number for name, number in holder.symmetric if name == desk)
    said = canonical_json([asdict(one) for one in (*known, entry)])
    inner = seal_steps(book_key(holder, desk, epoch), said, place_of(desk, month), STEP)
    book = seal_monthly(tools.keyring.month(month), inner, place_of(desk, month))
    if row is None:
        session.add(VillageBook(desk_id=desk, month=month, epoch=epoch, book=book))
        return True
    same = (VillageBook.desk_id == desk, VillageBook.month == month, VillageBook.book == row.book)
    done = session.execute(
        update(VillageBook)
        .where(*same)  # the sealed bytes are chance: they stand for a version, and count nothing
        .values(epoch=epoch, book=book)
        .execution_options(synchronize_session=False)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def book_key(holder: Holder, desk: str, epoch: int) -> bytes:
    return derive_key(holder.symmetric[desk, epoch], "village-book")


def place_of(desk: str, month: str) -> Place:
    return Place("village_books", f"{desk}:{month}", "book")


def entries_in(tools: Tools, holder: Holder, row: VillageBook) -> list[Entry]:
    """Nothing of a month that was shredded, or of an epoch that the holder lacks."""
    if (row.desk_id, row.epoch) not in holder.symmetric:
        return []
    try:
        month = tools.keyring.month(row.month)
    except KeyringBroken:
        return []
    at = place_of(row.desk_id, row.month)
    inner = open_monthly(month, row.book, at)
    return [Entry(**one) for one in open_json(book_key(holder, row.desk_id, row.epoch), inner, at)]


def entries_of(session: Session, tools: Tools, holder: Holder, year: int) -> Sequence[Entry]:
    """What the village reported in a year, oldest first, each with whether it is closed."""
    desk = village_desk(session, holder)
    months = (VillageBook.month >= f"{year:04d}-01", VillageBook.month <= f"{year:04d}-12")
    rows = session.scalars(
        select(VillageBook).where(VillageBook.desk_id == desk, *months).order_by(VillageBook.month)
    )
    found = [one for row in rows for one in entries_in(tools, holder, row)]
    states = clear_states(session, Case.number, {one.number for one in found if one.number})
    return [Entry(**{**asdict(one), "closed": states.get(one.number) == "closed"}) for one in found]
