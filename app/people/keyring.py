"""Secrets the server itself holds, outside the database and its backups: pepper, standing key, retention keys.

The pepper makes a stolen database useless for guessing. The standing key hides pseudonyms. Each month has a retention
key that wraps every grant once more: destroying it shreds all copies, also those in write-ahead logs and old backups.
"""

import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from app.sealing.fields import derive_key
from app.sealing.secrets import Queue
from app.store.objects import sync_folder

MonthBook = Callable[[str, bytes | None], bytes | None]
"""Hands back the check on record for a month, after writing the one given down where none is."""


class KeyringBroken(Exception):
    """A server key is missing or not the one this database was made with; the start stops."""


class Keyring:
    """The keys in one folder, read once; a new month's key is made when it is first needed."""

    def __init__(self, folder: Path, root_fingerprint: str, book: MonthBook | None = None) -> None:
        self._book = book
        self.folder = folder
        self._retention = str(folder / "retention")
        self.root_fingerprint = root_fingerprint
        self.pepper = read_key(folder / "pepper")
        self.standing = read_key(folder / "standing")
        self.taking_in = Queue(2)  # separate bounded queues: nobody can starve the others
        self.looking_up = Queue(2)
        self.phrases = Queue(1)  # 64 MiB each
        self.staff = Queue(1)
        self._months: dict[str, bytes] = {}

    def pepper_check(self) -> bytes:
        """What the database keeps to notice a changed pepper."""
        return hmac.digest(self.pepper, b"anshao-pepper-check", "sha256")

    def month(self, month: str) -> bytes:
        """The retention key of `month` ("2026-11"), made at first need.

        KeyringBroken once it is destroyed, where it was lost, or where it is not the one the month's grants lie under.
        """
        at = f"{self._retention}/{month}"  # text: this is asked for each of 20,000 grants
        if os.path.exists(at + ".destroyed"):  # noqa: PTH110 - and each time: another process may do it
            self._months.pop(month, None)
            raise KeyringBroken(f"the retention key of {month} has been destroyed")
        if month not in self._months:
            path = Path(at)
            if not path.exists():
                if self._book and self._book(month, None) is not None:
                    raise KeyringBroken(f"the retention key of {month} is lost; restore it")
                write_key(path)
            key = read_key(path)
            check = hmac.digest(key, b"anshao-month-check", "sha256")
            if self._book and self._book(month, check) != check:
                raise KeyringBroken(f"the retention key of {month} is not the one its grants lie under")
            self._months[month] = key
        return self._months[month]

    def months(self) -> list[str]:
        """Months whose retention key is there, oldest first."""
        folder = self.folder / "retention"
        return sorted(path.name for path in folder.glob("????-??")) if folder.exists() else []

    def destroy_month(self, month: str) -> None:
        """Shred the retention key of `month`: nothing of that month can be opened again, from any copy."""
        path = self.folder / "retention" / month
        path.with_suffix(".destroyed").touch(mode=0o600)
        if path.exists():
            path.write_bytes(secrets.token_bytes(32))
            path.unlink()
        self._months.pop(month, None)
        sync_folder(path.parent)

    def standing_key(self, label: str) -> bytes:
        """A key of the server's own for one purpose."""
        return derive_key(self.standing, label)


def make_keyring(folder: Path) -> None:
    """Make pepper and standing key in a new folder; refuses to touch existing ones."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("pepper", "standing"):
        write_key(folder / name)


def read_key(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise KeyringBroken(
            f"{path.name}: this server key is missing; restore it from paper or backup"
        ) from error
    if len(key) != 32:
        raise KeyringBroken(f"{path.name}: this server key is not 32 bytes long")
    return key


def write_key(path: Path) -> None:
    """Write 32 random bytes once, whole or not at all; another process that was first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.parent / f".{path.name}-{secrets.token_hex(8)}"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        if path.name in ("pepper", "standing"):
            raise KeyringBroken(f"{path.name} exists already and is never replaced") from None
    finally:
        new.unlink()
    sync_folder(path.parent)
