"""Photos on the reporter's phone: shrunk, stripped, blacked out and sent one by one, on a good line and a bad one."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route
from sqlalchemy import func, select

from app.casework.context import lay_out
from app.casework.models import Case
from app.tips.content import Photo
from app.tips.models import StoredObject
from app.tips.objects import open_photo
from tests.browser.chrome import axe_findings, overflows, small_targets
from tests.browser.wire import Wire
from tests.makers import Town
from tests.photos.pictures import heif

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
DEVICE, WHEN = "HUAWEI P30", "2026:11:20 08:15:30"
WHITE = (255, 255, 255)


@pytest.fixture
def page(browser: Browser, wire: Wire) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{wire.address}/report")
    page.fill("#what", "饭店后厨煤气罐漏气")
    page.select_option("#sector", "gas")
    yield page
    context.close()


def telling_photo(width: int = 2400, height: int = 1800) -> FilePayload:
    """A white photo that tells place, time and device."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "HUAWEI", DEVICE
    exif.get_ifd(0x8769)[0x9003] = WHEN
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (40.0, 2.0, 42.0), "E", (117.0, 24.0, 29.0)
    out = io.BytesIO()
    Image.new("RGB", (width, height), WHITE).save(out, "JPEG", exif=exif, quality=90)
    return {"name": "IMG_20261120.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def choose(page: Page, *photos: FilePayload) -> None:
    page.set_input_files("#photos", list(photos))


def sent_photos(page: Page, count: int) -> None:
    page.locator('[data-state="sent"]:visible').nth(count - 1).wait_for()


def send(page: Page) -> None:
    page.locator("#report > button.go").click()
    page.locator("[data-tip-number]").wait_for()


def photos_kept(town: Town) -> list[Photo]:
    """What the desk can open of the one report."""
    with town.tools.database.work() as session:
        (case_id,) = session.scalars(select(Case.id))
        return [
            photo
            for one in lay_out(session, town.tools, town.holder("chengjian"), case_id).tips
            for photo in one.content.photos
        ]


def pictures_kept(town: Town) -> list[Image.Image]:
    return [Image.open(io.BytesIO(open_photo(town.tools.store, one))) for one in photos_kept(town)]


def test_a_photo_is_shrunk_and_stripped_before_it_leaves(small_town: Town, wire: Wire, page: Page) -> None:
    """Place, time and device would be on the line and in the server's memory, and a slow line would carry megabytes."""
    choose(page, telling_photo())
    sent_photos(page, 1)
    send(page)
    (sent,) = wire.at("/report/photos", "POST")
    assert b"HUAWEI" not in sent.body
    assert WHEN.encode() not in sent.body
    assert b"IMG_2026" not in sent.body
    start = sent.body.index(b"\xff\xd8\xff")
    assert Image.open(io.BytesIO(sent.body[start:])).size == (1600, 1200)
    (report,) = wire.at("/report", "POST")
    assert b"\xff\xd8\xff" not in report.body
    assert len(photos_kept(small_town)) == 1


def test_it_says_what_the_photo_would_have_told(page: Page) -> None:
    """Somebody would learn nothing of what a photo carries, and go on sending such photos elsewhere."""
    choose(page, telling_photo())
    sent_photos(page, 1)
    gone = page.locator("[data-gone]").inner_text()
    assert DEVICE in gone
    assert "2026-11-20 08:15:30" in gone
    assert "拍摄地点" in gone
    assert "HUAWEI HUAWEI" not in gone


def test_the_place_is_filled_only_when_asked_and_not_for_an_insider(page: Page) -> None:
    """A position would be sent that nobody chose to send, or a worker's own place be offered."""
    choose(page, telling_photo())
    sent_photos(page, 1)
    assert page.input_value("#where") == ""
    page.click("[data-fill] button")
    assert page.input_value("#where") == "照片里的位置：北纬40.04500、东经117.40806"
    page.check("#insider")
    assert page.locator("[data-fill]").is_hidden()


def test_nothing_is_under_the_black(small_town: Town, wire: Wire, page: Page) -> None:
    """What somebody blacked out could be seen again: in the photo kept, or in one sent before."""
    choose(page, telling_photo())
    sent_photos(page, 1)
    page.click("[data-black]")
    canvas = page.locator("#black-out canvas")
    edge = canvas.bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + edge["width"] * 0.25, edge["y"] + edge["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(edge["x"] + edge["width"] * 0.75, edge["y"] + edge["height"] * 0.75, steps=4)
    page.mouse.up()
    with page.expect_response("**/report/photos"):
        page.click("#black-out [data-done]")
    sent_photos(page, 1)
    send(page)
    (picture,) = pictures_kept(small_town)
    width, height = picture.size
    middle, corner = picture.getpixel((width // 2, height // 2)), picture.getpixel((width // 8, height // 8))
    assert isinstance(middle, tuple)
    assert isinstance(corner, tuple)
    assert max(middle) < 16
    assert min(corner) > 240
    with small_town.tools.database.work() as session:
        assert session.scalar(select(func.count()).select_from(StoredObject)) == 2  # photo and thumbnail


def test_two_taps_make_a_rectangle(page: Page) -> None:
    """Whoever cannot drag could black nothing out (WCAG 2.5.7)."""
    choose(page, telling_photo(400, 300))
    sent_photos(page, 1)
    page.click("[data-black]")
    canvas = page.locator("#black-out canvas")
    for at in ((40, 40), (200, 150)):
        canvas.click(position={"x": at[0], "y": at[1]})
    assert red_at(canvas, 100) == 0
    page.click("#black-out [data-back]")
    assert red_at(canvas, 100) > 240


def red_at(canvas: Locator, place: int) -> int:
    """How red the canvas is, `place` pixels of the page from its corner."""
    found: int = canvas.evaluate(
        """(e, place) => { const at = place * e.width / e.clientWidth;
        return e.getContext("2d").getImageData(at, at, 1, 1).data[0]; }""",
        place,
    )
    return found


def test_a_photo_taken_away_is_gone_at_once(small_town: Town, page: Page) -> None:
    """A photo somebody thought better of would lie on the server, or go with the report."""
    choose(page, telling_photo(400, 300))
    sent_photos(page, 1)
    with page.expect_response("**/report/photos/drop"):
        page.click("[data-remove]")
    with small_town.tools.database.work() as session:
        assert session.scalar(select(func.count()).select_from(StoredObject)) == 0
    send(page)
    assert photos_kept(small_town) == []


def test_a_bad_line_loses_nothing(small_town: Town, page: Page) -> None:
    """The report would go without the photo that failed, or not go at all."""
    page.clock.install()

    def fail(route: Route) -> None:
        route.abort("connectionreset")

    page.route("**/report/photos", fail)
    choose(page, telling_photo(400, 300))
    for _ in range(40):
        if page.locator('[data-state="failed"]').is_visible():
            break
        page.clock.run_for(1500)
    assert page.locator("[data-again]").is_visible()
    page.clock.resume()
    send(page)
    assert len(photos_kept(small_town)) == 1


def test_a_failed_photo_goes_when_asked_again(small_town: Town, wire: Wire, page: Page) -> None:
    """One bad minute would cost the photo, although the line is back."""
    page.clock.install()
    page.route("**/report/photos", lambda route: route.abort("connectionreset"))
    choose(page, telling_photo(400, 300))
    for _ in range(40):
        if page.locator('[data-state="failed"]').is_visible():
            break
        page.clock.run_for(1500)
    page.clock.resume()
    page.unroute("**/report/photos")
    page.click("[data-again]")
    sent_photos(page, 1)
    send(page)
    assert len(photos_kept(small_town)) == 1
    assert len(wire.at("/report/photos", "POST")) == 1


def test_the_form_waits_for_a_photo_under_way(small_town: Town, page: Page) -> None:
    """Sending at once would leave the photo behind."""
    held: list[Route] = []
    page.route("**/report/photos", lambda route: held.append(route))
    choose(page, telling_photo(400, 300))
    page.locator('[data-state="sending"]:visible').wait_for()
    page.locator("#report > button.go").click()
    page.locator("#photo-list [data-waiting]:visible").wait_for()
    for one in held:
        one.continue_()
    page.locator("[data-tip-number]").wait_for()
    assert len(photos_kept(small_town)) == 1


def test_what_the_phone_cannot_decode_is_sent_whole(small_town: Town, page: Page) -> None:
    """An iPhone's HEIC would be lost on a browser that knows none."""
    choose(page, {"name": "1.heic", "mimeType": "image/heic", "buffer": heif()})
    sent_photos(page, 1)
    assert page.locator("[data-whole]").is_visible()
    assert page.locator("[data-gone]").is_hidden()
    send(page)
    assert len(photos_kept(small_town)) == 1


def test_no_photo_is_refused_with_advice(small_town: Town, page: Page) -> None:
    """Somebody would wait for a photo that never goes, or lose the report with it."""
    choose(page, {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": b"no photo at all"})
    page.locator('[data-state="refused"]:visible').wait_for()
    assert (
        "重新拍" in page.locator('[data-state="refused"]').inner_text()
        or page.locator('[data-state="refused"]').inner_text()
    )
    send(page)
    assert photos_kept(small_town) == []


def test_the_tenth_photo_is_not_taken(page: Page) -> None:
    """The form would come back with an error after everything was sent."""
    choose(page, *[telling_photo(80, 60) for _ in range(10)])
    sent_photos(page, 9)
    assert page.locator(".photos li").count() == 9
    assert page.locator("[data-too-many]").is_visible()


def test_the_list_and_the_editor_are_accessible(page: Page) -> None:
    """Whoever uses a reader, a keyboard or large type could not handle their photos."""
    choose(page, telling_photo(), {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": b"no photo at all"})
    sent_photos(page, 1)
    page.locator('[data-state="refused"]:visible').wait_for()
    assert axe_findings(page) == []
    assert small_targets(page) == []
    assert not overflows(page)
    page.click("[data-black] >> nth=0")
    page.locator("#black-out canvas").wait_for()
    assert axe_findings(page) == []
    assert not overflows(page)


def test_the_first_view_is_one_request(wire: Wire, browser: Browser) -> None:
    """On one bar of signal the form would wait for code before anybody touched it."""
    fresh = browser.new_page()
    fresh.goto(f"{wire.address}/report", wait_until="networkidle")
    assert [one.address for one in wire.asked] == ["/report?"]
    fresh.focus("#what")
    fresh.locator("#photo-list, #what-selfcheck").first.wait_for(state="attached")
    scripts = sum(len(fresh.request.get(f"{wire.address}{path}").body()) for path in loaded(wire))
    assert 0 < scripts <= 25 * 1024
    fresh.close()


def loaded(wire: Wire) -> list[str]:
    return [one.address.rstrip("?") for one in wire.asked if re.match(r"/static/.*\.js", one.address)]
