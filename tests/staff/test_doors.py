"""Staff pages over HTTP: no post without the session's secret, no case of another desk, no crash."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.casework.edges import take_edge
from app.casework.flow import TABLE
from app.casework.needs import Unmet
from app.intake.take import take
from app.web.services import EXTENSION
from tests.casework.test_way import desktop
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import sent
from tests.makers import FixedDay, Town, add_member
from tests.web.door import app_of, signed_in

OPEN_TO_ALL = {
    "/report/photos",
    "/report/photos/drop",
    "/report",
    "/follow",
    "/follow/leave",
    "/follow/password",
    "/desk/login",
    "/desk/join",
    "/api/v1/tips",  # a token opens it, no cookie
    "/api/v1/tips/batch",
}
NONSENSE = (
    "",
    "x" * 30_000,
    "😀\u202e",
    "-1",
    "9" * 400,
    "2026-99-99",
    "9999-12-31",
    "<b>",
    "\x00",
)
EVERYBODY = (
    "chengjian",
    "dispatch",
    "duty",
    "jijian",
    "office",
    "custodian",
    "approver",
    "signer",
    "cashier",
    "clerk",
    "admin",
)


def address(rule: Rule, value: str) -> str:
    return re.sub(r"<[^>]+>", value, rule.rule)


def posts(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def test_no_post_without_the_session_s_secret(small_town: Town) -> None:
    """Another site could act in the name of whoever is signed in and looks at it."""
    app = app_of(small_town)
    client, _ = signed_in(app, small_town, "chengjian")
    for rule in posts(app):
        if rule.rule in OPEN_TO_ALL:
            continue
        for typed in ({}, {"csrf": ""}, {"csrf": "0" * 64}):
            assert client.post(address(rule, "a" * 32), data=typed).status_code == 403, rule.rule
        assert app.test_client().post(address(rule, "a" * 32)).status_code in (303, 403), rule.rule


@pytest.mark.parametrize("username", EVERYBODY)
def test_odd_ids_are_not_found_and_break_nothing(town: Town, username: str) -> None:
    """A mistyped or invented address would be a server error, or show something."""
    app = app_of(town)
    client, secret = signed_in(app, town, username)
    for rule in app.url_map.iter_rules():
        for value in ("a" * 32, "%00", "x" * 300, "%F0%9F%98%80", "..%2F.."):
            path = address(rule, value)
            if "GET" in (rule.methods or ()) and rule.endpoint != "static":
                assert client.get(path).status_code < 500, path
            if "POST" in (rule.methods or ()) and rule.rule != "/desk/logout":
                assert client.post(path, data={"csrf": secret}).status_code < 500, path


def test_nonsense_in_a_step_is_explained(town: Town) -> None:
    """What an inspector mistypes would end in an error page, and what was typed be lost."""
    taken = take(town.tools, sent())
    app = app_of(town)
    client, secret = signed_in(app, town, "chengjian")
    client.get(f"/desk/cases/{taken.case_id}", follow_redirects=True)
    before = desktop(town, taken.case_id).now.state
    for edge in TABLE.values():
        for text in NONSENSE:
            if edge.name in ("accept", "message", "ask", "hand_back") or (edge.name == "decline" and text):
                continue  # these take any words
            typed = {field.name: text for field in edge.fields if field.kind != "photos"}
            version = str(desktop(town, taken.case_id).now.version)
            answer = client.post(
                f"/desk/cases/{taken.case_id}/{edge.name}", data={**typed, "csrf": secret, "version": version}
            )
            assert answer.status_code in (303, 404, 409, 422), (edge.name, text)
    assert desktop(town, taken.case_id).now.state == before


def test_a_step_taken_twice_is_taken_once(small_town: Town) -> None:
    """Two clicks, or two people at once, would do everything twice."""
    taken = take(small_town.tools, sent())
    app = app_of(small_town)
    client, secret = signed_in(app, small_town, "chengjian")
    client.get(f"/desk/cases/{taken.case_id}", follow_redirects=True)
    typed = {"csrf": secret, "version": str(desktop(small_town, taken.case_id).now.version)}
    answers = [client.post(f"/desk/cases/{taken.case_id}/accept", data=typed).status_code for _ in range(2)]
    assert answers[0] == 303
    assert answers[1] in (409, 422)


def test_another_desk_s_case_does_not_exist(small_town: Town) -> None:
    """A desk could learn by its address that a case is there, or act on it."""
    taken = take(small_town.tools, sent())
    app = app_of(small_town)
    for username in ("anjian", "office", "admin", "custodian", "signer"):
        client, secret = signed_in(app, small_town, username)
        for case_id in (taken.case_id, "f" * 32):
            seen = client.get(f"/desk/cases/{case_id}")
            done = client.post(f"/desk/cases/{case_id}/accept", data={"csrf": secret})
            assert {seen.status_code, done.status_code} <= {403, 404}
            assert "煤气罐" not in seen.text + done.text


def test_trying_numbers_tells_nothing(town: Town) -> None:
    """Whoever tries numbers in the merge form could tell which cases other desks, or discipline, have in hand."""
    own, other = take(town.tools, sent()), take(town.tools, sent())
    take_edge(
        town.tools, town.holder("chengjian"), other.case_id, "transfer", {"desk": "anjian", "reason": "一"}
    )
    accused = take(town.tools, sent(OFFICIAL))
    closed = take(town.tools, sent())
    reply = {"why": "no_target", "reply": "没说清"}
    take_edge(town.tools, town.holder("chengjian"), closed.case_id, "decline", reply)
    numbers = [
        desktop(town, one.case_id, who).now.number
        for one, who in ((other, "anjian"), (accused, "jijian"), (closed, "chengjian"), (own, "chengjian"))
    ]
    client, secret = signed_in(app_of(town), town, "chengjian")
    client.get(f"/desk/cases/{own.case_id}", follow_redirects=True)
    said = set()
    for number in (*numbers, "00000000"):
        answer = client.post(f"/desk/cases/{own.case_id}/merge", data={"csrf": secret, "into": number})
        said.add((answer.status_code, answer.text.replace(f'name="into" value="{number}"', "")))
    assert [status for status, _ in said] == [422]


QUERIES = (
    "state=%00",
    "state=x&sector=y",
    "after=%00",
    "after=2026-01-01~%00",
    "after=9999-12-31~",
    "sector=%F0",
)


@pytest.mark.parametrize("query", QUERIES)
def test_odd_filters_break_no_queue(town: Town, query: str) -> None:
    """A link that was cut or changed by hand would be a server error."""
    take(town.tools, sent())
    client, _ = signed_in(app_of(town), town, "chengjian")
    assert client.get(f"/desk/?{query}").status_code in (200, 400)
    assert client.get("/desk/search?words=%00%F0%9F%98%80").status_code in (200, 400)


@pytest.mark.parametrize("field", ["username", "password", "otp", "code"])
def test_odd_sign_ins_are_refused_in_words(town: Town, field: str) -> None:
    """Somebody at the door could bring it down, or learn which of the three was wrong."""
    client = app_of(town).test_client()
    good = {"username": "chengjian", "password": "wrong", "otp": "000000", "code": "A"}
    said = set()
    for text in ("", "\x00", "😀" * 500, "nobody", "' or 1=1"):
        for path in ("/desk/login", "/desk/join"):
            answer = client.post(path, data={**good, field: text})
            assert answer.status_code == 422, (path, text)
        said.add(re.sub(r"value=\"[^\"]*\"", "", client.post("/desk/login", data={**good, field: text}).text))
    assert len(said) == 1


@dataclass
class Interrupted:
    """The present of one process; at its n-th look at the day, somebody else does something."""

    now: FixedDay
    left: int
    happens: Callable[[], object]

    def instant(self) -> datetime:
        return self.now.instant()

    def today(self) -> date:
        self.left -= 1
        if self.left == 0:
            self.happens()
        return self.now.today()


@pytest.mark.parametrize("moment", range(1, 6))
def test_two_people_open_a_new_case_at_once(small_town: Town, moment: int) -> None:
    """The second of two who open what came in would see an error page, and call whoever runs it."""
    taken = take(small_town.tools, sent())
    add_member(small_town, "second", list(small_town.holder("chengjian").epochs.values()), "chengjian")
    app = app_of(small_town)
    client, _ = signed_in(app, small_town, "chengjian")

    def sign() -> None:
        with suppress(Unmet):
            take_edge(
                small_town.tools, small_town.holder("second"), taken.case_id, "sign_for", {}, by_opening=True
            )

    meanwhile = Interrupted(small_town.now, moment, sign)
    app.extensions[EXTENSION]["tools"] = replace(small_town.tools, now=meanwhile)
    assert client.get(f"/desk/cases/{taken.case_id}").status_code in (200, 303)
    sign()
    events = [event.edge for event in desktop(small_town, taken.case_id).now.events]
    assert events == ["register", "sign_for"]
