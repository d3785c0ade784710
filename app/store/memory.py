"""Memory that does not persist: a tmpfs folder, or Redis without persistence.

Here lie the wrapped keys of whoever is signed in, and due minutes that no disk may keep.
"""

import hashlib
import os
import re
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
        found = self._read(self._path(key))
        return found[1] if found else None

    def touch(self, key: str, seconds: int) -> None:
        if self.get(key) is None:
            return  # what has ended stays ended
        end = time.time() + seconds
        try:
            os.utime(self._path(key), (end, end))
        except FileNotFoundError:
            return  # it ended between two requests: nothing to lengthen

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> list[str]:
        found = (self._read(path) for path in self.folder.glob("*.value"))
        return sorted(one[0] for one in found if one and one[0].startswith(prefix))

    def _read(self, path: Path) -> tuple[str, bytes] | None:
        """Key and value in a file; None for one that has ended, which is removed, or that somebody just took away."""
        try:
            if path.stat().st_mtime < time.time():
                path.unlink(missing_ok=True)
                return None
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        start = 2 + int.from_bytes(raw[:2], "big")
        return raw[2:start].decode(), raw[start:]

    def _path(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.value"


class RedisMemory:
    """Values in a Redis that writes nothing to disk; refused when it would."""

    def __init__(self, url: str) -> None:
        redis = import_module("redis")  # 6 MB that a small town does without
        self.client: Any = redis.Redis.from_url(url)
        for name, harmless in (("save", ""), ("appendonly", "no")):
            try:
                value = self.client.config_get(name).get(name)
            except redis.ResponseError:
                raise WouldPersist(f"this Redis does not say what {name} is: allow CONFIG GET") from None
            if value != harmless:
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
        plain = re.sub(r"([*?\[\]\\^-])", r"\\\1", prefix)  # a pattern's signs stand for themselves
        found = set(self.client.scan_iter(f"anshao:{plain}*"))  # a scan may name a key twice
        return sorted(key.decode()[len("anshao:") :] for key in found)


def is_tmpfs(folder: Path) -> bool:
    """Whether the folder lies on a file system that is memory only (Linux)."""
    folder, best, kind = folder.resolve(), "", ""  # a link may lead to a disk
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, fstype, *_ = line.split()
        if (folder == Path(mount) or Path(mount) in folder.parents) and len(mount) >= len(best):
            best, kind = mount, fstype
    return kind in ("tmpfs", "ramfs")
