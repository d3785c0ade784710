"""Canaries: a marked report leaves no mark on any disk, in a log or cookie, and reaches nobody it does not concern."""

import gc
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.chrome import chromium
from tests.browser.served import Served, serve

MARKS = {
    "what": "丙烷标记甲子油烟道旁煤气罐漏气",
    "where": "标记乙丑大集北口",
    "enterprise": "标记丙寅涮肉馆",
    "name": "标记丁卯",
    "phone": "13911223344",
}
GPS_MARK = "CANARYGPSDATESTAMP"
STAFF = (
    "admin",
    "office",
    "paichusuo",
    "anjian",
    "custodian",
    "approver",
    "signer",
    "cashier",
    "clerk",
    "jijian",
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("served")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    gc.collect()
    with serve(tmp_path_factory.mktemp("canaries")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def marked_photo(folder: Path) -> Path:
    image = Image.effect_noise((800, 600), 60).convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = GPS_MARK
    exif[0x010F] = GPS_MARK
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=GPS_MARK.encode())
    path = folder / "photo.jpg"
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture(scope="module")
def report(served: Served, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The report, sent as a user sends it with JavaScript off; the photo lies outside the data folder."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(f"{served.address}/report")
    for field, mark in MARKS.items():
        page.fill(f"#{field}", mark)
    page.check("input[name=mode][value=named]")
    page.select_option("#sector", "gas")
    page.set_input_files("#photos", marked_photo(tmp_path_factory.mktemp("phone")))
    page.click("button.go[type=submit]")
    slip = page.locator("[data-tip-number]")
    number, password = (slip.get_attribute(f"data-tip-{name}") or "" for name in ("number", "password"))
    assert context.cookies() == []
    page.goto(f"{served.address}/follow")
    page.fill("#number", number)
    page.fill("#password", password)
    page.click("button.go[type=submit]")
    page.wait_for_load_state()
    assert "follow" in page.url
    cookies = str(context.cookies())
    context.close()
    lead, page = served.signed_in(browser, "chengjian")
    page.click("tbody tr:has-text('标记乙丑') a")
    page.wait_for_load_state()  # a click returns once the new page has begun, not when it is whole
    assert MARKS["what"] in page.content()
    photo = page.locator("img").first.get_attribute("src") or ""
    case = page.url
    lead.close()
    return {"number": number, "password": password, "cookies": cookies, "case": case, "photo": photo}


def needles() -> dict[str, bytes]:
    found = {f"{name} utf-8": mark.encode() for name, mark in MARKS.items()}
    found |= {f"{name} utf-16": mark.encode("utf-16-le") for name, mark in MARKS.items()}
    found |= {
        f"{name} escaped": mark.encode("unicode_escape") for name, mark in MARKS.items() if not mark.isascii()
    }
    return found | {"gps": GPS_MARK.encode()}


def test_no_mark_on_any_disk(served: Served, report: dict[str, str]) -> None:
    """A thief of the data folder, the logs or a cookie would read a report, a name or where a photo was taken."""
    secrets = {**needles(), "password": report["password"].encode()}
    files = [path for path in served.data.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite" for path in files)
    for path in [*files, served.log]:
        raw = path.read_bytes()
        for name, needle in secrets.items():
            assert needle not in raw, f"{name} in {path.name}"
    for mark in [*MARKS.values(), report["password"]]:
        assert mark not in report["cookies"]


def links(page: Page, address: str) -> set[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    return {one.split("#")[0] for one in found if one.startswith(address)}


def read(page: Page, address: str) -> tuple[int, str]:
    """Status and text: as the browser shows it, and of a file to keep (an export) its bytes."""
    answer = page.context.request.get(address)
    if "attachment" in answer.headers.get("content-disposition", ""):
        return answer.status, answer.body().decode("utf-8", "replace")
    shown = page.goto(address)
    assert shown is not None
    return shown.status, page.content()


@pytest.mark.parametrize("username", STAFF)
def test_others_reach_no_mark_by_any_address(
    served: Served, browser: Browser, report: dict[str, str], username: str
) -> None:
    """Administrator, office, another department or a keeper could read the report somewhere."""
    context, page = served.signed_in(browser, username)
    case, photo = report["case"], report["photo"]
    case_id = case.rsplit("/", 1)[1]
    extra = {
        case, f"{served.address}{photo}", f"{served.address}/vault/ask/{case_id}",
        f"{served.address}/desk/search?words={MARKS['where']}", f"{served.address}/desk/overview",
        f"{served.address}/desk/signing", f"{served.address}/vault/", f"{served.address}/desk/?state=received",
        f"{served.address}/counter/", f"{served.address}/admin/", f"{served.address}/desk/rewards",
        f"{served.address}/admin/posters",
        f"{served.address}/desk/cases/{case_id}/reward", f"{served.address}/desk/duty",
    }  # fmt: skip
    seen = {f"{served.address}/away"}  # leads elsewhere
    waiting = {page.url} | extra
    while waiting and len(seen) < 150:
        address = waiting.pop()
        seen.add(address)
        status, body = read(page, address)
        assert status != 500, address
        body = re.sub(r'value="[^"]*"', "", body) if "/desk/search" in address else body
        for name in ("what", "enterprise", "name", "phone"):
            assert MARKS[name] not in body, f"{name} at {address}"
        waiting |= {one for one in links(page, served.address) if one not in seen and "logout" not in one}
    context.close()
