"""The schema's versions: one linear history in `migrations/`, applied by set-up, checked at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db.engine import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class SchemaNotAtHead(Exception):
    """The database was made by another version; `flask setup` brings it to head."""


def config_for(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to `revision`."""
    with database.writer.connect() as connection, connection.begin():
        command.upgrade(config_for(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    with database.writer.connect() as connection, connection.begin():
        command.downgrade(config_for(connection), revision)


def check_at_head(database: Database) -> None:
    """Raises SchemaNotAtHead."""
    with database.reader.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
        wanted = ScriptDirectory.from_config(config_for(connection)).get_heads()
    if set(current) != set(wanted):
        raise SchemaNotAtHead(f"schema is at {current or 'nothing'}, wanted {wanted}; run flask setup")
