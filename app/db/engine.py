"""Engines, and the unit of work: the only place that commits.

SQLite: writers begin IMMEDIATE (deferred transactions lose against each other), WAL with FULL sync, foreign keys and
secure_delete on; readers cannot write by `query_only`. PostgreSQL: readers run READ ONLY.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 30  # a database locked for some seconds must lose nothing
EMPTYING_SECONDS = 1  # that writers may wait while the log is emptied


class LogBusy(Exception):
    """SQLite's log could not be emptied now: it keeps the order of what was written since."""


class Database:
    """One database, as a writing and a reading engine."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.writer = make_engine(url, write=True)
        self.reader = make_engine(url, write=False)

    @contextmanager
    def work(self, *, write: bool = False) -> Iterator[Session]:
        """One unit of work. Commits at the end when `write`; any error rolls all of it back.

        Reading work is read-only by the engine. Slow work (Argon2, photos, sealing) belongs before it.
        """
        with Session(self.writer if write else self.reader, expire_on_commit=False) as session:
            if write:
                with session.begin():
                    yield session
            else:
                yield session

    def empty_log(self) -> None:
        """SQLite: write the log back and cut it to nothing, so that it does not keep the order of a day's writes.

        Raises LogBusy when somebody reads from it for longer than writers should wait.
        """
        if not self.is_sqlite:
            return
        with self.writer.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(f"PRAGMA busy_timeout={EMPTYING_SECONDS * 1000}")
            try:
                busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        if busy:
            raise LogBusy

    def dispose(self) -> None:
        """Close all connections, as a worker must after a fork."""
        self.writer.dispose()
        self.reader.dispose()


def make_engine(url: str, *, write: bool) -> Engine:
    if url.startswith("sqlite"):
        return sqlite_engine(url, write=write)
    options: dict[str, Any] = {} if write else {"execution_options": {"postgresql_readonly": True}}
    return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, **options)


def sqlite_engine(url: str, *, write: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin by itself
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        if not write:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
