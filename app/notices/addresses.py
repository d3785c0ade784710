"""Addresses (通知地址): where each desk's notices go out of the house. Entered by the administrator, kept sealed.

Whoever has one can write into a desk's group or read where its mail goes: after it was entered no page shows it again,
no log and no ledger entry holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, delete, func, select
from sqlalchemy.orm import Session

from app.clock.calendar import TIANJIN
from app.db.base import new_id
from app.ledger.write import append
from app.notices.gateway import COMMAND, PHONE, Checked, check
from app.notices.models import DANGER_TURN, NoticeAddress, NoticeSend
from app.people.desks import all_desks
from app.people.holder import Holder
from app.people.keyring import Keyring
from app.people.tools import Tools
from app.sealing.fields import Place, open_json, seal_json

MOST = 1000  # characters of an address
MOST_NAME = 30
UNSENT = ("failed", "again", "trying")
SHOWN = timedelta(days=30)  # how long it is kept how sending went
REFUSED = {
    "scheme": "认不出这种地址。可以用：mailto://、mailtos://（邮件），wecombot://（企业微信群机器人），dingtalk://（钉钉），"
    "feishu://（飞书），json://、jsons://、form://、forms://（接口）。",
    "form": "地址的写法不对，少了一部分，或者有写错的字。请对照说明再看一遍。",
    "busy": "现在检查不了这个地址，请过一会儿再试。",
}


class Refused(Exception):
    """This address is not taken; the message says why, for the page."""


@dataclass(frozen=True)
class Address:
    """One address, opened. `kind`: one of the sender's services, or command."""

    id: str
    desk_id: str
    danger: bool
    url: str = field(repr=False)
    name: str
    kind: str
    secure: bool

    @property
    def asks_phone(self) -> bool:
        """Whether it rings a number that must be given: a gateway, not a mailbox or a group."""
        return self.url == COMMAND or PHONE in self.url


@dataclass(frozen=True)
class Failing:
    """A day on which sending failed: how often, and how many turns never got through."""

    day: date
    failed: int
    unsent: int


def all_addresses(session: Session, keyring: Keyring) -> list[Address]:
    """By desk, opened."""
    rows = session.scalars(select(NoticeAddress).order_by(NoticeAddress.desk_id, NoticeAddress.id))
    return [opened(keyring, row) for row in rows]


def opened(keyring: Keyring, row: NoticeAddress) -> Address:
    said = open_json(key_of(keyring), row.body, place_of(row.id))
    return Address(
        row.id, row.desk_id, row.danger, said["url"], said["name"], said["kind"], said["secure"] is True
    )


def add_address(tools: Tools, holder: Holder, desk_id: str, url: str, name: str, *, danger: bool) -> str:
    """Keep an address for a desk; returns its id. Raises Refused with a sentence for the page."""
    url = url.strip()
    found = looked_at(tools, url, danger=danger)
    row = NoticeAddress(id=new_id(), desk_id=desk_id, danger=danger)
    said = {"url": url, "name": name.strip()[:MOST_NAME], "kind": found.kind, "secure": found.secure}
    row.body = seal_json(key_of(tools.keyring), said, place_of(row.id))
    now = tools.now.instant().astimezone(TIANJIN)
    with tools.database.work(write=True) as session:
        desk = all_desks(session).get(desk_id)
        if desk is None or desk.kind != "inside" or not desk.active:
            raise Refused("请选一个岗位。")
        session.add(row)
        session.flush()
        session.add_all(turns_gone_by(tools, row.id, now))
        enter(session, tools, holder, row, "notice_address_added", found.kind)
    return row.id


def looked_at(tools: Tools, url: str, *, danger: bool) -> Checked:
    """What the address is, before anything is written. Raises Refused."""
    if not url or len(url) > MOST or not url.isprintable() or " " in url:
        raise Refused("请写一个地址，中间不要有空格。")
    asks_phone = url == COMMAND or PHONE in url
    if asks_phone and not danger:
        raise Refused("要拨号码的网关只用来通知生命危险，请勾上“只在有生命危险时用”。")
    if url == COMMAND:
        if not tools.sending.danger_command:
            raise Refused("还没有设置拨号程序：请先在 ANSHAO_DANGER_COMMAND 里写上它的路径。")
        return Checked("command", secure=True)
    found = check(url)
    if found.why:
        raise Refused(REFUSED.get(found.why, REFUSED["form"]))
    return found


def turns_gone_by(tools: Tools, address_id: str, now: datetime) -> list[NoticeSend]:
    """An address entered at ten is not sent what went out at half past eight."""
    return [
        NoticeSend(address_id=address_id, day=now.date(), turn=turn, state="skipped", tries=0, failed=0)
        for turn, at in enumerate(tools.sending.digest_times, 1)
        if at <= now.time()
    ]


def remove_address(tools: Tools, holder: Holder, address_id: str) -> None:
    """Nothing more goes there, and nothing is kept of it but that it was removed."""
    with tools.database.work(write=True) as session:
        row = session.get(NoticeAddress, address_id)
        if row is not None:
            session.execute(delete(NoticeSend).where(NoticeSend.address_id == address_id))
            session.delete(row)
            session.flush()
            enter(session, tools, holder, row, "notice_address_removed", opened(tools.keyring, row).kind)


def enter(
    session: Session, tools: Tools, holder: Holder, row: NoticeAddress, kind: str, service: str
) -> None:
    append(
        session,
        day=tools.now.today(),
        kind=kind,
        actor=holder.ledger_key,
        subject=tools.keyring.standing_key(f"desk:{row.desk_id}"),
        detail={"by": holder.name, "service": service, "danger": row.danger},
    )


def failings(session: Session) -> Sequence[Failing]:
    """Days on which something could not be sent, the newest first; without where or what."""
    open_ = case((and_(NoticeSend.state.in_(UNSENT), NoticeSend.turn != DANGER_TURN), 1), else_=0)
    rows = session.execute(
        select(NoticeSend.day, func.sum(NoticeSend.failed), func.sum(open_))
        .group_by(NoticeSend.day)
        .having(func.sum(NoticeSend.failed) > 0)
        .order_by(NoticeSend.day.desc())
    )
    return [Failing(day, int(failed), int(unsent)) for day, failed, unsent in rows]


def key_of(keyring: Keyring) -> bytes:
    return keyring.standing_key("notice-addresses")


def place_of(address_id: str) -> Place:
    return Place("notice_addresses", address_id, "body")
