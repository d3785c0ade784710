"""Memory that does not persist: a tmpfs folder, or Redis without persistence.

Here lie the wrapped keys of whoever is signed in, and due minutes that no disk may keep.
"""

import hashlib
import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol


class WouldPersist(Exception):
    """The place given would keep on a disk what must be forgotten."""


class Memory(Protocol):
    """Small values with an end; `seconds` is how long a value lives after it was set or touched."""

    def set(self, key: str, value: bytes, seconds: int) -> None: ...
    def get(self, key: str) -> bytes | None: ...
    def touch(self, key: str, seconds: int) -> None: ...
    def delete(self, key: str) -> None: ...
    def keys(self, prefix: str) -> list[str]: ...


def open_memory(place: str) -> Memory:
    """The memory at `place`: `redis://…` or a folder on tmpfs. Raises WouldPersist when it would persist."""
    return RedisMemory(place) if place.startswith(("redis://", "rediss://")) else FolderMemory(Path(place))


class FolderMemory:
    """Values as files in a tmpfs folder; the end of life is the file's time of change."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_tmpfs(folder):
            raise WouldPersist(f"{folder} is not in memory; give a tmpfs folder or redis:// as ANSHAO_MEMORY")
        self.folder = folder

    def set(self, key: str, value: bytes, seconds: int) -> None:
        path = self._path(key)
        new = path.with_suffix(f".{os.getpid()}-{time.monotonic_ns()}")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(len(key.encode()).to_bytes(2, "big") + key.encode() + value)
        end = time.time() + seconds
        os.utime(new, (end, end))
        new.replace(path)

    def get(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            if path.stat().st_mtime < time.time():
                path.unlink(missing_ok=True)
                return None
            return path.read_bytes()[2 + len(key.encode()) :]
        except FileNotFoundError:
            return None

    def touch(self, key: str, seconds: int) -> None:
        end = time.time() + seconds
        try:
            os.utime(self._path(key), (end, end))
        except FileNotFoundError:
            return  # it ended between two requests: nothing to lengthen

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> list[str]:
        found = []
        for path in sorted(self.folder.glob("*.value")):
            raw = path.read_bytes()
            key = raw[2 : 2 + int.from_bytes(raw[:2], "big")].decode()
            if key.startswith(prefix) and self.get(key) is not None:
                found.append(key)
        return found

    def _path(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.value"


class RedisMemory:
    """Values in a Redis that writes nothing to disk; refused when it would."""

    def __init__(self, url: str) -> None:
        self.client: Any = import_module("redis").Redis.from_url(url)  # 6 MB that a small town does without
        for name, harmless in (("save", ""), ("appendonly", "no")):
            if self.client.config_get(name).get(name) != harmless:
                raise WouldPersist(f"this Redis keeps data on disk: set {name} to {harmless or 'nothing'}")

    def set(self, key: str, value: bytes, seconds: int) -> None:
        self.client.set(f"anshao:{key}", value, ex=seconds)

    def get(self, key: str) -> bytes | None:
        value = self.client.get(f"anshao:{key}")
        return value if isinstance(value, bytes) else None

    def touch(self, key: str, seconds: int) -> None:
        self.client.expire(f"anshao:{key}", seconds)

    def delete(self, key: str) -> None:
        self.client.delete(f"anshao:{key}")

    def keys(self, prefix: str) -> list[str]:
        return sorted(key.decode()[len("anshao:") :] for key in self.client.scan_iter(f"anshao:{prefix}*"))


def is_tmpfs(folder: Path) -> bool:
    """Whether the folder lies on a file system that is memory only (Linux)."""
    best, kind = "", ""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, fstype, *_ = line.split()
        if (folder == Path(mount) or Path(mount) in folder.parents) and len(mount) >= len(best):
            best, kind = mount, fstype
    return kind in ("tmpfs", "ramfs")
