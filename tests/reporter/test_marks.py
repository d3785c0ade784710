"""Does this text give you away? Shown to an insider once by the server, never in anybody's way."""

import re

import pytest
from flask.testing import FlaskClient

from tests.makers import Town
from tests.photos.pictures import tagged_jpeg
from tests.reporter.test_held import held_on, post
from tests.web.door import app_of, once_on, receipt_in, report

TELLING = "我是三班的焊工，昨天会上提过阀门漏气"


@pytest.fixture
def client(small_town: Town) -> FlaskClient:
    return app_of(small_town).test_client()


def checked_on(page: str) -> str:
    found = re.search(r'name="checked" type="hidden" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_an_insider_is_shown_the_marks_once(client: FlaskClient) -> None:
    """A worker would be known by their own words, without ever having been told."""
    once = once_on(client)
    shown = report(client, once=once, what=TELLING, insider="y")
    assert shown.status_code == 200
    assert "还没有发出" in shown.text
    assert "昨天会上" in shown.text
    assert TELLING in shown.text.replace("\r", "")
    receipt_in(report(client, once=once, what=TELLING, insider="y", checked=checked_on(shown.text)))


def test_every_field_is_looked_at(client: FlaskClient) -> None:
    """What stands beside the text would give its writer away as well."""
    assert "还没有发出" in report(client, what="漏气", where="我家隔壁，电话13911223344", insider="y").text


def test_who_is_no_insider_is_not_stopped(client: FlaskClient) -> None:
    """A villager of seventy would be asked about things that matter to nobody."""
    receipt_in(report(client, what=TELLING))


def test_a_text_that_tells_nothing_goes_at_once(client: FlaskClient) -> None:
    """Everybody at work would have to send twice."""
    receipt_in(report(client, what="饭店后厨煤气罐漏气", insider="y"))


def test_photos_stay_while_the_marks_are_shown(client: FlaskClient) -> None:
    """They would have to be chosen again, and many would not."""
    once = once_on(client)
    shown = post(
        client, "/report", tagged_jpeg(size=(80, 60)), once=once, what=TELLING, insider="y", mode="anonymous"
    )
    assert len(held_on(shown)) == 1
