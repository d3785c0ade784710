"""English for whoever reports: chosen, kept, whole; and the desk reads that it was."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from app.casework.flow import DECLINE_REASONS, EDGES
from app.web.language import english, told
from tests.makers import Town
from tests.reporter.test_marks import TELLING
from tests.reporter.test_sealing import FIRST_BYTES
from tests.web.door import app_of, followed, receipt_in, report, signed_in
from tests.web.english import CHINESE as LETTER

PAGES = (
    "/",
    "/report",
    "/report?insider=1",
    "/follow",
    "/how",
    "/kept",
    "/figures",
    "/verify-ledger",
    "/away",
    "/nowhere",
)
LAW = re.compile(r'<p lang="zh">.*?</p>', re.DOTALL)  # the rules' own words, marked as Chinese
UNREAD = re.compile(r"<script>.*?</script>|<style.*?</style>", re.DOTALL)


@pytest.fixture
def app(small_town: Town) -> Flask:
    return app_of(small_town)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return in_english(app.test_client())


def in_english(client: FlaskClient) -> FlaskClient:
    client.get("/type?language=en")
    return client


def chinese_in(page: TestResponse, *proper: str) -> list[str]:
    """The lines with Chinese in them: but for the rules' words, the way back to Chinese and what is a proper name."""
    text = LAW.sub("", UNREAD.sub("", page.text))
    for name in ("中文", *proper):
        text = text.replace(str(escape(name)), "")
    return [line.strip() for line in text.splitlines() if LETTER.search(line)]


def names(town: Town) -> tuple[str, str]:
    return town.settings.district + town.settings.town, town.settings.town


def test_every_page_is_english_throughout(small_town: Town, client: FlaskClient) -> None:
    """Somebody would stop at the one sentence that they cannot read."""
    found = {address: chinese_in(client.get(address), *names(small_town)) for address in PAGES}
    assert found == {address: [] for address in PAGES}


@pytest.mark.parametrize(
    "typed",
    [
        {"what": ""},
        {"what": "x" * 6000, "where": "y" * 300, "mode": "named"},
        {"what": "x", "mode": "nobody", "once": "stale"},
        {"what": "The exit is locked", "q_fire_smoke": "yes"},
        {"what": "The exit is locked", "mode": "named", "name": "Li", "phone": "13911223344"},
    ],
)
def test_every_answer_to_the_form_is_english(
    small_town: Town, client: FlaskClient, typed: dict[str, str]
) -> None:
    """An error would be told in words that the reporter cannot read, or the receipt's warning be lost on them."""
    answer = report(client, **typed)
    assert '<html lang="en"' in answer.text
    assert chinese_in(answer, *names(small_town)) == []


def test_marks_say_why_in_english(client: FlaskClient) -> None:
    """A worker would not learn why those words tell on them."""
    page = report(client, what=TELLING, insider="y").text
    assert "Once you write your job, only a few people are left." in page
    assert "could write instead" in page
    reasons = client.get("/report/extras?language=en").text
    assert "Once you write your job" in reasons
    assert "岗位一写" in client.get("/report/extras").text  # the page names the language, not the cookie


def test_follow_up_is_english(app: Flask, small_town: Town, client: FlaskClient) -> None:
    """What was done would be told in Chinese, or an answer's deadline be missed."""
    wrong = client.post("/follow", data={"number": "1", "password": "2"})
    assert chinese_in(wrong, *names(small_town)) == []
    receipt = receipt_in(report(client, what="The exit is locked", sector="fire", q_fire_smoke="no"))
    phone = in_english(followed(app, *receipt))
    page = phone.get("/follow")
    assert "registered on 24 November 2026" in page.text
    assert chinese_in(page, *names(small_town)) == []
    secret = re.search(r'name="secret" value="(\w+)"', page.text)
    assert secret is not None
    for kind in ("message", "reply", "objection"):
        typed = {"secret": secret[1], "kind": kind, "message": "" if kind == "message" else "x", "once": "x"}
        refused = phone.post("/follow", data=typed)
        assert refused.status_code == 422
        assert chinese_in(refused, *names(small_town)) == []


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("已转给派出所办理。", "Passed to Local Police Station."),
        ("已指定某某办公室办理。", "Given to 某某办公室 to handle."),  # a desk that only this town has
        (
            "已移送区消防救援支队，待区级处置，我们继续跟踪。",
            "Handed over to District Fire and Rescue Service and waiting for the district. We keep track of it.",
        ),
        ("正在整改，期限 2026年12月1日。", "It is being put right, by 1 December 2026."),
        ("提异议的期限到 2026-12-04 为止。有新的情况请留言。", "You could object until 4 December 2026."),
        ("问：几点？\n答：夜里", "Question: 几点？\nAnswer: 夜里"),
        ("我们去看过了，门已经打开。", "我们去看过了，门已经打开。"),  # the desk's own words
        ("100% 属实", "100% 属实"),
        ("", ""),
    ],
)
def test_what_was_stored_in_chinese_is_told(app: Flask, stored: str, shown: str) -> None:
    """Each step stands sealed in Chinese, with the desk's name or a day in it."""
    with app.test_request_context("/follow", headers={"Cookie": "language=en"}):
        assert told(stored).startswith(shown)
    with app.test_request_context("/follow"):
        assert told(stored) == stored


def test_every_step_has_its_words(app: Flask) -> None:
    """A new step would be told in Chinese among English ones."""
    with app.test_request_context("/follow", headers={"Cookie": "language=en"}):
        for edge in EDGES:
            assert not LETTER.search(told(edge.told))
        for reason in DECLINE_REASONS.values():
            assert not LETTER.search(told(f"{reason}。It stands at the gate."))


def test_the_choice_stays_and_can_be_undone(client: FlaskClient) -> None:
    """The language would have to be chosen on every page, or could not be left again."""
    cookie = client.get_cookie("language")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.max_age
    page = client.get("/report?insider=1").text
    assert 'href="/type?language=zh&amp;back=/report%3Finsider%3D1"' in page
    back = client.get("/type?language=zh&back=/report?insider%3D1")
    assert back.location == "/report?insider=1"
    assert '<html lang="zh-CN"' in client.get("/report").text
    client.get("/type?large=1&back=/")
    client.get("/type?language=en&back=/")
    assert '<html lang="en" class="large">' in client.get("/").text  # one setting leaves the other alone


@pytest.mark.parametrize("wish", ["", "zh-CN,zh;q=0.9,en;q=0.8", "fr,de;q=0.5", "en-GB,en;q=0.9,fr;q=0.5"])
def test_only_who_asks_gets_english(app: Flask, wish: str) -> None:
    """A poster's page would not be the same for everybody: a phone in English would be told from its neighbour's."""
    page = app.test_client().get("/report", headers={"Accept-Language": wish}).text
    assert '<html lang="zh-CN"' in page


def test_staff_pages_stay_chinese(app: Flask, small_town: Town) -> None:
    """An inspector would read half a page in another language because of a phone's cookie."""
    client, _ = signed_in(app, small_town, "chengjian")
    page = in_english(client).get("/desk/", headers={"Accept-Language": "en"}).text
    assert '<html lang="zh-CN"' in page
    assert "退出" in page
    assert (
        '<html lang="zh-CN"' in app.test_client().get("/desk/login", headers={"Accept-Language": "en"}).text
    )


def test_the_form_is_one_request_in_english_too(client: FlaskClient) -> None:
    """On one bar of signal a second round trip is seconds of nothing."""
    for address in ("/report", "/report?insider=1"):
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(packed.data) + len(str(packed.headers).encode()) <= FIRST_BYTES / 2


def test_an_empty_word_stays_empty(app: Flask) -> None:
    """gettext would answer it with the head of the catalogue."""
    assert english().gettext("") == ""


def test_the_desk_reads_that_it_was_english_and_writes_a_summary(app: Flask, small_town: Town) -> None:
    """Whoever takes over would not know what the report says, or answer in words that the reporter cannot read."""
    for phone, what in (
        (in_english(app.test_client()), "The exit is locked"),
        (app.test_client(), "出口锁着"),
    ):
        receipt_in(report(phone, what=what, sector="fire"))
    desk, csrf = signed_in(app, small_town, "paichusuo")
    cases = dict.fromkeys(re.findall(r"/desk/cases/(\w+)", desk.get("/desk/").text))
    pages = {case: desk.get(f"/desk/cases/{case}", follow_redirects=True).text for case in cases}
    (case,) = [one for one, page in pages.items() if "举报人用英文" in page]
    (other,) = pages.keys() - {case}
    assert "写中文摘要" in pages[case]
    assert "写中文摘要" not in pages[other]
    version = re.search(r'name="version" value="(\d+)"', pages[case])
    assert version is not None
    typed = {"csrf": csrf, "version": version[1], "reason": "安全出口被锁住"}
    assert desk.post(f"/desk/cases/{case}/summarize", data=typed).status_code == 303
    assert "安全出口被锁住" in desk.get(f"/desk/cases/{case}").text
    assert desk.post(f"/desk/cases/{other}/summarize", data=typed).status_code == 422
