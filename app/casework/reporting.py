"""What the reporter does from the receipt page: message, reply, objection, withdrawal, photos; and what they see.

A receipt opens the tip and never the case: what the reporter does stands in the tip's thread, and the desk folds it
into the case's sealed steps.
"""

import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.casework.access import told_of
from app.casework.alarms import DUTY
from app.casework.context import REPORTER_EDGES
from app.casework.flow import state_names
from app.casework.models import NEVER, Case
from app.casework.needs import Unmet
from app.clock.dues import objection_until
from app.db.versions import change
from app.ledger.write import append
from app.notices.write import notify, notify_reply
from app.people.tools import Tools
from app.photos.pool import Cleaned, Refused
from app.sealing.once import content_digest, once_digest
from app.tips.content import (
    MAX_PHOTOS,
    MOST_PHOTOS,
    Content,
    Line,
    mark_of_reply,
    open_content,
    open_thread,
    seal_thread,
)
from app.tips.models import Tip
from app.tips.objects import drop, keep, stage
from app.tips.receipts import Visit, tip_ledger_key, tip_of

RETALIATION = "retaliation"  # 打击报复
SATISFIED = "satisfied"  # 满意
LONGEST = 5000  # characters of one message


@dataclass(frozen=True)
class Follow:
    """The reporter's page: what happened, what is awaited and by when."""

    number: str
    day: date
    tip_state: str
    content: Content
    lines: tuple[Line, ...]
    state: str  # of an ordinary case; empty for a reserved one
    state_name: str
    asked: bool
    objected: bool
    next_due: date | None
    may_object: bool
    object_until: date | None  # the last day to object to the last answer
    satisfied: bool  # with the last answer, as the reporter said
    may_withdraw: bool
    fresh_from: int  # lines from here on were first seen now


def read_follow(tools: Tools, visit: Visit) -> Follow:
    """Everything the receipt opens; marks answers as first seen today. Raises NoKey once it is shredded."""
    with tools.database.work() as session:
        tip, key = tip_of(session, tools, visit)
        content, lines = open_content(tip, key), open_thread(tip, key)
        case = session.get(Case, content.case_id)
    today = tools.now.today()
    unseen = (at for at, line in enumerate(lines) if line.shown is None and line.by != "reporter")
    fresh_from = next(unseen, len(lines))
    if fresh_from < len(lines):
        with contextlib.suppress(
            OperationalError
        ):  # on a full disk they can still be read; the ten days begin later
            lines = mark_shown(tools, visit, today)
    ordinary = case is not None and not case.reserved
    state = (case.state or "") if ordinary and case else ""
    next_due = case.next_due if ordinary and case and case.next_due != NEVER else None
    return Follow(
        number=tip.number,
        day=tip.day,
        tip_state=tip.state,
        content=content,
        lines=tuple(lines),
        state=state,
        state_name=state_names(tools.authority).get(state, "办理中"),
        asked=waiting_question(lines),
        objected=waiting_objection(lines),
        next_due=next_due
        if state != "handed_up"
        else None,  # when we ask again promises nothing of another's
        may_object=not why_not_object(tools, tip, lines, today),
        object_until=until_of(tools, lines),
        satisfied=is_satisfied(lines),
        may_withdraw=tip.state == "open",
        fresh_from=fresh_from,
    )


def why_not_object(tools: Tools, tip: Tip, lines: Sequence[Line], today: date) -> str:
    """Why the reporter may not object now, in words for them; empty where they may: to the last answer, once, within
    ten days of first seeing it, at most sixty of its posting.
    """
    until = until_of(tools, lines)
    if until is None or tip.state != "answered":
        return "收到答复以后才能提异议。"
    if waiting_objection(lines):
        return "对这次答复您已经提过异议。有新的情况请留言。"
    return "" if until >= today else f"提异议的期限到 {until.isoformat()} 为止。有新的情况请留言。"


def until_of(tools: Tools, lines: Sequence[Line]) -> date | None:
    """The last day to object to the last answer; None where there is none."""
    answer = next((line for line in reversed(lines) if line.kind == "answer"), None)
    if answer is None:
        return None
    return objection_until(answer.day, answer.shown, tools.calendar, tools.limits).day


def is_satisfied(lines: Sequence[Line]) -> bool:
    """Whether the reporter is content with the last answer."""
    last = next((line for line in reversed(lines) if line.kind in ("answer", "objection", SATISFIED)), None)
    return last is not None and last.kind == SATISFIED


def waiting_objection(lines: Sequence[Line]) -> bool:
    """Whether the last answer has been objected to."""
    last = next((line for line in reversed(lines) if line.kind in ("answer", "objection")), None)
    return last is not None and last.kind == "objection"


def waiting_question(lines: Sequence[Line]) -> bool:
    """Whether the last question has no reply yet."""
    last = next((line for line in reversed(lines) if line.kind in ("question", "reply")), None)
    return last is not None and last.kind == "question"


def mark_shown(tools: Tools, visit: Visit, today: date) -> list[Line]:
    """Note on each line that the reporter has seen it now: the objection's ten days begin."""
    with tools.database.work(write=True) as session:
        tip, key = tip_of(session, tools, visit)
        lines = [
            replace(line, shown=today) if line.shown is None and line.by != "reporter" else line
            for line in open_thread(tip, key)
        ]
        change(session, tip, thread=seal_thread(tip.id, key, lines))
    return lines


def say(
    tools: Tools, visit: Visit, kind: str, text: str, uploads: Sequence[bytes] = (), once: str = ""
) -> tuple[Refused, ...]:
    """Add what the reporter says: `message`, `reply`, `objection`, `withdrawal`, `retaliation` or `satisfied`, with
    photos.

    Sent twice (the same words and photos under the same `once`) is one. Returns the photos that were refused. Raises
    Unmet, Outrun, NoKey: then no photo stays either.
    """
    text = "对答复满意。" if kind == SATISFIED else text.strip()
    if not text and not uploads and kind != "withdrawal":
        raise Unmet("请写点什么，或者选一张照片。")
    if len(text) > LONGEST:
        raise Unmet(f"一次最多 {LONGEST} 个字，请分几次写。")
    extra = {"folded": secrets.token_hex(8)} if kind in REPORTER_EDGES else {}
    line = Line(day=tools.now.today(), by="reporter", kind=kind, text=text, extra=extra)
    line = replace(line, once=mark_of(once, line, uploads))
    with tools.database.work() as session:
        tip, key = tip_of(session, tools, visit)
        if is_known(open_thread(tip, key), line):
            return ()
        check_kind(tools, tip, open_thread(tip, key), line)
        check_photos(open_content(tip, key), open_thread(tip, key), len(uploads))
    cleaned, refused = clean_all(tools, uploads)
    if cleaned or text or kind == "withdrawal":
        write_with_photos(tools, visit, line, cleaned)
    return refused


def mark_of(once: str, line: Line, uploads: Sequence[bytes]) -> str:
    """H(once ‖ what was sent), hexadecimal: three forms of one page share a `once`. Empty without one."""
    sent = content_digest((line.kind.encode(), line.text.encode(), *uploads))
    return once_digest(once.encode(), sent).hex() if once else ""


def is_known(lines: Sequence[Line], line: Line) -> bool:
    return bool(line.once) and any(known.once == line.once for known in lines)


def clean_all(tools: Tools, uploads: Sequence[bytes]) -> tuple[list[Cleaned], tuple[Refused, ...]]:
    cleaned, refused = [], []
    for upload in uploads:
        try:
            cleaned.append(tools.cleaner.clean(upload))
        except Refused as why:
            refused.append(why)
    return cleaned, tuple(refused)


def write_with_photos(tools: Tools, visit: Visit, line: Line, cleaned: Sequence[Cleaned]) -> None:
    """Write a line with its photos, or neither."""
    photos = stage(tools.database, tools.store, tools.worker, cleaned, line.day)
    written = ""
    try:
        written = write_line(tools, visit, replace(line, photos=photos))
    finally:
        if not written:
            drop(tools.database, tools.store, photos)


def write_line(tools: Tools, visit: Visit, line: Line, *, danger: bool = False) -> str:
    """Write a line of the reporter's; with `danger` the duty desk is told. Returns the case's id, empty when the line
    was there already. Questions that were skipped (an `answers` line without text) are nobody's news.
    """
    with tools.database.work(write=True) as session:
        tip, key = tip_of(session, tools, visit)
        lines = open_thread(tip, key)
        if is_known(lines, line):
            return ""
        case = session.get_one(Case, open_content(tip, key).case_id)
        check_kind(tools, tip, lines, line)
        check_words(lines, line)
        check_photos(open_content(tip, key), lines, len(line.photos))
        keep(session, line.photos)
        values = {"state": "withdrawn"} if line.kind == "withdrawal" else {}
        change(session, tip, thread=seal_thread(tip.id, key, [*lines, line]), **values)
        edge = REPORTER_EDGES.get(line.kind)
        if edge == "object":
            hasten(session, tools, case, line.day)
        if line.kind == "answers" and not line.text:
            return case.id
        if danger:
            notify(session, DUTY, "danger", line.day)
        for desk in told_of(session, case.id, case.desk_id):
            for kind in ("reply", "alarm") if is_retaliation(line) else ("reply",):
                notify_reply(session, desk, line.day, mark_of_reply(key, line.day), kind)
        actor = tip_ledger_key(visit.private)
        append(session, day=line.day, kind="said", actor=actor, subject=actor, detail={})
        return case.id


MOST_WORDS = 60_000  # characters of one reporter between two acts of the desk
WORDS_OF_A_LINE = 500  # so many a line counts beside its own


def check_words(lines: Sequence[Line], line: Line) -> None:
    """Raises Unmet where a reporter writes on and on: the page of the case must still open for the desk."""
    since = 0
    for one in lines:
        since = 0 if one.by == "desk" else since + len(one.text) + WORDS_OF_A_LINE
    if line.text and since + len(line.text) > MOST_WORDS:
        raise Unmet("已经写了很多，请等办理人回了再写；急事请打电话。")


def is_retaliation(line: Line) -> bool:
    """Whether a reporter says that somebody takes revenge on them."""
    return line.kind == RETALIATION or bool(line.extra.get(RETALIATION))


def check_photos(content: Content, lines: Sequence[Line], more: int) -> None:
    """Nine photos at once, as with the report; forty-five of one reporter in all, so that nobody fills the disk that
    all reports share. Raises Unmet.
    """
    if more > MAX_PHOTOS:
        raise Unmet(f"一次最多 {MAX_PHOTOS} 张照片，请重新选；写的内容都在。")
    known = len(content.photos) + sum(len(line.photos) for line in lines if line.by == "reporter")
    left = max(MOST_PHOTOS - known, 0)
    if more > left:
        rest = f"还能发 {left} 张" if left else "不能再发照片了"
        raise Unmet(f"一件举报一共最多 {MOST_PHOTOS} 张照片，{rest}；写的内容都在，可以不带照片发。")


def check_kind(tools: Tools, tip: Tip, lines: Sequence[Line], line: Line) -> None:
    """Raises Unmet where the step is not open to the reporter now."""
    if tip.state == "withdrawn" and line.kind != RETALIATION:  # some withdraw because they are pressed
        raise Unmet("您已经撤回，不能再写。")
    if line.kind == "reply" and not waiting_question(lines):
        raise Unmet("现在没有在等您回答的问题，请直接留言。")
    if line.kind == "objection" and (why := why_not_object(tools, tip, lines, line.day)):
        raise Unmet(why)
    if line.kind == SATISFIED and (
        tip.state != "answered" or waiting_objection(lines) or is_satisfied(lines)
    ):
        raise Unmet("收到答复以后说一次满不满意就行，有新的情况请留言。")
    if line.kind == "withdrawal" and tip.state != "open":
        raise Unmet("已经答复，不用撤回了。")


def hasten(session: Session, tools: Tools, case: Case, day: date) -> None:
    """An objection has to be decided in time: the due day in clear is all that can be written without the key."""
    due = tools.calendar.add_days(day, tools.limits.recheck.value).day
    change(session, case, next_due=min(due, case.next_due))
