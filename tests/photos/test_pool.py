"""The pool: many at once, each alone, the dead replaced, forks survived."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.photos import child, pool
from app.photos.pool import Cleaner, Refused, Why
from tests.photos import pictures

ROOT = Path(__file__).resolve().parents[2]

# The real worker, told to take a marked photo as an attack: eat memory, crash, or leave a process behind.
ATTACKED = f"""
import os, sys, time, types
for name, folder in (("app", {str(ROOT / "app")!r}), ("app.photos", {str(ROOT / "app" / "photos")!r})):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from app.photos import clean, confine, worker
honest = clean.clean
def attacked(data, long_side):
    if data.endswith(b"EAT"):
        eaten = bytearray(2 << 30)
    if data.endswith(b"CRASH"):
        os.abort()
    if data.endswith(b"SPIN"):
        while True: pass
    if data.endswith(b"LINGER") and os.fork() == 0:
        time.sleep(600)
    return honest(data, long_side)
clean.clean = attacked
clean.prepare()
confine.CPU_SECONDS = 1
confine.confine_zygote()
if os.path.basename(__file__) == "lax.py":
    confine.confine_photo = lambda zygote: None
sys.exit(worker.serve())
"""

ASLEEP = """
import os, sys
os.write(1, b".")
os.read(0, 100)
os.write(1, b"")
while os.read(0, 1 << 20): pass
"""


def script(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch, name: str = "worker.py") -> None:
    """Let new children run this instead of the worker."""
    path = folder / name
    path.write_text(text)
    monkeypatch.setattr(child.Child.__init__, "__defaults__", (path,))


def test_two_threads_clean_at_the_same_time() -> None:
    """One photo would have to wait for another although a cleaner stands idle."""
    data = pictures.tagged_jpeg()
    with Cleaner(processes=2) as cleaner:
        first, second = cleaner._take(), cleaner._take()
        assert first.pid != second.pid
        cleaner._give_back(first, True)
        cleaner._give_back(second, True)
        with ThreadPoolExecutor(4) as threads:
            done = list(threads.map(lambda _: cleaner.clean(data).width, range(8)))
        assert done == [1024] * 8
        assert len(cleaner.pids()) == 2


def test_waiting_ends_in_busy() -> None:
    """A photo would wait for ever when all cleaners are taken."""
    cleaner = Cleaner(processes=1, wait_seconds=0)
    with cleaner._turn(), pytest.raises(Refused) as refused:
        cleaner.clean(pictures.tagged_jpeg())
    assert refused.value.reason is Why.BUSY


def test_bomb_harms_only_its_own_cleaning() -> None:
    """One hostile photo would take other people's photos with it, or stop the service."""
    good, bomb = pictures.tagged_jpeg(), pictures.png_bomb()
    lie = pictures.lying_png()

    def outcome(data: bytes) -> object:
        try:
            return cleaner.clean(data).width
        except Refused as refused:
            return refused.reason

    with Cleaner(processes=2) as cleaner, ThreadPoolExecutor(4) as threads:
        results = list(threads.map(outcome, [good, bomb, good, lie, good, bomb, good]))
    assert results[::2] == [1024] * 4
    assert results[1::2] == [Why.TOO_MANY_PIXELS, Why.TRUNCATED, Why.TOO_MANY_PIXELS]


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (b"EAT", Why.TRUNCATED),
        (b"CRASH", Why.TRUNCATED),
        (b"SPIN", Why.TOOK_TOO_LONG),
        (b"LINGER", Why.TRUNCATED),
    ],
)
def test_killed_photo_dies_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: bytes, reason: Why
) -> None:
    """A photo that eats memory, crashes the decoder or spins would take the cleaner of other photos with it."""
    script(tmp_path, ATTACKED, monkeypatch)
    good = pictures.tagged_jpeg()
    with Cleaner(processes=2) as cleaner, ThreadPoolExecutor(2) as threads:
        beside = threads.submit(lambda: [cleaner.clean(good).width for _ in range(4)])
        with pytest.raises(Refused) as refused:
            cleaner.clean(good + attack)
        assert refused.value.reason is reason
        assert beside.result() == [1024] * 4
        assert cleaner.clean(good).width == 1024


def test_no_process_stays_to_read_the_next_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile photo's code could stay behind on the shared pipe and read the next reporter's photo."""
    script(tmp_path, ATTACKED, monkeypatch, "lax.py")
    good = pictures.tagged_jpeg()
    with Cleaner(processes=1) as cleaner:
        (before,) = cleaner.pids()
        assert cleaner.clean(good + b"LINGER").width == 1024
        assert cleaner.clean(good).width == 1024
        assert cleaner.pids() != [before]
        with pytest.raises(ProcessLookupError):
            os.killpg(before, 0)


def test_dead_zygote_is_replaced() -> None:
    """A cleaner killed from outside would refuse photos until somebody restarts the service."""
    with Cleaner(processes=1) as cleaner:
        (before,) = cleaner.pids()
        os.kill(before, signal.SIGKILL)
        assert cleaner.clean(pictures.tagged_jpeg()).width == 1024
        (after,) = cleaner.pids()
        assert after != before


@pytest.mark.parametrize(
    ("code", "reason"), [(3, Why.TRUNCATED), (4, Why.TOOK_TOO_LONG), (1, Why.BUSY), (-9, Why.BUSY)]
)
def test_death_while_cleaning_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: Why
) -> None:
    """A photo that kills its process would be tried for ever, or an innocent one blamed."""
    end = f"sys.exit({code})" if code > 0 else "os.kill(os.getpid(), 9)"
    script(tmp_path, f"import os, sys\nos.write(1, b'.')\nos.read(0, 100)\n{end}\n", monkeypatch)
    with Cleaner(processes=1) as cleaner, pytest.raises(Refused) as refused:
        cleaner.clean(pictures.tagged_jpeg())
    assert refused.value.reason is reason


def test_silence_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that hangs would hold its place for ever."""
    script(tmp_path, ASLEEP, monkeypatch)
    monkeypatch.setattr(pool, "CLEANING_SECONDS", 0.5)
    with Cleaner(processes=1) as cleaner:
        with pytest.raises(Refused) as refused:
            cleaner.clean(pictures.tagged_jpeg())
        assert refused.value.reason is Why.TOOK_TOO_LONG
        assert cleaner.pids() == []


@pytest.mark.parametrize(
    "answer", ["b'\\xff' * 40", "b'\\0' * 13 + b'\\xff' * 40", "b'\\0' + b'\\1' * 4 + b'\\0' * 16"]
)
def test_nonsense_from_the_child_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """A child taken over could fill the worker's memory or pass off anything as a photo."""
    text = f"import os, sys\nos.write(1, b'.')\nos.write(1, {answer})\nwhile os.read(0, 1 << 20): pass\n"
    script(tmp_path, text, monkeypatch)
    with Cleaner(processes=1) as cleaner:
        with pytest.raises(Refused) as refused:
            cleaner.clean(pictures.tagged_jpeg())
        assert refused.value.reason is Why.TRUNCATED
        assert cleaner.pids() == []


def test_fork_gets_processes_of_its_own() -> None:
    """Two web workers would share one pipe, and one reporter's photo could answer another's request."""
    data = pictures.tagged_jpeg()
    with Cleaner(processes=1) as cleaner:
        assert cleaner.clean(data).width == 1024
        original = cleaner.pids()
        reader, writer = os.pipe()
        worker = os.fork()
        if worker == 0:
            try:
                said = f"{cleaner.pids() == []} {cleaner.clean(data).width} {set(cleaner.pids()) & set(original)}"
                cleaner.close()
                os.write(writer, said.encode())
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(worker, 0)
        with os.fdopen(reader) as pipe:
            assert pipe.read() == "True 1024 set()"
        assert cleaner.clean(data).width == 1024
        assert cleaner.pids() == original


def test_processes_end_with_their_pool() -> None:
    """Cleaners would pile up, each holding memory, after the worker has let go of them."""
    cleaner = Cleaner(processes=2)
    cleaner.start()
    pids = cleaner.pids()
    cleaner.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
