"""Name and phone sealed on the phone, over HTTP: what is taken, what is refused in words, and what the pages say."""

import base64
import hashlib
import html
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.casework.opening import KEEPERS, RESERVED_KEEPERS
from app.intake.identity import keeper_pairs
from app.people.desks import desk_recipient
from app.sealing.framing import from_text, to_text
from app.tips.identity import Person
from app.tips.models import Tip
from app.tips.sealed import key_print
from tests.intake.phone import parcel, sealed_text
from tests.makers import Town
from tests.web.door import app_of, once_on, receipt_in, report

WHO = Person("张三丰", "13900000001")
ON_PHONE, ON_SERVER = "手机上锁好才发出", "由服务器锁好"
FIRST_BYTES = 14_336  # what fits the first window of a new connection, headers and all
HIDDEN = re.compile(r'name="sealed_identity" type="hidden" value="([^"]*)"')


@pytest.fixture
def client(small_town: Town) -> FlaskClient:
    return app_of(small_town).test_client()


def tips(town: Town) -> int:
    with town.tools.database.work() as session:
        return session.scalar(select(func.count()).select_from(Tip)) or 0


def hidden_in(answer: TestResponse) -> str:
    found = HIDDEN.search(answer.text)
    assert found is not None
    return html.unescape(found[1])


def send(client: FlaskClient, sealed: str, **fields: Any) -> TestResponse:
    return report(client, **{"what": "门锁着", "mode": "named", "sealed_identity": sealed, **fields})


def test_the_keepers_keys_are_handed_out_and_nothing_else(small_town: Town, client: FlaskClient) -> None:
    """A phone would seal to a key that no keeper has, or learn something that is none of its business."""
    answer = client.get("/report/keepers")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    assert [[one["desk"] for one in pair] for pair in answer.json["pairs"]] == [
        list(KEEPERS),
        list(RESERVED_KEEPERS),
    ]
    for one in (one for pair in answer.json["pairs"] for one in pair):
        with small_town.tools.database.work() as session:
            known = desk_recipient(session, small_town.tools.keyring, one["desk"])
        assert one == {
            "desk": known.id,
            "epoch": known.epoch,
            "public": to_text(known.public),
            "print": key_print(known.public),
        }


def test_the_receipt_says_which_of_the_two_sealed(small_town: Town, client: FlaskClient) -> None:
    """Somebody would believe that no server saw their name when one did."""
    by_phone = send(client, sealed_text(small_town, WHO))
    by_server = report(client, what="门锁着", mode="named", name=WHO.name, phone=WHO.phone)
    called = report(client, what="门锁着", mode="callback", phone=WHO.phone)
    nobody = report(client, what="门锁着")
    for answer in (by_phone, by_server, called, nobody):
        receipt_in(answer)
    assert "您的姓名和电话" in by_phone.text
    assert "您的姓名" not in called.text  # no name was left
    assert [ON_PHONE in answer.text for answer in (by_phone, by_server, called, nobody)] == [
        True,
        False,
        False,
        False,
    ]
    assert [ON_SERVER in answer.text for answer in (by_phone, by_server, called, nobody)] == [
        False,
        True,
        True,
        False,
    ]


def wrongs(town: Town) -> dict[str, tuple[str, str]]:
    """Texts that must not be taken, and a word of what is said of each."""
    pairs = keeper_pairs(town.tools)
    whole = parcel(pairs, WHO)
    cut = to_text(from_text(whole["blob"])[:-1])
    passed = [share | {"epoch": share["epoch"] + 1} for share in whole["shares"]]
    foreign = [share | {"print": key_print(b"elsewhere")} for share in whole["shares"]]
    return {
        "forged": ("{'name': 'x'}", "没有锁好"),
        "markup": ("<script>alert(1)</script>", "没有锁好"),
        "nested": ("[" * 11_000, "没有锁好"),
        "too long": ("A" * 100_000, "没有锁好"),
        "cut off": (json.dumps(whole)[:-200], "没有锁好"),
        "short blob": (json.dumps(whole | {"blob": cut}), "没有锁好"),
        "other epoch": (json.dumps(whole | {"shares": passed}), "钥匙换过"),
        "foreign": (json.dumps(whole | {"shares": foreign}), "钥匙换过"),
        "no shares": (json.dumps(whole | {"shares": []}), "钥匙换过"),
        "other mode": (json.dumps(whole | {"mode": "callback"}), "让谁知道是您"),
    }


WRONG = (
    "forged", "markup", "nested", "too long", "cut off", "short blob", "other epoch", "foreign", "no shares",
    "other mode",
)  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_kept_is_refused_in_words_and_nothing_is_lost(
    small_town: Town, client: FlaskClient, name: str
) -> None:
    """A tip would be taken whose sender can never be reached, or a whole report lost over its last field."""
    text, word = wrongs(small_town)[name]
    answer = send(client, text, what="后门用铁链锁着", where="大集北口")
    assert answer.status_code == 422
    assert word in answer.text
    assert "后门用铁链锁着" in answer.text
    assert 'value="大集北口"' in answer.text
    assert 'value="named"' in answer.text
    assert hidden_in(answer) == ""
    assert "<script>alert" not in answer.text
    assert tips(small_town) == 0


def test_an_identity_that_was_used_is_refused_and_its_own_form_is_not(
    small_town: Town, client: FlaskClient
) -> None:
    """A sealed name could be hung on somebody else's report, or a second tap on a bad line would be refused."""
    sealed, once = sealed_text(small_town, WHO), once_on(client)
    first = receipt_in(send(client, sealed, once=once))
    again = send(client, sealed, once=once)
    assert receipt_in(again) == first
    assert ON_PHONE in again.text
    other = send(client, sealed, what="别的事")
    assert other.status_code == 422
    assert "用过一次" in other.text
    assert tips(small_town) == 1


def test_a_form_that_comes_back_brings_the_seal_along(small_town: Town, client: FlaskClient) -> None:
    """A name would have to be typed again, on a phone, for a mistake somewhere else: the server never saw it."""
    sealed = sealed_text(small_town, WHO)
    back = send(client, sealed, what="字" * 6000)
    assert back.status_code == 422
    assert hidden_in(back) == sealed
    assert "不用再写" in back.text
    assert "要联系您，请写能打通的电话；不想留，就选匿名。</p>" not in back.text
    receipt_in(send(client, hidden_in(back)))


def test_what_is_typed_anew_counts(small_town: Town, client: FlaskClient) -> None:
    """A corrected number would be dropped for the wrong one that was sealed before."""
    sealed = sealed_text(small_town, WHO)
    answer = send(client, sealed, name="李四", phone="13800000000")
    receipt_in(answer)
    assert ON_SERVER in answer.text
    half = send(client, sealed, phone="13800000000")
    assert half.status_code == 422
    assert "请写姓名" in half.text


def test_who_turns_anonymous_leaves_nothing(small_town: Town, client: FlaskClient) -> None:
    """Somebody who thought better of it would be named all the same."""
    answer = send(client, sealed_text(small_town, WHO), mode="anonymous")
    receipt_in(answer)
    assert ON_PHONE not in answer.text


def test_nothing_is_loaded_for_the_anonymous(client: FlaskClient) -> None:
    """A slow phone would wait for code that most reports never need."""
    answer = client.get("/report")
    assert re.findall(r'<(?:script|img|link)[^>]* (?:src|href)="([^"]*)"', answer.text) == ["data:,"]
    assert ON_SERVER in answer.text
    assert len(answer.data) + len(str(answer.headers).encode()) <= FIRST_BYTES


def test_no_other_script_runs_in_a_page(client: FlaskClient) -> None:
    """Words that became markup by a fault of ours could act in the reporter's name."""
    answer = client.get("/report")
    scripts = re.findall("<script>(.*?)</script>", answer.text, re.DOTALL)
    marks = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    policy = answer.headers["Content-Security-Policy"]
    assert set(re.findall(r"'sha256-([^']*)'", policy.partition("script-src")[2])) == marks
    assert "unsafe" not in policy
