"""One pool of cleaners for all tests of this room."""

from collections.abc import Iterator

import pytest

from app.photos.pool import Cleaner


@pytest.fixture(scope="session")
def cleaner() -> Iterator[Cleaner]:
    """Two processes; closed at the end."""
    with Cleaner(processes=2) as running:
        yield running
