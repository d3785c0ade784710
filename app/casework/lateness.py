"""What is late (逾期): one rule, as a predicate and as the same condition in SQL, by a case's clear columns alone, for
whoever holds no key; and for whoever has opened the case, with the days that stay sealed.

Late is what we should have done before today. Two passed days are not ours to be late for: the day to ask an authority
again (催办), until nobody has asked for two weeks; and the day after which silence accepts (逾期不退视为接收), where it
does.
"""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm import Session

from app.casework.access import at_work
from app.casework.models import Case
from app.clock.dues import Dues, overdue
from app.people.tools import Tools

NOT_YET = (
    "现在还不能接手：没有人签收满两个工作日的，该办的过期满一个工作日的，"
    "或者原来的岗位没有人能打开的，才可以申请。"
)


def late(tools: Tools, case: Case) -> bool:
    """Whether we are. Of a reserved case, whose state is sealed, neither of the two days excuses: the day to ask again
    never stands in clear, and no silence accepts it.

    Where an objection is owed a look (复查) while an authority is awaited, nothing in clear tells its day from the one
    to ask again: only `late_dues` sees it at once.
    """
    today = tools.now.today()
    if case.next_due >= today or case.reserved:
        return case.next_due < today
    if case.state == "handed_up":
        return case.next_due < today - grace(tools)
    if case.next_due == case.accept_due and case.state == "received" and silence_accepts(tools, case.sector):
        return case.conclude_due is not None and case.conclude_due < today
    return True


def are_late(tools: Tools) -> ColumnElement[bool]:
    """SQL: the cases of which `late` is true."""
    today = tools.now.today()
    asked_again = and_(Case.state == "handed_up", Case.next_due >= today - grace(tools))
    by_silence = and_(
        accepted_by_silence(tools),
        Case.next_due == Case.accept_due,
        or_(Case.conclude_due.is_(None), Case.conclude_due >= today),
    )
    excused = and_(Case.reserved.is_(False), or_(asked_again, by_silence))
    return and_(Case.next_due < today, not_(excused))


def late_dues(tools: Tools, case: Case, due: Dues) -> list[str]:
    """Names of what is late of a case that was opened: also what only the sealed events tell, such as the answer that a
    reporter waits for beside a limit of rectification; never less than `late` says.
    """
    found = overdue(due, tools.now.today())
    if found or not late(tools, case):
        return found
    return [due.next[0]] if due.next else ["recheck"]  # what a reporter said is not folded in yet


def sealed_day(state: str, due: Dues) -> date | None:
    """The nearest day that is ours and that the clear columns do not tell (see `clear_columns` and `late`)."""
    if state in ("rectifying", "reinspecting"):
        return due.feedback.day if due.feedback else None
    if state == "handed_up":
        return due.recheck.day if due.recheck else None
    return None


def grace(tools: Tools) -> timedelta:
    """How long after the day to ask an authority again nobody is late yet."""
    return timedelta(days=tools.limits.watch_most.value)


def silence_accepts(tools: Tools, sector: str | None) -> bool:
    """A town must hand a death over: its silence accepts none."""
    return tools.authority != "town" or sector != tools.rules.escalated("death").id


def accepted_by_silence(tools: Tools) -> ColumnElement[bool]:
    """SQL: ordinary cases whose day to hand back has passed in silence; `move_on` accepts them within the hour."""
    wanted = [Case.state == "received", Case.accept_due.is_not(None), Case.accept_due < tools.now.today()]
    if tools.authority == "town":
        wanted.append(Case.sector.is_distinct_from(tools.rules.escalated("death").id))
    return and_(*wanted)


def why_not_hand_on(session: Session, tools: Tools, case: Case) -> str:
    """Why a case may not be taken from those who have it, in words; empty where it may (design §4, §7): it lay a second
    working day after the due day, unopened or undone, or nobody at work can open it (orphaned: a desk without a living
    key, a member who has left).
    """
    if not at_work(session, case):
        return ""
    if not late(tools, case):
        return NOT_YET
    second = tools.calendar.add_working(case.next_due, 1).day
    return "" if second < tools.now.today() else NOT_YET
