"""Makers: a real installation in a temporary folder, with desks and members, for tests of any room."""

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app.db.base import month_of
from app.people.admission import begin, make_member, seat
from app.people.holder import Holder, make_holder
from app.people.keyring import Keyring
from app.people.models import Member
from app.people.signin import open_ledger_key
from app.people.tools import Tools
from app.photos.pool import Cleaner
from app.rules.routing import JIWEI
from app.sealing.epochs import EpochKeys, fingerprint
from app.setup.install import Installed, install, seat_district_discipline
from app.web.services import make_tools
from config import Settings, load

PASSPHRASE = "anshao-demo"
OTP_SECRET = "JBSWY3DPEHPK3PXP"


@dataclass
class FixedDay:
    """A present that tests move by hand."""

    day: date = date(2026, 11, 24)
    seconds: int = 0

    def today(self) -> date:
        return self.day

    def instant(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 2, tzinfo=UTC) + timedelta(
            seconds=self.seconds
        )

    def pass_days(self, days: int) -> None:
        self.day += timedelta(days=days)


@dataclass
class Town:
    """One installation with somebody at every desk."""

    settings: Settings
    installed: Installed
    tools: Tools
    now: FixedDay
    privates: dict[str, bytes] = field(repr=False)
    members: dict[str, Member] = field(repr=False)

    def holder(self, username: str) -> Holder:
        """Signed in, without the detour over a password."""
        with self.tools.database.work() as session:
            member = session.get_one(Member, self.members[username].id)
            key = open_ledger_key(self.tools.keyring, member)
            return make_holder(session, member, self.privates[username], key)

    def close(self) -> None:
        self.tools.cleaner.close()
        self.tools.locks.release_all()
        self.tools.database.dispose()
        shutil.rmtree(self.settings.memory, ignore_errors=True)


def settings_in(folder: Path, database: str = "") -> Settings:
    """Settings of a town in `folder`; its memory is its own."""
    environ = {
        "ANSHAO_DATA": str(folder / "data"),
        "ANSHAO_MEMORY": f"/dev/shm/anshao-test-{os.getpid()}-{secrets.token_hex(4)}",
        "ANSHAO_COUNTER_OPEN": "yes",
        "ANSHAO_ANONYMOUS_REWARD": "yes",
        "ANSHAO_DEMONSTRATION": "yes",
    }
    if database:
        environ["ANSHAO_DATABASE"] = database
    return load(environ)


def copy_town(town: Town, folder: Path, database: str = "", cleaner: Cleaner | None = None) -> Town:
    """A town of its own that begins as `town`, which must be closed (on PostgreSQL: whose database is a copy)."""
    shutil.copytree(town.settings.data, folder / "data", ignore=shutil.ignore_patterns("locks"))
    settings = replace(settings_in(folder, database), root_fingerprint=town.settings.root_fingerprint)
    now = FixedDay()
    tools = replace(make_tools(settings, cleaner or Cleaner(processes=1)), now=now)
    return Town(settings, town.installed, tools, now, dict(town.privates), dict(town.members))


def make_town(folder: Path, database: str = "", cleaner: Cleaner | None = None) -> Town:
    """A new installation: every inside desk has one member, named as the desk. Slow: 21 passphrases."""
    settings = settings_in(folder, database)
    now = FixedDay()
    installed = install(settings, now.today())
    settings = replace(settings, root_fingerprint=fingerprint(installed.root.public))
    tools = replace(make_tools(settings, cleaner or Cleaner(processes=1)), now=now)
    town = Town(settings, installed, tools, now, {}, {})
    tools.keyring.month(month_of(now.today()))
    seat_everybody(town, installed.desks)
    return town


def seat_upper_discipline(town: Town) -> None:
    """区纪委监委 has a desk of its own in this town, with a member named as the desk."""
    tools = town.tools
    with tools.database.work(write=True) as session:
        root = town.installed.root.private
        keys = seat_district_discipline(session, tools.keyring, root, town.now.today())
    add_member(town, JIWEI, [keys])


def seat_everybody(town: Town, desks: dict[str, EpochKeys]) -> None:
    for desk_id, keys in desks.items():
        add_member(town, desk_id, [keys])


def add_member(town: Town, username: str, keys: Sequence[EpochKeys], desk_id: str = "") -> None:
    """A member with the passphrase of all tests."""
    keyring: Keyring = town.tools.keyring
    member, private = make_member(keyring, username, username, PASSPHRASE, OTP_SECRET)
    with town.tools.database.work(write=True) as session:
        session.add(member)
        session.flush()
        seat(session, member, begin(session, keyring, list(keys), town.now.today()), desk_id or keys[0].desk)
    town.members[username] = member
    town.privates[username] = private
