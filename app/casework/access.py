"""Who may know (谁可以知道): one SQL condition and one predicate of the same rule.

A live grant is the permission. Lists, search, counts, figures, exports, notices and jobs take their cases from here;
what a permission shows beyond that is only less.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.casework.flow import DISPATCH
from app.casework.models import NEVER, OPEN, RECHECKED, Case
from app.people.grants import NoKey, Subject, granted, holders_of, open_key, readers_of
from app.people.holder import Holder
from app.people.models import Desk, Grant, Member, Membership
from app.people.tools import Tools


def may_know(holder: Holder) -> ColumnElement[bool]:
    """SQL: the holder has a live grant to this case."""
    return granted(holder, "case", Case.id)


def cases_of(holder: Holder) -> Select[Case]:
    """All cases the holder may know."""
    return select(Case).where(may_know(holder))


def may_count(holder: Holder) -> ColumnElement[bool]:
    """SQL: an ordinary case whose clear columns (number, day, desk, sector, state, due days) the holder may see, in
    figures and exports: the office and the signing leader see all of them, a leading desk those it may know.
    """
    if holder.roles & {"office", "signer"}:
        return Case.reserved.is_(False)
    return and_(Case.reserved.is_(False), Case.desk_id.in_(holder.desks), may_know(holder))


def cases_of_desks(holder: Holder, *desks: str) -> Select[Case]:
    """Cases that a desk leads and the whole of it may know (all of the holder's desks, or those named): what one member
    holds alone, or the desk gave back, is in no register, statement or figure that lies open at it.
    """
    wanted = [desk for desk in holder.desks if not desks or desk in desks]
    whole = (
        Grant.subject_kind == "case",
        Grant.part == "whole",
        Grant.recipient_kind == "desk",
        Grant.recipient_id.in_(wanted),
    )
    led = or_(Case.desk_id.in_(wanted), Case.reserved.is_(True))
    return select(Case).where(led, Case.id.in_(select(Grant.subject_id).where(*whole)))


def clear_states(
    session: Session, column: InstrumentedAttribute[Any], named: Iterable[str]
) -> dict[str, str]:
    """States in clear by id or number (`column`): all that who brought a matter, a village or a hotline, may know of it
    without a key. Of a case on an official there is none; it is as one that is not there.
    """
    found = session.execute(
        select(column, Case.state).where(column.in_(list(named)), Case.reserved.is_(False))
    )
    return {str(name): str(state) for name, state in found}


def open_case(session: Session, tools: Tools, holder: Holder, case_id: str) -> tuple[Case, bytes]:
    """The case and its key. Raises NoKey alike for one that is not there and one that is not for the holder."""
    key = open_key(session, tools.keyring, holder, Subject("case", case_id))
    case = session.get(Case, case_id)
    if case is None:
        raise NoKey("case")
    return case, key


def held_alone(session: Session, member_id: str, desk_id: str) -> int:
    """How many open cases of a desk this member alone may know: they would leave with the member.

    What they alone gave back counts until another desk is assigned: they would go on reading it. A reserved case names
    no desk in clear: at a desk of discipline all count that the member's own key opens and of which something is due.
    """
    own = (
        Grant.subject_kind == "case",
        Grant.recipient_kind == "member",
        Grant.recipient_id == member_id,
    )
    shared = select(Grant.subject_id).where(
        Grant.subject_kind == "case", Grant.part == "whole", Grant.recipient_id == DISPATCH
    )
    given_back = and_(Case.desk_id == DISPATCH, Case.state == "received", Case.id.in_(shared))
    of_desk = or_(and_(Case.desk_id == desk_id, OPEN), given_back)
    desk = session.get(Desk, desk_id)  # an invented one has no cases
    if desk is not None and desk.role == "discipline":
        of_desk = or_(of_desk, and_(Case.reserved.is_(True), Case.next_due < NEVER))
    led = select(func.count()).select_from(Case).join(Grant, Grant.subject_id == Case.id)
    return session.scalar(led.where(of_desk, *own)) or 0


def at_work(session: Session, case: Case) -> frozenset[str]:
    """Members who may sign in, can open the case and sit at a desk that may lead it: who was removed keeps a key of
    their own, and takes no step with it.
    """
    wanted = Desk.role == "discipline" if case.reserved else Desk.id == case.desk_id
    seated = select(Membership.member_id).join(Desk, Desk.id == Membership.desk_id).where(wanted, Desk.active)
    return readers_of(session, Subject("case", case.id)) & frozenset(session.scalars(seated))


def seated_at(session: Session, case: Case, desk_id: str) -> tuple[tuple[str, str], ...]:
    """Members of a desk who may sign in and can open the case: id and name."""
    seated = (
        select(Member.id, Member.name)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.desk_id == desk_id, Member.active)
    )
    readers = readers_of(session, Subject("case", case.id))
    return tuple((row[0], row[1]) for row in session.execute(seated) if row[0] in readers)


def told_of(session: Session, case_id: str, desk_id: str | None) -> tuple[str, ...]:
    """The desks that notices about a case go to: the one that leads it. A reserved case names none in clear: then those
    whose key opens it, as the grants say, so that a notice tells nothing new; where one member alone holds the key,
    that member's desks of discipline.
    """
    if desk_id is not None:
        return (desk_id,)
    holders = holders_of(session, Subject("case", case_id))
    members = [name for kind, name in holders if kind == "member"]
    theirs = (
        select(Membership.desk_id)
        .join(Desk, Desk.id == Membership.desk_id)
        .where(Membership.member_id.in_(members), Desk.role == "discipline")
    )
    alone = session.scalars(theirs).all() if members else []
    return tuple(sorted({*(name for kind, name in holders if kind == "desk"), *alone}))


def due_days(session: Session, holder: Holder, first: date, last: date) -> dict[date, int]:
    """How many cases are due on each day from `first` to `last`: those that the holder may know and that still are in
    hand, and for the office all ordinary ones (as its overview shows them; not a closed one that somebody objected to,
    which would tell that a report stands behind it). By the due day in clear: no case is opened for it.
    """
    in_hand = or_(OPEN, RECHECKED, Case.reserved.is_(True))
    known = and_(may_know(holder), in_hand)
    if "office" in holder.roles:
        known = or_(known, and_(Case.reserved.is_(False), OPEN))
    counted = (
        select(Case.next_due, func.count())
        .where(Case.next_due.between(first, last), known)
        .group_by(Case.next_due)
    )
    return {row[0]: row[1] for row in session.execute(counted)}
