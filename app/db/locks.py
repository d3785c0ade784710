"""Locks that die with their holder: which worker still lives, which scheduler leads.

On SQLite a locked file in the data folder, on PostgreSQL an advisory lock on a connection of its own. Both are freed
by the operating system or the server when the process ends, however it ends.
"""

import fcntl
import hashlib
import os
from pathlib import Path

from sqlalchemy import Connection, text

from app.db.engine import Database


class Locks:
    """Named locks beside one database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self._held: dict[str, int | Connection] = {}

    def take(self, name: str) -> bool:
        """Take the lock `name` for the life of this process; False when another holds it."""
        if name in self._held:
            return True
        held = self._take_file(name) if self.database.is_sqlite else self._take_row(name)
        if held is None:
            return False
        self._held[name] = held
        return True

    def is_free(self, name: str) -> bool:
        """Whether nobody holds `name` at this moment."""
        if name in self._held:
            return False
        if not self.take(name):
            return False
        self.release(name)
        return True

    def release(self, name: str) -> None:
        """Give the lock back; a lock file that is free for good is removed."""
        held = self._held.pop(name)
        if isinstance(held, int):
            (self.folder / name).unlink(missing_ok=True)
            os.close(held)
        else:
            held.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": number_of(name)})
            held.close()

    def release_all(self) -> None:
        """Give all locks back, as a process does that ends in order."""
        for name in list(self._held):
            self.release(name)

    def _take_file(self, name: str) -> int | None:
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return None
            if same_file(handle, self.folder / name):
                return handle
            os.close(handle)  # the holder removed it between our two steps: try again

    def _take_row(self, name: str) -> Connection | None:
        connection = self.database.writer.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": number_of(name)}):
            return connection
        connection.close()
        return None


def same_file(handle: int, path: Path) -> bool:
    try:
        return os.fstat(handle).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


def number_of(name: str) -> int:
    """A stable signed 64-bit number for a lock's name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
