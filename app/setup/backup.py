"""Backup (备份): database, sealed files, settings and server keys in one file, sealed to the fifth paper pair.

It opens no desk. The monthly retention keys are never in it: destroying one shreds what old backups hold too. They are
kept apart, and a restored installation needs them beside it.
"""

import secrets
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from app.db.engine import Database
from app.people.keyring import Keyring
from app.people.recovery import recovery_public
from app.sealing.hpke import Context
from app.sealing.paper import from_halves
from app.sealing.stream import SealedWriter, open_stream
from config import Settings

CONTEXT = Context("backup", "installation", "file")
DATABASE = "anshao.sqlite"


class NoBackup(Exception):
    """It cannot be made or restored; the message says why."""


def back_up(settings: Settings, target: Path) -> None:
    """Write a backup to a new file. Raises NoBackup, SealError (the recovery key is not the root's)."""
    if not settings.database.startswith("sqlite"):
        raise NoBackup(
            "back PostgreSQL up with its own tools: what it holds is sealed; add objects/ and keys/pepper"
        )
    database = Database(settings.database)
    copy = settings.data / f".backup-{secrets.token_hex(8)}"
    try:
        with database.work() as session:
            public = recovery_public(session, Keyring(settings.keys, settings.root_fingerprint), "backups")
        copy_database(settings, copy)
        with target.open("xb") as out:
            target.chmod(0o600)
            sealed = SealedWriter(out, public, CONTEXT)
            with tarfile.open(fileobj=cast(BinaryIO, sealed), mode="w|") as tar:
                for path, name in parts(settings, copy):
                    tar.add(path, name, recursive=False)
            sealed.finish()
    except FileExistsError:
        raise NoBackup(f"{target.name} exists already") from None
    finally:
        copy.unlink(missing_ok=True)
        database.dispose()


def copy_database(settings: Settings, copy: Path) -> None:
    """As it is at one moment, while others write."""
    source = sqlite3.connect(settings.database.removeprefix("sqlite:///"))
    with sqlite3.connect(copy) as into:
        source.backup(into)
    into.close()
    source.close()


def parts(settings: Settings, copy: Path) -> Iterator[tuple[Path, str]]:
    yield copy, DATABASE
    yield settings.data / "settings.toml", "settings.toml"
    for name in ("pepper", "standing"):
        yield settings.keys / name, f"keys/{name}"
    objects = settings.data / "objects"
    for path in sorted(objects.rglob("*")) if objects.exists() else ():
        if path.is_file():
            yield path, f"objects/{path.relative_to(objects)}"


def restore(source: Path, folder: Path, halves: tuple[str, str]) -> None:
    """Put a backup back into a folder that is new. Raises NoBackup, SealError (wrong halves, a damaged file)."""
    if folder.exists():
        raise NoBackup(f"{folder} exists already; restore into a new folder")
    private = from_halves(*halves)
    folder.mkdir(mode=0o700, parents=True)
    with source.open("rb") as file:
        stream = Pieces(open_stream(file, private, CONTEXT))
        with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r|") as tar:
            tar.extractall(folder, filter="data")
        stream.drain()


class Pieces:
    """Reads from the pieces of a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._waiting = pieces, b""

    def read(self, size: int) -> bytes:
        while len(self._waiting) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting += piece
        found, self._waiting = self._waiting[:size], self._waiting[size:]
        return found

    def drain(self) -> None:
        """Read to the end: a file that was cut short must not pass for a whole one."""
        for _ in self._pieces:
            pass
