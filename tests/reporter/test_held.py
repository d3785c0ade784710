"""Photos that come before their report: kept through a form's errors, sent one by one, used once, by one form."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from app.casework.reporting import read_follow
from app.jobs.work import sweep_staging
from app.sealing.once import new_once
from app.sealing.receipt import Receipt
from app.tips.models import StoredObject
from app.tips.receipts import look_up
from tests.drills.client import small_photo
from tests.makers import Town
from tests.web.door import ONCE, app_of, receipt_in


@pytest.fixture
def client(town: Town) -> FlaskClient:
    return app_of(town).test_client()


@pytest.fixture
def small_client(small_town: Town) -> FlaskClient:
    return app_of(small_town).test_client()


def post(client: FlaskClient, address: str, *photos: bytes, **fields: Any) -> TestResponse:
    """Send a form as a browser does; a field given as a list stands in it several times."""
    typed = MultiDict[str, Any](fields)
    for photo in photos:
        typed.add("photos", FileStorage(io.BytesIO(photo), "1.jpg"))
    edge, body = encode_multipart(typed)
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={edge}")


def ticket(client: FlaskClient, once: str) -> str:
    answer = post(client, "/report/photos", small_photo(), once=once)
    assert answer.status_code == 200
    assert answer.json is not None
    return str(answer.json["ticket"])


def photos_of(town: Town, answer: TestResponse) -> int:
    """How many photos the tip behind a receipt has."""
    visit = look_up(town.tools, Receipt(*receipt_in(answer)))
    return len(read_follow(town.tools, visit).content.photos)


def states(town: Town) -> list[str]:
    with town.tools.database.work() as session:
        return sorted(session.scalars(select(StoredObject.state)))


def test_photos_of_a_form_with_an_error_need_not_be_chosen_again(town: Town, client: FlaskClient) -> None:
    """Somebody who forgot a telephone number would have to find all photos again, or send without them."""
    once = new_once()
    back = post(
        client, "/report", small_photo(), small_photo(), once=once, what="漏气", mode="callback", phone=""
    )
    assert back.status_code == 422
    tickets = held_on(back)
    assert len(tickets) == 2
    found = ONCE.search(back.text)
    assert found is not None
    done = post(
        client, "/report", small_photo(), once=found[1], what="漏气", mode="anonymous", held=tickets[1:]
    )
    assert photos_of(town, done) == 2
    assert states(town) == ["kept"] * 4 + ["staged"] * 2  # the one that was unticked waits for the sweep


def held_on(answer: TestResponse) -> list[str]:
    return re.findall(r'name="held" value="([\w-]+)"', answer.text)


def test_each_photo_can_go_by_itself_and_the_form_only_names_it(town: Town, client: FlaskClient) -> None:
    """On a bad line one failed photo would take the whole report with it."""
    once = new_once()
    tickets = [ticket(client, once), ticket(client, once)]
    done = post(client, "/report", once=once, mode="anonymous", held=tickets)
    assert photos_of(town, done) == 2


def test_sent_twice_with_its_tickets_is_one_tip(town: Town, client: FlaskClient) -> None:
    """A double click would be told that the photos are gone, and the receipt would be lost."""
    once = new_once()
    fields = {"once": once, "what": "漏气", "mode": "anonymous", "held": [ticket(client, once)]}
    assert receipt_in(post(client, "/report", **fields)) == receipt_in(post(client, "/report", **fields))


def test_a_photo_belongs_to_one_report(small_town: Town, small_client: FlaskClient) -> None:
    """Another report could carry, and its desk read, the photo of the first."""
    client, once = small_client, new_once()
    mine = ticket(client, once)
    post(client, "/report", once=once, what="漏气", mode="anonymous", held=[mine])
    changed = post(client, "/report", once=once, what="另一件事", mode="anonymous", held=[mine])
    assert changed.status_code == 422
    assert "要重新选一次" in changed.text
    assert "另一件事" in changed.text


@pytest.mark.parametrize("forged", ["", "x", "A" * 400, "另"])
def test_forged_tickets_and_those_of_another_form_are_dropped(
    small_town: Town, small_client: FlaskClient, forged: str
) -> None:
    """Whoever sees a ticket could send, and so read back, somebody else's photo."""
    client, mine = small_client, new_once()
    other = ticket(client, new_once())
    done = post(client, "/report", once=mine, what="漏气", mode="anonymous", held=[other, forged, other[:-2]])
    assert photos_of(small_town, done) == 0


def test_the_same_ticket_twice_is_one_photo(small_town: Town, small_client: FlaskClient) -> None:
    """A form whose script named a photo twice would be refused, or show it twice."""
    once = new_once()
    mine = ticket(small_client, once)
    done = post(small_client, "/report", once=once, mode="anonymous", held=[mine, mine])
    assert photos_of(small_town, done) == 1


def test_more_than_nine_with_those_held_is_said(small_client: FlaskClient) -> None:
    """The limit could be walked around, or the held photos be lost with it."""
    once = new_once()
    tickets = [ticket(small_client, once) for _ in range(2)]
    back = post(
        small_client,
        "/report",
        *[small_photo()] * 8,
        once=once,
        what="漏气",
        mode="anonymous",
        held=tickets,
    )
    assert back.status_code == 422
    assert "最多 9 张" in back.text
    assert held_on(back) == tickets


def test_a_photo_that_cannot_be_cleaned_gets_advice(small_town: Town, small_client: FlaskClient) -> None:
    """A phone would show a photo as sent that nobody will ever see."""
    answer = post(small_client, "/report/photos", b"not a photo", once=new_once())
    assert answer.status_code == 422
    assert answer.json is not None
    assert "照片" in answer.json["advice"]
    assert states(small_town) == []


@pytest.mark.parametrize(("once", "count"), [("nonsense", 1), ("", 1), ("A" * 43, 0), ("A" * 43, 2)])
def test_what_is_no_single_photo_of_a_form_is_refused(
    small_town: Town, small_client: FlaskClient, once: str, count: int
) -> None:
    """Anything could be stored without a form that it belongs to."""
    answer = post(small_client, "/report/photos", *[small_photo()] * count, once=once)
    assert answer.status_code == 400
    assert states(small_town) == []


def test_a_swept_photo_is_said_and_the_words_stay(small_town: Town, small_client: FlaskClient) -> None:
    """A report written over three days would end in an error page and be lost."""
    once = new_once()
    mine = ticket(small_client, once)
    small_town.now.pass_days(2)
    sweep_staging(small_town.tools)
    back = post(small_client, "/report", once=once, what="写了三天", mode="anonymous", held=[mine])
    assert back.status_code == 422
    assert "写了三天" in back.text
    assert held_on(back) == []
