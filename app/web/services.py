"""The process's tools, made once from the settings; whatever is missing or wrong stops the start."""

import logging
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.clock.calendar import TIANJIN, Calendar
from app.clock.limits import Limits
from app.db.base import month_of
from app.db.engine import Database
from app.db.locks import Locks
from app.db.schema import check_at_head
from app.people.keyring import Keyring, KeyringBroken
from app.people.models import Installation
from app.people.months import month_book
from app.people.tools import Tools
from app.photos.pool import Cleaner
from app.rulebook.live import load_live, renewed
from app.rules.posters import PosterRules
from app.sealing.epochs import fingerprint
from app.store.memory import open_memory
from app.store.objects import FolderStore
from config import Settings

EXTENSION = "anshao"
LOOK_SECONDS = 20.0  # that a worker routes by the rules before, at most, once others are in force
renewing = threading.Lock()
log = logging.getLogger("anshao")


@dataclass(frozen=True)
class WallClock:
    """The present, in the town's own days."""

    def today(self) -> date:
        return datetime.now(TIANJIN).date()

    def instant(self) -> datetime:
        return datetime.now(UTC)


def make_tools(settings: Settings, cleaner: Cleaner) -> Tools:
    """Open everything. Raises KeyringBroken, SchemaNotAtHead, WouldPersist, RuleError: the start stops."""
    database = Database(settings.database)
    try:
        return tools_on(database, settings, cleaner)
    except BaseException:
        database.dispose()
        raise


def tools_on(database: Database, settings: Settings, cleaner: Cleaner) -> Tools:
    keyring = Keyring(settings.keys, settings.root_fingerprint, month_book(database))
    check_at_head(database)
    check_installation(database, keyring)
    keyring.month(
        month_of(WallClock().today())
    )  # made, or found to be the right one, before anybody needs it
    memory = open_memory(settings.memory)
    locks = Locks(database, settings.data / "locks")
    worker = secrets.token_hex(16)
    if not locks.take(worker):
        raise RuntimeError("a new worker's lock is held by another")
    return Tools(
        database=database,
        keyring=keyring,
        memory=memory,
        store=FolderStore(settings.data / "objects"),
        locks=locks,
        cleaner=cleaner,
        rules=load_live(database, WallClock()),
        calendar=Calendar.load(),
        limits=Limits.load(),
        poster_rules=PosterRules.load(),
        now=WallClock(),
        worker=worker,
        authority=settings.authority,
        town=settings.town,
        letter_prefix=settings.letter_prefix,
        counter_open=settings.counter_open,
        anonymous_reward=settings.anonymous_reward,
        insider_uplift=settings.insider_uplift,
        sending=settings.sending,
    )


def check_installation(database: Database, keyring: Keyring) -> None:
    """The database, the pepper and the root belong together, or nothing starts."""
    with database.work() as session:
        row = session.get(Installation, 1)
    if row is None:
        raise KeyringBroken("this database has not been set up; run flask setup")
    if row.pepper_check != keyring.pepper_check():
        raise KeyringBroken("this pepper is not the one the database was made with")
    if fingerprint(row.root_public) != keyring.root_fingerprint:
        raise KeyringBroken("the root in the database is not the one named in the settings")


def tools() -> Tools:
    """This process's tools."""
    made: Tools = current_app.extensions[EXTENSION]["tools"]
    return made


def look_for_rules(*, now: bool = False) -> None:
    """Take over the rule set in force: every twenty seconds one integer is read; `now`: at once. While one request
    learns a new set, the others go on with the old. Whoever holds tools already keeps their rules to the end.
    """
    mine = current_app.extensions[EXTENSION]
    if "tools" not in mine or (time.monotonic() < mine.get("look", 0.0) and not now):
        return
    if not renewing.acquire(blocking=now):
        return
    try:
        mine["look"] = time.monotonic() + LOOK_SECONDS
        mine["tools"] = renewed(mine["tools"])
    except SQLAlchemyError as error:  # the request itself will say so; the rules stay
        log.error("the rules in force are not known: %s", type(error).__name__)
    finally:
        renewing.release()


def settings() -> Settings:
    given: Settings = current_app.extensions[EXTENSION]["settings"]
    return given
