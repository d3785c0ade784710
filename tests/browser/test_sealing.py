"""A name left by phone, in a real browser: what the request held, and who can read it afterwards."""

import base64
import gc
import html
import json
import re
import urllib.parse
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import func, select

from app.casework.context import Desktop, lay_out
from app.casework.models import Case
from app.casework.opening import KEEPERS
from app.tips.identity import Person
from app.tips.models import Tip
from app.vault.calls import number_to_call, take_call
from app.vault.opening import read_identity
from app.vault.requests import ask_call, ask_identity, release
from tests.browser.chrome import axe_findings, chromium, small_targets
from tests.browser.wire import Wire, served_town
from tests.makers import Town

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
WHO = Person("欧阳标记", "13911223344")
ELSEWHERE = "town.example"  # not this machine's own name: to a browser no secure place without TLS
BY_PHONE, BY_SERVER, KEPT = "在您的手机上锁好才发出", "由服务器锁好", "不用再写"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    gc.collect()
    with chromium(f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1") as found:
        yield found


@pytest.fixture
def wire(small_town: Town) -> Iterator[Wire]:
    with served_town(small_town) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 780})
    yield context.new_page()
    context.close()


def fill(page: Page, wire: Wire, mode: str = "named", who: Person = WHO, host: str = "127.0.0.1") -> None:
    page.goto(f"http://{host}:{wire.port}/report")
    page.fill("#what", "饭店后厨煤气罐漏气")
    page.select_option("#sector", "gas")
    page.check(f"input[name=mode][value={mode}]")
    if mode == "named":
        page.fill("#name", who.name)
    page.fill("#phone", who.phone)


def note(page: Page, words: str) -> None:
    page.locator("#sealing", has_text=words).wait_for()


def send(page: Page) -> str:
    """Send, and the tip number of the receipt."""
    page.click("button.go[type=submit]")
    slip = page.locator("[data-tip-number]")
    return slip.get_attribute("data-tip-number") or ""


def forms_of(text: str) -> set[bytes]:
    """A text as it could stand in a request: any of the usual encodings, whole or from its middle."""
    found = {text.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030")}
    found |= {urllib.parse.quote(text).encode(), urllib.parse.quote(text, encoding="gb18030").encode()}
    found |= {json.dumps(text)[1:-1].encode(), text.encode("unicode_escape")}
    found |= {"".join(f"&#{ord(letter)};" for letter in text).encode(), html.escape(text).encode()}
    found |= {text[::-1].encode()}
    found |= {one.hex().encode() for one in set(found)} | {one.hex().upper().encode() for one in set(found)}
    for one in set(found):
        for shift in range(3):  # base64 says the same bytes in three ways
            middle = base64.b64encode(bytes(shift) + one)[4:-4]
            found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return {one for one in found if len(one) >= 8}


def unwrapped(raw: bytes) -> Iterator[bytes]:
    """The bytes, and what is in each base64 text within."""
    yield raw
    for text in re.findall(rb"[A-Za-z0-9_-]{24,}", raw):
        yield base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)) if len(text) % 4 != 1 else b""


def holds(wire: Wire, text: str) -> list[str]:
    """Addresses of requests in which a text stands, in any form."""
    needles = forms_of(text)
    found = []
    for one in wire.asked:
        for raw in unwrapped(one.address.encode() + one.headers.encode() + one.body):
            if any(needle in raw for needle in needles):
                found.append(f"{one.method} {one.address}")
    return found


def desktop(town: Town, number: str) -> Desktop:
    with town.tools.database.work() as session:
        for case_id in session.scalars(select(Case.id)):
            now = lay_out(session, town.tools, town.holder("chengjian"), case_id)
            if number in [one.tip.number for one in now.tips]:
                return now
    raise AssertionError("no case")


def opened(town: Town, number: str) -> Person:
    """What the desk reads when both keepers released."""
    asked = ask_identity(town.tools, desktop(town, number), number, "核实")
    for keeper in KEEPERS:
        release(town.tools, town.holder(keeper), asked)
    return read_identity(town.tools, town.holder("chengjian"), asked, desktop(town, number))


def test_the_request_holds_no_name_and_two_keepers_open_it(small_town: Town, wire: Wire, page: Page) -> None:
    """The server, its memory, its log or somebody on the line would see the name; or nobody ever could."""
    fill(page, wire)
    note(page, BY_PHONE)
    number = send(page)
    assert "在手机上锁好才发出" in page.content()
    (sent,) = wire.at("/report", "POST")
    assert "饭店后厨煤气罐漏气".encode() in sent.body
    assert (holds(wire, WHO.name), holds(wire, WHO.phone)) == ([], [])
    assert b'name="name"' not in sent.body
    assert b'name="phone"' not in sent.body
    assert opened(small_town, number) == WHO


def test_the_search_for_names_finds_one(wire: Wire, page: Page) -> None:
    """The test above could not fail: here the server seals, and the name is found."""
    fill(page, wire, host=ELSEWHERE)
    send(page)
    assert holds(wire, WHO.name) == ["POST /report?"]
    assert holds(wire, WHO.phone) == ["POST /report?"]


def test_a_number_for_a_call_takes_no_name_along(small_town: Town, wire: Wire, page: Page) -> None:
    """A custodian would get a name that was typed under another choice, or no number."""
    fill(page, wire)
    page.check("input[name=mode][value=callback]")
    number = send(page)
    assert (holds(wire, WHO.name), holds(wire, WHO.phone)) == ([], [])
    asked = ask_call(small_town.tools, desktop(small_town, number), number, "在哪？")
    take_call(small_town.tools, small_town.holder("custodian"), asked)
    release(small_town.tools, small_town.holder("approver"), asked)
    assert number_to_call(small_town.tools, small_town.holder("custodian"), asked)[1] == WHO.phone


def test_nothing_is_loaded_before_the_choice(wire: Wire, page: Page) -> None:
    """A slow phone would load code that most reports never need."""
    page.goto(wire.address + "/report", wait_until="networkidle")
    assert [one.address for one in wire.asked] == ["/report?"]
    page.fill("#what", "门锁着")
    page.locator("#what-selfcheck").wait_for(state="attached")
    assert not [one.address for one in wire.asked if "seal" in one.address]
    assert not page.locator("#sealing").is_visible()
    page.check("input[name=mode][value=callback]")
    note(page, BY_PHONE)
    assert len(wire.at("/static/seal.js")) == 1


def test_who_turns_anonymous_sends_no_seal(wire: Wire, page: Page) -> None:
    """Somebody who thought better of it would be named all the same."""
    fill(page, wire)
    page.fill("#what", "")
    page.click("button.go[type=submit]")
    note(page, KEPT)
    page.fill("#what", "饭店后厨煤气罐漏气")
    page.check("input[name=mode][value=anonymous]")
    send(page)
    first, last = wire.at("/report", "POST")
    assert b"jijian_keeper1" in first.body
    assert b"jijian_keeper1" not in last.body
    assert re.search(rb'name="sealed_identity"\r\n\r\n\r\n', last.body)


def test_what_is_missing_is_said_before_anything_is_sent(wire: Wire, page: Page) -> None:
    """The server cannot check what is sealed: a tip would come in with a number nobody can call."""
    fill(page, wire, who=Person("", "12"))
    page.click("button.go[type=submit]")
    page.locator("#name-error").wait_for()
    assert page.locator("#phone-error").inner_text().startswith("要联系您")
    assert page.evaluate("document.activeElement.id") == "name"
    assert (axe_findings(page), small_targets(page)) == ([], [])
    page.evaluate("() => { document.querySelector('#name').value = '名'.repeat(41); }")
    page.click("button.go[type=submit]")
    page.locator("#name-error", has_text="太长").wait_for()
    assert not wire.at("/report", "POST")
    assert not wire.at("/report/keepers")
    page.fill("#name", WHO.name)
    page.fill("#phone", WHO.phone)
    send(page)
    assert holds(wire, WHO.name) == []


def test_a_form_that_comes_back_keeps_what_was_sealed(small_town: Town, wire: Wire, page: Page) -> None:
    """A mistake elsewhere on the form would cost the name, which the server cannot give back."""
    fill(page, wire)
    page.fill("#what", "")
    page.click("button.go[type=submit]")
    page.locator("#errors").wait_for()
    note(page, KEPT)
    assert (axe_findings(page), small_targets(page)) == ([], [])
    page.fill("#what", "饭店后厨煤气罐漏气")
    number = send(page)
    assert (holds(wire, WHO.name), holds(wire, WHO.phone)) == ([], [])
    assert opened(small_town, number) == WHO


def test_a_corrected_name_replaces_what_was_sealed(small_town: Town, wire: Wire, page: Page) -> None:
    """A typing mistake could never be mended once it was sealed."""
    fill(page, wire, who=Person("欧阳标计", "13911223340"))
    page.fill("#what", "")
    page.click("button.go[type=submit]")
    note(page, KEPT)
    page.fill("#what", "饭店后厨煤气罐漏气")
    page.fill("#phone", WHO.phone)
    page.click("button.go[type=submit]")
    page.locator("#name-error").wait_for()
    page.fill("#name", WHO.name)
    number = send(page)
    assert holds(wire, WHO.name) == []
    assert opened(small_town, number) == WHO


def test_without_a_secure_connection_the_server_seals_and_says_so(
    small_town: Town, wire: Wire, page: Page
) -> None:
    """On an installation without TLS nobody could leave a name, or the page would promise what it cannot do."""
    fill(page, wire, host=ELSEWHERE)
    note(page, BY_SERVER)
    number = send(page)
    assert BY_SERVER in page.content()
    assert not wire.at("/static/seal.js")
    assert opened(small_town, number) == WHO


def test_without_javascript_the_old_way_works(small_town: Town, wire: Wire, browser: Browser) -> None:
    """Half of the phones would lose call-backs and rewards."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    fill(page, wire)
    note(page, BY_SERVER)
    number = send(page)
    assert BY_SERVER in page.content()
    context.close()
    assert opened(small_town, number) == WHO


def test_without_the_script_the_server_seals_as_the_page_says(
    small_town: Town, wire: Wire, page: Page
) -> None:
    """Where the line breaks after the first view nobody could leave a name, or the page would promise too much."""
    page.route("**/static/js/sealing.js", lambda route: route.abort())
    fill(page, wire)
    note(page, BY_SERVER)
    number = send(page)
    assert BY_SERVER in page.content()
    assert opened(small_town, number) == WHO


def test_a_report_sent_at_once_waits_for_the_script(small_town: Town, wire: Wire, page: Page) -> None:
    """Who is faster than their line would have the name go through the server."""
    late: list[Route] = []

    def hold_up(route: Route) -> None:
        late.append(route)

    page.route("**/static/js/sealing.js", hold_up)
    fill(page, wire)
    page.click("button.go[type=submit]", no_wait_after=True)
    page.click("button.go[type=submit]", no_wait_after=True)
    assert not wire.at("/report", "POST")
    late[0].continue_()
    number = page.locator("[data-tip-number]").get_attribute("data-tip-number") or ""
    assert len(wire.at("/report", "POST")) == 1
    assert BY_SERVER not in page.content()
    assert not holds(wire, WHO.name)
    assert opened(small_town, number) == WHO


@pytest.mark.parametrize("broken", ["**/static/seal.js", "**/report/keepers"])
def test_a_broken_promise_is_said_before_the_server_gets_the_name(
    small_town: Town, wire: Wire, page: Page, broken: str
) -> None:
    """On a bad line the name would go to the server though the page had promised that it would not."""

    def cut_off(route: Route) -> None:
        route.abort()

    page.route(broken, cut_off)
    fill(page, wire)
    page.click("button.go[type=submit]")
    note(page, "没能在手机上锁好")
    assert not wire.at("/report", "POST")
    assert (page.input_value("#name"), page.input_value("#phone")) == (WHO.name, WHO.phone)
    assert page.evaluate("document.activeElement.id") == "sealing"
    number = send(page)
    assert BY_SERVER in page.content()
    assert opened(small_town, number) == WHO


def test_two_taps_are_one_report(wire: Wire, page: Page) -> None:
    """An impatient thumb would make two reports while the phone is still sealing."""
    fill(page, wire)
    page.evaluate(
        "() => { for (let tap = 0; tap < 3; tap++) document.querySelector('#report > button.go').click(); }"
    )
    page.locator("[data-tip-number]").wait_for()
    assert len(wire.at("/report", "POST")) == 1


def test_a_lost_answer_is_asked_for_again_with_the_same_seal(
    small_town: Town, wire: Wire, page: Page
) -> None:
    """A bad line would make two reports of one, or use one seal for two and refuse the second."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
        route.abort("aborted")

    fill(page, wire)
    page.route("**/report", lose)
    with page.expect_event("requestfailed"):
        page.click("button.go[type=submit]")
    page.unroute("**/report", lose)
    number = send(page)
    assert count_of_tips(small_town) == 1
    assert opened(small_town, number) == WHO


def test_other_words_after_a_lost_answer_get_another_seal(small_town: Town, wire: Wire, page: Page) -> None:
    """Whoever mends a report after a bad line would be told that their name was used up."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
        route.abort("aborted")

    fill(page, wire)
    page.route("**/report", lose)
    with page.expect_event("requestfailed"):
        page.click("button.go[type=submit]")
    page.unroute("**/report", lose)
    page.fill("#where", "大集北口")
    number = send(page)
    assert count_of_tips(small_town) == 2
    assert opened(small_town, number) == WHO


def count_of_tips(town: Town) -> int:
    with town.tools.database.work() as session:
        return session.scalar(select(func.count()).select_from(Tip)) or 0
