"""Object store for sealed files: a local folder now, an S3 form behind the same verbs later."""

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Protocol


class ObjectStore(Protocol):
    """What a store of sealed files must do. Names are random; content is sealed before it gets here."""

    def put(self, name: str, sealed: bytes, day: date) -> None: ...
    def get(self, name: str) -> bytes: ...
    def delete(self, name: str) -> None: ...
    def names(self) -> Iterator[str]: ...
    def day(self, name: str) -> date: ...


class FolderStore:
    """Sealed files in a local folder: created once, durable when `put` returns, dated midnight.

    A time of day, on a file or on the folder it was put in, would tell when the report came. The 256 folders are made
    before the first object, so that a new object has one directory entry to be made durable, not two.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for number in range(256):
            (folder / f"{number:02x}").mkdir(parents=True, exist_ok=True)
        sync_folder(folder)

    def put(self, name: str, sealed: bytes, day: date) -> None:
        """Write a new object and sync it and its folder. FileExistsError if the name is taken."""
        path = self._path(name)
        midnight = datetime.combine(day, datetime.min.time()).timestamp()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.utime(file.fileno(), (midnight, midnight))
            os.fsync(file.fileno())
        sync_folder(path.parent, midnight)

    def get(self, name: str) -> bytes:
        """The sealed bytes; FileNotFoundError when there is no such object."""
        return self._path(name).read_bytes()

    def delete(self, name: str) -> None:
        """Remove an object; one that is gone already is no error, so that a sweep can be repeated."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        for path in sorted(self.folder.glob("??/*")):
            yield path.name

    def day(self, name: str) -> date:
        """The day an object was put, which is all that is kept of it. FileNotFoundError when there is none."""
        return date.fromtimestamp(self._path(name).stat().st_mtime)  # noqa: DTZ012 - as `put` made it

    def _path(self, name: str) -> Path:
        if not (len(name) == 32 and all(letter in "0123456789abcdef" for letter in name)):
            raise ValueError("not an object's name")
        return self.folder / name[:2] / name


def sync_folder(folder: Path, dated: float | None = None) -> None:
    """Make a new directory entry durable; the folder gets `dated` (seconds) as its time, if that is given."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if dated is not None:
            os.utime(handle, (dated, dated))
        os.fsync(handle)
    finally:
        os.close(handle)
