"""The reporter's pages in all their states: as they are read out, gone through by key, zoomed and in large type."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.intake.take import take
from app.sealing.receipt import Receipt
from app.tips.content import Report
from tests.browser.reader import HIGH, faults
from tests.browser.wire import Wire
from tests.casework.test_way import step
from tests.drills.client import small_photo
from tests.intake.test_take import sent
from tests.makers import Town
from tests.rewards.test_way import offered

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("reading")]
OPEN = (
    "/", "/report", "/report?insider=1", "/q/ab2de", "/follow", "/verify-ledger", "/duties", "/how", "/kept",
    "/rewards", "/privacy", "/nowhere",
)  # fmt: skip
UNFOLD = "() => { for (const one of document.querySelectorAll('details')) one.open = true }"
SEND, ANSWER = "#report button.go[type=submit]", "form:has(#message) button.go"


@pytest.fixture(params=["zh", "en"])
def page(request: pytest.FixtureRequest, wire: Wire, browser: Browser) -> Iterator[Page]:
    """A phone, in either language; without our policy, so that the type can be set larger from outside."""
    context = browser.new_context(viewport={"width": 360, "height": HIGH}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{wire.address}/type?language={request.param}")
    yield page
    context.close()


def open_receipt(page: Page, wire: Wire, receipt: Receipt | None) -> None:
    assert receipt is not None
    page.goto(f"{wire.address}/follow?more=1")
    page.fill("#number", receipt.number)
    page.fill("#password", receipt.password)
    page.click("main button.go")
    page.locator("ol.time").wait_for()
    page.evaluate(UNFOLD)


def has_focus(page: Page, name: str) -> bool:
    focused: bool = page.evaluate("id => document.activeElement.id === id", name)
    return focused


def test_pages_that_are_open_to_all(wire: Wire, page: Page) -> None:
    """Somebody who hears the page, has no mouse or needs large type could not find the way in, or read what is kept."""
    found = []
    for address in OPEN:
        page.goto(wire.address + address)
        found += faults(page, address)
    assert found == []


def test_a_report_on_its_way(wire: Wire, page: Page) -> None:
    """What is wrong would be said where nobody looks: out of sight, at no field, or to no screen reader."""
    page.goto(f"{wire.address}/report")
    page.check("#mode-1")
    page.evaluate("document.getElementById('report').submit()")  # as without JavaScript
    page.locator("#phone-error").wait_for()
    assert has_focus(page, "errors")
    found = faults(page, "form with errors")
    page.goto(f"{wire.address}/report?insider=1")
    page.fill("#what", "我在第三车间夜班，阀门漏气")
    page.set_input_files("#photos", {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": small_photo()})
    page.locator("[data-state=sent]:visible").wait_for()
    page.evaluate(UNFOLD)
    found += faults(page, "insider's form with a photo, marks and a draft")
    page.click(SEND)
    page.locator("#errors").wait_for()
    assert has_focus(page, "errors")
    page.focus("#what")
    page.locator("#what-selfcheck").wait_for()  # what the first touch fetches moves what is below it
    found += faults(page, "marks before it goes")
    page.check("#danger_now")
    page.fill("#danger_note", "三车间，要炸")
    page.click(SEND)
    page.locator("[data-tip-number]").wait_for()
    assert page.locator("main [role=alert] a[href='tel:119']").count() == 1
    found += faults(page, "receipt")
    page.goto(f"{wire.address}/report")
    page.fill("#what", "副镇长收了钱")
    page.check("#about_official")
    page.click(SEND)
    page.locator("a[href='tel:12388']").wait_for()
    found += faults(page, "elsewhere")
    assert found == []


def test_a_receipt_and_the_questions_of_the_desk(wire: Wire, page: Page, small_town: Town) -> None:
    """Somebody would not find the question, answer another one instead, or lose what they wrote in the answer."""
    taken = take(small_town.tools, sent())
    assert taken.receipt is not None
    page.goto(f"{wire.address}/follow")
    page.fill("#number", taken.receipt.number)
    page.fill("#password", "1234")
    page.click("main button.go")
    page.locator("#password-error").wait_for()
    assert has_focus(page, "errors")
    found = faults(page, "look-up wrong")
    step(small_town, taken, "ask", question="罐子从哪个门进？")
    open_receipt(page, wire, taken.receipt)
    asked, optional = (page.locator(one).bounding_box() for one in ("#message", "#asked"))
    assert asked is not None
    assert optional is not None
    assert asked["y"] < optional["y"]
    found += faults(page, "a question")
    page.click(ANSWER)
    page.locator("#message-error").wait_for()
    assert has_focus(page, "said")
    found += faults(page, "no answer")
    page.fill("#message", "后门")
    page.click(ANSWER)
    page.locator(".me", has_text="后门").wait_for()
    assert has_focus(page, "said")  # what was said stands there
    month = f"{taken.day:%Y-%m}"
    small_town.tools.keyring.destroy_month(month)
    page.goto(f"{wire.address}/follow")
    assert page.locator("ol.time").count() == 0
    found += faults(page, "gone")
    assert found == []


def test_an_answer_an_objection_and_a_reward(wire: Wire, page: Page, small_town: Town) -> None:
    """Somebody who is not satisfied would not find where to say so, or lose what they wrote, with the days running."""
    taken, _ = offered(small_town)
    colleague = take(small_town.tools, sent(Report(what="后厨煤气罐漏气", sector="gas", insider=True)))
    found = []
    for receipt, kind in ((colleague.receipt, "retaliation"), (taken.receipt, "objection")):
        open_receipt(page, wire, receipt)
        found += faults(page, f"receipt with {kind}")
        page.fill(f"#{kind}", "字" * 5001)
        page.locator(f"form:has(#{kind}) button").click()
        page.locator(f"#{kind}-error").wait_for()
        assert page.locator(f"#{kind}").input_value() == "字" * 5001
        found += faults(page, f"too long a word of {kind}")
    assert found == []
