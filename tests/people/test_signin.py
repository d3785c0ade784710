"""Signing in: three things together, a code once, and keys only in memory that does not persist."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import update

from app.people.codes import STEP_SECONDS, code_at
from app.people.holder import Holder
from app.people.models import Member
from app.people.signin import (
    IDLE_SECONDS,
    SignedIn,
    allow_member,
    close_session,
    forget_sessions,
    read_session,
    sign_in,
    stop_member,
)
from tests.makers import OTP_SECRET, PASSPHRASE, Town

WHO = "chengjian"


def code(town: Town, ahead: int = 0) -> str:
    return code_at(OTP_SECRET, int(town.now.instant().timestamp()) // STEP_SECONDS + ahead)


def enter(
    town: Town, who: str = WHO, passphrase: str = PASSPHRASE, given: str | None = None
) -> SignedIn | None:
    it = town.tools
    typed = code(town) if given is None else given
    return sign_in(it.database, it.keyring, it.memory, who, passphrase, typed, town.now.instant())


def entered(town: Town) -> str:
    made = enter(town)
    assert made is not None
    return made.cookie


def who_is(town: Town, cookie: str) -> Holder | None:
    with town.tools.database.work() as session:
        return read_session(session, town.tools.keyring, town.tools.memory, cookie)


def session_file(town: Town) -> Path:
    (path,) = Path(town.settings.memory).glob("*.value")
    return path


def test_a_member_signs_in_with_the_keys_of_the_desk(town: Town) -> None:
    """A member could not work, or would come out as somebody else."""
    holder = who_is(town, entered(town))
    assert holder is not None
    assert (holder.username, holder.desks) == (WHO, (WHO,))
    assert holder.private == town.privates[WHO]
    assert PASSPHRASE not in repr(holder)
    assert holder.private.hex() not in repr(holder)


def test_a_code_works_once(small_town: Town) -> None:
    """Who looked over a shoulder could sign in within the minute; a later code must still work."""
    assert enter(small_town) is not None
    assert enter(small_town) is None
    assert enter(small_town, given=code(small_town, -1)) is None
    small_town.now.seconds += STEP_SECONDS
    assert enter(small_town) is not None


def test_a_code_works_once_for_two_at_once(town: Town) -> None:
    """Two could sign in with the same code at the same moment."""
    gate = Barrier(2)

    def one(_n: int) -> SignedIn | None:
        gate.wait()
        return enter(town)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(one, range(2)))
    assert sum(one is not None for one in made) == 1


@pytest.mark.parametrize(
    ("who", "passphrase", "ahead"),
    [
        ("nobody", PASSPHRASE, 0),
        (WHO, "anshao-demo2", 0),
        (WHO, "", 0),
        (WHO, PASSPHRASE, 2),
        (WHO, PASSPHRASE, -2),
        ("", "", 0),
    ],
)
def test_one_thing_wrong_is_all_wrong(small_town: Town, who: str, passphrase: str, ahead: int) -> None:
    """One of the three would be enough, or the answer would say which was wrong."""
    assert enter(small_town, who, passphrase, code(small_town, ahead)) is None


@pytest.mark.parametrize("given", ["", "000000000", "abcdef", "١٢٣٤٥٦", "00000\x00"])
def test_a_senseless_code_is_refused_without_an_error(small_town: Town, given: str) -> None:
    """Somebody could stop the page, or get in, by typing nonsense for the code."""
    assert enter(small_town, given=given) is None


def test_a_stopped_member_is_out_at_once(town: Town) -> None:
    """Somebody who was stopped could go on working, or come back."""
    cookie = entered(town)
    with town.tools.database.work(write=True) as session:
        session.execute(update(Member).where(Member.username == WHO).values(active=False))
    assert who_is(town, cookie) is None
    town.now.seconds += STEP_SECONDS
    assert enter(town) is None


def test_a_session_from_before_a_stop_never_lives_again(town: Town) -> None:
    """A cookie taken from a stopped member's phone would open everything as soon as the member is allowed again."""
    cookie, member_id = entered(town), town.members[WHO].id
    kept = session_file(town).read_bytes()
    with town.tools.database.work(write=True) as session:
        stop_member(session, member_id)
    forget_sessions(town.tools.memory, member_id)
    assert list(Path(town.settings.memory).glob("*.value")) == []
    with town.tools.database.work(write=True) as session:
        allow_member(session, member_id)
    name = cookie.partition(".")[0]
    town.tools.memory.set(f"session:{name}", kept[kept.index(member_id.encode()) :], IDLE_SECONDS)
    assert (
        who_is(town, cookie) is None
    )  # also where it was written again, by a sign-in at the very moment of the stop
    town.now.seconds += STEP_SECONDS
    assert who_is(town, entered(town)) is not None


def test_the_session_ends_when_idle_and_lives_while_used(small_town: Town) -> None:
    """A forgotten screen would stay signed in, or somebody at work be thrown out."""
    cookie = entered(small_town)
    soon = time.time() + 60
    os.utime(session_file(small_town), (soon, soon))
    assert who_is(small_town, cookie) is not None
    assert session_file(small_town).stat().st_mtime > time.time() + IDLE_SECONDS - 30
    past = time.time() - 1
    os.utime(session_file(small_town), (past, past))
    assert who_is(small_town, cookie) is None
    assert list(Path(small_town.settings.memory).glob("*.value")) == []


def test_signing_out_ends_it(small_town: Town) -> None:
    """A cookie copied before would still open everything."""
    cookie = entered(small_town)
    close_session(small_town.tools.memory, cookie)
    assert who_is(small_town, cookie) is None


def test_memory_alone_opens_nothing(small_town: Town) -> None:
    """Who reads the server's memory folder would hold the members' keys."""
    name, _, secret = entered(small_town).partition(".")
    kept = session_file(small_town).read_bytes()
    assert small_town.privates[WHO] not in kept
    assert secret.encode() not in kept
    assert bytes.fromhex(secret) not in kept
    for forged in (
        f"{name}.{'00' * 32}",
        f"{name}.",
        f"{name}.zz",
        name,
        "",
        ".",
        f"x.{secret}",
        f"../{name}.{secret}",
    ):
        assert who_is(small_town, forged) is None


def test_keys_never_reach_the_data_folder(small_town: Town) -> None:
    """A stolen disk or a backup would hold the key of whoever was signed in."""
    secret = bytes.fromhex(entered(small_town).partition(".")[2])
    files = [path for path in small_town.settings.data.rglob("*") if path.is_file()]
    for path in files:
        raw = path.read_bytes()
        assert small_town.privates[WHO] not in raw
        assert secret not in raw
