"""The self-check on the device: the same marks as on the server, and a box that helps and never stands in the way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

from app import create_app
from app.rules.duties import DATA
from app.rules.selfcheck import SelfCheck, rules_json
from config import load
from tests.browser.chrome import axe_findings, chromium, overflows, small_targets
from tests.rules import selfcheck_accuracy as accuracy
from tests.rules.test_selfcheck import INSIDER, LOTS, NUMBERS, TEXTS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("selfcheck")]
RULES = SelfCheck.load()
SCRIPT = Path(__file__).parents[2] / "app/web/static/js/selfcheck.js"
PLACE = "http://selfcheck.test"
FORM = """{% extends "web/base_reporter.html" %}{% from "web/selfcheck.html" import selfcheck_box %}
{% block main %}<h1>{{ _("信息") }}</h1><form action="/sent"><label for="what">{{ _("看到了什么") }}</label>
<textarea id="what" name="what"></textarea>{{ selfcheck_box({"id": "what"}) }}
<button class="go" type="submit">{{ _("发送") }}</button></form>
<script type="module" src="/page.js"></script>{% endblock %}"""
PAGE = """import { spans, show, watch } from "/selfcheck.js";
const rules = await (await fetch("/rules.json")).json();
const [text, box] = [document.getElementById("what"), document.getElementById("what-selfcheck")];
window.spans = (words, full) => spans(words, rules, full);
window.show = (full) => show(text, box, rules, full);
watch(text, box, rules, true);
document.body.dataset.ready = "yes";"""
TEXT = "😀 我是焊工，\n有事打１３９１１２２３３４４。昨天会上我提过一嘴"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def answers() -> dict[str, tuple[str, str]]:
    """The page with the real base, macro and script, under the headers of the real site."""
    app = create_app(load({}), serving=False)
    with app.test_request_context("/"):
        html = render_template_string(FORM)
    return {
        "/": ("text/html", html),
        "/page.js": ("text/javascript", PAGE),
        "/selfcheck.js": ("text/javascript", SCRIPT.read_text("utf-8")),
        "/rules.json": ("application/json", rules_json()),
        "/sent": ("text/html", "<title>sent</title>"),
    }


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 780})
    found = answers()

    def answer(route: Route) -> None:
        kind, body = found.get(route.request.url.removeprefix(PLACE).partition("?")[0], ("text/plain", ""))
        policy = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'"
        style = (
            "" if kind != "text/html" else "; style-src 'unsafe-inline'"
        )  # only the base page's nonce is left out
        route.fulfill(
            body=body,
            content_type=f"{kind}; charset=utf-8",
            headers={"Content-Security-Policy": policy + style},
        )

    context.route("**/*", answer)
    page = context.new_page()
    page.goto(PLACE)
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()


def both(page: Page, texts: list[str]) -> None:
    """Asserts that Python and JavaScript mark the same, at both levels."""
    for full in (True, False):
        here = [[vars(one) for one in RULES.spans(text, full=full)] for text in texts]
        there: list[Any] = page.evaluate(
            "([texts, full]) => texts.map((text) => spans(text, full))", [texts, full]
        )
        for text, mine, its in zip(texts, here, there, strict=True):
            assert its == mine, text


def written_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from written_texts(one)


def test_both_engines_mark_all_our_texts_alike(page: Page) -> None:
    """The phone would call a text safe that the server marks, or the other way round."""
    here = Path(__file__).parents[1] / "rules"
    files = [
        DATA / "examples.yaml",
        DATA / "grave.yaml",
        *(here / f"{name}.yaml" for name in ("aside", "unseen", "innocent")),
    ]
    texts = [text for file in files for text in written_texts(yaml.safe_load(file.read_text("utf-8")))]
    texts += [case.text for name in LOTS for case in accuracy.marked(name)] + [*NUMBERS, *INSIDER, TEXT]
    assert len(texts) > 1500
    both(page, [*texts, "\n".join(texts)])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS | st.text(max_size=40), min_size=1, max_size=12))
def test_both_engines_mark_any_text_alike(page: Page, texts: list[str]) -> None:
    """An emoji, a rare character or a full-width figure would move every mark after it, on one side only."""
    both(page, texts)


def fill(page: Page, text: str) -> None:
    page.fill("#what", text)
    page.evaluate("show(true)")


def test_marks_reasons_and_replacements_are_shown(page: Page) -> None:
    """The person would see that something is wrong, but not where, why, or what to do."""
    fill(page, TEXT)
    box = page.locator("#what-selfcheck")
    assert box.locator("[data-copy]").text_content() == TEXT
    marks = box.locator("mark").all_text_contents()
    assert marks == ["我是焊工", "１３９１１２２３３４４", "昨天会上", "我提过一嘴"]
    assert box.locator("li b").all_text_contents() == marks
    assert all(reason.endswith("。") for reason in box.locator("[data-reason]").all_text_contents())
    assert "改成：（号码略）" in box.locator("li button").all_text_contents()


def test_one_tap_changes_the_words_and_can_be_taken_back(page: Page) -> None:
    """A wrong tap would lose what somebody typed with one finger."""
    fill(page, TEXT)
    page.click("text=改成：（号码略）")
    changed = TEXT.replace("１３９１１２２３３４４", "（号码略）")
    assert page.input_value("#what") == changed
    page.click("text=改回去")
    assert page.input_value("#what") == TEXT
    assert page.locator("[data-undo]").is_hidden()


def test_it_can_be_used_by_keyboard_alone(page: Page) -> None:
    """After each change the focus would be lost at the top of the page."""
    fill(page, TEXT)
    page.focus("#what")
    for _ in range(8):
        if page.locator("#what-selfcheck li").count() == 0:
            break
        page.locator("#what-selfcheck li button").first.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.closest('#what-selfcheck') !== null")
    assert RULES.spans(page.input_value("#what"), full=True) == []
    assert page.locator("#what-selfcheck [data-found]").is_hidden()


def test_it_appears_by_itself_while_writing(page: Page) -> None:
    """The marks would come only to those who know a function's name."""
    fill(page, "电线露着")
    assert page.locator("#what-selfcheck").is_hidden()
    page.type("#what", "，打13911223344")
    page.locator("#what-selfcheck mark").wait_for()
    assert page.locator("#what-selfcheck mark").all_text_contents() == ["13911223344"]


def test_words_are_never_read_as_markup(page: Page) -> None:
    """A report could run as a script on the phone of whoever opens the draft."""
    nasty = "<img src=x onerror=document.title='bad'>我是焊工$&$1{words}"
    fill(page, nasty)
    assert page.locator("#what-selfcheck [data-copy]").text_content() == nasty
    assert page.locator("#what-selfcheck img").count() == 0
    assert page.title() != "bad"


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_box_can_be_read_and_tapped(page: Page, width: int, scheme: str) -> None:
    """Somebody with poor eyes, big thumbs or a screen reader could not use it."""
    page.set_viewport_size({"width": width, "height": 780})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    fill(page, TEXT)
    assert axe_findings(page) == []
    assert small_targets(page) == []
    assert not overflows(page)
    page.set_viewport_size({"width": 360, "height": 780})


def test_it_never_keeps_anything_from_being_sent(page: Page) -> None:
    """A warning that stops people would cost the report."""
    fill(page, TEXT)
    sent = page.evaluate("() => [...new FormData(document.querySelector('form')).keys()]")
    assert sent == ["what"]
    page.click("text=发送")
    page.wait_for_url("**/sent?*")
    assert json.dumps(page.title()) == '"sent"'
    page.goto(PLACE)
    page.wait_for_selector("body[data-ready]")
