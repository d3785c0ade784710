"""Fixtures of all rooms: a real town on SQLite, and on PostgreSQL where one is found."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.makers import Town, copy_town, make_town

POSTGRES = os.environ.get("ANSHAO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def postgres_found() -> bool:
    engine = create_engine(POSTGRES, connect_args={"connect_timeout": 2})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def no_postgres() -> None:
    """In CI a missing server is a failure, elsewhere the test says it was skipped."""
    if postgres_found():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("no PostgreSQL in CI")
    pytest.skip("no PostgreSQL here")


@contextmanager
def postgres_database(template: str = "") -> Iterator[str]:
    """A database of its own, empty or a copy of `template` (an address that nobody is connected to)."""
    name = f"anshao_test_{secrets.token_hex(6)}"
    copied = f" TEMPLATE {template.rsplit('/', 1)[1]}" if template else ""
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}{copied}"))
    yield POSTGRES.rsplit("/", 1)[0] + "/" + name
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def new_postgres() -> Iterator[str]:
    """An empty database of its own."""
    no_postgres()
    with postgres_database() as address:
        yield address


@pytest.fixture(scope="session")
def first_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town that all others of this run are copies of, closed."""
    town = make_town(tmp_path_factory.mktemp("town"))
    town.close()
    return town


@pytest.fixture(scope="session")
def first_postgres_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    no_postgres()
    with postgres_database() as address:
        town = make_town(tmp_path_factory.mktemp("town"), address)
        town.close()
        yield town


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A town for one test, once on each database."""
    if request.param == "sqlite":
        made = copy_town(request.getfixturevalue("first_town"), tmp_path)
        yield made
        made.close()
        return
    first: Town = request.getfixturevalue("first_postgres_town")
    with postgres_database(first.settings.database) as address:
        made = copy_town(first, tmp_path, address)
        yield made
        made.close()


@pytest.fixture
def small_town(tmp_path: Path, first_town: Town) -> Iterator[Town]:
    """A town on SQLite, for tests that the database does not matter to."""
    made = copy_town(first_town, tmp_path)
    yield made
    made.close()
