"""The unit of work, optimistic changes, and locks that die with their holder, on both databases."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import PoolProxiedConnection

from app.db.engine import BUSY_SECONDS, Database
from app.db.locks import Locks, number_of
from app.db.schema import upgrade
from app.db.versions import Outrun, change
from app.notices.models import Notice
from app.rewards.models import Reward
from app.tips.models import Poster

DAY = date(2026, 11, 24)
CANARY = b"CANARY-9b41e7d2"
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit survives a power cut
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": BUSY_SECONDS * 1000,
}


@pytest.fixture
def database(empty: Database) -> Database:
    upgrade(empty)
    return empty


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'one.sqlite'}")
    upgrade(made)
    yield made
    made.dispose()


def poster(slug: str) -> Poster:
    return Poster(slug=slug, place="大集", sector=None, active=True, scope="town", people=300)


def reward(database: Database) -> Reward:
    row = Reward(
        state="suggested", frozen=False, day=DAY, month="2026-11", ledger_key=b"", body=b"", version=1
    )
    with database.work(write=True) as session:
        session.add(row)
    return row


def stored(database: Database, row: Reward) -> Reward:
    with database.work() as session:
        return session.get_one(Reward, row.id)


def posters(database: Database) -> int:
    with database.work() as session:
        return session.scalar(select(func.count()).select_from(Poster)) or 0


# ------------------------------------------------------------------------------------- the unit of work


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO posters (slug, place, active, scope, people) VALUES ('b', 'x', true, 'town', 300)",
        "UPDATE posters SET place = 'x'",
        "DELETE FROM posters",
        "CREATE TABLE other (id INTEGER)",
        "DROP TABLE posters",
    ],
    ids=["insert", "update", "delete", "create", "drop"],
)
def test_reading_work_cannot_write(database: Database, statement: str) -> None:
    """A page that only shows could change what it shows, without a ledger entry."""
    with database.work(write=True) as session:
        session.add(poster("a"))
    for _ in range(2):  # also on a connection that was used before
        with pytest.raises(DBAPIError), database.work() as session:
            session.execute(text(statement))
    with database.work() as session:
        assert session.get_one(Poster, "a").place == "大集"
    assert posters(database) == 1


def test_what_reading_work_adds_is_not_kept(database: Database) -> None:
    """A forgotten `write=True` would look as if something had been stored."""
    with database.work() as session:
        session.add(poster("a"))
    assert posters(database) == 0


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_any_error_rolls_all_of_it_back(database: Database, error: type[BaseException]) -> None:
    """Half of a step would stand: a tip without its case, a state without its ledger entry."""
    with pytest.raises(error), database.work(write=True) as session:
        session.add(poster("a"))
        session.flush()
        session.execute(text("UPDATE posters SET place = 'x'"))
        raise error
    assert posters(database) == 0


def test_a_refused_row_takes_the_others_with_it(database: Database) -> None:
    """A row that the database refuses would leave those before it."""
    with pytest.raises(IntegrityError), database.work(write=True) as session:
        session.add(poster("a"))
        session.flush()
        session.add(Notice(desk_id="nobody", kind="arrived", day=DAY, done=False))
    assert posters(database) == 0


def test_both_databases_refuse_what_no_column_may_hold(database: Database) -> None:
    """A state or a desk that does not exist could be stored, and no page would know what to do with it."""
    for row in (
        Reward(state="gone", frozen=False, day=DAY, month="2026-11", ledger_key=b"", body=b"", version=1),
        Notice(desk_id="nobody", kind="arrived", day=DAY, done=False),
    ):
        with pytest.raises(IntegrityError), database.work(write=True) as session:
            session.add(row)


def test_work_after_an_error_begins_anew(database: Database) -> None:
    """One failed request would break those that get its connection."""
    for write in (True, False):
        with pytest.raises(DBAPIError), database.work(write=write) as session:
            session.execute(text("SELECT nothing FROM nowhere"))
    with database.work(write=True) as session:
        session.add(poster("a"))
    assert posters(database) == 1


def test_a_reader_does_not_see_what_is_not_committed(database: Database) -> None:
    """A page could show a receipt or an amount that is then rolled back."""
    with database.work(write=True) as session:
        session.add(poster("a"))
        session.flush()
        assert posters(database) == 0
    assert posters(database) == 1


# ---------------------------------------------------------------------------------- optimistic changes


def test_who_was_overtaken_writes_nothing(database: Database) -> None:
    """Two who work on one case would overwrite each other."""
    first, second = stored(database, row := reward(database)), stored(database, row)
    with database.work(write=True) as session:
        change(session, first, state="signed")
    with pytest.raises(Outrun), database.work(write=True) as session:
        session.add(poster("a"))
        change(session, second, frozen=True)
    now = stored(database, row)
    assert (now.state, now.frozen, now.version) == ("signed", False, 2)
    assert posters(database) == 0


def test_a_row_that_is_gone_cannot_be_changed(database: Database) -> None:
    """A step on something that was removed would look as if it had been taken."""
    row = reward(database)
    with database.work(write=True) as session:
        session.execute(delete(Reward))
    with pytest.raises(Outrun), database.work(write=True) as session:
        change(session, row, state="signed")


@pytest.mark.parametrize("within", [True, False], ids=["in its session", "read before"])
def test_the_row_in_hand_follows_its_change(database: Database, within: bool) -> None:
    """The next step of the same work would be refused as overtaken, or see what was before."""
    row = reward(database)
    with database.work(write=True) as session:
        held = session.get_one(Reward, row.id) if within else row
        change(session, held, state="signed")
        change(session, held, frozen=True)
        assert (held.state, held.frozen, held.version) == ("signed", True, 3)
    now = stored(database, row)
    assert (now.state, now.frozen, now.version) == ("signed", True, 3)


def test_a_change_that_was_rolled_back_is_not_built_upon(database: Database) -> None:
    """What a failed step left in memory would be written by the next one."""
    row = reward(database)
    with pytest.raises(ValueError, match="after"), database.work(write=True) as session:
        change(session, row, state="signed")
        raise ValueError("after")
    with pytest.raises(Outrun), database.work(write=True) as session:
        change(session, row, frozen=True)
    now = stored(database, row)
    assert (now.state, now.frozen, now.version) == ("suggested", False, 1)


def test_of_many_at_once_one_wins(database: Database) -> None:
    """A claim would be paid twice, an edge taken twice, by two clicks in one moment."""
    row, ready = reward(database), threading.Barrier(6)

    def one(_: int) -> bool:
        mine = stored(database, row)
        ready.wait()
        try:
            with database.work(write=True) as session:
                change(session, mine, state="signed")
        except Outrun:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, range(6))) == 1
    assert stored(database, row).version == 2


# --------------------------------------------------------------------------------------------- SQLite


def pragmas(engine: Engine) -> list[dict[str, object]]:
    """Of two connections at once, so that one of them is new."""
    connections = [engine.raw_connection(), engine.raw_connection()]
    found = [{name: pragma(one, name) for name in (*PRAGMAS, "query_only")} for one in connections]
    for one in connections:
        one.close()
    return found


def pragma(connection: PoolProxiedConnection, name: str) -> object:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA {name}")
    (value,) = cursor.fetchone() or (None,)
    return value


def test_every_sqlite_connection_is_set_up(on_sqlite: Database) -> None:
    """A power cut would lose a receipt that was shown, deleted text would stay on the disk, a reader could write."""
    assert pragmas(on_sqlite.writer) == [PRAGMAS | {"query_only": 0}] * 2
    assert pragmas(on_sqlite.reader) == [PRAGMAS | {"query_only": 1}] * 2


def test_sqlite_writers_wait_for_each_other(on_sqlite: Database) -> None:
    """Of two who read and then write one would fail with "database is locked", or its count be lost."""
    row, ready = reward(on_sqlite), threading.Barrier(6)

    def one(_: int) -> None:
        ready.wait()
        with on_sqlite.work(write=True) as session:
            mine = session.get_one(Reward, row.id)
            change(session, mine, frozen=not mine.frozen)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(6)))
    assert stored(on_sqlite, row).version == 7


def test_sqlite_overwrites_what_is_deleted(on_sqlite: Database, tmp_path: Path) -> None:
    """A sealed identity that was shredded could be found again in the free pages of the file."""
    with on_sqlite.work(write=True) as session:
        session.add_all(
            Reward(
                state="paid",
                frozen=False,
                day=DAY,
                month="2026-11",
                ledger_key=b"",
                body=CANARY * 50,
                version=1,
            )
            for _ in range(20)
        )
    assert CANARY in everything_in(on_sqlite, tmp_path)
    with on_sqlite.work(write=True) as session:
        session.execute(delete(Reward))
    assert CANARY not in everything_in(on_sqlite, tmp_path)


def everything_in(database: Database, folder: Path) -> bytes:
    """All bytes of the database's files; closing moves the log into the main one."""
    database.dispose()
    return b"".join(path.read_bytes() for path in folder.glob("one.sqlite*"))


# ---------------------------------------------------------------------------------------------- locks

HOLD = """
import sys
from pathlib import Path
from app.db.engine import Database
from app.db.locks import Locks
locks = Locks(Database(sys.argv[1]), Path(sys.argv[2]))
print(locks.take(sys.argv[3]), flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(database: Database, folder: Path, name: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock `name` until it is killed."""
    command = [sys.executable, "-c", HOLD, database.url, str(folder), name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "True"
        yield process
        process.kill()


def wait_until_free(database: Database, name: str) -> None:
    """PostgreSQL notices a lost connection by itself; ask it to say when."""
    if not database.is_sqlite:
        with database.writer.connect() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number_of(name)})


def test_a_killed_process_frees_its_locks(empty: Database, tmp_path: Path) -> None:
    """After a crash nobody would lead, and photos that a dead worker left would stay for ever."""
    locks = Locks(empty, tmp_path / "locks")
    with another_process(empty, tmp_path / "locks", "leader") as process:
        assert not locks.is_free("leader")
        assert not locks.take("leader")
        assert locks.take("another")
        process.kill()
        process.wait()
        wait_until_free(empty, "leader")
        assert locks.is_free("leader")
        assert locks.take("leader")
    locks.release_all()


def test_a_lock_has_one_holder(empty: Database, tmp_path: Path) -> None:
    """Two schedulers would work at once, or a living worker's photos be swept."""
    one, two = (Locks(empty, tmp_path / "locks") for _ in range(2))
    assert one.is_free("worker")
    assert one.take("worker")
    assert one.take("worker")  # still its own
    assert not one.is_free("worker")
    assert not two.take("worker")
    assert not two.is_free("worker")
    assert not one.is_free("worker")  # being asked after takes nothing away
    one.release("worker")
    assert two.take("worker")
    assert not one.take("worker")
    two.release_all()
    assert one.is_free("worker")


def test_of_many_who_want_a_lock_one_gets_it(empty: Database, tmp_path: Path) -> None:
    """Two schedulers that start in one moment would both lead."""
    ready = threading.Barrier(6)

    def one(_: int) -> Locks | None:
        locks = Locks(empty, tmp_path / "locks")
        ready.wait()
        return locks if locks.take("leader") else None

    for _ in range(5):
        with ThreadPoolExecutor(6) as pool:
            leaders = [locks for locks in pool.map(one, range(6)) if locks is not None]
        assert len(leaders) == 1
        leaders[0].release_all()
    assert list((tmp_path / "locks").glob("*")) == []  # nothing is left lying about
