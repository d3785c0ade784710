"""Calling back (代联系): a custodian calls with the desk's questions and enters the answers.

One approval opens the number to that custodian for ten days and at most five calls, each recorded. The desk never sees
the number, and a name is never opened this way: with this mode the form takes none.
"""

from typing import Any

from app.casework.needs import Unmet
from app.casework.records import prepare_record
from app.db.versions import change
from app.notices.write import notify
from app.people.desks import desk_recipients, desks_with_keys, member_recipient
from app.people.holder import Holder
from app.people.models import Member
from app.people.tools import Tools
from app.sealing.fields import seal_json
from app.sealing.hpke import seal_to
from app.sealing.keys import generate
from app.tips.identity import open_person
from app.tips.models import Identity
from app.vault.opening import in_time, joined_keys
from app.vault.requests import (
    LONGEST,
    Opened,
    body_place,
    enter,
    keep_share,
    one_request,
    part_of,
    private_context,
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
        blob = session.get_one(Identity, tip_id).blob
    calls = list(opened.body["calls"])
    if len(calls) >= MOST_CALLS:
        raise Unmet("已经打过五次，不能再打。")
    phone = open_person(tip_id, keys[f"identity:{tip_id}"], blob).phone
    day = tools.now.today()
    body = {**opened.body, "calls": [*calls, day.isoformat()]}
    with tools.database.work(write=True) as session:
        change(session, opened.row, body=seal_json(opened.key, body, body_place(request_id)))
        enter(session, tools, holder, "called", request_id, day)
    return opened, phone


def enter_answers(tools: Tools, holder: Holder, request_id: str, answers: str) -> None:
    """What the reporter said, sealed to the asking desk alone: the approver does not read it. Raises Unmet."""
    answers = answers.strip()
    if not answers or len(answers) > 4 * LONGEST:
        raise Unmet("请写下举报人的回答。")
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        known = desk_recipients(session, tools.keyring, desks_with_keys(session))
    if opened.row.kind != "call" or opened.row.asker_id != holder.member_id:
        raise Unmet("这一份不是您接的。")
    day, desk = tools.now.today(), str(opened.body["desk"])
    value = {"text": answers, "question": opened.body["reason"], "author": holder.name}
    case_id = None if opened.reserved else str(opened.body["case"])
    record = prepare_record(tools, known, kind="call", value=value, holders=[desk], day=day, case_id=case_id)
    with tools.database.work(write=True) as session:
        session.add(record.record)
        session.flush()
        session.add_all(record.rows[1:])
        notify(session, desk, "reply", day)
        enter(session, tools, holder, "call_answered", request_id, day)
