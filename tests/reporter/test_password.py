"""A receipt that somebody else saw: nothing opens before its holder has a password of their own."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.db import versions
from app.sealing.once import new_once
from app.sealing.receipt import lock_receipt
from app.tips.models import Tip
from tests.makers import Town
from tests.web.door import app_of, followed, receipt_in, report, signed_in

FORM = re.compile(
    r'name="secret" value="(\w+)".*?name="tip" value="(\d{8})".*?name="candidate" value="([\w-]+)"'
)
NEW = re.compile(r'data-new-password="(\d{16})"')
WORDS = "三号库门锁着"


def handed(town: Town) -> tuple[Flask, str, str]:
    app = app_of(town)
    return app, *receipt_in(report(app.test_client(), what=WORDS, for_other="y"))


def shown(client: FlaskClient) -> tuple[dict[str, str], str]:
    """The form of the page that shows a new password, and the password."""
    text = client.get("/follow/password").text
    secret, tip, candidate = FORM.findall(text.replace("\n", ""))[0]
    return {"secret": secret, "tip": tip, "candidate": candidate}, NEW.findall(text)[0]


def change(client: FlaskClient) -> tuple[str, TestResponse]:
    form, password = shown(client)
    return password, client.post("/follow/password", data={**form, "last": password[-4:]})


def opens(app: Flask, number: str, password: str) -> bool:
    typed = {"number": number, "password": password}
    return app.test_client().post("/follow", data=typed).status_code == 303


def test_a_handed_receipt_shows_nothing_before_it_is_changed(small_town: Town) -> None:
    """Who wrote the receipt down for somebody could read the report, the answers, or write in their name."""
    app, number, password = handed(small_town)
    client = followed(app, number, password)
    assert client.get("/follow").headers["Location"] == "/follow/password"
    assert WORDS not in client.get("/follow/password").text
    secret = shown(client)[0]["secret"]
    typed = {"secret": secret, "tip": number, "kind": "message", "message": "是我", "once": new_once()}
    assert client.post("/follow", data=typed).status_code == 403
    _, answer = change(client)
    assert answer.status_code == 200
    assert "收到您的举报" in client.get("/follow").text


def test_only_the_new_password_opens(small_town: Town) -> None:
    """The neighbour's note would open the report for ever."""
    app, number, old = handed(small_town)
    new, _ = change(followed(app, number, old))
    assert not opens(app, number, old)
    assert opens(app, number, new)


def test_the_old_password_opens_until_the_new_one_is_written_down(small_town: Town) -> None:
    """An answer lost on a bad line, or a slip, would lock somebody out for good."""
    app, number, old = handed(small_town)
    client = followed(app, number, old)
    form, new = shown(client)
    wrong = client.post("/follow/password", data={**form, "last": new[-5:-1] + "x"})
    assert (wrong.status_code, NEW.findall(wrong.text)) == (422, [new])
    assert 'aria-invalid="true" aria-describedby="problem"' in wrong.text
    assert opens(app, number, old)
    assert not opens(app, number, new)


def test_a_second_tap_changes_nothing(small_town: Town) -> None:
    """Two taps would show a fault where all is well, and somebody would doubt the paper in their hand."""
    app, number, old = handed(small_town)
    client = followed(app, number, old)
    form, new = shown(client)
    for _ in range(2):
        assert client.post("/follow/password", data={**form, "last": new[-4:]}).status_code == 200
    assert opens(app, number, new)


def test_who_kept_the_first_page_open_cannot_take_it_back(small_town: Town) -> None:
    """Whoever sent it for somebody could change the password again afterwards, from a page opened before."""
    app, number, old = handed(small_town)
    neighbour, owner = followed(app, number, old), followed(app, number, old)
    form, other = shown(neighbour)
    mine, _ = change(owner)
    answer = neighbour.post("/follow/password", data={**form, "last": other[-4:]})
    assert answer.status_code == 403
    assert "已经被换过" in answer.text
    assert opens(app, number, mine)
    assert neighbour.get("/follow").status_code == 200
    assert "收到您的举报" not in neighbour.get("/follow").text


def test_a_new_password_belongs_to_one_receipt_and_its_page(small_town: Town) -> None:
    """A form from elsewhere could set somebody's password to one that is known."""
    app, number, old = handed(small_town)
    client = followed(app, number, old)
    stranger = followed(app, *receipt_in(report(app.test_client(), what="窗户")))
    form, _ = shown(client)
    foreign, known = shown(stranger)
    for bad in (
        {**form, "secret": "0" * 32},
        {**form, "secret": foreign["secret"]},
        {**form, "candidate": foreign["candidate"]},
        {**form, "candidate": "x"},
    ):
        assert client.post("/follow/password", data={**bad, "last": known[-4:]}).status_code in (303, 422)
    small_town.now.seconds += 29 * 60
    app.test_client().post("/follow/password", data={**form, "last": known[-4:]})
    assert opens(app, number, old)


def test_anybody_may_take_another_password(small_town: Town) -> None:
    """Who fears that the paper was seen could do nothing about it."""
    app = app_of(small_town)
    number, old = receipt_in(report(app.test_client(), what=WORDS))
    client = followed(app, number, old)
    new, _ = change(client)
    assert (opens(app, number, old), opens(app, number, new)) == (False, True)
    assert "收到您的举报" in client.get("/follow").text


def test_what_a_clerk_read_out_is_changed_first(small_town: Town) -> None:
    """A clerk who read the password out could follow the caller's report from home."""
    app = app_of(small_town)
    clerk, csrf = signed_in(app, small_town, "chengjian")
    typed = {"csrf": csrf, "once": new_once(), "channel": "phone", "what": WORDS, "receipt": "y"}
    number, password = receipt_in(clerk.post("/desk/intake", data=typed))
    assert followed(app, number, password).get("/follow").headers["Location"] == "/follow/password"


def test_a_clerk_leaves_no_name_without_consent(small_town: Town) -> None:
    """Somebody's name would be kept though nobody asked (个人信息保护法 §29)."""
    app = app_of(small_town)
    clerk, csrf = signed_in(app, small_town, "chengjian")
    typed = {"csrf": csrf, "once": new_once(), "channel": "phone", "what": WORDS, "name": "张三"}
    refused = clerk.post("/desk/intake", data=typed)
    assert (refused.status_code, "张三" in refused.text) == (422, True)
    assert "已登记" in clerk.post("/desk/intake", data={**typed, "consent": "y"}).text


def test_a_page_opened_with_the_old_password_opens_nothing_more(small_town: Town) -> None:
    """Whoever saw the paper and looked once could read on, or lock its owner out by changing the password again."""
    app = app_of(small_town)
    number, old = receipt_in(report(app.test_client(), what=WORDS))
    foreman, reader, writer, owner = (followed(app, number, old) for _ in range(4))
    form, known = shown(foreman)
    page = writer.get("/follow").text
    secret = re.findall(r'name="secret" value="(\w+)"', page)[0]
    mine, _ = change(owner)
    assert foreman.post("/follow/password", data={**form, "last": known[-4:]}).status_code == 403
    assert reader.get("/follow").status_code == 403
    typed = {"secret": secret, "tip": number, "kind": "withdrawal", "message": "", "once": new_once()}
    assert writer.post("/follow", data=typed).status_code == 403
    assert WORDS not in reader.get("/follow").text
    assert "您已经撤回" not in owner.get("/follow").text
    assert opens(app, number, mine)


def test_a_page_that_is_sent_once_more_brings_no_password_back(small_town: Town) -> None:
    """A phone that loads its last page anew would put back a password that its owner changed since."""
    app, number, old = handed(small_town)
    client = followed(app, number, old)
    form, first = shown(client)
    client.post("/follow/password", data={**form, "last": first[-4:]})
    second, _ = change(client)
    assert client.post("/follow/password", data={**form, "last": first[-4:]}).status_code == 403
    assert (opens(app, number, first), opens(app, number, second)) == (False, True)
    assert "收到您的举报" in client.get("/follow").text


def test_two_taps_at_once_are_one_change(town: Town) -> None:
    """The second tap would say that somebody else changed it, and its owner believe it."""
    app, number, old = handed(town)
    client = followed(app, number, old)
    form, new = shown(client)
    cookie = client.get_cookie("visit", path="/follow")
    assert cookie is not None

    def tap(_n: int) -> int:
        phone = app.test_client()
        phone.set_cookie("visit", cookie.value, path="/follow")
        return phone.post("/follow/password", data={**form, "last": new[-4:]}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(tap, range(2))) == [200, 200]
    assert opens(app, number, new)


def test_what_the_desk_writes_meanwhile_stops_no_change(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with the new password on paper would be told to load the page anew, and get another one."""
    app, number, old = handed(small_town)
    client = followed(app, number, old)
    form, new = shown(client)

    def slow(*args: Any) -> bytes:
        with small_town.tools.database.work(write=True) as session:
            tip = session.scalars(select(Tip).where(Tip.number == number)).one()
            versions.change(session, tip, state="answered")
        return lock_receipt(*args)

    monkeypatch.setattr("app.tips.receipts.lock_receipt", slow)
    assert client.post("/follow/password", data={**form, "last": new[-4:]}).status_code == 200
    assert opens(app, number, new)


PHRASE = "老槐树底下三只白羊"
CALL = {"channel": "phone", "what": "烟花仓库没有人看", "where": "南庄", "receipt": "y"}


Call = Callable[..., TestResponse]


@pytest.fixture
def call(small_town: Town) -> Call:
    """A clerk hears somebody who chose a phrase."""
    client, secret = signed_in(app_of(small_town), small_town, "clerk")

    def hear(phrase: str = PHRASE, **typed: str) -> TestResponse:
        data = {**CALL, "csrf": secret, "once": new_once(), "phrase": phrase, **typed}
        return client.post("/desk/intake", data=data)

    return hear


def number_of(answer: TestResponse) -> str:
    return str(re.findall(r'data-tip-number="(\d{8})"', answer.text)[0])


def test_a_caller_s_own_phrase_opens_once_and_nothing_but_the_change(small_town: Town, call: Call) -> None:
    """Somebody on the phone could not keep sixteen digits, or a phrase that can be guessed would open the report."""
    number = number_of(call())
    app = app_of(small_town)
    assert (
        'inputmode="numeric"'
        not in app.test_client().get("/follow?phrase=1").text.partition('id="password"')[2]
    )
    client = app.test_client()
    typed = {"number": number, "password": "老槐树底下，三只白羊。", "phrase": "1"}
    assert client.post("/follow", data=typed).headers["Location"] == "/follow/password"
    assert CALL["what"] not in client.get("/follow/password").text
    new, answer = change(client)
    assert answer.status_code == 200
    again = client.post("/follow", data={**typed, "password": PHRASE})
    assert (again.status_code, opens(app, number, new)) == (422, True)


def test_a_letter_among_the_digits_is_a_slip_and_no_phrase(small_town: Town) -> None:
    """Somebody who wrote l for 1 would be told that the password is wrong, and each slip cost 64 MiB."""
    number, password = receipt_in(report(app_of(small_town).test_client(), what=WORDS))
    for typed in (f"{password[:-1]}l", PHRASE):
        with small_town.tools.keyring.phrases.turn(), small_town.tools.keyring.looking_up.turn():
            answer = (
                app_of(small_town).test_client().post("/follow", data={"number": number, "password": typed})
            )
        assert answer.status_code == 422
        assert "抄错了一位" in answer.text


def test_a_phrase_that_whoever_knows_the_case_could_guess_is_refused(call: Call) -> None:
    """A colleague of the clerk who knows name, place or words would open it."""
    bad = (
        "一二三四五",
        "1234567890",
        "哈哈哈哈哈哈",
        "南庄的烟花很好看",
        "烟花仓库没有人看",
        "我是李大山本人",
    )
    for phrase in bad:
        answer = call(phrase, name="李大山", consent="y")
        assert answer.status_code == 422, phrase
        assert phrase in answer.text
    assert call(receipt="").status_code == 422


def test_an_unknown_number_and_a_wrong_phrase_are_one_answer(small_town: Town, call: Call) -> None:
    """Numbers of calls could be told from those that are not there."""
    number = number_of(call())
    answers = set()
    for tried in (number, "00000000", receipt_in(report(app_of(small_town).test_client(), what=WORDS))[0]):
        typed = {"number": tried, "password": "老槐树底下三只黑羊", "phrase": "1"}
        answer = app_of(small_town).test_client().post("/follow", data=typed)
        assert answer.status_code == 422
        answers.add(re.sub(r'nonce="[^"]*"', "", answer.text.replace(tried, "")))
    assert len(answers) == 1


def test_guessing_phrases_keeps_nobody_from_looking_up(small_town: Town) -> None:
    """Whoever guesses at one call would shut everybody else out."""
    number, password = receipt_in(report(app_of(small_town).test_client(), what=WORDS))
    with small_town.tools.keyring.phrases.turn():
        assert opens(app_of(small_town), number, password)


def test_no_row_tells_that_a_phrase_was_chosen(small_town: Town, call: Call) -> None:
    """In clear it would tell that somebody called, and so which case a report stands behind."""
    call()
    call("")
    with small_town.tools.database.work() as session:
        one, two = session.scalars(select(Tip)).all()
        names = ("locked_private", "once_receipt", "content", "thread")
        assert [len(getattr(one, name) or b"") for name in names] == [
            len(getattr(two, name) or b"") for name in names
        ]
