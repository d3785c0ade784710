"""The reporter's way back: a cookie that only its own receipt makes, photos that only their own tip shows."""

import io
import re

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.people.grants import Subject, open_key
from app.sealing.once import new_once
from app.tips.models import Tip
from tests.drills.client import small_photo
from tests.makers import Town
from tests.web.door import app_of, followed, receipt_in, report

SECRET = re.compile(r'name="secret" value="(\w+)"')
PHOTO = re.compile(r"/follow/photo/(\w+)")


def test_a_forged_or_foreign_cookie_opens_nothing(small_town: Town) -> None:
    """Somebody without the password could read a report by inventing, cutting or swapping a cookie."""
    app = app_of(small_town)
    number, password = receipt_in(report(app.test_client(), what="门锁着"))
    mine = followed(app, number, password)
    cookie = mine.get_cookie("visit", path="/follow")
    assert cookie is not None
    assert "门锁着" not in mine.get("/follow").headers.get("Set-Cookie", "")
    for value in ("", "x", cookie.value[:-4], cookie.value[::-1], cookie.value + "A", "A" * 3000):
        other = app.test_client()
        other.set_cookie("visit", value, path="/follow")
        assert "查询密码" in other.get("/follow").text


def test_a_visit_ends(small_town: Town) -> None:
    """A phone passed on an hour later would still show the report."""
    app = app_of(small_town)
    client = followed(app, *receipt_in(report(app.test_client(), what="门锁着")))
    assert "查询密码" not in client.get("/follow").text
    small_town.now.seconds += 31 * 60
    assert "查询密码" in client.get("/follow").text


def test_photos_are_their_own_tip_s_alone(small_town: Town) -> None:
    """One reporter could look at another's photos."""
    app = app_of(small_town)
    files = {"photos": FileStorage(io.BytesIO(small_photo()), "1.jpg")}
    mine = followed(app, *receipt_in(report(app.test_client(), what="门锁着", **files)))
    other = followed(app, *receipt_in(report(app.test_client(), what="窗户锁着")))
    found = PHOTO.findall(mine.get("/follow").text)
    assert found
    assert mine.get(f"/follow/photo/{found[0]}").mimetype == "image/jpeg"
    for client in (other, app.test_client()):
        assert client.get(f"/follow/photo/{found[0]}").status_code == 404


def test_a_message_needs_the_page_s_secret_and_comes_once(small_town: Town) -> None:
    """Another site could write in the reporter's name, or a second tap say everything twice."""
    app = app_of(small_town)
    client = followed(app, *receipt_in(report(app.test_client(), what="门锁着")))
    secret = SECRET.findall(client.get("/follow").text)[0]
    typed = {"kind": "message", "message": "今天还锁着", "once": new_once()}
    assert client.post("/follow", data=typed).status_code == 403
    assert client.post("/follow", data={**typed, "secret": "0" * 32}).status_code == 403
    for _ in range(2):
        assert client.post("/follow", data={**typed, "secret": secret}).status_code == 303
    assert client.get("/follow").text.count("今天还锁着") == 1


@pytest.mark.parametrize("kind", ["message", "reply", "objection", "withdrawal", "nonsense", "\x00"])
@pytest.mark.parametrize("text", ["", "字" * 6000, "😀\u202e\x00"])
def test_bad_messages_are_explained(small_town: Town, kind: str, text: str) -> None:
    """A message at the wrong moment, or too long, would end in an error or be lost."""
    app = app_of(small_town)
    client = followed(app, *receipt_in(report(app.test_client(), what="门锁着")))
    secret = SECRET.findall(client.get("/follow").text)[0]
    typed = {"kind": kind, "message": text, "once": new_once(), "secret": secret}
    answer = client.post("/follow", data=typed)
    assert answer.status_code in (303, 422)
    if answer.status_code == 422 and text.startswith("字"):
        assert text in answer.text


def test_every_answer_to_a_reporter_is_closed_up(small_town: Town) -> None:
    """A browser would keep a page, another site frame or read it, a script of somebody else's run in it."""
    app = app_of(small_town)
    client = app.test_client()
    answers = [client.get(one) for one in ("/", "/report", "/follow", "/verify-ledger", "/nowhere", "/q/x")]
    sent = report(client, what="门锁着")
    answers += [sent, followed(app, *receipt_in(sent)).get("/follow")]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "://" not in re.sub(r'xmlns="[^"]+"', "", answer.text)
    for answer in answers[:-1]:
        assert "Set-Cookie" not in answer.headers


def test_the_key_in_the_cookie_is_not_the_tip_s(small_town: Town) -> None:
    """What a stolen phone's memory holds would open the tip beyond the half hour."""
    app = app_of(small_town)
    client = followed(app, *receipt_in(report(app.test_client(), what="门锁着", sector="gas")))
    cookie = client.get_cookie("visit", path="/follow")
    assert cookie is not None
    holder = small_town.holder("chengjian")
    with small_town.tools.database.work() as session:
        tip = session.scalars(select(Tip)).one()
        key = open_key(session, small_town.tools.keyring, holder, Subject("tip", tip.id))
    assert key.hex() not in cookie.value
    assert tip.id not in cookie.value


def photos(count: int) -> list[FileStorage]:
    return [FileStorage(io.BytesIO(small_photo()), f"{n}.jpg") for n in range(count)]


def test_a_message_takes_nine_photos_and_a_tip_forty_five(small_town: Town) -> None:
    """One phone could fill the disk that all reports share; or somebody lose what they typed to a limit."""
    app = app_of(small_town)
    client = followed(app, *receipt_in(report(app.test_client(), what="门锁着", photos=photos(9))))
    secret = SECRET.findall(client.get("/follow").text)[0]

    def send(text: str, count: int) -> tuple[int, str]:
        typed = {"kind": "message", "message": text, "once": new_once(), "secret": secret}
        answer = client.post("/follow", data={**typed, "photos": photos(count)})
        return answer.status_code, answer.text

    status, page = send("又锁了", 10)
    assert status == 422
    assert "一次最多 9 张照片" in page
    assert "又锁了</textarea>" in page
    for count in (9, 9, 9, 8):
        assert send("今天还锁着", count)[0] == 303
    status, page = send("第三天", 2)
    assert status == 422
    assert "一共最多 45 张照片，还能发 1 张" in page
    assert "第三天</textarea>" in page
    assert send("第三天", 1)[0] == 303
    assert "不能再发照片了" in send("第四天", 1)[1]
    assert send("第四天", 0)[0] == 303
    assert len(PHOTO.findall(client.get("/follow").text)) == 45
