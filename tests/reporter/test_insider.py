"""The insider's path over HTTP: what stands in their form alone, and what the desk is told."""

import re

import pytest
from flask.testing import FlaskClient

from app.casework.reporting import read_follow
from app.rules.insider import insider_words
from app.sealing.receipt import Receipt
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.makers import Town
from tests.reporter.test_sealing import FIRST_BYTES
from tests.web.door import app_of, receipt_in, report, signed_in

ASKED = "怎么去查，才没人猜到您"


@pytest.fixture
def client(small_town: Town) -> FlaskClient:
    return app_of(small_town).test_client()


def kept(town: Town, client: FlaskClient, **fields: str) -> tuple[Report, str]:
    """What lies sealed of a form that was sent, and its case."""
    number, password = receipt_in(
        report(client, what="木粉厚，边上电焊", sector="gas", checked="yes", **fields)
    )
    content = read_follow(town.tools, look_up(town.tools, Receipt(number, password))).content
    return content.report, content.case_id


def test_the_form_of_everybody_asks_and_weighs_no_more(client: FlaskClient) -> None:
    """A villager on one bar of signal would wait for what is meant for somebody else."""
    plain = client.get("/report")
    assert len(plain.data) + len(str(plain.headers).encode()) <= FIRST_BYTES
    assert 'name="visit"' not in plain.text
    assert ASKED not in plain.text
    assert "换一个网" not in plain.text


def test_the_insider_s_form_says_what_a_name_costs_and_nothing_unverified_as_law(client: FlaskClient) -> None:
    """Somebody would leave their name for money that no rule promises, or none because a rule seems to ask for one."""
    page = client.get("/report?insider=1").text
    for words in (ASKED, "别截屏", "微信知道您来过", "换一个网"):
        assert words in page
    assert page.count('name="visit"') == 3
    assert "依据：应急〔2020〕69号第四条" in page
    assert "依据：安全生产法第七十四条" in page
    after = page[page.index("奖励可以多一些") :]
    assert re.search("依据|待核实", after)[0] == "待核实"  # type: ignore[index]


def test_the_wish_is_kept_for_an_insider_and_for_nobody_else(small_town: Town, client: FlaskClient) -> None:
    """A wish would be lost; or made-up words be sealed, and the desk's page break on them."""
    for fields, wish in (
        ({"insider": "y", "visit": "later"}, "later"),
        ({"insider": "y"}, "any"),
        ({"insider": "y", "visit": "<b>"}, "any"),
        ({"visit": "later"}, ""),
        ({}, ""),
    ):
        assert kept(small_town, client, **fields)[0].visit == wish


def test_the_wish_stays_on_a_form_that_must_be_mended(client: FlaskClient) -> None:
    """Who forgot the telephone would send another wish than the one they chose."""
    answer = report(client, what="x", insider="y", visit="together", mode="callback", checked="yes")
    assert answer.status_code == 422
    assert re.search(r"<input checked[^>]* value=\"together\"", answer.text)


def test_the_desk_is_told_how_not_to_show_it(small_town: Town, client: FlaskClient) -> None:
    """Whoever goes would ask at the gate for the place somebody called about."""
    desk, _ = signed_in(app_of(small_town), small_town, "chengjian")
    _, case_id = kept(small_town, client, insider="y", visit="together")
    page = desk.get(f"/desk/cases/{case_id}", follow_redirects=True).text
    assert "举报人希望：和附近几家一起查" in page
    assert "还没有检查安排" in page
    for one in insider_words().inspect.values():
        assert one.text in page
        assert (f"依据：{one.citation}" in page) == (one.shown == "law")
    _, other = kept(small_town, client)
    assert "检查时不要露出来" not in desk.get(f"/desk/cases/{other}", follow_redirects=True).text


def test_what_is_no_rule_is_not_called_one() -> None:
    """The desk would read this project's own advice, or another province's rule, as law that holds here."""
    words = insider_words().inspect
    assert {name for name, one in words.items() if one.shown == "law"} == {"silence", "papers"}
    assert words["colleagues"].shown == "elsewhere"
    assert all(one.kind == "silent" for one in words.values() if one.src == "choice")
