"""Tools: what every act works with, made once per process and handed down explicitly."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from app.clock.calendar import Calendar
from app.clock.limits import Limits
from app.db.engine import Database
from app.db.locks import Locks
from app.people.keyring import Keyring
from app.photos.pool import Cleaner
from app.rules.posters import PosterRules
from app.rules.routing import Rules
from app.store.memory import Memory
from app.store.objects import ObjectStore
from config import Sending


class Now(Protocol):
    """Where the present comes from; tests hand in their own."""

    def today(self) -> date: ...
    def instant(self) -> datetime: ...


@dataclass(frozen=True)
class Tools:
    """One process's engines, keys, stores and rules."""

    database: Database
    keyring: Keyring
    memory: Memory
    store: ObjectStore
    locks: Locks
    cleaner: Cleaner
    rules: Rules
    calendar: Calendar
    limits: Limits
    poster_rules: PosterRules
    now: Now
    worker: str  # name of the lock this process holds while it lives
    authority: str  # town | county
    town: str
    letter_prefix: str  # of the numbers of letters that leave (发文机关代字)
    counter_open: bool
    anonymous_reward: bool | None  # None: the district has not decided
    insider_uplift: Decimal | None  # likewise; 0.2 is 20 %
    sending: Sending  # when and how notices leave the house
