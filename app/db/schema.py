"""The schema's versions: one linear history in `migrations/`, applied by set-up, checked at every start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from app.db.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"
HEAD = "0012"
"""The newest version, named here so that a web worker need not load Alembic (10 MB) to know it."""


class SchemaNotAtHead(Exception):
    """The database was made by another version; `flask upgrade` brings an older one to head."""


def config_for(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to `revision`."""
    from alembic import command

    with migrating(database) as connection:
        command.upgrade(config_for(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    from alembic import command

    with migrating(database) as connection:
        command.downgrade(config_for(connection), revision)


@contextmanager
def migrating(database: Database) -> Iterator[Connection]:
    """One transaction. SQLite changes a table by copying and dropping it: foreign keys are off meanwhile, and checked
    before it commits.
    """
    with database.writer.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if database.is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if database.is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise SchemaNotAtHead("the migration would leave rows that refer to nothing")
        finally:
            if database.is_sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def check_at_head(database: Database) -> None:
    """Raises SchemaNotAtHead."""
    with database.reader.connect() as connection:
        try:
            current = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
        except DatabaseError:  # no such table: nothing was ever set up here
            current = set()
    if current != {HEAD}:
        raise SchemaNotAtHead(f"schema is at {current or 'nothing'}, wanted {HEAD}; run flask upgrade")
