"""Signing in: passphrase and one-time code, then keys in memory that does not persist.

An unknown name takes the same path as a wrong passphrase. A one-time code works once.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.people.codes import STEP_SECONDS, code_at
from app.people.holder import Holder, make_holder
from app.people.keyring import Keyring
from app.people.models import Member
from app.sealing.errors import SealError
from app.sealing.fields import Place, open_field, seal_field
from app.sealing.members import unlock_member
from app.sealing.sessions import unwrap_session, wrap_session
from app.store.memory import Memory

IDLE_SECONDS = 20 * 60
VERSION_BYTES = 8


@dataclass(frozen=True)
class SignedIn:
    """What the browser keeps: the session's name and the only key to it."""

    cookie: str


def sign_in(
    database: Database,
    keyring: Keyring,
    memory: Memory,
    username: str,
    passphrase: str,
    code: str,
    now: datetime,
) -> SignedIn | None:
    """Open a session, or None when any of the three does not fit (never which one)."""
    with database.work() as session:
        member = session.scalar(select(Member).where(Member.username == username))
    try:
        private, otp_secret = unlock_member(
            member.locked if member else None, passphrase, username, keyring.pepper, keyring.staff
        )
    except SealError:
        return None
    step = matching_step(otp_secret, code, now)
    if member is None or not member.active or step is None:
        return None
    with database.work(write=True) as session:
        used = session.execute(
            update(Member).where(Member.id == member.id, Member.otp_step < step).values(otp_step=step)
        )
        if used.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result counts rows
            return None
    return open_session(memory, member, private)


def matching_step(otp_secret: bytes, code: str, now: datetime) -> int | None:
    """The 30-second step whose code was given: this one, the one before or the one after."""
    secret = otp_secret.decode("ascii")
    current = int(now.timestamp()) // STEP_SECONDS
    for step in (current, current - 1, current + 1):
        if secrets.compare_digest(code_at(secret, step).encode(), code.strip().encode()):
            return step
    return None


def open_session(memory: Memory, member: Member, private: bytes) -> SignedIn:
    """A session of the member as they were read: whoever is stopped meanwhile has another version by now."""
    name = secrets.token_hex(16)
    secret, blob = wrap_session(private)
    memory.set(f"session:{name}", head_of(member) + blob, IDLE_SECONDS)
    return SignedIn(cookie=f"{name}.{secret.hex()}")


def head_of(member: Member) -> bytes:
    """What a session begins with: whose it is, and of which version."""
    return member.id.encode() + member.version.to_bytes(VERSION_BYTES, "big")


def read_session(session: Session, keyring: Keyring, memory: Memory, cookie: str) -> Holder | None:
    """Who is signed in with this cookie; lengthens the session. None when it ended or was stopped."""
    name, _, secret = cookie.partition(".")
    value = memory.get(f"session:{name}")
    if value is None:
        return None
    member = session.get(Member, value[:32].decode())
    if member is None or not member.active or not value.startswith(head_of(member)):
        return None
    try:
        private = unwrap_session(bytes.fromhex(secret), value[len(head_of(member)) :])
    except (SealError, ValueError):
        return None
    memory.touch(f"session:{name}", IDLE_SECONDS)
    return make_holder(session, member, private, open_ledger_key(keyring, member))


def stop_member(session: Session, member_id: str) -> None:
    """No sign-in, and every session ends for good: allowed again, the member signs in anew. No key changes hands."""
    stopped = {"active": False, "version": Member.version + 1}
    session.execute(update(Member).where(Member.id == member_id).values(stopped))


def allow_member(session: Session, member_id: str) -> None:
    session.execute(update(Member).where(Member.id == member_id).values(active=True))


def forget_sessions(memory: Memory, member_id: str) -> None:
    """Take a stopped member's wrapped keys out of the memory at once, not when they would have been idle too long."""
    for name in memory.keys("session:"):
        value = memory.get(name)
        if value is not None and value.startswith(member_id.encode()):
            memory.delete(name)


def close_session(memory: Memory, cookie: str) -> None:
    memory.delete(f"session:{cookie.partition('.')[0]}")


def ledger_place(member_id: str) -> Place:
    return Place("members", member_id, "ledger_key")


def seal_ledger_key(keyring: Keyring, member_id: str, key: bytes) -> bytes:
    return seal_field(keyring.standing_key("members"), key, ledger_place(member_id))


def open_ledger_key(keyring: Keyring, member: Member) -> bytes:
    return open_field(keyring.standing_key("members"), member.ledger_key, ledger_place(member.id))
