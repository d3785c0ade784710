"""The questions on the reporter's pages: taken from any form, asked once after sending, danger said first."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from app.casework.reporting import read_follow
from app.sealing.once import new_once
from app.sealing.receipt import Receipt
from app.tips.content import Report
from app.tips.models import Tip
from app.tips.receipts import look_up
from tests.makers import Town
from tests.web.door import app_of, followed, receipt_in, report, signed_in

SECRET = re.compile(r'name="secret" value="(\w+)"')
ASKED = "再答几个小问题"
FIRST = "现在就有危险：先打电话"
NONSENSE = {
    "q_gas_smell": "<b>",
    "q_gas_none": "yes",
    "q_": "x",
    "q_gas_kind\x00": "bottle",
    "q_fire_smoke": "😀",
}


def kept(town: Town, number: str, password: str) -> Report:
    visit = look_up(town.tools, Receipt(number, password))
    return read_follow(town.tools, visit).content.report


def box(client: FlaskClient, **fields: str) -> dict[str, str]:
    """The form of the questions as a browser would send it."""
    secret = SECRET.findall(client.get("/follow").text)[0]
    return {"kind": "answers", "secret": secret, "once": new_once(), **fields}


def test_answers_come_with_the_report_and_nonsense_is_dropped(small_town: Town) -> None:
    """A script's answers would be lost, or a made-up field be sealed, or lose the report."""
    client = app_of(small_town).test_client()
    answer = report(client, what="漏气", where="大集", sector="gas", q_gas_kind="bottle", **NONSENSE)
    found = kept(small_town, *receipt_in(answer))
    assert found.answers == {"q_gas_kind": "bottle"}
    assert (found.what, found.where) == ("漏气", "大集")
    assert ASKED not in answer.text


def test_answers_stay_on_a_form_that_must_be_mended(small_town: Town) -> None:
    """Who forgot the telephone would have to answer all questions again, or send without the answers."""
    client = app_of(small_town).test_client()
    answer = report(client, what="漏气", mode="callback", q_gas_smell="yes", q_gas_kind="<b>")
    assert answer.status_code == 422
    assert '<input type="hidden" name="q_gas_smell" value="yes">' in answer.text
    assert "q_gas_kind" not in answer.text
    assert FIRST in answer.text
    assert "我们收到了" not in answer.text


def test_of_a_field_sent_twice_the_last_counts(small_town: Town) -> None:
    """What the page kept would win over what the reporter chose since."""
    client = app_of(small_town).test_client()
    body = [("once", new_once()), ("mode", "anonymous"), ("what", "漏气")]
    body += [("q_gas_smell", "no"), ("q_gas_smell", "yes")]
    answer = client.post(
        "/report",
        data="&".join(f"{name}={value}" for name, value in body),
        content_type="application/x-www-form-urlencoded",
    )
    assert kept(small_town, *receipt_in(answer)).answers == {"q_gas_smell": "yes"}


def test_danger_on_the_form_says_first_whom_to_call_and_still_takes_the_report(small_town: Town) -> None:
    """Somebody in a room full of gas would copy sixteen digits before anybody told them to get out."""
    client = app_of(small_town).test_client()
    text = report(client, what="漏气", sector="gas", q_gas_smell="yes").text
    assert text.index(FIRST) < text.index("收到了。先把这两个号抄下来")
    assert 'href="tel:119"' in text
    assert "别开关电器" in text
    assert small_town.tools.memory.keys("due:")
    assert FIRST not in report(client, what="漏气", sector="gas", q_gas_smell="no").text


def test_the_receipt_leads_to_the_questions_without_an_address_that_tells(small_town: Town) -> None:
    """The digits would stand in the phone's history, or have to be typed a second time by cold fingers."""
    app = app_of(small_town)
    sent = report(app.test_client(), what="漏气", sector="gas")
    number, password = receipt_in(sent)
    assert f'name="password" value="{password}"' in sent.text
    assert not re.search(rf'(href|action)="[^"]*({number}|{password})', sent.text)
    page = followed(app, number, password).get("/follow").text
    assert ASKED in page
    assert "现在闻得到漏气味吗？" in page


def test_the_questions_are_those_of_the_guess_where_nothing_was_chosen(small_town: Town) -> None:
    """Who leaves the sector open would be asked nothing, or about something else."""
    app = app_of(small_town)
    number, password = receipt_in(report(app.test_client(), what="工地塔吊底下没人管，脚手架晃，没安全网"))
    assert "高处的人系安全带了吗？" in followed(app, number, password).get("/follow").text


def test_what_is_answered_stands_in_the_thread_and_the_box_is_gone(small_town: Town) -> None:
    """The reporter would not know whether the answers arrived, and be asked for ever."""
    app = app_of(small_town)
    client = followed(app, *receipt_in(report(app.test_client(), what="漏气", sector="gas")))
    typed = box(client, q_gas_kind="bottle", q_gas_smell="unknown", q_gas_alarm="x")
    assert client.post("/follow", data=typed).status_code == 303
    page = client.get("/follow").text
    assert ASKED not in page
    assert "用的什么气？煤气罐。" in page
    assert FIRST not in page
    assert client.post("/follow", data=typed).status_code == 303
    assert client.get("/follow").text.count("用的什么气？煤气罐。") == 1


def test_nothing_is_lost_under_the_once_of_one_page(small_town: Town) -> None:
    """Who answers, goes back and then writes, or answers otherwise since gas is smelled now, would not be heard."""
    app = app_of(small_town)
    client = followed(app, *receipt_in(report(app.test_client(), what="漏气", sector="gas")))
    typed = box(client, q_gas_smell="no", q_gas_kind="bottle")
    for changed in ({}, {}, {"kind": "message", "message": "老板今天不在"}, {"q_gas_smell": "yes"}):
        assert client.post("/follow", data={**typed, **changed}).status_code == 303
    page = client.get("/follow").text
    assert page.count("现在闻得到漏气味吗？不是。") == 1
    assert page.count("老板今天不在") == 1
    assert FIRST in page
    assert small_town.tools.memory.keys("due:")


def test_skipping_leaves_no_trace_on_either_page(small_town: Town) -> None:
    """Who would rather not say would see an empty line under their name, and the desk wonder what it means."""
    app = app_of(small_town)
    number, password = receipt_in(report(app.test_client(), what="漏气", sector="gas"))
    client = followed(app, number, password)
    before = client.get("/follow").text.count("<li")
    assert client.post("/follow", data=box(client, skip="1", q_gas_smell="yes")).status_code == 303
    page = client.get("/follow").text
    assert ASKED not in page
    assert page.count("<li") == before
    assert FIRST not in page


def test_a_later_danger_says_first_whom_to_call_on_that_day(small_town: Town) -> None:
    """Who smells gas after sending would be thanked for the answer; or be told to call 119 a month later."""
    app = app_of(small_town)
    number, password = receipt_in(report(app.test_client(), what="漏气", sector="gas"))
    client = followed(app, number, password)
    client.post("/follow", data=box(client, q_gas_smell="yes"))
    page = client.get("/follow").text
    assert page.index(FIRST) < page.index("<h1>")
    small_town.now.pass_days(1)
    assert FIRST not in followed(app, number, password).get("/follow").text


def test_answers_need_the_page_s_secret_and_its_cookie(small_town: Town) -> None:
    """Another site could raise alarms in the reporter's name, or somebody without the receipt answer for them."""
    app = app_of(small_town)
    number, password = receipt_in(report(app.test_client(), what="漏气", sector="gas"))
    client = followed(app, number, password)
    typed = box(client, q_gas_smell="yes")
    stranger = followed(app, *receipt_in(report(app.test_client(), what="另一件")))
    assert client.post("/follow", data={**typed, "secret": "0" * 32}).status_code == 403
    assert stranger.post("/follow", data=typed).status_code == 403
    assert app.test_client().post("/follow", data=typed).status_code == 403
    assert small_town.tools.memory.keys("due:") == []
    assert "漏气味吗？是" not in client.get("/follow").text


def test_the_desk_sees_answers_and_its_list_and_opening_ends_the_alarm(small_town: Town) -> None:
    """The verifier would go without knowing what to look at, or the duty leader be called though the desk is at it."""
    app = app_of(small_town)
    number, password = receipt_in(report(app.test_client(), what="漏气", sector="gas", q_gas_alarm="no"))
    visit = look_up(small_town.tools, Receipt(number, password))
    case_id = read_follow(small_town.tools, visit).content.case_id
    desk, _ = signed_in(app, small_town, "chengjian")
    page = desk.get(f"/desk/cases/{case_id}", follow_redirects=True).text
    assert "核查时看" in page
    assert "可燃气体报警装置装没装、通没通电（安全生产法第三十六条）" in page
    assert "现在有生命危险" not in page
    client = followed(app, number, password)
    client.post("/follow", data=box(client, q_gas_smell="yes"))
    assert small_town.tools.memory.keys("due:") == [f"due:{case_id}"]
    page = desk.get(f"/desk/cases/{case_id}").text
    assert "现在有生命危险" in page
    assert "先测浓度" in page
    assert "现在闻得到漏气味吗？是。" in page
    assert small_town.tools.memory.keys("due:") == []


def test_no_citizen_s_page_cites_the_rule_behind_a_question(small_town: Town) -> None:
    """A villager would read law where a plain question stands."""
    app = app_of(small_town)
    for sector in ("gas", "fire", "trade_industry"):
        client = followed(app, *receipt_in(report(app.test_client(), what="看看", sector=sector)))
        page = client.get("/follow").text
        assert ASKED in page
        assert "法第" not in page
        assert "条例第" not in page


def test_every_sector_s_questions_show_on_its_page(small_town: Town) -> None:
    """One sector's page would break, and only its reporters would find out."""
    app = app_of(small_town)
    for sector, asked in small_town.tools.rules.questions.sectors.items():
        if small_town.tools.rules.sectors[sector].escalate or sector == "unknown":
            continue
        client = followed(app, *receipt_in(report(app.test_client(), what="看看", sector=sector)))
        page = client.get("/follow").text
        for one in asked:
            assert one.ask in page
            assert page.count(f'name="{one.name}"') == len(one.answers)
    with small_town.tools.database.work() as session:
        assert len(session.scalars(select(Tip)).all()) == len(small_town.tools.rules.questions.sectors) - 3
