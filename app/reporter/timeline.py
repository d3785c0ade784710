"""The receipt page as a conversation: what comes next in plain words, and which lines are new."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.casework.answering import KIND as ANSWERS
from app.casework.reporting import Follow
from app.tips.content import Line
from app.web.services import tools

NEXT = {
    "received": _l("科室正在看，定下谁去查。"),
    "verifying": _l("有人去现场查。查了会在这里告诉您。"),
    "handed_up": _l("区里在办，我们盯着结果。"),
    "concluded": _l("查清了，正在写答复。"),
    "rectifying": _l("单位在整改，改完有人去复查。"),
    "reinspecting": _l("整改到了复查这一步，改好了就销号。"),
    "closed": _l("这件事办完了。"),
    "": _l("有专门的人在办，有结果在这里告诉您。"),
}


def comes_next(seen: Follow) -> str:
    """What happens next, in one sentence; who waits for the reporter says so first."""
    if seen.tip_state == "withdrawn":
        return str(_("不再答复您，隐患还是会去查。"))
    if seen.asked:
        return str(_("有一个问题等您回答，看下面。"))
    if seen.objected:
        return str(_("换一个人复查，收到异议后 %(n)d 天内告诉您。", n=tools().limits.recheck.value))
    if seen.tip_state == "answered" and seen.state in ("concluded", ""):
        return str(_("答复在下面。后面有整改的，改到哪一步也在这里告诉您。"))
    return str(NEXT.get(seen.state, ""))


def conversation(seen: Follow, read: int) -> list[tuple[Line, bool]]:
    """The lines, newest first, each with whether it is new to the reporter since the `read` first ones."""
    shown = [
        (line, at >= read and line.by != "reporter")
        for at, line in enumerate(seen.lines)
        if line.kind != ANSWERS or line.text
    ]
    return shown[::-1]


def helpers() -> dict[str, Callable[..., Any]]:
    return {"comes_next": comes_next, "conversation": conversation}


def register(reporter: Blueprint) -> None:
    reporter.context_processor(helpers)
