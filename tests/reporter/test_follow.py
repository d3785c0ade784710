"""The reporter's way back: a cookie that only its own receipt makes, photos that only their own tip shows."""

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.casework.models import STATES
from app.intake.sent import Taken
from app.intake.take import take
from app.people.grants import Subject, open_key
from app.reporter.timeline import NEXT
from app.sealing.once import new_once
from app.sealing.receipt import in_fours
from app.tips.models import Tip
from tests.casework.test_way import FOUND, sign_all, step
from tests.drills.client import small_photo
from tests.intake.test_take import sent
from tests.makers import Town
from tests.web.door import app_of, followed, receipt_in, report

SECRET = re.compile(r'name="secret" value="(\w+)"')
PHOTO = re.compile(r"/follow/photo/(\w+)")
OTHER = re.compile(r'name="show" value="(\d{8})"')
NEW = '<b class="new">新</b>'


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


def heading(client: FlaskClient) -> str:
    """What the page says it is about."""
    return client.get("/follow").text.split("</h1>")[1].split("</p>")[0]


def conclude(town: Town, taken: Taken) -> None:
    step(town, taken, "accept")
    step(town, taken, "verify", enterprise="某饭店", found=FOUND, level="general")
    sign_all(town)
    step(town, taken, "conclude", conclusion="true")
    step(town, taken, "answer", reply="属实。")


def opened(client: FlaskClient, number: str, password: str) -> FlaskClient:
    """One more receipt beside those that are open, as the page offers it."""
    secret = SECRET.findall(client.get("/follow?more=1").text)[0]
    typed = {"number": number, "password": password, "secret": secret}
    assert client.post("/follow", data=typed).status_code == 303
    return client


def others(client: FlaskClient) -> list[str]:
    return OTHER.findall(client.get("/follow").text)


def test_several_receipts_are_looked_after_at_once(small_town: Town) -> None:
    """Who reported twice would type sixteen digits each time they go from one to the other."""
    app = app_of(small_town)
    first, second = (receipt_in(report(app.test_client(), what=what)) for what in ("门锁着", "窗户锁着"))
    client = opened(followed(app, *first), *second)
    assert in_fours(second[0]) in heading(client)
    assert others(client) == [first[0]]
    secret = SECRET.findall(client.get("/follow").text)[0]
    assert client.post("/follow", data={"show": first[0], "secret": secret}).status_code == 303
    assert in_fours(first[0]) in heading(client)
    assert others(client) == [second[0]]
    assert client.post("/follow", data={"show": second[0]}).status_code == 403


def test_what_is_written_reaches_the_report_of_its_page(small_town: Town) -> None:
    """With two windows a message about one report would go to another desk; late, to whichever is left."""
    app = app_of(small_town)
    first, second = (receipt_in(report(app.test_client(), what=what)) for what in ("门锁着", "窗户锁着"))
    client = followed(app, *first)
    small_town.now.seconds += 20 * 60
    opened(client, *second)
    secret = SECRET.findall(client.get("/follow").text)[0]

    def write(text: str) -> int:
        typed = {"kind": "message", "message": text, "tip": first[0], "secret": secret, "once": new_once()}
        return client.post("/follow", data=typed).status_code

    assert write("门还锁着") == 303
    assert "门还锁着" in client.get("/follow").text
    small_town.now.seconds += 15 * 60
    assert write("又锁了") == 403
    page = client.get("/follow").text
    assert in_fours(second[0]) in page
    assert "锁了" not in page
    assert others(client) == []


def test_the_next_person_on_a_shared_phone_sees_only_their_own(small_town: Town) -> None:
    """Whoever looks up after somebody who forgot to close would be offered that person's report."""
    app = app_of(small_town)
    first, second = (receipt_in(report(app.test_client(), what=what)) for what in ("门锁着", "窗户锁着"))
    client = followed(app, *first)
    for typed in ({}, {"secret": ""}, {"secret": "0" * 32}):
        answer = client.post("/follow", data={"number": second[0], "password": second[1], **typed})
        assert answer.status_code == 303
        assert others(client) == []
        assert first[0] not in client.get("/follow").text.replace(" ", "")


def test_five_receipts_at_most_and_each_once(small_town: Town) -> None:
    """The cookie would grow until the browser drops it, and with it all that is open."""
    app = app_of(small_town)
    receipts = [receipt_in(report(app.test_client(), what=f"门{n}锁着")) for n in range(6)]
    client = followed(app, *receipts[0])
    for one in (*receipts[1:], receipts[5], receipts[1]):
        opened(client, *one)
    assert others(client) == [receipts[n][0] for n in (5, 4, 3, 2)]
    cookie = client.get_cookie("visit", path="/follow")
    assert cookie is not None
    assert len(cookie.value) < 2500


def test_what_is_new_is_marked_until_the_visit_ends(town: Town) -> None:
    """An answer would be looked for among a dozen lines; or a second glance at the page say that nothing is new."""
    taken = take(town.tools, sent())
    assert taken.receipt is not None
    receipt = (taken.receipt.number, taken.receipt.password)
    app = app_of(town)
    assert NEW not in followed(app, *receipt).get("/follow").text
    step(town, taken, "accept")
    step(town, taken, "message", text="我们周二去看。")
    client = followed(app, *receipt)
    for _ in range(2):
        page = client.get("/follow").text
        assert page.count(NEW) == 2
        assert "有 2 条您还没看过" in page
    step(town, taken, "message", text="看过了。")
    assert client.get("/follow").text.count(NEW) == 3
    client = followed(app, *receipt)
    assert NEW not in client.get("/follow").text
    secret = SECRET.findall(client.get("/follow").text)[0]
    client.post("/follow", data={"kind": "message", "message": "好", "secret": secret, "once": new_once()})
    assert NEW not in client.get("/follow").text


def test_content_or_not_is_said_once_and_shuts_no_door(small_town: Town) -> None:
    """A slip of the finger on 满意 would take the right to object away, or the desk hear it ten times."""
    taken = take(small_town.tools, sent())
    assert taken.receipt is not None
    client = followed(app_of(small_town), taken.receipt.number, taken.receipt.password)
    assert "答复满意吗" not in client.get("/follow").text
    secret = SECRET.findall(client.get("/follow").text)[0]

    def press(kind: str, text: str = "") -> int:
        typed = {"kind": kind, "message": text, "secret": secret, "once": new_once()}
        return client.post("/follow", data=typed).status_code

    assert press("satisfied") == 422
    conclude(small_town, taken)
    page = client.get("/follow").text
    assert "答复满意吗" in page
    assert "不满意？2026年12月4日以前可以提异议" in page
    assert press("satisfied") == 303
    assert press("satisfied") == 422
    page = client.get("/follow").text
    assert page.count("对答复满意。") == 1
    assert "答复满意吗" not in page
    assert press("objection", "没看后院") == 303
    assert press("satisfied") == 422
    assert "换一个人复查" in client.get("/follow").text


def test_every_state_says_what_comes_next() -> None:
    """Somebody would read 待复查 and not know whether anything is wanted of them."""
    assert set(NEXT) == {*STATES, ""}
    assert len({str(one) for one in NEXT.values()}) == len(NEXT)
