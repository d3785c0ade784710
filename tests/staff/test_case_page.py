"""The page of a case, as its desk reads it."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.casework.flow import TABLE
from app.intake.sent import Taken
from app.intake.take import take
from app.staff.words import INSIDE, MEASURES, ONWARD
from app.vault.opening import read_identity
from app.vault.requests import ask_identity, release
from tests.casework.test_way import FOUND, desktop, sign_all, step, verified
from tests.intake.test_take import sent
from tests.makers import Town
from tests.vault.test_vault import named, number
from tests.web.door import app_of, signed_in


def test_a_record_s_level_is_said_in_words(small_town: Town) -> None:
    """An inspector would read the word of the program, "general", for 一般事故隐患."""
    taken = verified(small_town)
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}").text
    assert "<dd>一般事故隐患</dd>" in page
    assert "<dd>general</dd>" not in page


def test_what_brings_a_case_on_stands_first(small_town: Town) -> None:
    """An inspector with sixty open items would look for the next step among twelve, on a phone."""
    assert {*ONWARD, *MEASURES, *INSIDE} <= TABLE.keys()
    taken = take(small_town.tools, sent())
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")

    def first() -> str:
        page = client.get(f"/desk/cases/{taken.case_id}", follow_redirects=True).text.partition('id="next"')[
            2
        ]
        return str(re.findall(rf'action="/desk/cases/{taken.case_id}/(\w+)"', page)[0])

    assert first() == "accept"
    step(small_town, taken, "accept")
    assert first() == "verify"
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general", photos=1)
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="true")
    assert first() == "answer"


def test_who_gave_a_case_back_finds_it_and_what_to_do(small_town: Town) -> None:
    """The desk that acts first would not find the case in its list, or could give it to its people as if it led."""
    taken = take(small_town.tools, sent())
    client, secret = signed_in(app_of(small_town), small_town, "chengjian")
    client.get(f"/desk/cases/{taken.case_id}")
    back = client.post(
        f"/desk/cases/{taken.case_id}/hand_back",
        data={
            "csrf": secret,
            "version": desktop(small_town, taken.case_id).now.version,
            "reason": "不归我们",
        },
        follow_redirects=True,
    ).text
    assert "指定以前，现场有危险的由本岗先到场控制" in back
    assert "/vault/ask/" not in back
    listed = client.get("/desk/").text
    assert "等指定，本岗先到场" in listed
    assert 'name="case"' not in listed
    chief, _ = signed_in(app_of(small_town), small_town, "dispatch")
    assert (
        "指定以前由退回的岗位先到场控制"
        in chief.get(f"/desk/cases/{taken.case_id}", follow_redirects=True).text
    )


def test_what_was_typed_outlives_the_key(small_town: Town) -> None:
    """Who writes in the field while the dispatch desk assigns the case would lose every word."""
    taken = take(small_town.tools, sent())
    client, secret = signed_in(app_of(small_town), small_town, "chengjian")
    client.get(f"/desk/cases/{taken.case_id}")
    step(small_town, taken, "hand_back", reason="不归我们")
    version = desktop(small_town, taken.case_id).now.version
    step(small_town, taken, "assign", who="dispatch", desk="anjian", reason="谁主管")
    typed = {"csrf": secret, "version": str(version), "found": "关了总阀，等人来换管子"}
    for case_id in (taken.case_id, "a" * 32):
        answer = client.post(f"/desk/cases/{case_id}/act_first", data=typed)
        assert answer.status_code == 404
        assert "关了总阀，等人来换管子" in answer.text
        assert "没有这一件，或者已经交给别的岗位" in answer.text


def test_nothing_that_decides_is_chosen_beforehand(small_town: Town) -> None:
    """A tired inspector would record a major hazard as an ordinary one by not choosing; or send a case to the first
    desk of the list.
    """
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}").text
    for name in ("verify-level", "transfer-desk", "conclude-conclusion"):
        chosen = re.search(rf'<select id="{name}"[^>]*required[^>]*>(.*?)</select>', page)
        if chosen is not None:
            assert chosen[1].startswith('<option value="" selected>请选</option>')
    assert 'id="verify-level"' in page


def test_a_case_says_that_it_waits_for_the_leader(small_town: Town) -> None:
    """An inspector would look for a step to take while only a signature is missing."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general", photos=1)
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    assert "等领导签批：核查记录" in client.get(f"/desk/cases/{taken.case_id}").text
    sign_all(small_town)
    assert "等领导签批" not in client.get(f"/desk/cases/{taken.case_id}").text


def test_a_case_is_offered_to_nobody_who_cannot_have_it(small_town: Town) -> None:
    """The list of people would offer the administrator and the keepers, and refuse them afterwards."""
    taken = take(small_town.tools, sent())
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}", follow_redirects=True).text
    offered = re.findall(r'<select id="transfer-member".*?</select>', page)[0]
    assert 'value="anjian"' in offered
    assert not [who for who in ("admin", "approver", "custodian", "cashier") if f'value="{who}"' in offered]


def post_record(client: FlaskClient, secret: str, taken: Taken, version: int) -> TestResponse:
    typed = {
        "csrf": secret,
        "version": str(version),
        "enterprise": "某饭店",
        "found": FOUND,
        "level": "general",
    }
    return client.post(f"/desk/cases/{taken.case_id}/verify", data=typed)


def test_who_was_outrun_keeps_what_was_typed(small_town: Town) -> None:
    """A colleague's note in the meantime would cost an inspector the whole site record."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    client, secret = signed_in(app_of(small_town), small_town, "chengjian")
    version = desktop(small_town, taken.case_id).now.version
    step(small_town, taken, "note", text="钥匙在门卫那里")
    answer = post_record(client, secret, taken, version)
    assert answer.status_code == 409
    assert f"{FOUND}</textarea>" in answer.text
    version = desktop(small_town, taken.case_id).now.version
    assert post_record(client, secret, taken, version).status_code == 303


def test_what_was_typed_for_a_step_that_is_gone_is_shown(small_town: Town) -> None:
    """Where a colleague moved the case on, the form has gone and with it what somebody wrote for it."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    client, secret = signed_in(app_of(small_town), small_town, "chengjian")
    version = desktop(small_town, taken.case_id).now.version
    step(small_town, taken, "hand_up", bureau="qu_chengguan", title="餐饮用气", text="四个钢瓶，请查处。")
    answer = post_record(client, secret, taken, version)
    assert answer.status_code == 409
    assert f'<div class="said">{FOUND}</div>' in answer.text


def test_an_opened_identity_is_said_in_words(small_town: Town) -> None:
    """An inspector would read the word of the program, "identity_opened", in what happened to the case."""
    taken = named(small_town)
    asked = ask_identity(small_town.tools, desktop(small_town, taken.case_id), number(taken), "核实")
    for keeper in ("custodian", "approver"):
        release(small_town.tools, small_town.holder(keeper), asked)
    read_identity(small_town.tools, small_town.holder("chengjian"), asked, desktop(small_town, taken.case_id))
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}", follow_redirects=True).text
    assert "启封，看了举报人 chengjian" in page
    assert "identity_opened" not in page


def test_a_step_that_still_misses_something_says_so_unopened(small_town: Town) -> None:
    """An inspector would open one step after the other to find which of them can be taken."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}").text
    assert f'<summary>{TABLE["conclude"].title} <span class="tag">还不能办</span></summary>' in page
    assert f"<summary>{TABLE['verify'].title}</summary>" in page
