"""The web worker's side of cleaning: N photos at once, the others wait; a dead cleaner process is replaced."""

import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Iterator

from app.photos import wire
from app.photos.answers import LONG_SIDE, MAX_BYTES, Cleaned, Refused, Why
from app.photos.child import Child, Gone
from app.photos.plain import plain_size
from app.photos.shapes import LONG_SIDES

__all__ = ["MAX_BYTES", "Cleaned", "Cleaner", "Refused", "Why"]

CLEANING_SECONDS = 45.0
"""Wall time of one cleaning. The child's own bound is processor time; this one catches what sleeps."""

ATTEMPTS = 3
"""How many processes a photo is offered to, when they die without its doing (killed from outside)."""


class Cleaner:
    """Cleans photos in confined processes of its own. Thread-safe; one per web worker.

    `processes`: cleanings at once. `wait_seconds`: how long a photo waits for its turn before it is refused as busy.

    Nothing runs before `start()` or the first `clean()`. A fork (gunicorn's workers, with or without preloading) leaves
    the copy without processes: it drops the pipes it inherited and starts its own at its first photo, or in a
    `post_fork` hook by `start()`. A process ends by itself when its worker has gone, because its pipe then closes.
    """

    def __init__(self, processes: int = 2, wait_seconds: float = 60) -> None:
        if processes < 1:
            raise ValueError("at least one process")
        self._count = processes
        self._wait_seconds = wait_seconds
        self._begin_anew()
        os.register_at_fork(after_in_child=_unless_gone(weakref.WeakMethod(self._forked)))

    def _begin_anew(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(self._count)
        self._idle: list[Child] = []
        self._all: set[Child] = set()

    def _forked(self) -> None:
        inherited = self._all
        self._begin_anew()  # the old locks may be held by threads that do not exist here
        for child in inherited:
            child.abandon()

    def start(self) -> None:
        """Start the processes that are missing, without waiting for them. Call before settings are read."""
        with self._lock:
            while len(self._all) < self._count:
                child = Child()
                self._all.add(child)
                self._idle.append(child)

    def close(self) -> None:
        """End all processes, with the cleanings in them (these are refused as busy)."""
        with self._lock:
            ended, self._all, self._idle = self._all, set(), []
        for child in ended:
            child.end()

    def __enter__(self) -> "Cleaner":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pids(self) -> list[int]:
        """Process ids of the running zygotes, for whoever watches memory."""
        with self._lock:
            return sorted(child.pid for child in self._all)

    def clean(self, data: bytes, long_side: int = LONG_SIDE) -> Cleaned:
        """A clean copy of the photo in `data`, at most `long_side` pixels (a standard one: 1600, 1280, 1024, 640, 320).

        Raises Refused, with a reason and advice to show; ValueError for another long side.
        """
        if long_side not in LONG_SIDES:
            raise ValueError(f"long side must be one of {LONG_SIDES}")
        if len(data) > MAX_BYTES:
            raise Refused(Why.TOO_LARGE)
        if not data:
            raise Refused(Why.TRUNCATED)
        with self._turn():
            for _ in range(ATTEMPTS):
                with contextlib.suppress(Gone):
                    return self._clean_once(data, long_side)
        raise Refused(Why.BUSY)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        turns = self._turns
        if not turns.acquire(timeout=self._wait_seconds):
            raise Refused(Why.BUSY)
        try:
            yield
        finally:
            turns.release()

    def _clean_once(self, data: bytes, long_side: int) -> Cleaned:
        """Gone if the process died without this photo's doing, so that another may be asked."""
        child = self._take()
        well = False
        try:
            head, body = child.ask(data, long_side, CLEANING_SECONDS)
            well = True
            return _checked(wire.unpack(head, body))
        except TimeoutError:
            raise Refused(Why.TOOK_TOO_LONG) from None
        except ValueError:
            well = False
            raise Refused(Why.TRUNCATED) from None
        except Gone as gone:
            if gone.asked and gone.code in (wire.TOO_LONG, wire.CRASHED):
                raise Refused(Why.TOOK_TOO_LONG if gone.code == wire.TOO_LONG else Why.TRUNCATED) from None
            raise
        finally:
            self._give_back(child, well)

    def _take(self) -> Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            child = Child()
            self._all.add(child)
            return child

    def _give_back(self, child: Child, well: bool) -> None:
        with self._lock:
            if well and child in self._all:
                self._idle.append(child)
                return
            self._all.discard(child)
        child.end()


def _checked(cleaned: Cleaned) -> Cleaned:
    """The same, if it is what a cleaner makes; ValueError if a child that was taken over tries to hand on more."""
    if plain_size(cleaned.jpeg) != (cleaned.width, cleaned.height) or plain_size(cleaned.thumbnail) is None:
        raise ValueError("not a plain picture")
    return cleaned


def _unless_gone(method: "weakref.WeakMethod[Callable[[], None]]") -> Callable[[], None]:
    def call() -> None:
        bound = method()
        if bound is not None:
            bound()

    return call
