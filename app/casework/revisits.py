"""Revisits (回访): thirty and ninety days after the end the receipt page asks whether all is still well.

Nothing reminds anybody: the page reckons by days when the reporter comes back, and no job knows of a report.
"""

from dataclasses import replace
from datetime import date

from app.casework.needs import Unmet
from app.casework.reporting import LONGEST, Follow, mark_of, read_follow, write_line
from app.clock.limits import Limits
from app.people.tools import Tools
from app.tips.content import Line
from app.tips.receipts import Visit

KIND = "revisit"
ENDED_IN = ("closed", "")  # of a reserved case no state is known: there the answer is the end
SAYS = {
    "retaliation": {"yes": "受到了打击报复。", "no": "没有受到打击报复。"},
    "again": {"yes": "隐患又出现了。", "no": "隐患没有再出现。"},
}


def revisit_due(limits: Limits, seen: Follow, today: date) -> int:
    """After how many days the reporter is asked now; 0 where nothing is to be asked, or it is answered."""
    end = ended_on(seen)
    if end is None:
        return 0
    given = [line for line in seen.lines if line.kind == KIND and line.day >= end]
    answered = max((int(line.extra["after"]) for line in given), default=0)
    passed = [one for one in (limits.revisit.value, limits.revisit_last.value) if (today - end).days >= one]
    return max((one for one in passed if one > answered), default=0)


def ended_on(seen: Follow) -> date | None:
    """The day of the last thing the desk did, where all is done."""
    if seen.tip_state != "answered" or seen.state not in ENDED_IN:
        return None
    return max((line.day for line in seen.lines if line.kind in ("answer", "told")), default=None)


def revisit(tools: Tools, visit: Visit, said: dict[str, str], text: str, once: str) -> None:
    """Add what the reporter says of how it is now. Sent twice it is one. Raises Unmet, Outrun, NoKey."""
    after = revisit_due(tools.limits, read_follow(tools, visit), tools.now.today())
    if not after:
        return
    words = [SAYS[name][value] for name, value in said.items()]
    text = "".join([*words, text.strip()])
    if not text:
        raise Unmet("请选一样，或者写两句。")
    if len(text) > LONGEST:
        raise Unmet(f"一次最多 {LONGEST} 个字，请分几次写。")
    extra = {"after": after, "retaliation": said.get("retaliation") == "yes"}
    line = Line(day=tools.now.today(), by="reporter", kind=KIND, text=text, extra=extra)
    write_line(tools, visit, replace(line, once=mark_of(once, line, ())))
