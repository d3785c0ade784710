"""A draft on the reporter's phone: only when asked for, locked, and gone when it should be."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.reporter.leaving import ELSEWHERE
from tests.browser.chrome import axe_findings, small_targets
from tests.browser.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
WORDS, WORD = "仓库的门锁着，里面有人睡觉", "老槐树下"


@pytest.fixture
def page(browser: Browser, wire: Wire) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 780})
    context.route(ELSEWHERE + "**", lambda route: route.fulfill(body="<title>x</title>"))
    page = context.new_page()
    page.goto(f"{wire.address}/report")
    yield page
    context.close()


def stored(page: Page) -> str:
    found: str = page.evaluate("() => JSON.stringify({...localStorage})")
    return found


def save(page: Page) -> None:
    page.fill("#what", WORDS)
    page.check("#still_dangerous")
    page.check("input[name=mode][value=named]")
    page.fill("#name", "欧阳标记")
    page.click("#draft summary")
    page.fill("#draft-word", WORD)
    page.click("#draft [data-save]")
    page.locator('[data-draft-said="saved"]:visible').wait_for()


def come_back(page: Page, wire: Wire) -> None:
    """As after an hour: whoever kept a draft is shown it before anything is touched."""
    page.goto(f"{wire.address}/report")
    page.locator("#draft").wait_for()


def test_nothing_is_kept_unless_asked(page: Page) -> None:
    """A foreman who picks the phone up would find the report."""
    page.fill("#what", WORDS)
    page.locator("#draft").wait_for()
    assert stored(page) == "{}"


def test_a_draft_opens_with_its_word_alone(wire: Wire, page: Page) -> None:
    """Whoever has the phone could read it, or its writer could not."""
    save(page)
    kept = stored(page)
    assert WORDS not in kept
    assert WORD not in kept
    come_back(page, wire)
    page.fill("#draft-open", "老槐树上")
    page.click("[data-open]")
    page.locator('[data-draft-said="wrong"]:visible').wait_for()
    assert page.input_value("#what") == ""
    page.fill("#draft-open", WORD)
    page.click("[data-open]")
    page.wait_for_selector("[data-draft-kept]", state="hidden")
    assert page.input_value("#what") == WORDS
    assert page.is_checked("#still_dangerous")
    assert page.input_value("#name") == ""


def test_it_is_gone_when_sent(page: Page, wire: Wire) -> None:
    """The report would stay on the phone after it was sent."""
    save(page)
    page.check("input[name=mode][value=anonymous]")
    page.locator("#report > button.go").click()
    page.locator("[data-tip-number]").wait_for()
    assert stored(page) == "{}"


def test_it_is_gone_when_left_in_a_hurry(page: Page, wire: Wire) -> None:
    """Somebody who had to get away would leave the report behind."""
    save(page)
    page.click("a.exit")
    page.wait_for_url(ELSEWHERE + "**")
    page.goto(f"{wire.address}/how")
    assert stored(page) == "{}"


def test_it_is_gone_after_a_day(page: Page, wire: Wire) -> None:
    """It would lie there for whoever has the phone next year."""
    save(page)
    page.evaluate(
        """() => { const kept = JSON.parse(localStorage.draft);
        kept.until = Date.now() - 1;
        localStorage.draft = JSON.stringify(kept); }"""
    )
    come_back(page, wire)
    assert page.locator("[data-draft-kept]").is_hidden()
    assert stored(page) == "{}"


def test_a_short_word_is_refused_and_all_is_accessible(page: Page) -> None:
    """A word that everybody guesses would lock nothing."""
    page.fill("#what", WORDS)
    page.click("#draft summary")
    page.fill("#draft-word", "一二")
    page.click("#draft [data-save]")
    page.locator('[data-draft-said="short"]:visible').wait_for()
    assert stored(page) == "{}"
    assert axe_findings(page) == []
    assert small_targets(page) == []
