"""The schema's versions: one linear history in `migrations/`, applied by set-up, checked at every start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from app.db.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"
HEAD = "0001"
"""The newest version, named here so that a web worker need not load Alembic (10 MB) to know it."""


class SchemaNotAtHead(Exception):
    """The database was made by another version; `flask setup` brings it to head."""


def config_for(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to `revision`."""
    from alembic import command

    with database.writer.connect() as connection, connection.begin():
        command.upgrade(config_for(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    from alembic import command

    with database.writer.connect() as connection, connection.begin():
        command.downgrade(config_for(connection), revision)


def check_at_head(database: Database) -> None:
    """Raises SchemaNotAtHead."""
    with database.reader.connect() as connection:
        try:
            current = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
        except DatabaseError:  # no such table: nothing was ever set up here
            current = set()
    if current != {HEAD}:
        raise SchemaNotAtHead(f"schema is at {current or 'nothing'}, wanted {HEAD}; run flask setup")
