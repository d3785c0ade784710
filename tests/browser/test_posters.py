"""Posters as they come out of the printer: one page of the right size, nothing cut off, every code read back."""

import gc
import io
import itertools
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from pyzbar.pyzbar import decode

from tests.browser.chrome import chromium
from tests.browser.served import Served, serve

PUBLIC = "https://anshao-jubao.tj-jizhou.gov.cn"  # about as long as they get
PAPERS = {"a4": (210, 297, 6), "a5": (148, 210, 4)}  # mm, mm, tear-off strips
DOTS = 3  # 288 dots to the inch, as an office printer at its plainest
PIXELS = 96 / 25.4  # of the browser, to a millimetre
MEDIA_BOX = re.compile(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("posters")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    gc.collect()
    with serve(tmp_path_factory.mktemp("posters"), public=PUBLIC) as found:
        yield found


@pytest.fixture(scope="module")
def page(served: Served) -> Iterator[Page]:
    """The administrator's browser, without JavaScript: printing needs none."""
    with chromium() as browser:
        yield administrator(served, browser)


def administrator(served: Served, browser: Browser) -> Page:
    _, page = served.signed_in(
        browser,
        "admin",
        java_script_enabled=False,
        device_scale_factor=DOTS,
        viewport={"width": 1280, "height": 900},
    )
    return page


@pytest.fixture(scope="module")
def slugs(served: Served, page: Page) -> list[str]:
    """The demonstration's posters, one of each scope."""
    page.goto(f"{served.address}/admin/posters")
    found = page.eval_on_selector_all("tbody a", "all => all.map(one => one.href.split('/').pop())")
    assert len(found) == 4
    return [str(one) for one in found]


def codes(picture: bytes) -> list[str]:
    return [found.data.decode() for found in decode(Image.open(io.BytesIO(picture)))]


def test_svg_and_png_say_the_address(served: Served, page: Page, slugs: list[str]) -> None:
    """A code that an advertiser's printer is given would lead nowhere."""
    for slug in slugs:
        page.goto(f"{served.address}/admin/posters/{slug}")
        assert codes(page.locator("main img").screenshot()) == [f"{PUBLIC}/q/{slug}"]
        with page.expect_download() as waiting:
            page.click("text=下载二维码 PNG")
        picture = waiting.value.path().read_bytes()
        assert waiting.value.suggested_filename == f"anshao-{slug}.png"
        assert codes(picture) == [f"{PUBLIC}/q/{slug}"]
        assert min(Image.open(io.BytesIO(picture)).size) >= 900


@pytest.mark.parametrize("paper", list(PAPERS))
def test_every_code_on_the_printed_page_is_read(
    served: Served, page: Page, slugs: list[str], paper: str
) -> None:
    """The big code, or one on a strip that somebody took home, could not be scanned."""
    wide, high, strips = PAPERS[paper]
    for slug in slugs:
        page.goto(f"{served.address}/admin/posters/{slug}/{paper}")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": round(wide * PIXELS), "height": round(high * PIXELS)})
        assert codes(page.screenshot()) == [f"{PUBLIC}/q/{slug}"] * (1 + strips)
        page.emulate_media(media="screen")


@pytest.mark.parametrize("paper", list(PAPERS))
def test_the_printed_page_is_one_sheet_of_its_size(
    served: Served, page: Page, slugs: list[str], paper: str
) -> None:
    """A poster would come out on two sheets, or as A4 on an A5 printer."""
    wide, high, _ = PAPERS[paper]
    for slug in slugs:
        page.goto(f"{served.address}/admin/posters/{slug}/{paper}")
        page.emulate_media(media="print")
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        sizes = [[round(float(one) / 72 * 25.4) for one in found] for found in MEDIA_BOX.findall(printed)]
        assert sizes == [[wide, high]]


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    found = [one.bounding_box() for one in page.locator(selector).all()]
    return [
        {"x": one["x"], "y": one["y"], "width": one["width"], "height": one["height"]} for one in found if one
    ]


@pytest.mark.parametrize("paper", list(PAPERS))
def test_nothing_on_the_sheet_is_cut_off_or_covered(
    served: Served, page: Page, slugs: list[str], paper: str
) -> None:
    """The number to check by, the seal or the address on a strip would be lost over the edge or under a neighbour."""
    for slug in slugs:
        page.goto(f"{served.address}/admin/posters/{slug}/{paper}")
        page.emulate_media(media="print")
        sheet = boxes(page, ".sheet")[0]
        parts = boxes(page, ".demo, header, .middle, .never, .foot, .strips")
        assert len(parts) == 6
        for above, below in itertools.pairwise(parts):
            assert above["y"] + above["height"] <= below["y"] + 1
        assert parts[-1]["y"] + parts[-1]["height"] <= sheet["y"] + sheet["height"] + 1
        inside(boxes(page, ".strips li"), boxes(page, ".strips .line"), margin=5 * PIXELS)
        inside([boxes(page, ".middle")[0]], boxes(page, "ol, .quiet, .code"), margin=0)
        assert min(box["width"] for box in boxes(page, ".seal")) >= 42 * PIXELS
        page.emulate_media(media="screen")


def inside(outer: list[dict[str, float]], inner: list[dict[str, float]], margin: float) -> None:
    """Each in its own, or all in the one; `margin` is what a printer cannot reach at the foot (pixels)."""
    for one, frame in zip(inner, outer * (len(inner) // len(outer)), strict=True):
        assert one["x"] >= frame["x"] - 1
        assert one["x"] + one["width"] <= frame["x"] + frame["width"] + 1
        assert one["y"] + one["height"] <= frame["y"] + frame["height"] - margin + 1


def test_each_strip_can_be_typed_by_hand(served: Served, page: Page, slugs: list[str]) -> None:
    """Somebody whose phone cannot scan would have a strip without an address, or one that is cut short."""
    for paper, (_, _, strips) in PAPERS.items():
        page.goto(f"{served.address}/admin/posters/{slugs[0]}/{paper}")
        typed = ["".join(one.inner_text().split()) for one in page.locator(".typed").all()]
        assert typed == [f"{PUBLIC}/q/{slugs[0]}"] * strips


def test_with_javascript_there_is_a_button_to_print(served: Served, page: Page, slugs: list[str]) -> None:
    """Who does not know Ctrl+P would look for it; or the content policy would block what shows it."""
    address = f"{served.address}/admin/posters/{slugs[0]}/a4"
    page.goto(address)
    assert not page.locator("[data-print]").is_visible()
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(storage_state=page.context.storage_state())
    other = context.new_page()
    said: list[str] = []
    other.on("console", lambda line: said.append(line.text))
    other.goto(address)
    other.locator("[data-print]").wait_for(state="visible")
    assert said == []
    context.close()


def test_a_scan_is_in_no_log(served: Served, page: Page, slugs: list[str]) -> None:
    """The server's log would tell when somebody stood before which poster."""
    browser = page.context.browser
    assert browser is not None
    phone = browser.new_context(viewport={"width": 360, "height": 780})
    for slug in slugs:
        scanned = phone.new_page()
        scanned.goto(f"{served.address}/q/{slug}")
        assert scanned.locator("#what").is_visible()
    assert phone.cookies() == []
    phone.close()
    log = served.log.read_text("utf-8")
    assert PUBLIC in log  # what is read here is really the server's log
    assert [slug for slug in slugs if slug in log] == []
