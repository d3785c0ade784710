"""The desk's days as its people live them, in a real browser: a call, a wrong route, a blocked exit, a death."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from app.casework.reporting import read_follow
from app.intake.take import take
from app.people.codes import STEP_SECONDS, code_at
from app.sealing.receipt import Receipt, clean_digits
from app.tips.content import Report, photos_of
from app.tips.objects import open_photo
from app.tips.receipts import look_up
from tests.browser.test_pages import judged
from tests.browser.wire import Wire
from tests.casework.test_counting import struck_off
from tests.casework.test_way import desktop, picture, sign_all, verified
from tests.intake.test_take import GAS, sent
from tests.makers import OTP_SECRET, PASSPHRASE, Town

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stories")]
SignIn = Callable[[str], Page]


@pytest.fixture
def sign_in(browser: Browser, wire: Wire, small_town: Town) -> Iterator[SignIn]:
    """Somebody at an office PC, signed in."""
    opened: list[BrowserContext] = []

    def begin(username: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        opened.append(context)
        page = context.new_page()
        page.goto(f"{wire.address}/desk/login")
        page.fill("#username", username)
        page.fill("#password", PASSPHRASE)
        page.fill("#otp", code_at(OTP_SECRET, int(small_town.now.instant().timestamp()) // STEP_SECONDS))
        page.click("button.go")
        page.wait_for_url(lambda url: not url.endswith("/desk/login"))
        return page

    yield begin
    for context in opened:
        context.close()


def take_step(page: Page, edge: str, photos: int = 0, **values: str) -> None:
    """Unfold a step, fill it in and take it."""
    form = page.locator(f"form[action$='/{edge}']")
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true }")
    for name, value in values.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    if photos:
        shots = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": picture()} for n in range(photos)]
        form.locator("input[type=file]").set_input_files(shots)  # type: ignore[arg-type]  # payloads
    form.locator("button.go[type=submit]").click()
    page.wait_for_load_state()
    assert page.locator("main .errors").count() == 0, page.locator("main .errors").inner_text()


def test_a_clerk_takes_a_call(sign_in: SignIn, wire: Wire, small_town: Town) -> None:
    """A caller's words would be lost, their name stand on the page, or the password open to who heard it."""
    page = sign_in("clerk")
    page.goto(f"{wire.address}/desk/intake")
    page.fill("#what", "大集上卖煤气罐的，罐子放太阳底下晒")
    page.fill("#where", "大集东头")
    page.fill("#name", "赵大娘")
    page.locator("main button.go[type=submit]").last.click()
    assert page.locator("#what").input_value().startswith("大集上")
    page.check("input[name=consent]")
    page.check("input[name=receipt]")
    page.locator("main button.go[type=submit]").last.click()
    slip = page.locator("[data-tip-number]")
    number, password = (slip.get_attribute(f"data-tip-{name}") or "" for name in ("number", "password"))
    assert "赵大娘" not in page.content()
    assert judged(page, "receipt read out") == []
    receipt = Receipt(clean_digits(number), clean_digits(password))
    visit = look_up(small_town.tools, receipt)
    assert visit.first
    assert read_follow(small_town.tools, visit).content.report.channel == "phone"


def test_gas_that_came_to_the_wrong_desk_goes_to_the_right_ones(
    sign_in: SignIn, wire: Wire, small_town: Town
) -> None:
    """A gas tip would stay where nobody may act: in Tianjin gas is 城市管理委's."""
    taken = take(small_town.tools, sent(GAS, lead="anjian"))
    page = sign_in("anjian")
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    take_step(page, "transfer", desk="chengjian", reason="城镇燃气归城建办")
    page = sign_in("chengjian")
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    take_step(page, "accept")
    limit = (small_town.now.today() + timedelta(days=9)).isoformat()
    take_step(page, "assist", desk="zhifa", place="大集", text="请看摊位占不占消防通道。", limit=limit)
    bureau = page.locator("form[action$='/hand_up'] [name=bureau] option", has_text="城市管理")
    take_step(
        page,
        "hand_up",
        bureau=bureau.first.get_attribute("value") or "",
        title="钢瓶违规存放",
        text="一处经营场所钢瓶存放不合规定，请核查。",
    )
    assert desktop(small_town, taken.case_id).now.state == "handed_up"
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}/papers")
    page.locator("form[action*='/paper/'] button").first.click()
    letter = page.locator("article").inner_text()
    assert "城市管理" in letter
    assert "举报" not in letter
    page = sign_in("zhifa")
    page.locator("tbody a").first.click()
    shown = page.locator("main").inner_text()
    assert "请看摊位占不占消防通道" in shown
    assert GAS.what not in shown


def test_who_gave_a_case_back_goes_there_first(sign_in: SignIn, wire: Wire, small_town: Town) -> None:
    """While two desks write to each other whose it is, nobody would shut the valve."""
    taken = take(small_town.tools, sent(GAS))
    page = sign_in("chengjian")
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    take_step(page, "hand_back", reason="经营企业的钢瓶，不归城建")
    assert judged(page, "given back") == []
    take_step(page, "act_first", 1, found="关了角阀，疏散了人，等人来换管子")
    page.goto(f"{wire.address}/desk/")
    assert "等指定，本岗先到场" in page.locator("tbody").inner_text()
    assert judged(page, "queue with a case given back") == []
    chief = sign_in("dispatch")
    chief.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    assert "关了角阀" in chief.locator("main").inner_text()
    assert judged(chief, "a dispute to decide") == []
    take_step(chief, "assign", desk="anjian", reason="谁主管：危化品经营")
    assert page.goto(f"{wire.address}/desk/cases/{taken.case_id}").status == 404  # type: ignore[union-attr]  # an answer


def test_a_blocked_exit_is_put_right_the_same_day(sign_in: SignIn, wire: Wire, small_town: Town) -> None:
    """A blocked exit would be given a week (town measure 27)."""
    report = Report(what="歌厅后门拿铁链锁着", where="镇中街", sector="fire", danger_now=True)
    taken = take(small_town.tools, sent(report, lead="zhifa"))
    page = sign_in("zhifa")
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    take_step(page, "accept")
    take_step(page, "verify", 1, enterprise="某歌厅", found="后门上了锁，打不开", level="general")
    sign_all(small_town)
    page.reload()
    take_step(page, "conclude", conclusion="true")
    today, later = small_town.now.today(), small_town.now.today() + timedelta(days=7)
    asked = {"measures": "拆锁，保持畅通", "person": "店主", "exits": "blocked"}
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true }")
    form = page.locator("form[action$='/rectify']")
    for name, value in {"measures": "拆锁", "person": "店主", "limit": later.isoformat()}.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=exits]").select_option("blocked")
    form.locator("button.go[type=submit]").click()
    assert "当天改" in page.locator("main .errors").first.inner_text()
    take_step(page, "rectify", 0, limit=today.isoformat(), **asked)
    take_step(page, "reinspect", 1, found="锁拆了，门能推开", person="李工、赵工")
    sign_all(small_town)
    page.reload()
    take_step(page, "answer", reply="属实，当天已经改好。")
    take_step(page, "strike_off")
    assert desktop(small_town, taken.case_id, "zhifa").now.state == "closed"


def test_a_concealed_death_leaves_for_the_district(sign_in: SignIn, wire: Wire, small_town: Town) -> None:
    """The town would verify a death itself, which 安全生产法 §73 forbids."""
    taken = take(small_town.tools, sent(Report(what="工地摔死一个人，老板瞒着", where="新村", deaths=True)))
    page = sign_in("office")
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    steps = page.locator("main form[action*='/desk/cases/']").evaluate_all(
        "forms => forms.map(one => one.getAttribute('action').split('/').pop())"
    )
    assert not {"accept", "verify", "conclude", "transfer"} & set(steps)
    assert judged(page, "a death") == []
    bureau = page.locator("form[action$='/hand_up'] [name=bureau] option", has_text="应急").first
    take_step(
        page,
        "hand_up",
        bureau=bureau.get_attribute("value") or "",
        title="疑似瞒报",
        text="一处工地可能发生过事故，请组织核查。",
    )
    assert desktop(small_town, taken.case_id, "office").now.state == "handed_up"


def test_a_site_record_is_printed_from_the_visit(sign_in: SignIn, wire: Wire, small_town: Town) -> None:
    """From site photo to printed record an inspector would type it all twice."""
    taken = take(small_town.tools, sent())
    page = sign_in("chengjian")
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    take_step(page, "accept")
    more = {
        "measured": "软管裂口 3 厘米，卷尺量",
        "present": "店主刘某",
        "criterion": "gas",
        "colour": "orange",
    }
    take_step(page, "verify", 2, enterprise="某饭店", found="软管老化开裂", level="general", **more)
    page.get_by_role("link", name="打印文书").click()
    page.locator("form", has=page.get_by_text("隐患告知书")).locator("button").click()
    words = page.locator("article").inner_text()
    for part in ("隐患告知书", "某饭店", "软管老化开裂", "城镇燃气（建城规〔2023〕4号）", "存卷"):
        assert part in words
    assert "举报" not in words
    assert page.locator("article img").count() == 2
    assert re.search(r"第 1 份", words)
    assert judged(page, "a printed paper") == []


def test_one_record_is_pasted_into_every_system(sign_in: SignIn, wire: Wire, small_town: Town) -> None:
    """The record would be typed again for each system, and nobody would know in which it stands already."""
    taken = verified(small_town)
    page = sign_in("chengjian")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    part = page.locator("details", has=page.locator("#ready-zhifa"))
    part.locator("summary").click()
    part.get_by_role("button", name="复制，并记下已录入").click()
    page.get_by_text("已录入 2026").wait_for()
    assert "某饭店" in page.evaluate("navigator.clipboard.readText()")
    assert judged(page, "entered elsewhere") == []


def test_the_quarter_s_report_is_printed(sign_in: SignIn, wire: Wire, small_town: Town) -> None:
    """Before the quarterly meeting somebody would count by hand, or print what is not for paper."""
    struck_off(small_town, verified(small_town))
    verified(small_town)
    small_town.now.day = date(2027, 1, 8)
    page = sign_in("chengjian")
    page.goto(f"{wire.address}/desk/figures")
    page.get_by_role("link", name="镇城建办 2026-4 岗位季报").click()
    page.get_by_role("button", name="交给镇安委会办公室").click()
    page.get_by_text("不再改").wait_for()
    page = sign_in("office")
    page.goto(f"{wire.address}/desk/figures")
    assert judged(page, "figures") == []
    page.get_by_role("link", name="2026 年第 4 季度报告").click()
    assert judged(page, "the quarter's report") == []
    words = page.locator("article").inner_text()
    for part in (
        "镇党委、镇政府",
        "本季度登记各类事项 2 件",
        "查出隐患 2 处",
        "整改率 100%",
        "现有 1 件过了",
    ):
        assert part in words, part
    page.emulate_media(media="print")
    assert not page.locator(".top").is_visible()
    assert page.locator("article").is_visible()
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") <= 2


def test_a_photo_is_blacked_out_before_it_goes_to_another_desk(
    sign_in: SignIn, wire: Wire, small_town: Town
) -> None:
    """A face or a door number that tells who took the photo would leave with it."""
    taken = take(small_town.tools, sent(GAS, photos=[picture()]))
    page = sign_in("chengjian")
    page.goto(f"{wire.address}/desk/cases/{taken.case_id}")
    take_step(page, "accept")
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true }")
    page.click("[data-take]")
    canvas = page.locator("#black-out canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    edge = canvas.bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + 2, edge["y"] + 2)
    page.mouse.down()
    page.mouse.move(edge["x"] + edge["width"] / 2, edge["y"] + edge["height"] / 2)
    page.mouse.up()
    page.click("#black-out [data-done]")
    page.locator("[data-chosen] canvas").wait_for()
    assert judged(page, "a photo to take along") == []
    limit = (small_town.now.today() + timedelta(days=9)).isoformat()
    take_step(page, "assist", desk="zhifa", place="大集", text="请看摊位占不占消防通道。", limit=limit)
    (record,) = desktop(small_town, taken.case_id).recorded("assist")
    (photo,) = photos_of(record.value["photos"])
    shown = Image.open(io.BytesIO(open_photo(small_town.tools.store, photo)))
    corner = shown.crop((8, 8, shown.width // 2 - 16, shown.height // 2 - 16)).convert("L")
    assert max(corner.tobytes()) < 16
    rest = shown.crop((shown.width // 2 + 16, shown.height // 2 + 16, shown.width, shown.height)).convert("L")
    assert max(rest.tobytes()) > 64
