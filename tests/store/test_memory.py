"""Memory that does not persist: what would end on a disk is refused, and what has ended does not come back."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.memory import FolderMemory, Memory, RedisMemory, WouldPersist, open_memory
from tests.store.conftest import FORGETFUL, RunRedis


@pytest.fixture(params=["folder", "redis"])
def memory(request: pytest.FixtureRequest) -> Iterator[Memory]:
    """One memory of each kind, opened as the settings name it."""
    if request.param == "folder":
        yield open_memory(str(request.getfixturevalue("in_memory")))
        return
    made = open_memory(request.getfixturevalue("run_redis")(*FORGETFUL))
    assert isinstance(made, RedisMemory)
    yield made
    made.client.close()


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    kind = subprocess.run(
        ["stat", "-f", "-c", "%T", tmp_path], capture_output=True, text=True, check=True
    ).stdout
    if kind.strip() in ("tmpfs", "ramfs"):
        pytest.skip("temporary files lie in memory here")
    return tmp_path


# ------------------------------------------------------------------------------- what would persist


def test_a_folder_on_a_disk_is_refused(on_disk: Path) -> None:
    """Keys of whoever is signed in, and the minute of a danger to life, would lie on a disk and in its backups."""
    with pytest.raises(WouldPersist):
        open_memory(str(on_disk / "memory"))


def test_a_way_from_memory_to_a_disk_is_refused(on_disk: Path, in_memory: Path) -> None:
    """The same, by a link or by `..` in the setting."""
    in_memory.mkdir()
    (in_memory / "link").symlink_to(on_disk)
    for place in (
        in_memory / "link",
        in_memory / "link" / "new",
        in_memory / "../../.." / on_disk.relative_to("/"),
    ):
        with pytest.raises(WouldPersist):
            FolderMemory(place)


def test_a_folder_in_memory_is_closed_to_others(in_memory: Path) -> None:
    """Another user of the machine could read wrapped keys."""
    memory = FolderMemory(in_memory)
    memory.set("session:a", b"secret", 60)
    assert in_memory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in in_memory.iterdir()} == {0o600}


@pytest.mark.parametrize(
    "options",
    [
        ("--save", "900 1", "--appendonly", "no"),
        ("--save", "", "--appendonly", "yes"),
        ("--save", "60 1", "--appendonly", "yes"),
        (*FORGETFUL, "--rename-command", "CONFIG", ""),
    ],
    ids=["snapshots", "log", "both", "does not say"],
)
def test_a_redis_that_persists_is_refused(run_redis: RunRedis, options: tuple[str, ...]) -> None:
    """Redis would write the same to its disk; one that does not say is not trusted."""
    with pytest.raises(WouldPersist):
        open_memory(run_redis(*options))


# ------------------------------------------------------------------------------------ how values live


def test_a_value_is_kept_and_forgotten(memory: Memory) -> None:
    """Nobody could stay signed in, or nobody be signed out."""
    assert memory.get("session:a") is None
    memory.set("session:a", b"one\0\xff", 60)
    assert memory.get("session:a") == b"one\0\xff"
    memory.set("session:a", b"two", 60)
    assert memory.get("session:a") == b"two"
    memory.delete("session:a")
    memory.delete("session:a")
    assert memory.get("session:a") is None


def test_what_has_ended_does_not_come_back(memory: Memory) -> None:
    """A session that had ended would live on, because a late request touched it."""
    memory.set("session:a", b"secret", 60)
    memory.touch("session:a", 3600)
    assert memory.get("session:a") == b"secret"
    memory.touch("session:a", -1)
    memory.touch("session:a", 3600)
    assert memory.get("session:a") is None
    assert memory.keys("session:") == []
    memory.touch("session:b", 3600)
    assert memory.get("session:b") is None


def test_keys_are_found_by_their_beginning(memory: Memory) -> None:
    """An alarm for a danger that nobody signed for would not be raised, or be raised for another."""
    for key in ("due:1", "due:2", "split:1", "xdue:1", "d*:1"):
        memory.set(key, b"", 60)
    assert memory.keys("due:") == ["due:1", "due:2"]
    assert memory.keys("d*:") == ["d*:1"]
    assert memory.keys("none:") == []


def test_keys_are_told_apart(memory: Memory) -> None:
    """A made-up cookie could reach another file or value."""
    names = ("a", "a/b", "../a", "a\0b", "值", "a" * 300)
    for name in names:
        memory.set(name, name.encode(), 60)
    assert [memory.get(name) for name in names] == [name.encode() for name in names]
    assert sorted(memory.keys("")) == sorted(names)


def test_looking_through_bears_changes_meanwhile(memory: Memory) -> None:
    """The alarms of a minute would fail because somebody signs in or out in that moment."""
    stop, failed = threading.Event(), list[BaseException]()

    def come_and_go() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            memory.set(f"session:{n % 7}", b"secret", 60)
            memory.delete(f"session:{(n + 3) % 7}")

    other = threading.Thread(target=come_and_go)
    memory.set("due:1", b"now", 60)
    other.start()
    try:
        for _ in range(300):
            assert memory.keys("due:") == ["due:1"]
    except BaseException as error:
        failed.append(error)
    stop.set()
    other.join()
    assert failed == []
