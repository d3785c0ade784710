"""What is late, by a case's clear columns alone: for jobs and for handing on, which hold no key."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.casework.access import at_work
from app.casework.models import Case
from app.people.tools import Tools

SETTLED = timedelta(days=14)  # after so many days a case that was handed up has no other day of ours
NOT_YET = (
    "现在还不能接手：没有人签收满两个工作日的，该办的过期满一个工作日的，"
    "或者原来的岗位没有人能打开的，才可以申请。"
)


def late(tools: Tools, state: str | None, day: date, due: date) -> bool:
    """Whether we are: the day to ask an authority again (催办) passes without our being late, until nobody has asked
    for two weeks. What else is due of a case handed up is due long before that day. Of a reserved case, whose state is
    sealed, that day never stands here.
    """
    watched = state == "handed_up" and due >= day + SETTLED
    grace = timedelta(days=tools.limits.watch_most.value if watched else 0)
    return due + grace < tools.now.today()


def why_not_hand_on(session: Session, tools: Tools, case: Case) -> str:
    """Why a case may not be taken from those who have it, in words; empty where it may (design §4, §7): it lay a second
    working day after the due day, unopened or undone, or nobody at work can open it (orphaned: a desk without a living
    key, a member who has left).
    """
    if not at_work(session, case):
        return ""
    if not late(tools, case.state, case.day, case.next_due):
        return NOT_YET
    second = tools.calendar.add_working(case.next_due, 1).day
    return "" if second < tools.now.today() else NOT_YET
