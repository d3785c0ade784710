"""Photos in the object store: staged before the tip commits, kept with it, swept when their worker died.

A staging row in its own commit, then the object with fsync, then the tip's commit turns staging into photos. What was
staged for something that then was not written is dropped at once; the sweep
takes staging of workers whose lock is free, so that nothing in the making is removed, and what waited for a day.
"""

import contextlib
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db.base import month_of, new_id
from app.db.engine import Database
from app.db.locks import Locks
from app.db.versions import Outrun
from app.photos.pool import Cleaned
from app.sealing.fields import Place, new_key, open_field, seal_steps
from app.store.objects import ObjectStore
from app.tips.content import Photo
from app.tips.models import StoredObject


def object_place(object_id: str) -> Place:
    return Place("objects", object_id, "photo")


def stage(
    database: Database, store: ObjectStore, worker: str, photos: Sequence[Cleaned], day: date
) -> tuple[Photo, ...]:
    """Seal cleaned photos, each under a new key, and write them to the store as staging of `worker`.

    Durable when it returns; whatever is raised, nothing of it stays.
    """
    named = [
        (Photo(new_id(), new_id(), one.width, one.height, new_key().hex(), one.look.hex()), one)
        for one in photos
    ]
    if not named:
        return ()
    staged = {"state": "staged", "month": month_of(day), "worker": worker}
    refs = tuple(ref for ref, _ in named)
    with database.work(write=True) as session:
        session.execute(insert(StoredObject), [{"id": name, **staged} for name in names_of(refs)])
    try:
        for ref, photo in named:
            key = bytes.fromhex(ref.key)
            store.put(ref.id, seal_steps(key, photo.jpeg, object_place(ref.id)), day)
            store.put(ref.thumb, seal_steps(key, photo.thumbnail, object_place(ref.thumb)), day)
    except BaseException:
        drop(database, store, refs)
        raise
    return refs


def names_of(photos: Sequence[Photo]) -> list[str]:
    return [name for photo in photos for name in (photo.id, photo.thumb)]


def drop(database: Database, store: ObjectStore, photos: Sequence[Photo]) -> None:
    """Take back what was staged for something that was not written after all; what was kept stays.

    The files go before the rows' end is durable, so that a full disk has room for it. What cannot be taken back now is
    left to the sweep.
    """
    if not photos:
        return
    with contextlib.suppress(OperationalError, OSError), database.work(write=True) as session:
        for name in session.scalars(DROPPED, {"ids": names_of(photos)}, execution_options=PLAIN).all():
            store.delete(name)


def take_back(database: Database, store: ObjectStore, photos: Sequence[Photo]) -> None:
    """Remove staged photos that a report may name at this moment: claimed first, as by the sweep, so that no report
    keeps a photo without its file. What is kept already stays.
    """
    with database.work(write=True) as session:
        claimed = [
            name
            for name in names_of(photos)
            if session.scalar(CLAIM, {"object_id": name}, execution_options=PLAIN) is not None
        ]
    for name in claimed:
        store.delete(name)
    with database.work(write=True) as session:
        session.execute(delete(StoredObject).where(StoredObject.id.in_(claimed)))


SWEEPER = "sweep"  # stands as the worker of an object that the sweep has claimed

STAGED_TO_KEPT = (  # written once: building it takes longer than asking it
    update(StoredObject)
    .where(
        StoredObject.id.in_(bindparam("ids", expanding=True)),
        StoredObject.state == "staged",
        StoredObject.worker != SWEEPER,
    )
    .values(state="kept", worker=None)
    .returning(StoredObject.id)
)


PLAIN = {"synchronize_session": False}  # nobody has loaded these rows
DROPPED = (
    delete(StoredObject)
    .where(StoredObject.id.in_(bindparam("ids", expanding=True)), StoredObject.state == "staged")
    .returning(StoredObject.id)
)
CLAIM = (
    update(StoredObject)
    .where(StoredObject.id == bindparam("object_id"), StoredObject.state == "staged")
    .values(worker=SWEEPER)
    .returning(StoredObject.id)
)


def keep(session: Session, photos: Sequence[Photo]) -> None:
    """Turn staging into photos, in the unit of work of whatever they belong to.

    Raises Outrun when one was swept meanwhile (its worker's lock was lost): nothing is taken without its photos.
    """
    ids = names_of(photos)
    if not ids:
        return
    if len(session.scalars(STAGED_TO_KEPT, {"ids": ids}, execution_options=PLAIN).all()) != len(ids):
        raise Outrun("objects")


def open_photo(store: ObjectStore, photo: Photo, *, thumbnail: bool = False) -> bytes:
    """The JPEG of a photo. Raises SealError for another photo's key, FileNotFoundError when it is gone."""
    object_id = photo.thumb if thumbnail else photo.id
    return open_field(bytes.fromhex(photo.key), store.get(object_id), object_place(object_id))


def sweep(database: Database, store: ObjectStore, locks: Locks, today: date) -> int:
    """Remove staging whose worker is dead, and what came before a report that was never sent: staged the day before
    yesterday or earlier. Returns how many objects. Can be repeated and interrupted.

    Each is claimed first: a report that names it at this moment either keeps it, or is told that it is gone.
    """
    removed = 0
    for object_id in unwanted(database, store, locks, today):
        with database.work(write=True) as session:
            claimed = session.scalar(CLAIM, {"object_id": object_id}, execution_options=PLAIN)
        if claimed is None:
            continue
        store.delete(
            object_id
        )  # before the row: a row without a file is harmless, a file without a row an orphan
        with database.work(write=True) as session:
            session.execute(delete(StoredObject).where(StoredObject.id == object_id))
        removed += 1
    return removed


def unwanted(database: Database, store: ObjectStore, locks: Locks, today: date) -> list[str]:
    """Staged objects that nobody waits for."""
    with database.work() as session:
        rows = session.execute(
            select(StoredObject.id, StoredObject.worker).where(StoredObject.state == "staged")
        ).all()
    dead = {worker for worker in {row.worker for row in rows} if worker == SWEEPER or locks.is_free(worker)}
    return [row.id for row in rows if row.worker in dead or is_old(store, row.id, today)]


def is_old(store: ObjectStore, object_id: str, today: date) -> bool:
    """Whether a staged object waits since the day before yesterday. One without a file is just being made."""
    try:
        return store.day(object_id) < today - timedelta(days=1)
    except FileNotFoundError:
        return False


def count_staged(database: Database, most: int) -> int:
    """How many sealed files are staged, counted up to `most`."""
    staged = select(StoredObject.id).where(StoredObject.state == "staged").limit(most)
    with database.work() as session:
        return len(session.scalars(staged).all())
