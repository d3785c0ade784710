"""Bad input over HTTP: a clear sentence in Chinese, what was typed still there, nothing lost, never a 500."""

import io
import logging
import tempfile
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app.sealing.once import new_once
from app.tips.models import Tip
from app.web.request import MAX_REQUEST
from tests.drills.client import small_photo
from tests.makers import Town
from tests.photos.pictures import png_bomb, tagged_jpeg
from tests.web.door import app_of, followed, once_on, receipt_in, report

ODD = (
    "😀👩‍👩‍👧‍👦",
    "\u202eabc\u202c\u2066x\u2069",
    "\x00\x01\x1b[31m\x7f",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "<script>alert(1)</script>{{ 7*7 }}'\" OR 1=1 --",
    "ﷺ" * 300,
    "\n" * 500,
    "%00%0d%0aSet-Cookie: x=1",
    "Ａ１２３",
)
FIELDS = (
    "what",
    "where",
    "enterprise",
    "when",
    "sector",
    "not_these",
    "danger_note",
    "name",
    "phone",
    "mode",
    "poster",
)


@pytest.fixture
def client(town: Town) -> FlaskClient:
    return app_of(town).test_client()


def photo(data: bytes, name: str = "1.jpg") -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


def tips(town: Town) -> int:
    with town.tools.database.work() as session:
        return session.scalar(select(func.count()).select_from(Tip)) or 0


def test_nonsense_in_any_field_is_taken_or_explained(town: Town, client: FlaskClient) -> None:
    """One strange letter would answer somebody in need with an error page."""
    for text in ODD:
        for name in FIELDS:
            answer = report(client, **{"what": "门锁着", name: text})
            assert answer.status_code in (200, 422), (name, text)
            assert "<script>alert" not in answer.text
            if answer.status_code == 200:
                number, password = receipt_in(answer)
                assert followed(app_of(town), number, password).get("/follow").status_code == 200


def test_too_long_is_said_and_kept(client: FlaskClient) -> None:
    """Somebody who wrote for an hour would lose all of it."""
    answer = report(client, what="字" * 100_000, where="大集")
    assert answer.status_code == 422
    assert "写得太长" in answer.text
    assert "字" * 100_000 in answer.text
    assert 'value="大集"' in answer.text


@pytest.mark.parametrize("given", ["", "x", "A" * 5000, "not+base64/==", "0" * 43, "\x00", "😀"])
def test_a_stale_or_forged_once_asks_again(town: Town, client: FlaskClient, given: str) -> None:
    """A forged form would be taken, or a broken one lose what was typed."""
    answer = client.post("/report", data={"once": given, "what": "门锁着", "mode": "anonymous"})
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert "门锁着" in answer.text
        assert "再点一次发送" in answer.text
        assert tips(town) == 0


def test_an_old_form_is_as_good_as_a_new_one(town: Town, client: FlaskClient) -> None:
    """A villager who takes seventy minutes, or a night, would have to begin again."""
    once = once_on(client)
    town.now.pass_days(3)
    receipt_in(report(client, once=once, what="门锁着"))


def test_sent_twice_shows_the_same_receipt(town: Town, client: FlaskClient) -> None:
    """A second tap on a bad line would make a second report, or no receipt."""
    once = new_once()
    first = receipt_in(report(client, once=once, what="门锁着", photos=[photo(small_photo())]))
    assert tips(town) == 1
    again = receipt_in(report(client, once=once, what="门锁着", photos=[photo(small_photo())]))
    other = receipt_in(report(client, once=once, what="窗户也锁着"))
    assert again != other
    assert first[0] != other[0]


def test_what_is_no_photo_is_refused_and_the_rest_is_taken(client: FlaskClient) -> None:
    """One bad photo would lose the report, or a bomb would take the server with it."""
    jpeg = tagged_jpeg()
    bad = {
        "words": b"hello",
        "script": b"<svg onload=alert(1)>",
        "cut": jpeg[: len(jpeg) // 2],
        "bomb": png_bomb(),
        "mislabelled": b"%PDF-1.7 " + bytes(5000),
        "long": b"\xff\xd8\xff" + bytes(100_000),
    }
    for name, data in bad.items():
        files = [photo(data, f"{name}.jpg"), photo(small_photo(), "../../etc/passwd")]
        answer = report(client, what="门锁着", photos=files)
        receipt_in(answer)
        assert "第 1 张" in answer.text, name
        assert "第 2 张" not in answer.text
        assert "补传" in answer.text


def test_ten_photos_are_too_many(client: FlaskClient) -> None:
    """The tenth would be dropped in silence."""
    answer = report(client, what="门锁着", photos=[photo(small_photo()) for _ in range(10)])
    assert answer.status_code == 422
    assert "最多 9 张" in answer.text
    assert "门锁着" in answer.text


def test_an_empty_form_asks_for_something(client: FlaskClient) -> None:
    """A report that says nothing would be taken."""
    answer = report(client, what="  \u3000 ")
    assert answer.status_code == 422
    assert "一两句" in answer.text


def test_one_photo_alone_is_enough(client: FlaskClient) -> None:
    """Whoever cannot write could not report."""
    receipt_in(report(client, photos=[photo(small_photo())]))


def test_an_oversize_request_is_refused_in_words(town: Town, client: FlaskClient) -> None:
    """A huge upload would fill memory, or end in a page nobody understands."""
    answer = client.post(
        "/report",
        data=b"x",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(MAX_REQUEST + 1)},
    )
    assert answer.status_code == 413
    assert "太大" in answer.text
    assert tips(town) == 0


MANY = b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n'
SLIPS = (
    ("", ""),
    ("12345678", "1" * 16),
    ("😀", "\x00"),
    ("1" * 5000, "2" * 5000),
    ("００００００００", "x"),
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\nContent-Disposition: form-data; name=what\r\n\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nwords\r\n--x--\r\n",
        b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\n--x--",
        b"\x00" * 5000,
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n' + b"\xff" * 5000,
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % n for n in range(500))
        + b"--x--",
    ],
    ids=["empty", "opened", "headless", "nameless", "headers", "zeros", "cut photo", "five hundred parts"],
)
def test_a_broken_form_is_no_server_error(town: Town, client: FlaskClient, body: bytes) -> None:
    """A line that broke in the middle of sending would end in an error of ours."""
    answer = client.post("/report", data=body, content_type="multipart/form-data; boundary=x")
    assert 400 <= answer.status_code < 500
    assert tips(town) == 0
    assert "请" in answer.text


@pytest.mark.parametrize("slug", ["nothing", "%00", "a" * 500, "..%2f..", "%F0%9F%98%80", "'%20or%201"])
def test_any_poster_leads_to_the_form(client: FlaskClient, slug: str) -> None:
    """A withdrawn or torn poster would lead nowhere."""
    answer = client.get(f"/q/{slug}")
    assert answer.status_code in (200, 404)
    if slug in ("nothing", "%00", "a" * 500):
        assert 'name="what"' in answer.text


@pytest.mark.parametrize(("number", "password"), SLIPS)
def test_a_wrong_slip_is_told_in_words(client: FlaskClient, number: str, password: str) -> None:
    """A slip of the pen would end in an error page."""
    answer = client.post("/follow", data={"number": number, "password": password})
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers


def test_nothing_sent_touches_a_disk_or_the_log(
    town: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An original photo with its GPS would lie in a temporary folder, or words in a log."""

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, never)
    with caplog.at_level(logging.DEBUG):
        receipt_in(report(client, what="暗号甲", photos=[photo(tagged_jpeg(size=(3000, 2000)))]))
        report(client, what="暗号甲" * 3000, once="暗号甲")
        client.post("/follow", data={"number": "暗号甲", "password": "暗号甲"})
    assert "暗号甲" not in caplog.text
