"""Leaving in a hurry with script: the tab's list of pages holds nothing of ours."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.reporter.leaving import ELSEWHERE
from tests.browser.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
BEFORE = "https://before.example/"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 780})
    for address in (ELSEWHERE, BEFORE):
        context.route(
            address + "**", lambda route: route.fulfill(body="<title>x</title>", content_type="text/html")
        )
    page = context.new_page()
    page.goto(BEFORE)
    yield page
    context.close()


def listed(context: BrowserContext, page: Page) -> list[str]:
    """Every page that could be gone back or forward to."""
    session = context.new_cdp_session(page)
    found = session.send("Page.getNavigationHistory")["entries"]
    session.detach()
    return [entry["url"] for entry in found]


def leave(page: Page) -> list[str]:
    page.click("a.exit")
    page.wait_for_url(ELSEWHERE + "**")
    return listed(page.context, page)


def left(wire: Wire) -> list[str]:
    """What may remain: the page before us, the step between, and where one was led."""
    return ["about:blank", BEFORE, f"{wire.address}/away", ELSEWHERE]


def test_no_page_of_a_report_can_be_gone_back_to(page: Page, wire: Wire) -> None:
    """A foreman who takes the phone would press back and see the form, or the receipt's digits."""
    page.goto(f"{wire.address}/")
    page.click("text=报隐患")
    page.fill("#what", "后门锁着")
    page.locator("#report > button.go").click()
    page.locator("[data-tip-number]").wait_for()
    assert leave(page) == left(wire)
    page.go_back()
    page.wait_for_url(ELSEWHERE + "**")


def test_nor_forward_from_a_page_gone_back_to(page: Page, wire: Wire) -> None:
    """What lay ahead would still be there; or one would be taken back too far, and ours stay."""
    page.goto(f"{wire.address}/report")
    page.click("text=怎么保密")
    page.wait_for_url("**/how")
    page.goto(f"{wire.address}/follow")
    page.evaluate("location.hash = 'main'")
    page.go_back()
    page.go_back()
    page.wait_for_url("**/how")
    assert leave(page) == left(wire)


def test_the_first_page_is_replaced_at_once(page: Page, wire: Wire) -> None:
    """Somebody who has only just scanned the poster would wait for a page twice."""
    page.goto(f"{wire.address}/report")
    assert leave(page) == left(wire)
    assert [one.address for one in wire.asked if one.address.startswith("/report")] == ["/report?"]


def test_without_storage_the_page_itself_is_replaced(page: Page, wire: Wire) -> None:
    """A browser that keeps nothing would lead nowhere."""
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no'); } });"
    )
    page.goto(f"{wire.address}/how")
    page.goto(f"{wire.address}/report")
    assert f"{wire.address}/report" not in leave(page)
