"""Every page and state in a real browser, on a phone and on a desk: WCAG 2.2 AA, targets, no sideways scrolling."""

import gc
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chrome import axe_findings, chromium, overflows, small_targets
from tests.browser.served import Served, serve

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
PHONE, NARROW, DESK = (
    {"width": 360, "height": 780},
    {"width": 320, "height": 640},
    {"width": 1280, "height": 900},
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    gc.collect()
    with serve(tmp_path_factory.mktemp("pages")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def judged(page: Page, name: str) -> list[str]:
    """Findings of one page at three widths."""
    page.wait_for_load_state()
    found = []
    for size in (PHONE, DESK, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # width and height
        found += [f"{name} {one}" for one in axe_findings(page)]
        found += [f"{name} small: {one}" for one in small_targets(page)]
        if overflows(page):
            found.append(f"{name} scrolls sideways at {size['width']}")
    return found


def judged_insider(served: Served, page: Page) -> list[str]:
    """An insider's receipt looked up beside the one that is open, with all that is folded away unfolded."""
    page.goto(served.address + "/report?insider=1")
    page.check("input[name=visit][value=together]")
    page.fill("#what", "车间里木粉落了一指厚")
    page.click("#report button.go[type=submit]")
    slip = page.locator("[data-tip-number]")
    digits = {name: slip.get_attribute(f"data-tip-{name}") or "" for name in ("number", "password")}
    page.goto(served.address + "/follow?more=1")
    found = judged(page, "one more look-up")
    for name, value in digits.items():
        page.fill(f"#{name}", value)
    page.click("main button.go[type=submit]")
    page.locator("[name=show]").wait_for()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    return found + judged(page, "insider's receipt beside another")


def judged_password(served: Served, page: Page) -> list[str]:
    """A new password: shown, its last digits wrong, taken."""
    page.goto(served.address + "/follow/password")
    found = judged(page, "new password")
    password = page.locator("[data-new-password]").get_attribute("data-new-password") or ""
    for last, name in (
        ("0000" if password[-4:] != "0000" else "1111", "last digits wrong"),
        (password[-4:], "taken"),
    ):
        page.fill("[name=last]", last)
        page.click("main form button.go[type=submit]")
        found += judged(page, f"new password {name}")
    return found


@pytest.mark.parametrize(("scheme", "language"), [("light", "zh"), ("dark", "zh"), ("light", "en")])
def test_reporter_pages(served: Served, browser: Browser, scheme: str, language: str) -> None:
    """Somebody with poor eyes, a screen reader, a small phone or a dark screen could not report or follow up."""
    context = browser.new_context(java_script_enabled=True, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page = context.new_page()
    page.goto(f"{served.address}/type?language={language}")
    found = []
    for name, address in {
        "home": "/",
        "form": "/report",
        "insider": "/report?insider=1",
        "look-up": "/follow",
        "look-up by phrase": "/follow?phrase=1",
        "figures": "/figures",
        "ledger": "/verify-ledger",
        "who is in charge": "/duties",
        "how the seal works": "/how",
        "what is kept": "/kept",
        "reward rules": "/rewards",
        "privacy notice": "/privacy",
    }.items():
        page.goto(served.address + address)
        found += judged(page, name)
    page.goto(served.address + "/report")
    page.check("input[name=mode][value=named]")
    page.click("button.go[type=submit]")
    page.locator("#name-error").wait_for()  # said on the phone: what is sealed there, no server can judge
    found += judged(page, "form with errors of the phone's own")
    page.goto(served.address + "/report")
    page.click("button.go[type=submit]")
    page.locator("#errors").wait_for()
    found += judged(page, "form with errors")
    page.goto(served.address + "/report")
    page.fill("#what", "电线露在外面")
    page.click("button.go[type=submit]")
    found += judged(page, "receipt")
    slip = page.locator("[data-tip-number]")
    number, password = (slip.get_attribute(f"data-tip-{name}") or "" for name in ("number", "password"))
    page.goto(served.address + "/follow")
    page.fill("#number", number)
    page.fill("#password", "1234")
    page.click("button.go[type=submit]")
    found += judged(page, "look-up wrong")
    page.fill("#number", number)
    page.fill("#password", password)
    page.click("button.go[type=submit]")
    found += judged(page, "follow")
    found += judged_password(served, page)
    found += judged_insider(served, page)
    page.goto(served.address + "/nowhere")
    found += judged(page, "not found")
    context.close()
    assert found == []


STAFF_PAGES = {
    "chengjian": [
        "/desk/",
        "FIRST",
        "/desk/?state=closed",
        "/desk/search?words=演示",
        "/desk/intake",
        "/desk/tickets",
        "/vault/",
        "/desk/members",
        "/desk/figures",
        "/desk/figures/statement/2026-4/chengjian",
        "/desk/calendar",
        "/desk/export",
        "/desk/registers/hazards",
        "/desk/rewards",
        "/desk/",
        "CASE papers",
        "CASE similar",
    ],
    "anjian": ["/desk/?state=closed", "FIRST", "/desk/?state=handed_up", "FIRST"],
    "dispatch": ["/desk/", "FIRST"],
    "jijian": ["/desk/", "FIRST"],
    "office": [
        "/desk/",
        "/desk/overview",
        "/desk/signing",
        "/desk/figures",
        "/desk/figures/quarter/2026-4",
        "/desk/figures/publish/2026-3",
        "/desk/rules",
        "/desk/roster",
    ],
    "signer": ["/desk/signing"],
    "duty": ["/desk/duty"],
    "custodian": ["/vault/"],
    "admin": [
        "/admin/",
        "/admin/centres",
        "/admin/poster",
        "/admin/posters",
        "FIRST",
        "SHEET a4",
        "SHEET a5",
    ],
    "village": ["/desk/village", "/desk/village/register"],
}


@pytest.mark.parametrize("username", list(STAFF_PAGES))
def test_staff_pages(served: Served, browser: Browser, username: str) -> None:
    """An inspector or a leader could not read or reach something on an old office screen or a phone."""
    context, page = served.signed_in(browser, username)
    found = judged(page, "home")
    for address in STAFF_PAGES[username]:
        if address == "FIRST":
            page.set_viewport_size(DESK)  # type: ignore[arg-type]  # width and height
            page.locator("tbody a").first.click()
            page.wait_for_load_state()  # a click returns once the new page has begun, not when it is whole
        elif address.startswith("CASE"):
            page.goto(f"{served.address}/desk/")
            case = page.locator("tbody a").first.get_attribute("href")
            page.goto(f"{served.address}{case}/{address.split()[1]}")
        elif address.startswith("SHEET"):
            page.goto(f"{page.url.removesuffix('/a4')}/{address.split()[1]}")
        else:
            answer = page.goto(served.address + address)
            assert answer is not None
            assert answer.ok, address
        assert page.title()
        found += judged(page, f"{username} {address}")
    context.close()
    assert found == []
