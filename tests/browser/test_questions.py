"""A story without JavaScript: sent, answered, told to call first, and what the desk then sees. Each state by axe."""

import gc
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chrome import chromium
from tests.browser.served import Served, serve
from tests.browser.test_pages import judged

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("questions")]
ASKED = "再答几个小问题，可以不答"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    gc.collect()
    with serve(tmp_path_factory.mktemp("questions")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def send(page: Page, served: Served, what: str, sector: str) -> None:
    page.goto(f"{served.address}/report")
    page.fill("#what", what)
    page.select_option("#sector", sector)
    page.click("button.go[type=submit]")
    page.locator("[data-tip-number]").wait_for()


def to_questions(page: Page) -> None:
    page.get_by_role("button", name="抄好了，去答问题").click()
    page.get_by_role("heading", name=ASKED).wait_for()


def test_a_villager_answers_by_thumb_and_is_told_whom_to_call(served: Served, browser: Browser) -> None:
    """Somebody on an old phone could not answer, or would smell gas and only be thanked; the desk would not know."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    send(page, served, "丙烷标记夜市烧烤摊煤气罐漏气", "gas")
    to_questions(page)
    assert page.get_by_role("alert").count() == 0
    page.get_by_role("group", name="现在闻得到漏气味吗？").get_by_text("是", exact=True).click()
    page.get_by_role("group", name="用的什么气？").get_by_text("煤气罐").click()
    page.get_by_role("button", name="答好了").click()
    alert = page.get_by_role("alert")
    assert "别开关电器" in alert.inner_text()
    assert alert.get_by_role("link").get_attribute("href") == "tel:119"
    assert page.get_by_role("heading", name=ASKED).count() == 0
    assert "用的什么气？煤气罐。" in page.locator(".time").inner_text()
    context.close()

    context, page = served.signed_in(browser, "chengjian")
    page.goto(f"{served.address}/desk/search?words=丙烷标记夜市")
    page.locator("tbody a").first.click()
    page.get_by_role("heading", name="核查时看").wait_for()
    shown = page.locator("main").inner_text()
    assert "现在有生命危险" in shown
    assert "气瓶的检验标记和充装单位" in shown
    assert judged(page, "case with answers") == []
    context.close()
    context, page = served.signed_in(browser, "duty")
    page.goto(f"{served.address}/desk/duty")
    assert "刚有人报告有生命危险" in page.locator("main").inner_text()
    context.close()


def test_whoever_skips_is_asked_no_more(served: Served, browser: Browser) -> None:
    """A question one would rather leave would stand in the way each time."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    send(page, served, "楼道里停满了电动车", "ebike")
    to_questions(page)
    page.get_by_role("button", name="不答，跳过").click()
    page.get_by_role("heading", name="经过").wait_for()
    page.goto(f"{served.address}/follow")
    assert page.get_by_role("heading", name=ASKED).count() == 0
    context.close()


def test_the_form_asks_what_fits_the_sector(served: Served, browser: Browser) -> None:
    """Somebody who smells gas would be told whom to call only after sending; or answers to another sector would go."""
    context = browser.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url.removeprefix(served.address)))
    page.goto(f"{served.address}/report")
    box = page.locator("#questions")
    page.fill("#what", "丁烷标记罐子嘶嘶响")
    page.select_option("#sector", "ebike")
    box.get_by_role("radio").first.check()
    page.select_option("#sector", "gas")
    group = box.get_by_role("group", name="现在闻得到漏气味吗？")
    assert box.get_by_role("alert").count() == 0
    group.get_by_text("是", exact=True).click()
    alert = box.get_by_role("alert")
    alert.wait_for()
    assert alert.get_by_role("link").get_attribute("href") == "tel:119"
    assert judged(page, "questions in the form") == []
    box.get_by_role("group", name="用的什么气？").get_by_text("煤气罐").click()
    page.click("button.go[type=submit]")
    page.locator("[data-tip-number]").wait_for()
    assert page.get_by_role("button", name="抄好了，去答问题").count() == 0
    assert not any("gas" in one or "ebike" in one for one in asked)
    context.close()
    context, page = served.signed_in(browser, "chengjian")
    page.goto(f"{served.address}/desk/search?words=丁烷标记")
    page.locator("tbody a").first.click()
    shown = page.locator("main").inner_text()
    assert "现在有生命危险" in shown
    assert "用的什么气？" in shown
    assert "电动车" not in shown
    context.close()


def test_a_form_that_came_back_shows_its_answers_and_drops_those_of_another_sector(
    served: Served, browser: Browser
) -> None:
    """Who finds on mending the form that it is no gas would still send that gas is smelled, and ring the duty desk."""
    context = browser.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{served.address}/report")
    box = page.locator("#questions")
    page.fill("#where", "车棚")
    page.select_option("#sector", "gas")
    box.get_by_role("group", name="现在闻得到漏气味吗？").get_by_text("是", exact=True).click()
    page.click("button.go[type=submit]")
    page.locator(".errors").wait_for()
    page.fill("#what", "车棚里一股味")
    page.locator("#q_gas_smell-yes").wait_for()
    assert page.locator("#q_gas_smell-yes").is_checked()
    assert page.locator("input[type=hidden][name^=q_]").count() == 0
    page.select_option("#sector", "ebike")
    page.locator("#q_gas_smell-yes").wait_for(state="detached")
    page.click("button.go[type=submit]")
    page.locator("[data-tip-number]").wait_for()
    assert "先打电话" not in page.locator("main").inner_text()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_new_state_is_within_reach_of_everybody(served: Served, browser: Browser, scheme: str) -> None:
    """Somebody with poor eyes, big thumbs or a screen reader could not answer or read whom to call."""
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page = context.new_page()
    send(page, served, "厂里的池子要清，没人看着", "trade_industry")
    found = judged(page, "receipt that leads on")
    to_questions(page)
    found += judged(page, "questions")
    page.check("#q_trade_industry_hurt-yes")
    found += judged(page, "questions with a choice")
    page.get_by_role("button", name="答好了").click()
    page.get_by_role("alert").wait_for()
    found += judged(page, "whom to call first")
    page.goto(f"{served.address}/report")
    page.evaluate(
        """() => { const kept = document.createElement('input'); kept.type = 'hidden';
        kept.name = 'q_power_wire'; kept.value = 'yes'; document.querySelector('main form').append(kept) }"""
    )
    page.fill("#what", "电线掉在路上")
    page.evaluate("() => { document.querySelector('[name=once]').value = 'x' }")
    page.click("button.go[type=submit]")
    page.locator("#errors").wait_for()
    found += judged(page, "form with danger and errors")
    page.check("input[name=mode][value=anonymous]")
    page.click("button.go[type=submit]")
    page.locator("[data-tip-number]").wait_for()
    assert page.get_by_role("alert").get_by_role("link").get_attribute("href") == "tel:95598"
    found += judged(page, "receipt with danger")
    context.close()
    assert found == []
