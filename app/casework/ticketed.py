"""Which tips of a case another house keeps too (12345、12350 工单, 上级交办, 部门移来), and by when it wants an answer.

Its number and its deadline lie in the sealed report, whether it was answered in the sealed facts. The deadline is never
a column: a day in clear that our own limits do not give would tell that a case came by a hotline, so that somebody
reported. `next_due` in clear stays ours; queue and case page, which open the case, show the nearer of the two.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.casework.facts import Facts
from app.tips.content import Content

TICKETED = ("12345", "12350", "superior", "department")  # channels whose sender waits for an answer by number
KEPT = "tickets"  # in the facts: {tip id: {"due": ISO day} | {"done": ISO day}}
# The last line of a desk's search line, and no other: those of a report are typed.
MARK = re.compile(r"工单期限(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Ticket:
    """One number under which another house waits for us."""

    tip_id: str
    channel: str
    number: str
    due: date | None
    done: date | None  # the day on which our answer was put back there (已回填)


def tickets_in(facts: Facts, contents: Mapping[str, Content]) -> tuple[Ticket, ...]:
    """The tickets of a case, in the order of its tips; `contents` are those that can be opened."""
    found = []
    for tip_id in facts.tips:
        report = contents[tip_id].report if tip_id in contents else None
        if report and report.channel in TICKETED and (report.external_number or report.external_due):
            kept = facts.extra.get(KEPT, {}).get(tip_id, {})
            due, done = kept.get("due") or report.external_due, kept.get("done", "")
            found.append(
                Ticket(tip_id, report.channel, report.external_number, day_or_none(due), day_or_none(done))
            )
    return tuple(found)


def day_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def outside_due(facts: Facts, contents: Mapping[str, Content]) -> date | None:
    """The nearest day by which another house waits for an answer that it has not got."""
    waiting = [one.due for one in tickets_in(facts, contents) if one.due and not one.done]
    return min(waiting, default=None)


def mark_of(due: date | None) -> str:
    """What a search line says of the nearest day that stays sealed, so that it is found without opening each case."""
    return f"工单期限{due.isoformat()}" if due else ""


def due_in_line(line: str) -> date | None:
    """The deadline that a search line tells of. Whoever reports can type the same words, with a day that is none."""
    found = MARK.fullmatch(line.rpartition("\n")[2])
    return date.fromisoformat(found[1]) if found else None
