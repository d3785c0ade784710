"""Photos and rows are one: staged, then kept with what they belong to, or swept once their worker is dead."""

import resource

import pytest
from sqlalchemy import select

from app.db.base import new_id
from app.db.locks import Locks
from app.db.versions import Outrun
from app.photos.answers import Cleaned
from app.sealing.errors import SealError
from app.tips.content import Photo
from app.tips.models import StoredObject
from app.tips.objects import CLAIM, PLAIN, drop, keep, open_photo, stage, sweep
from tests.makers import Town

JPEG, SMALL = b"CANARY-51d0c3 the picture", b"CANARY-51d0c3 the thumbnail"


def put(town: Town, worker: str = "", jpeg: bytes = JPEG) -> tuple[Photo, ...]:
    """One photo, staged by `worker` (the town's own, which lives, where none is named)."""
    tools = town.tools
    one = Cleaned(jpeg, SMALL, 640, 480)
    return stage(tools.database, tools.store, worker or tools.worker, [one], town.now.today())


def keep_all(town: Town, *photos: Photo) -> None:
    with town.tools.database.work(write=True) as session:
        keep(session, photos)


def swept(town: Town) -> int:
    """The scheduler's sweep: another process, with locks of its own."""
    return sweep(town.tools.database, town.tools.store, other_locks(town), town.now.today())


def other_locks(town: Town) -> Locks:
    return Locks(town.tools.database, town.settings.data / "locks")


def rows(town: Town) -> dict[str, tuple[str, str | None]]:
    with town.tools.database.work() as session:
        return {row.id: (row.state, row.worker) for row in session.scalars(select(StoredObject))}


def files(town: Town) -> set[str]:
    return set(town.tools.store.names())


def names(*photos: Photo) -> set[str]:
    return {name for photo in photos for name in (photo.id, photo.thumb)}


def test_a_staged_photo_is_sealed_and_named_by_its_worker(town: Town) -> None:
    """A picture would lie open on the disk, or nobody could tell whose it is after a crash."""
    (photo,) = put(town)
    assert rows(town) == dict.fromkeys(names(photo), ("staged", town.tools.worker))
    assert files(town) == names(photo)
    assert all(b"CANARY" not in town.tools.store.get(name) for name in files(town))
    assert open_photo(town.tools.store, photo) == JPEG
    assert open_photo(town.tools.store, photo, thumbnail=True) == SMALL


def test_nothing_sent_stages_nothing(small_town: Town) -> None:
    """Every report without a photo would cost a write."""
    tools = small_town.tools
    assert stage(tools.database, tools.store, tools.worker, [], small_town.now.today()) == ()
    assert rows(small_town) == {}


def test_a_photo_opens_with_its_own_key_and_in_its_own_place(small_town: Town) -> None:
    """One reporter's photo could be shown in another's report."""
    (one,), (two,) = put(small_town), put(small_town)
    store, moved = small_town.tools.store, new_id()
    store.put(moved, store.get(one.id), small_town.now.today())
    for object_id, key in ((one.id, two.key), (moved, one.key)):
        with pytest.raises(SealError):
            open_photo(store, Photo(object_id, one.thumb, 640, 480, key))


def test_sizes_tell_no_picture_from_another(small_town: Town) -> None:
    """A known picture could be recognised by its exact size."""
    (one,), (two,) = put(small_town, jpeg=b"x" * 100), put(small_town, jpeg=b"x" * 60_000)
    store = small_town.tools.store
    assert len({len(store.get(name)) for name in names(one, two)}) == 1


def test_a_claimed_photo_is_not_kept(town: Town) -> None:
    """A report could be accepted, its receipt shown, while the sweep deletes the photo it names."""
    (photo,) = put(town)
    with town.tools.database.work(write=True) as session:
        assert session.scalar(CLAIM, {"object_id": photo.id}, execution_options=PLAIN) == photo.id
    with pytest.raises(Outrun):
        keep_all(town, photo)
    assert swept(town) == 1  # a sweep that was interrupted is finished by the next
    assert files(town) == rows(town).keys() == {photo.thumb}


def test_what_waits_for_no_report_goes_after_a_day(town: Town) -> None:
    """Photos of forms that were never sent would fill the disk, or go while somebody is still writing."""
    put(town)
    town.now.pass_days(1)
    assert swept(town) == 0
    town.now.pass_days(1)
    assert swept(town) == 2
    assert files(town) == rows(town).keys() == set()


def test_kept_photos_outlive_their_worker(town: Town) -> None:
    """The photos of a report would be swept once the process that took it has ended."""
    (photo,) = put(town, new_id())
    keep_all(town, photo)
    assert rows(town) == dict.fromkeys(names(photo), ("kept", None))
    assert swept(town) == 0
    assert open_photo(town.tools.store, photo) == JPEG


def test_photos_are_kept_only_with_what_they_belong_to(town: Town) -> None:
    """Photos of a report that failed would stay for ever, and nobody could open them."""
    (photo,) = put(town, new_id())
    with pytest.raises(ValueError, match="after"), town.tools.database.work(write=True) as session:
        keep(session, [photo])
        raise ValueError("after")
    assert swept(town) == 2
    assert rows(town) == {}
    assert files(town) == set()


def test_only_staging_of_dead_workers_is_swept(town: Town) -> None:
    """Photos in the making would be removed under the hands of whoever sends them, or a dead worker's stay."""
    (living,), (dead,), (kept,) = put(town), put(town, new_id()), put(town)
    other = other_locks(town)
    name = new_id()
    assert other.take(name)
    (elsewhere,) = put(town, name)
    keep_all(town, kept)
    assert swept(town) == len(names(dead))
    assert files(town) == set(rows(town)) == names(living, kept, elsewhere)
    other.release_all()
    assert swept(town) == len(names(elsewhere))
    assert swept(town) == 0
    assert files(town) == set(rows(town)) == names(living, kept)


@pytest.mark.parametrize("gone", [1, 2], ids=["half", "all"])
def test_a_sweep_or_a_staging_that_broke_off_is_finished(town: Town, gone: int) -> None:
    """After a crash between file and row, every later sweep would fail."""
    (photo,) = put(town, new_id())
    for name in sorted(names(photo))[:gone]:
        town.tools.store.delete(name)
    assert swept(town) == 2
    assert rows(town) == {}
    assert files(town) == set()


def test_what_was_swept_cannot_be_kept(town: Town) -> None:
    """A report would be taken whose photos are gone, and nobody would be told."""
    (photo,), (other,) = put(town, new_id()), put(town)
    assert swept(town) == 2
    with pytest.raises(Outrun):
        keep_all(town, other, photo)
    assert rows(town) == dict.fromkeys(names(other), ("staged", town.tools.worker))


def test_a_photo_is_kept_once(small_town: Town) -> None:
    """One photo could be put into two reports."""
    (photo,) = put(small_town)
    keep_all(small_town, photo)
    with pytest.raises(Outrun):
        keep_all(small_town, photo)


def test_what_was_not_written_is_dropped_at_once(town: Town) -> None:
    """Photos of a refused message would stay until the worker restarts; or those of a report be lost with them."""
    (refused,), (kept,), (other,) = put(town), put(town), put(town)
    keep_all(town, kept)
    drop(town.tools.database, town.tools.store, [refused, kept])
    assert files(town) == rows(town).keys() == names(kept, other)
    drop(town.tools.database, town.tools.store, [refused])


def test_a_disk_with_no_room_is_left_as_it_was(town: Town) -> None:
    """One photo too many would fill the disk to the last byte, and text reports find no room either."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    small, big = Cleaned(JPEG, SMALL, 640, 480), Cleaned(b"x" * 9_000_000, SMALL, 640, 480)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, before[1]))
    try:
        with pytest.raises(OSError, match="large"):
            stage(
                town.tools.database,
                town.tools.store,
                town.tools.worker,
                [small, big],
                town.now.today(),
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(town) == rows(town).keys() == set()
