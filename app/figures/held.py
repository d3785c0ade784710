"""What a desk holds, opened case by case: for its registers and its quarterly statement."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.casework.access import cases_of_desks
from app.casework.facts import Situation, situation
from app.casework.models import Case
from app.people.grants import CHUNK, open_keys
from app.people.holder import Holder
from app.people.tools import Tools


def held(
    session: Session, tools: Tools, holder: Holder, *wanted: ColumnElement[bool], desk: str = ""
) -> Iterator[tuple[Case, Situation]]:
    """Each case that the whole of the holder's desks (or of one `desk`) may know, oldest first, some at a time."""
    query = cases_of_desks(holder, *([desk] if desk else [])).where(*wanted).order_by(Case.day, Case.id)
    found = session.scalars(query.execution_options(yield_per=CHUNK))
    for some in found.partitions():
        cases = list(some)
        keys = open_keys(session, tools.keyring, holder, "case", [case.id for case in cases])
        for case in cases:
            if case.id in keys:
                yield case, situation(case, keys[case.id])
            session.expunge(case)
