"""The clerk's form: typed while somebody talks, so nothing is lost; letters page by page; what a channel must bring."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from app.casework.context import OpenTip
from app.casework.models import Case
from app.casework.records import read_records
from app.notices.write import waiting
from app.sealing.once import new_once
from app.tips.models import Tip
from tests.casework.test_way import desktop
from tests.drills.client import small_photo
from tests.makers import Town
from tests.web.door import app_of, receipt_in, signed_in

HELD = re.compile(r'name="held" value="([^"]+)"')
GOOD = {"channel": "letter", "what": "饭店后厨煤气罐漏气", "sector": "gas"}


def send(client: FlaskClient, files: dict[str, list[bytes]], **fields: Any) -> TestResponse:
    """As a browser does; a field given as a list stands in it several times."""
    typed = MultiDict[str, Any](fields)
    for name, photos in files.items():
        for photo in photos:
            typed.add(name, FileStorage(io.BytesIO(photo), "1.jpg"))
    edge, body = encode_multipart(typed)
    return client.post("/desk/intake", data=body, content_type=f"multipart/form-data; boundary={edge}")


@pytest.fixture
def clerk(small_town: Town) -> tuple[FlaskClient, dict[str, str]]:
    client, csrf = signed_in(app_of(small_town), small_town, "clerk")
    return client, {"csrf": csrf, "once": new_once()}


Clerk = tuple[FlaskClient, dict[str, str]]


def the_tip(town: Town) -> OpenTip:
    with town.tools.database.work() as session:
        case_id, desk = session.execute(select(Case.id, Case.desk_id)).one()
    return desktop(town, case_id, desk or "").tips[0]


def test_a_letter_is_kept_page_by_page(small_town: Town, clerk: Clerk) -> None:
    """Pages would be lost with an error elsewhere, mixed up, or a blurred one stay in the letter."""
    client, base = clerk
    first = send(client, {"photos": [small_photo()]}, **base, **GOOD, add="y")
    second = send(client, {"photos": [small_photo()]}, **base, **GOOD, held=HELD.findall(first.text), add="y")
    pages = HELD.findall(second.text)
    assert len(pages) == 2
    again = send(client, {"retake-1": [small_photo()]}, **base, **GOOD, held=pages)
    retaken = HELD.findall(again.text)
    assert retaken[1] == pages[1]
    assert retaken[0] != pages[0]
    wrong = send(client, {"photos": [small_photo()]}, **{**base, **GOOD, "what": "字" * 5001}, held=retaken)
    assert wrong.status_code == 422
    kept = HELD.findall(wrong.text)
    assert kept[:2] == retaken
    assert len(kept) == 3
    saved = send(client, {}, **base, **GOOD, held=kept, **{"drop-2": "y"})
    assert "已登记" in saved.text
    assert len(the_tip(small_town).content.photos) == 2


def test_saved_twice_is_one_letter(small_town: Town, clerk: Clerk) -> None:
    """Two clicks on a slow office line would register the letter twice."""
    client, base = clerk
    held = HELD.findall(send(client, {"photos": [small_photo()]}, **base, **GOOD, add="y").text)
    last = small_photo()
    for _ in range(2):
        assert "已登记" in send(client, {"photos": [last]}, **base, **GOOD, held=held).text
    with small_town.tools.database.work() as session:
        assert session.scalar(select(func.count()).select_from(Tip)) == 1


def test_ten_pages_are_not_cut_to_nine_without_a_word(small_town: Town, clerk: Clerk) -> None:
    """The last page of a letter would be gone, and nobody know."""
    client, base = clerk
    answer = send(client, {"photos": [small_photo()] * 10}, **base, **GOOD, add="y")
    assert len(HELD.findall(answer.text)) == 9
    assert "后面 1 张没有收下" in answer.text


def test_a_page_that_is_no_photo_is_said(small_town: Town, clerk: Clerk) -> None:
    """A page would be missing from the letter, and the clerk put the paper away."""
    client, base = clerk
    answer = send(client, {"photos": [b"no photo", small_photo()]}, **base, **GOOD, add="y")
    assert len(HELD.findall(answer.text)) == 1
    assert "第 1 页没收下" in answer.text


@pytest.mark.parametrize("channel", ["12345", "12350", "superior", "department"])
def test_what_comes_with_a_number_is_asked_for_it(small_town: Town, clerk: Clerk, channel: str) -> None:
    """Nobody could say later which 工单 or which order of the superior this was."""
    client, base = clerk
    typed = {**GOOD, "channel": channel}
    missing = send(client, {}, **base, **typed)
    assert missing.status_code == 422
    assert GOOD["what"] in missing.text
    assert send(client, {}, **base, **typed, external_number="7", external_due="31/12").status_code == 422
    done = send(client, {}, **base, **typed, external_number="津安委〔2026〕7号", external_due="2026-12-01")
    assert "已登记" in done.text
    report = the_tip(small_town).content.report
    assert (report.external_number, report.external_due) == ("津安委〔2026〕7号", "2026-12-01")


@pytest.mark.parametrize("channel", ["patrol", "superior", "department", "12345"])
def test_danger_rings_the_duty_desk_whatever_the_channel(
    small_town: Town, clerk: Clerk, channel: str
) -> None:
    """What a department telephones over as dangerous would wait a working day: the tick was left out in silence."""
    client, base = clerk
    typed = {**GOOD, "channel": channel, "external_number": "7"}
    done = send(client, {}, **base, **typed, danger_now="y", danger_note="大集北口，漏气")
    assert "已登记" in done.text
    with small_town.tools.database.work() as session:
        assert waiting(session, ("duty",)) == {"danger": 1}
        (note,) = read_records(session, small_town.tools, small_town.holder("duty"))
    assert "大集北口" in str(note.value)
    assert len(small_town.tools.memory.keys("due:")) == 1


def test_the_number_of_another_channel_is_not_kept(small_town: Town, clerk: Clerk) -> None:
    """A call would be waited for by a hotline because the field was filled before the channel was put right."""
    client, base = clerk
    send(client, {}, **base, **{**GOOD, "channel": "phone"}, external_number="7", external_due="2026-12-01")
    assert the_tip(small_town).content.report.external_number == ""


def test_the_receipt_is_read_out_in_fours_and_the_next_call_begins(small_town: Town, clerk: Clerk) -> None:
    """The caller would mishear sixteen digits, or the clerk lose the next call looking for the form."""
    client, base = clerk
    answer = send(client, {}, **base, **{**GOOD, "channel": "phone"}, receipt="y")
    number, password = receipt_in(answer)
    for digits in (number, password):
        assert " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)) in answer.text
    assert 'href="/desk/intake?channel=phone"' in answer.text
    assert 'value="phone" selected' in client.get("/desk/intake?channel=phone").text


def test_a_broken_form_keeps_what_was_typed(small_town: Town, clerk: Clerk) -> None:
    """A clerk would type the whole call again."""
    client, base = clerk
    answer = send(client, {}, **{**base, "once": "x"}, **GOOD)
    assert answer.status_code == 422
    assert GOOD["what"] in answer.text
    once = re.search(r'name="once" value="([\w-]{43})"', answer.text)
    assert once is not None


def test_typing_keeps_the_session(small_town: Town, clerk: Clerk) -> None:
    """A call of half an hour would end at the sign-in page, and all of it be gone."""
    client, base = clerk
    assert client.post("/desk/intake/typing", data={"csrf": base["csrf"]}).status_code == 204
    assert client.post("/desk/intake/typing", data={"csrf": "0"}).status_code == 403
