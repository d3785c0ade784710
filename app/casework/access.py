"""Who may know (谁可以知道): one SQL condition and one predicate of the same rule.

A live grant is the permission. Lists, search, counts, figures, exports, notices and jobs take their cases from here;
what a permission shows beyond that is only less.
"""

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.casework.models import Case
from app.people.grants import NoKey, Subject, granted, open_key
from app.people.holder import Holder
from app.people.tools import Tools


def may_know(holder: Holder) -> ColumnElement[bool]:
    """SQL: the holder has a live grant to this case."""
    return granted(holder, "case", Case.id)


def cases_of(holder: Holder) -> Select[Case]:
    """All cases the holder may know."""
    return select(Case).where(may_know(holder))


def open_case(session: Session, tools: Tools, holder: Holder, case_id: str) -> tuple[Case, bytes]:
    """The case and its key. Raises NoKey alike for one that is not there and one that is not for the holder."""
    key = open_key(session, tools.keyring, holder, Subject("case", case_id))
    case = session.get(Case, case_id)
    if case is None:
        raise NoKey("case")
    return case, key
