"""The mail server and the webhook of these tests."""

from collections.abc import Iterator

import pytest

from tests.notices.outside import Outside, outside


@pytest.fixture
def out() -> Iterator[Outside]:
    with outside() as found:
        yield found
