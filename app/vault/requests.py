"""Requests to the vault: asked by one, released by two others in either order, opened once by who asked.

Each keeper re-seals their share to the request's one-time key, whose private half only the asker can open. Neither
keeper sees what is inside; what they read is the number, the reason and who asks.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.needs import Unmet
from app.casework.opening import keepers_of
from app.db.base import month_of, new_id
from app.db.versions import Outrun, change
from app.ledger.write import append
from app.notices.write import notify
from app.people.desks import Recipient, desk_recipients, desks_with_keys, member_recipient
from app.people.grants import NoKey, Subject, granted, open_key, open_keys, seal_grant
from app.people.holder import Holder
from app.people.models import Member
from app.people.subjects import new_subject_key, open_subject_key
from app.people.tools import Tools
from app.sealing.fields import Place, canonical_json, new_key, open_json, seal_json
from app.sealing.hpke import Context, seal_to
from app.sealing.keys import generate
from app.tips.models import Identity
from app.vault.models import VaultRequest

OPEN_FOR = timedelta(days=1)  # an identity is read within a day
CALL_FOR = timedelta(days=10)
LONGEST = 500
PARTS = ("first", "second")
UNOPENED = "这份封存打不开，谁也看不到里面：发来的时候没有锁对。可以在举报件里提问，请举报人另说。"


@dataclass(frozen=True)
class Opened:
    """A request as one of those concerned reads it."""

    row: VaultRequest
    body: dict[str, Any]
    key: bytes = field(repr=False)

    @property
    def subjects(self) -> list[Subject]:
        return [Subject(kind, name) for kind, name in self.body["subjects"]]

    @property
    def reserved(self) -> bool:
        return bool(self.body["reserved"])


def body_place(request_id: str) -> Place:
    return Place("vault_requests", request_id, "body")


def share_context(request_id: str, part: str) -> Context:
    return Context("vault-share", request_id, part)


def private_context(request_id: str) -> Context:
    return Context("vault-one-time", request_id, "private")


def ask_identity(tools: Tools, now: Desktop, tip_number: str, reason: str) -> str:
    """Ask to open who sent a tip; returns the request's id. Raises Unmet."""
    one = next((one for one in now.reports if one.tip.number == tip_number), None)
    if one is None or not now.in_hand:
        raise Unmet("这件举报不在您手里。")
    if one.content.report.mode != "named":
        raise Unmet("举报人没有留姓名。可以提问，或者（留了电话的）请保密专员代联系。")
    body: dict[str, Any] = {"tip_number": tip_number, "tip": one.tip.id, "case": now.case.id}
    body |= {"verifiers": sorted(now.known_verifiers())}
    body |= {"subjects": [["identity", identity_of(tools, one.tip.id)]]}
    return ask(tools, now.holder, "unseal", now.now.desk, reason, now.now.reserved, body)


def ask_call(tools: Tools, now: Desktop, tip_number: str, questions: str) -> str:
    """Ask the custodian to call the reporter with the desk's questions (代联系). Raises Unmet."""
    one = next((one for one in now.reports if one.tip.number == tip_number), None)
    if one is None or not now.in_hand:
        raise Unmet("这件举报不在您手里。")
    if one.content.report.mode != "callback":
        raise Unmet("举报人没有同意打电话。")
    body = {
        "tip_number": tip_number,
        "tip": one.tip.id,
        "case": now.case.id,
        "verifiers": sorted(now.known_verifiers()),
        "subjects": [["identity", identity_of(tools, one.tip.id)]],
        "calls": [],
    }
    return ask(tools, now.holder, "call", now.now.desk, questions, now.now.reserved, body)


def identity_of(tools: Tools, tip_id: str) -> str:
    with tools.database.work() as session:
        return session.scalars(select(Identity.id).where(Identity.tip_id == tip_id)).one()


def ask(
    tools: Tools, holder: Holder, kind: str, desk: str, reason: str, reserved: bool, body: dict[str, Any]
) -> str:
    """Seal a request to who asks and to both keepers, and enter it in the ledger."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise Unmet(f"请写明理由，最多 {LONGEST} 个字。")
    day, request_id, key, pair = tools.now.today(), new_id(), new_key(), generate()
    keepers, month = keepers_of(reserved), month_of(day)
    asker, *others = concerned_keys(tools, holder, keepers)
    who = {"asker": holder.name, "asker_id": holder.member_id}
    value = {**body, **who, "reason": reason, "desk": desk, "reserved": reserved}
    _, ledger_key = new_subject_key(tools.keyring, "vault_requests", request_id, month)
    subject = Subject("request", request_id)
    grants = [seal_grant(tools.keyring, subject, key, one, month) for one in (asker, *others)]
    row = VaultRequest(
        id=request_id,
        kind=kind,
        state="asked",
        day=day,
        expires=None,
        month=month,
        asker_id=holder.member_id,
        one_time_public=pair.public,
        one_time_private=(  # of a call the custodian who takes it makes another: who asks never holds one
            None if kind == "call" else seal_to(asker.public, pair.private, private_context(request_id))
        ),
        first_share=None,
        second_share=None,
        ledger_key=ledger_key,
        body=seal_json(key, value, body_place(request_id)),
        version=1,
    )
    with tools.database.work(write=True) as session:
        session.add(row)
        session.add_all(grants)
        for name in keepers:
            notify(session, name, "vault", day)
        enter(session, tools, holder, "vault_asked", row, key)
    return request_id


def concerned_keys(tools: Tools, holder: Holder, keepers: Sequence[str]) -> list[Recipient]:
    """Whom a request is sealed to: who asks, then both keepers. Raises Unmet where one of these has no key."""
    with tools.database.work() as session:
        known = desk_recipients(session, tools.keyring, desks_with_keys(session))
        asker = member_recipient(session.get_one(Member, holder.member_id))
    if not set(keepers) <= known.keys():
        raise Unmet("两位保管人里有人没有钥匙，现在没有人能放行。")
    return [asker, *(known[name] for name in keepers)]


def enter(session: Session, tools: Tools, holder: Holder, kind: str, row: VaultRequest, key: bytes) -> None:
    """An entry about a request, said to those who may read it."""
    append(
        session,
        day=tools.now.today(),
        kind=kind,
        actor=holder.ledger_key,
        subject=open_subject_key(tools.keyring, "vault_requests", row.id, row.month, row.ledger_key),
        detail={"by": holder.name},
        opening=key,
    )


def read_requests(session: Session, tools: Tools, holder: Holder, ids: Sequence[str] = ()) -> list[Opened]:
    """Requests the holder is concerned by, newest first."""
    query = select(VaultRequest).where(granted(holder, "request", VaultRequest.id))
    if ids:
        query = query.where(VaultRequest.id.in_(ids))
    rows = list(session.scalars(query.order_by(VaultRequest.day.desc(), VaultRequest.id)))
    keys = open_keys(session, tools.keyring, holder, "request", [row.id for row in rows])
    return [open_request(row, keys[row.id]) for row in rows if row.id in keys]


def waits_for(holder: Holder, opened: Opened) -> bool:
    """Whether the holder keeps a share that is still to be released."""
    keepers = zip(PARTS, keepers_of(opened.reserved), strict=True)
    missing = [desk for part, desk in keepers if getattr(opened.row, f"{part}_share") is None]
    return opened.row.state == "asked" and any(holder.sits_at(desk) for desk in missing)


def open_request(row: VaultRequest, key: bytes) -> Opened:
    return Opened(row, open_json(key, row.body, body_place(row.id)), key)


def one_request(session: Session, tools: Tools, holder: Holder, request_id: str) -> Opened:
    """Raises NoKey."""
    key = open_key(session, tools.keyring, holder, Subject("request", request_id))
    return open_request(session.get_one(VaultRequest, request_id), key)


def part_of(holder: Holder, opened: Opened) -> str:
    """Which share the holder keeps for this request. Raises Unmet."""
    for part, desk in zip(PARTS, keepers_of(opened.reserved), strict=True):
        if holder.sits_at(desk):
            return part
    raise Unmet("这要由保管人来办。")


def release(tools: Tools, holder: Holder, request_id: str) -> None:
    """Re-seal the holder's shares to the request's one-time key; the second release opens it. Raises Unmet, Outrun."""
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        part = part_of(holder, opened)
        row = opened.row
        if not waits_for(holder, opened):
            raise Unmet("这一份已经办过了。")
        refuse_concerned(holder, opened)
        if row.kind == "call" and (part == "first" or row.first_share is None):
            raise Unmet("代联系先由保密专员接下，再由另一位放行。")
        shares = shares_of(session, tools, holder, opened, part)
    mine = seal_to(row.one_time_public, shares, share_context(row.id, part))
    keep_share(tools, holder, opened, part, mine, {})


def refuse_concerned(holder: Holder, opened: Opened) -> None:
    """Neither who asked nor who verified the case may release it or take the call. Raises Unmet."""
    if holder.member_id in (opened.row.asker_id, opened.body["asker_id"]):
        raise Unmet("自己申请的不能自己放行。")
    if holder.member_id in opened.body.get("verifiers", []):
        raise Unmet("核查过这件事的人不能放行。")


def shares_of(session: Session, tools: Tools, holder: Holder, opened: Opened, part: str) -> bytes:
    """The holder's share of every subject's key, as JSON of hexadecimal. Raises Unmet or NoKey for one that is shut."""
    found = {}
    for subject in opened.subjects:
        try:
            share = open_key(session, tools.keyring, holder, subject, part)
        except NoKey as error:
            if subject.kind != "identity":
                raise
            # a phone sealed it, and the server could not tell that it was wrong
            raise Unmet(UNOPENED) from error
        found[f"{subject.kind}:{subject.id}"] = share.hex()
    return canonical_json(found)


def keep_share(
    tools: Tools, holder: Holder, opened: Opened, part: str, sealed: bytes, values: dict[str, Any]
) -> None:
    """Store one keeper's part; the second makes the request `released`, for a day (a call: ten)."""
    row, day = opened.row, tools.now.today()
    other = row.second_share if part == "first" else row.first_share
    both = other is not None
    until = day + (CALL_FOR if row.kind == "call" else OPEN_FOR)
    state = {"state": "released", "expires": until} if both else {}
    with tools.database.work(write=True) as session:
        change(session, row, **{f"{part}_share": sealed}, **state, **values)
        enter(session, tools, holder, "vault_released", row, opened.key)
        if both:
            notify(session, opened.body["desk"], "vault", day)


def refuse(tools: Tools, holder: Holder, request_id: str) -> None:
    """Either keeper may refuse; what the other gave is erased. Raises Unmet, Outrun."""
    with tools.database.work() as session:
        opened = one_request(session, tools, holder, request_id)
        part_of(holder, opened)
        if opened.row.state != "asked":
            raise Unmet("这一份已经办过了。")
    with tools.database.work(write=True) as session:
        change(session, opened.row, state="refused", **ERASED)
        enter(session, tools, holder, "vault_refused", opened.row, opened.key)


ERASED: dict[str, Any] = {"first_share": None, "second_share": None, "one_time_private": None}


def lapse(tools: Tools) -> None:
    """Released and not read in time, or never answered within ten days: shares are erased (a job's)."""
    today = tools.now.today()
    with tools.database.work() as session:
        rows = session.scalars(
            select(VaultRequest).where(
                VaultRequest.state.in_(("asked", "released")),
                (VaultRequest.expires < today) | (VaultRequest.day < today - CALL_FOR),
            )
        ).all()
    for row in rows:
        if row.expires is not None and row.expires >= today:
            continue
        with contextlib.suppress(Outrun), tools.database.work(write=True) as session:
            change(session, row, state="lapsed", **ERASED)
            subject = open_subject_key(tools.keyring, "vault_requests", row.id, row.month, row.ledger_key)
            append(session, day=today, kind="vault_lapsed", actor=subject, subject=subject, detail={})
