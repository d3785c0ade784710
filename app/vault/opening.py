"""Opening what was released: once, within a day, by the member who asked; told to the reporter, entered first."""

import json

from sqlalchemy import select

from app.casework.context import Desktop
from app.casework.needs import Unmet
from app.db.versions import change
from app.ledger.write import append
from app.people.grants import NoKey
from app.people.holder import Holder
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.sealing.hpke import open_with
from app.sealing.split import join
from app.tips.content import Line, add_line
from app.tips.identity import Person, open_person
from app.tips.models import Identity, Tip
from app.vault.requests import ERASED, UNOPENED, Opened, one_request, private_context, share_context


def joined_keys(opened: Opened, holder: Holder) -> dict[str, bytes]:
    """The keys that both shares make, by "kind:id". Raises Unmet unless released to this holder."""
    row = opened.row
    if row.state != "released" or row.first_share is None or row.second_share is None:
        raise Unmet("两个人都放行以后才能打开，而且只能开一次。")
    if row.asker_id != holder.member_id or row.one_time_private is None:
        raise Unmet("只有申请的人自己能打开。")
    private = open_with(holder.private, row.one_time_private, private_context(row.id))
    first, second = (
        json.loads(open_with(private, blob, share_context(row.id, part)))
        for part, blob in (("first", row.first_share), ("second", row.second_share))
    )
    return {name: join(bytes.fromhex(first[name]), bytes.fromhex(second[name])) for name in first}


def person_in(sealed: Identity, keys: dict[str, bytes]) -> Person:
    """Who it was. Raises Unmet where the phone sealed what nobody can open: the server could not tell."""
    try:
        return open_person(sealed.id, keys[f"identity:{sealed.id}"], sealed.blob)
    except SealError as error:
        raise Unmet(UNOPENED) from error


def in_time(tools: Tools, opened: Opened) -> None:
    if opened.row.expires is None or opened.row.expires < tools.now.today():
        raise Unmet("放行已经过期，请重新申请。")


def read_identity(tools: Tools, holder: Holder, request_id: str, now: Desktop) -> Person:
    """Who sent the tip, once, if the case is still in the holder's hands. The ledger entry and the line to the reporter
    are durable before it returns. Raises NoKey, Unmet.
    """
    if not now.in_hand:
        raise Unmet("这件举报不在您手里。")
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        if opened.row.kind != "unseal":
            raise Unmet("这不是启封申请。")
        in_time(tools, opened)
        keys = joined_keys(opened, holder)
        tip_id = str(opened.body["tip"])
        sealed = session.scalars(select(Identity).where(Identity.tip_id == tip_id)).one()
    one = next((one for one in now.tips if one.tip.id == tip_id), None)
    if one is None:
        raise NoKey("tip")
    person = person_in(sealed, keys)
    day = tools.now.today()
    told = "您的姓名今天由办理人按规定申请、两个人放行，打开过一次。"
    with tools.database.work(write=True) as session:
        change(session, opened.row, state="read", **ERASED)
        add_line(
            session,
            session.get_one(Tip, tip_id),
            one.key,
            Line(day=day, by="notice", kind="opened", text=told),
        )
        detail = {"by": holder.name, "tip": one.tip.number}
        append(
            session,
            day=day,
            kind="identity_opened",
            actor=holder.ledger_key,
            subject=now.ledger_key,
            detail=detail,
            opening=now.history,
        )
    return person
