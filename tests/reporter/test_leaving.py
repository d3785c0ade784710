"""Leaving in a hurry and large type: both without script, and nothing of the visit left behind."""

import pytest
from flask.testing import FlaskClient

from app.reporter.leaving import ELSEWHERE, own_path
from tests.makers import Town
from tests.web.door import app_of, receipt_in, report

PAGES = ("/", "/report", "/report?insider=1", "/follow", "/how", "/kept", "/privacy", "/duties", "/rewards")


@pytest.fixture
def client(small_town: Town) -> FlaskClient:
    return app_of(small_town).test_client()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_can_be_left_at_once(client: FlaskClient, address: str) -> None:
    """A foreman would see the page before its reader could get away from it."""
    page = client.get(address).text
    assert '<a class="exit" href="/away">' in page
    assert "<title>信息</title>" in page  # a tab or a list of recent pages tells nothing


def test_leaving_ends_the_visit(client: FlaskClient) -> None:
    """Whoever picks the phone up would go back and read the report."""
    number, password = receipt_in(report(client, what="漏气", mode="anonymous"))
    client.post("/follow", data={"number": number, "password": password})
    assert "经过" in client.get("/follow").text
    away = client.get("/away")
    assert f'<meta http-equiv="refresh" content="0;url={ELSEWHERE}">' in away.text
    assert "隐患" not in away.text
    assert away.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert away.headers["Referrer-Policy"] == "no-referrer"
    assert "经过" not in client.get("/follow").text


def test_large_type_stays_until_it_is_turned_off(client: FlaskClient) -> None:
    """Somebody of seventy would have to ask for it on every page."""
    assert 'class="large"' not in client.get("/").text
    back = client.get("/type?large=1&back=/report?insider%3D1")
    assert back.location == "/report?insider=1"
    for address in PAGES:
        assert 'class="large"' in client.get(address).text
    client.get("/type?large=0&back=/")
    assert 'class="large"' not in client.get("/").text


def test_large_type_is_not_offered_where_it_would_lose_the_page(client: FlaskClient) -> None:
    """The receipt is shown once: changing the type would throw it away, or what was typed into a form."""
    assert "/type?" in client.get("/report").text
    assert "/type?" not in report(client, what="漏气", mode="anonymous").text
    assert "/type?" not in report(client, what="", mode="anonymous").text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "/\r\nX: 1",
        "/报",
    ],
)
def test_the_way_back_is_ours(client: FlaskClient, elsewhere: str) -> None:
    """A link of ours would send people to a page that looks like it."""
    assert own_path(elsewhere) == "/"
    assert client.get("/type", query_string={"large": "1", "back": elsewhere}).location == "/"


def test_a_page_for_everybody_is_packed_and_a_visit_never(client: FlaskClient) -> None:
    """A slow line would carry three times as much; or the length of a packed page would tell what stands in it."""
    ask = {"Accept-Encoding": "gzip"}
    plain, packed = client.get("/report"), client.get("/report", headers=ask)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    number, password = receipt_in(report(client, what="漏气", mode="anonymous"))
    client.post("/follow", data={"number": number, "password": password})
    assert "Content-Encoding" not in client.get("/follow", headers=ask).headers
