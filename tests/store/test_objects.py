"""The folder of sealed files: each written once, dated by the day alone, and nothing outside it ever touched."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from pathlib import Path

import pytest

from app.db.base import new_id
from app.store.objects import FolderStore

DAY = date(2026, 11, 24)
WRONG_NAMES = (
    "",
    "a",
    "a" * 31,
    "a" * 33,
    "A" * 32,
    "g" * 32,
    "٣" * 32,  # a digit, but not ours
    "../../../../../../../etc/passwd0",
    "/etc/passwd00000000000000000000/",
    "..",
    "aa/" + "a" * 29,
    "a" * 31 + "\n",
    "a" * 31 + "\0",
)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "objects")


def test_what_was_put_is_got(store: FolderStore) -> None:
    """A photo would be lost or changed."""
    name = new_id()
    store.put(name, b"sealed", DAY)
    assert store.get(name) == b"sealed"
    assert list(store.names()) == [name]


def test_an_object_is_written_once(store: FolderStore) -> None:
    """Somebody's photo could be replaced by another after it was taken."""
    name = new_id()
    store.put(name, b"first", DAY)
    with pytest.raises(FileExistsError):
        store.put(name, b"second", DAY)
    assert store.get(name) == b"first"


def test_of_two_at_once_one_writes(store: FolderStore) -> None:
    """Two writers of one name would mix their bytes."""
    name, ready = new_id(), threading.Barrier(4)

    def one(n: int) -> bool:
        ready.wait()
        try:
            store.put(name, bytes([n]) * 4096, DAY)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(one, range(4)))
    assert sum(written) == 1
    assert store.get(name) == bytes([written.index(True)]) * 4096


def test_files_and_folders_tell_no_time_of_day(store: FolderStore) -> None:
    """The hour at which a report with photos came in could be read from a file or its folder, also in a backup."""
    before = {place: place.stat().st_mtime for place in (store.folder, *store.folder.iterdir())}
    name = new_id()
    store.put(name, b"sealed", DAY)
    midnight = datetime.combine(DAY, time.min).timestamp()
    after = {place: place.stat().st_mtime for place in (store.folder, *store.folder.rglob("*"))}
    file, folder = store.folder / name[:2] / name, store.folder / name[:2]
    assert after == {**before, folder: midnight, file: midnight}
    assert file.stat().st_atime == midnight


def test_nobody_else_reads_the_files(store: FolderStore) -> None:
    """Another user of the machine could copy the sealed files."""
    name = new_id()
    store.put(name, b"sealed", DAY)
    assert (store.folder / name[:2] / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", WRONG_NAMES, ids=ascii)
def test_a_name_leads_nowhere_else(store: FolderStore, tmp_path: Path, name: str) -> None:
    """A made-up name could read, write or delete any file of the server."""
    (tmp_path / "beside").write_bytes(b"not ours")
    for act in (
        lambda: store.put(name, b"sealed", DAY),
        lambda: store.get(name),
        lambda: store.delete(name),
    ):
        with pytest.raises(ValueError, match="not an object's name"):
            act()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["beside"]


def test_deleting_can_be_repeated(store: FolderStore) -> None:
    """A sweep that was interrupted could never be finished."""
    name, other = new_id(), new_id()
    store.put(name, b"sealed", DAY)
    store.put(other, b"sealed", DAY)
    store.delete(name)
    store.delete(name)
    assert list(store.names()) == [other]
    with pytest.raises(FileNotFoundError):
        store.get(name)
