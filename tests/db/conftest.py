"""An empty database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.engine import Database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table, once of each kind."""
    on_postgres = request.param == "postgres"
    made = Database(
        request.getfixturevalue("new_postgres") if on_postgres else f"sqlite:///{tmp_path / 'empty.sqlite'}"
    )
    yield made
    made.dispose()
