"""What most browser tests start from: a browser for the module, and a small town behind a real socket."""

import gc
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chrome import chromium
from tests.browser.wire import Wire, served_town
from tests.makers import Town


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    gc.collect()
    with chromium() as found:
        yield found


@pytest.fixture
def wire(small_town: Town) -> Iterator[Wire]:
    with served_town(small_town) as found:
        yield found
