"""What the child of a drill serves: the real application, with functions wrapped so that it dies at a named point.

`python -m tests.drills.armed` runs the scheduler's sweep once instead of serving.
"""

import os
import signal
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.db.locks import Locks
from app.store.objects import FolderStore
from app.tips.models import Tip
from app.tips.objects import sweep
from app.web.services import WallClock
from config import load

POINT = "ANSHAO_DRILL_POINT"
POINTS = ("after-staging", "after-object", "before-commit", "after-commit")
SWEEP_POINTS = ("before-delete", "after-delete")
OBJECTS_OF_A_PHOTO = 2  # the photo and its thumbnail


def die() -> None:
    """No handler, no cleanup, no answer: the whole server is gone, not just this worker."""
    os.killpg(os.getpgid(0), signal.SIGKILL)


def arm(point: str) -> None:
    """Wrap what leads to `point`. ValueError for a point that does not exist."""
    if point in ("after-staging", "after-object"):
        wrap_put(1 if point == "after-staging" else OBJECTS_OF_A_PHOTO, before=point == "after-staging")
    elif point in ("before-commit", "after-commit"):
        event.listen(Session, point.replace("-", "_"), die_at_a_tip)
    elif point in SWEEP_POINTS:
        wrap_delete(before=point == "before-delete")
    elif point:
        raise ValueError(point)


def wrap_put(number: int, *, before: bool) -> None:
    """Die at the `number`th object: before it is written, or when it is durable."""
    real: Callable[..., None] = FolderStore.put
    calls = 0

    def put(self: FolderStore, name: str, sealed: bytes, day: date) -> None:
        nonlocal calls
        calls += 1
        if before and calls == number:
            die()
        real(self, name, sealed, day)
        if calls == number:
            die()

    patch(FolderStore, "put", put)


def wrap_delete(*, before: bool) -> None:
    real: Callable[..., None] = FolderStore.delete

    def delete(self: FolderStore, name: str) -> None:
        if before:
            die()
        real(self, name)
        die()

    patch(FolderStore, "delete", delete)


def patch(target: Any, name: str, function: Callable[..., None]) -> None:
    setattr(target, name, function)


def die_at_a_tip(session: Session) -> None:
    if any(isinstance(row, Tip) for row in session):
        die()


def serve() -> Flask:
    """The application as `wsgi.py` makes it, armed."""
    arm(os.environ.get(POINT, ""))
    return import_module("wsgi").app  # type: ignore[no-any-return]  # imported only where it is to serve


def run_sweep() -> None:
    """The scheduler's sweep, armed, once."""
    arm(os.environ.get(POINT, ""))
    settings = load(os.environ)
    database = Database(settings.database)
    store, locks = FolderStore(settings.data / "objects"), Locks(database, settings.data / "locks")
    sweep(database, store, locks, WallClock().today())


if __name__ == "__main__":
    run_sweep()
