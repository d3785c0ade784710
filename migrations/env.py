"""Alembic environment: the engine is handed in by whoever migrates; there is no ini file."""

from alembic import context
from sqlalchemy import Connection

import app.casework.models
import app.figures.models
import app.ledger.models
import app.notices.models
import app.people.models
import app.rewards.models
import app.rulebook.models
import app.tips.models
import app.vault.models  # noqa: F401 - imported so that their tables are known
from app.db.base import Base


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
