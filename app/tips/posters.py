"""Making, withdrawing and restoring posters (二维码海报), each with an entry in the ledger."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.ledger.write import append
from app.people.holder import Holder
from app.people.tools import Tools
from app.tips.models import Poster

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 and o, no 1, i and l: a torn-off strip is typed by hand
SLUG_LETTERS = 5


@dataclass(frozen=True)
class Audience:
    """For whom a poster is: its scope, the village or kind of place, the sector, how many people pass there."""

    scope: str
    people: int
    place: str = ""
    sector: str | None = None


def all_posters(session: Session) -> Sequence[Poster]:
    """Those that hang first, then the withdrawn ones."""
    return session.scalars(select(Poster).order_by(Poster.active.desc(), Poster.scope, Poster.slug)).all()


def make_poster(tools: Tools, holder: Holder, audience: Audience) -> str:
    """Keep a new poster; returns its slug, which is drawn and says nothing about the place."""
    with tools.database.work(write=True) as session:
        slug = free_slug(session)
        session.add(Poster(slug=slug, active=True, **asdict(audience)))
        enter(session, tools, holder, slug, "poster_made", asdict(audience))
    return slug


def free_slug(session: Session) -> str:
    while True:
        slug = "".join(secrets.choice(LETTERS) for _ in range(SLUG_LETTERS))
        if session.get(Poster, slug) is None:
            return slug


def withdraw_poster(tools: Tools, holder: Holder, slug: str) -> None:
    """Take a poster back (收回): it is no longer printed; one that still hangs leads to the form."""
    turn(tools, holder, slug, active=False)


def restore_poster(tools: Tools, holder: Holder, slug: str) -> None:
    turn(tools, holder, slug, active=True)


def turn(tools: Tools, holder: Holder, slug: str, *, active: bool) -> None:
    """Only a change is entered: a second click, or somebody else at the same time, leaves no second entry."""
    with tools.database.work(write=True) as session:
        done = session.execute(
            update(Poster).where(Poster.slug == slug, Poster.active.is_(not active)).values(active=active)
        )
        if isinstance(done, CursorResult) and done.rowcount == 1:
            enter(session, tools, holder, slug, "poster_restored" if active else "poster_withdrawn", {})


def enter(
    session: Session, tools: Tools, holder: Holder, slug: str, kind: str, said: dict[str, object]
) -> None:
    append(
        session,
        day=tools.now.today(),
        kind=kind,
        actor=holder.ledger_key,
        subject=subject_of(tools, slug),
        detail={"by": holder.name, **said},
    )


def subject_of(tools: Tools, slug: str) -> bytes:
    """The ledger key of a poster."""
    return tools.keyring.standing_key(f"poster:{slug}")
