"""Calling back (代联系): a custodian calls with the desk's questions and enters the answers.

One approval opens the number to that custodian for ten days and at most five calls, each recorded. The desk never sees
the number, and a name is never opened this way: with this mode the form takes none.
"""

from typing import Any

from sqlalchemy import select

from app.casework.context import Desktop
from app.casework.needs import Unmet
from app.db.versions import change
from app.notices.write import notify
from app.people.desks import member_recipient
from app.people.holder import Holder
from app.people.models import Member
from app.people.tools import Tools
from app.sealing.fields import seal_json
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import generate
from app.tips.content import Line, seal_thread
from app.tips.models import Identity
from app.vault.opening import in_time, joined_keys, person_in
from app.vault.requests import (
    LONGEST,
    Opened,
    body_place,
    enter,
    keep_share,
    one_request,
    part_of,
    private_context,
    refuse_concerned,
    share_context,
    shares_of,
)

MOST_CALLS = 5


def take_call(tools: Tools, holder: Holder, request_id: str) -> None:
    """A custodian takes the request: the one-time key becomes theirs. Raises Unmet, Outrun."""
    pair = generate()
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        if opened.row.kind != "call" or part_of(holder, opened) != "first" or opened.row.state != "asked":
            raise Unmet("这一份已经办过了。")
        refuse_concerned(holder, opened)
        me = member_recipient(session.get_one(Member, holder.member_id))
        shares = shares_of(session, tools, holder, opened, "first")
    mine = seal_to(pair.public, shares, share_context(request_id, "first"))
    values: dict[str, Any] = {
        "asker_id": holder.member_id,
        "one_time_public": pair.public,
        "one_time_private": seal_to(me.public, pair.private, private_context(request_id)),
    }
    keep_share(tools, holder, opened, "first", mine, values)


def number_to_call(tools: Tools, holder: Holder, request_id: str) -> tuple[Opened, str]:
    """The number for one more call; the call is recorded before the number is shown. Raises Unmet."""
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        if opened.row.kind != "call":
            raise Unmet("这不是代联系。")
        in_time(tools, opened)
        keys = joined_keys(opened, holder)
        tip_id = str(opened.body["tip"])
        sealed = session.scalars(select(Identity).where(Identity.tip_id == tip_id)).one()
    calls = list(opened.body["calls"])
    if len(calls) >= MOST_CALLS:
        raise Unmet("已经打过五次，不能再打。")
    phone = person_in(sealed, keys).phone
    day = tools.now.today()
    body = {**opened.body, "calls": [*calls, day.isoformat()]}
    with tools.database.work(write=True) as session:
        change(session, opened.row, body=seal_json(opened.key, body, body_place(request_id)))
        enter(session, tools, holder, "called", opened.row, opened.key)
    return opened, phone


def enter_answers(tools: Tools, holder: Holder, request_id: str, answers: str) -> None:
    """What the reporter said, sealed to the member who asked. Raises Unmet, Outrun.

    It stands in the request until that member puts it into the tip's thread: only who holds the tip's key can.
    """
    answers = answers.strip()
    if not answers or len(answers) > 4 * LONGEST:
        raise Unmet("请写下举报人的回答。")
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        asker = member_recipient(session.get_one(Member, str(opened.body["asker_id"])))
    if opened.row.kind != "call" or opened.row.asker_id != holder.member_id or opened.row.state != "released":
        raise Unmet("这一份不是您接的，或者还没有放行。")
    in_time(tools, opened)
    sealed = seal_to(asker.public, answers.encode(), answer_context(request_id))
    body = {**opened.body, "answers": [*opened.body.get("answers", []), sealed.hex()]}
    with tools.database.work(write=True) as session:
        change(session, opened.row, body=seal_json(opened.key, body, body_place(request_id)))
        notify(session, str(opened.body["desk"]), "vault", tools.now.today())
        enter(session, tools, holder, "call_answered", opened.row, opened.key)


def answer_context(request_id: str) -> Context:
    return Context("vault-answer", request_id, "answers")


def put_answers(tools: Tools, request_id: str, now: Desktop) -> None:
    """The member who asked puts the answers into the tip's thread, where reporter and desk read them. Raises Unmet."""
    with tools.database.work() as session:
        opened = one_request(session, tools, now.holder, request_id)
    one = next((one for one in now.tips if one.tip.id == opened.body["tip"]), None)
    waiting = opened.body.get("answers", [])
    if one is None or not waiting or opened.body["asker_id"] != now.holder.member_id:
        raise Unmet("没有等着收下的回答。")
    said = [
        open_with(now.holder.private, bytes.fromhex(each), answer_context(request_id)).decode()
        for each in waiting
    ]
    lines = [
        *one.thread,
        *(
            Line(day=now.day, by="custodian", kind="call", text=f"问：{opened.body['reason']}\n答：{text}")
            for text in said
        ),
    ]
    body = {**opened.body, "answers": []}
    with tools.database.work(write=True) as session:
        change(session, opened.row, body=seal_json(opened.key, body, body_place(request_id)))
        change(session, one.tip, thread=seal_thread(one.tip.id, one.key, lines))
        enter(session, tools, now.holder, "call_taken_in", opened.row, opened.key)
