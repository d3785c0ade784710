"""A hotline centre hands in by its system: once for each number, nothing outwards but a day and plain words."""

import base64
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.casework.models import Case
from app.intake import hotline as hotline_room
from app.intake.take import take
from app.sealing.receipt import Receipt
from app.tips.centres import connect, make_centre, withdraw_centre
from app.tips.models import Centre, HandedIn, Identity, Tip
from app.tips.receipts import look_up
from tests.casework.test_way import desktop
from tests.casework.walk import OFFICIAL
from tests.drills.client import small_photo
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

NUMBER = "TJ20261124-000017"
TIP = {
    "external_number": NUMBER,
    "what": GAS.what,
    "where": GAS.where,
    "sector": "gas",
    "external_due": "2026-11-27",
}
NAMED = {**TIP, "name": "王某", "phone": "13000000000", "consent": True}


@dataclass(frozen=True)
class Hotline:
    """A centre's program."""

    app: Flask
    token: str

    def post(self, value: Any, key: str = "", path: str = "/api/v1/tips", **headers: str) -> TestResponse:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        given = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or secrets.token_hex(8),
            **headers,
        }
        return self.app.test_client().post(path, data=body, headers=given, content_type="application/json")

    def get(self, number: str = NUMBER) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.app.test_client().get(f"/api/v1/tips/{number}", headers=headers)


def connected(town: Town, app: Flask | None = None, channel: str = "12345") -> Hotline:
    token = make_centre(town.tools, town.holder("admin"), "天津市热线", channel)
    return Hotline(app or app_of(town), token)


@pytest.fixture
def hotline(small_town: Town) -> Hotline:
    return connected(small_town)


def count(town: Town, table: Any) -> int:
    with town.tools.database.work() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def the_case(town: Town) -> Case:
    with town.tools.database.work() as session:
        return session.scalars(select(Case)).one()


def problem_in(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    return dict(answer.json)


def test_it_comes_to_the_desk_with_number_and_day(town: Town) -> None:
    """What the hotline sends would not reach the desk, or without its number and deadline."""
    hotline = connected(town)
    answer = hotline.post(TIP)
    assert (answer.status_code, answer.json) == (
        201,
        {"external_number": NUMBER, "status": "已登记", "registered_on": "2026-11-24"},
    )
    report = desktop(town, the_case(town).id).tips[0].content.report
    assert (report.channel, report.external_number, report.external_due) == ("12345", NUMBER, "2026-11-27")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    seen = hotline.get()
    assert (seen.status_code, seen.json) == (200, answer.json)


def test_no_identity_ever_comes_out(small_town: Town, hotline: Hotline) -> None:
    """Whoever works at the hotline, or steals its token, would read names, words or numbers of the town's cases."""
    said = [hotline.post(NAMED, "k" * 8).text, hotline.post(NAMED, "k" * 8).text, hotline.get().text]
    said.append(hotline.post({"tips": [{**NAMED, "external_number": "2"}]}, path="/api/v1/tips/batch").text)
    said.append(hotline.post({**NAMED, "what": "别的"}, "k" * 8).text)
    number = the_case_numbers(small_town)
    for word in ("王某", "13000000000", GAS.what[:6], GAS.where, *number):
        assert not any(word in text for text in said), word
    for path in small_town.settings.data.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            assert not any(word.encode() in raw for word in ("王某", "13000000000", NUMBER)), path.name


def the_case_numbers(town: Town) -> list[str]:
    with town.tools.database.work() as session:
        return [str(one) for one in session.scalars(select(Case.number))]


def test_a_name_needs_consent(small_town: Town, hotline: Hotline) -> None:
    """Somebody's name would be kept though nobody asked (个人信息保护法 §29)."""
    wrong = problem_in(hotline.post({**NAMED, "consent": False}), 422)
    assert [one["field"] for one in wrong["errors"]] == ["consent"]
    assert count(small_town, Identity) == 0


def test_the_same_again_is_the_same_answer(town: Town) -> None:
    """A line that broke would make a second case of one call, or lose the receipt that was to be read out."""
    hotline = connected(town)
    value = {**TIP, "receipt": True}
    first, second = (hotline.post(value, "a-key-of-ours") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert first.json is not None
    receipt = Receipt(first.json["receipt"]["number"], first.json["receipt"]["password"])
    assert look_up(town.tools, receipt).first  # heard by a clerk: opens nothing before it is changed
    town.now.pass_days(1)
    later = hotline.post(value, "a-key-of-ours")
    assert later.status_code == 200
    assert "receipt" not in (later.json or {})
    assert count(town, Tip) == 1


def test_no_receipt_unless_somebody_is_on_the_line(hotline: Hotline) -> None:
    """Receipts that nobody asked for would lie in the hotline's database."""
    for value in (TIP, {**TIP, "external_number": "2", "receipt": False}):
        assert "receipt" not in (hotline.post(value).json or {})


def test_another_body_under_the_same_key_is_refused(town: Town) -> None:
    """A program that forgets to change its key would think that the second call was taken."""
    hotline = connected(town)
    hotline.post(TIP, "a-key-of-ours")
    for value in ({**TIP, "what": "别的事"}, {**TIP, "external_number": "2"}):
        problem_in(hotline.post(value, "a-key-of-ours"), 409)
    town.tools.memory.delete(next(name for name in town.tools.memory.keys("api:")))
    problem_in(hotline.post({**TIP, "what": "别的事"}, "a-key-of-ours"), 409)  # also after a restart
    problem_in(hotline.post(TIP, "another-key"), 409)
    assert count(town, Tip) == 1


def test_a_stolen_token_does_not_fill_the_memory(small_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions and the due minutes of danger to life lie in the same memory: they would be pushed out."""
    monkeypatch.setattr(hotline_room, "MOST_KEYS", 2)
    hotline = connected(small_town)
    for at in ("1", "2"):
        assert hotline.post({**TIP, "external_number": at}, f"key-number-{at}").status_code == 201
    assert hotline.post({**TIP, "external_number": "3"}, "key-number-3").status_code == 503
    assert hotline.post({**TIP, "external_number": "2"}, "key-number-2").status_code == 200
    small_town.now.pass_days(1)
    assert hotline.post({**TIP, "external_number": "3"}, "key-number-3").status_code == 201


def test_sent_at_once_on_two_lines_is_one(town: Town) -> None:
    """Two workers of the centre that send the same call would make two cases, or an error page."""
    hotline = connected(town)
    for value, keys in ((TIP, ("a" * 8, "a" * 8)), ({**TIP, "external_number": "2"}, ("b" * 8, "c" * 8))):
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda key, value=value: hotline.post(value, key).status_code, keys))
        assert 201 in answers
        assert set(answers) <= {200, 201, 409}
    assert (count(town, Tip), count(town, HandedIn)) == (2, 2)


def test_each_of_a_batch_has_its_own_result(small_town: Town, hotline: Hotline) -> None:
    """One wrong line would keep the others out, or nobody know which."""
    tips = [TIP, {"external_number": "2"}, {**TIP, "external_number": "3"}, TIP, {**TIP, "what": "别的"}]
    answers = [hotline.post({"tips": tips}, "batch-key", "/api/v1/tips/batch") for _ in range(2)]
    found = [[one["http_status"] for one in (answer.json or {})["results"]] for answer in answers]
    assert found == [[201, 422, 201, 200, 409], [200, 422, 200, 200, 409]]
    assert count(small_town, Tip) == 2


@pytest.mark.parametrize("tips", [[], [TIP] * 101, "x", None, [1], {"a": 1}])
def test_a_batch_has_a_bound(small_town: Town, hotline: Hotline, tips: Any) -> None:
    """One request could keep the town's server busy for an hour."""
    problem_in(hotline.post({"tips": tips}, path="/api/v1/tips/batch"), 422)
    assert count(small_town, Tip) == 0


def test_a_photo_goes_along_and_a_broken_one_is_said(small_town: Town, hotline: Hotline) -> None:
    """A photo would be lost without a word, or a broken one keep the report out."""
    photos = [base64.b64encode(one).decode() for one in (small_photo(), b"no photo")]
    answer = hotline.post({**TIP, "photos": photos})
    assert answer.status_code == 201
    assert [one["position"] for one in (answer.json or {})["photos_refused"]] == [2]
    assert len(desktop(small_town, the_case(small_town).id).tips[0].content.photos) == 1


def test_another_centre_s_number_is_not_there(small_town: Town, hotline: Hotline) -> None:
    """A centre could ask how far another's calls are, or hand in over them."""
    other = connected(small_town, hotline.app, "12350")
    hotline.post(TIP)
    unknown = problem_in(other.get("000"), 404)
    assert problem_in(other.get(), 404) == unknown
    assert other.post(TIP).status_code == 201
    with small_town.tools.database.work() as session:
        assert len(set(session.scalars(select(HandedIn.id)))) == 2


def test_a_withdrawn_token_opens_nothing(small_town: Town, hotline: Hotline) -> None:
    """A token that leaked would go on handing in and asking."""
    hotline.post(TIP)
    centre_id = hotline.token.split("_")[1]
    withdraw_centre(small_town.tools, small_town.holder("admin"), centre_id)
    problem_in(hotline.get(), 401)
    assert problem_in(hotline.post(TIP), 401)["title"]
    assert hotline.post(TIP).headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_told_from_no_other(small_town: Town, hotline: Hotline) -> None:
    """Somebody could find a token by trying, or one centre's by changing another's."""
    token = hotline.token
    other = connected(small_town).token
    parts = token.split("_", 2)
    tried = [
        "",
        "x",
        token[:-1],
        token + "A",
        f"anshao_{parts[1]}_{'A' * 43}",
        token.upper(),
        f"anshao_{other.split('_')[1]}_{parts[2]}",
        "0" * 300,
    ]
    with small_town.tools.database.work() as session:
        for one in tried:
            assert connect(session, small_town.tools.keyring, one) is None, one
        assert connect(session, small_town.tools.keyring, token) is not None
        assert all(token.encode() not in row.token_check for row in session.scalars(select(Centre)))
    answers = {replace(hotline, token=one).get().text for one in tried if one}
    assert len(answers) == 1
    basic = hotline.app.test_client().get(
        f"/api/v1/tips/{NUMBER}", headers={"Authorization": f"Basic {token}"}
    )
    assert basic.status_code == 401


def test_the_stolen_database_does_not_tell_what_came_by_a_hotline(town: Town) -> None:
    """Whoever has database and server keys would find by the hotline's numbers which cases somebody reported."""
    hotline = connected(town)
    take(town.tools, sent())
    hotline.post({**TIP, "what": GAS.what, "where": GAS.where})
    it = town.tools
    with it.database.work() as session:
        (row,) = session.scalars(select(HandedIn)).all()
        cases = session.scalars(select(Case)).all()
        shapes = {(one.day, one.desk_id, one.state, one.next_due, len(one.facts)) for one in cases}
        found = session.scalars(select(Tip)).all()
        tips = {(len(one.content), len(one.thread), len(one.once_receipt or b"")) for one in found}
        who = connect(session, it.keyring, hotline.token)
    assert (len(shapes), len(tips)) == (1, 1)
    assert not any(one.id.encode() in row.sealed for one in cases)
    assert [column.name for column in HandedIn.__table__.columns] == ["id", "sealed"]
    assert who is not None
    assert who.name_of(NUMBER) == row.id
    for key in (
        it.keyring.standing,
        it.keyring.standing_key("api-centre"),
        it.keyring.standing_key("api-token"),
    ):
        liar = replace(who, key=key)
        assert liar.name_of(NUMBER) != row.id
        assert liar.open_record(it.keyring, row) is None


def test_records_are_of_one_length_and_go_with_their_month(small_town: Town, hotline: Hotline) -> None:
    """The length would tell the number, or a number still lead to its case when the month was destroyed."""
    hotline.post(TIP)
    hotline.post({**TIP, "external_number": "9" * 60})
    with small_town.tools.database.work() as session:
        assert len({len(row.sealed) for row in session.scalars(select(HandedIn))}) == 1
    small_town.tools.keyring.destroy_month("2026-11")
    small_town.now.pass_days(10)
    problem_in(hotline.get(), 404)
    problem_in(hotline.post(TIP), 409)


def test_an_official_s_case_stays_registered(small_town: Town, hotline: Hotline) -> None:
    """The hotline would learn what discipline does with an accusation."""
    answer = hotline.post({"external_number": NUMBER, "what": OFFICIAL.what, "about_official": True})
    assert answer.status_code == 201
    assert the_case(small_town).reserved
    assert (hotline.get().json or {})["status"] == "已登记"


WRONG: dict[str, list[Any]] = {
    "external_number": ["", "x y", "-1", "a" * 61, 7, None, "1' or '1'='1", "../2", "１２３４"],
    "what": ["", " ", 5, None, "字" * 5001, "\x00\u202e"],
    "external_due": ["2026-13-01", "27/11/2026", "20261127", "", 5],
    "sector": ["unknown", "", "x", 1],
    "visit": ["never", True],
    "deaths": ["y", 1, None],
    "photos": ["x", [1], ["*"], [""], ["AAAA"] * 10],
    "channel": ["phone"],
    "mode": ["named"],
    "once": ["x"],
}


@pytest.mark.parametrize("name", list(WRONG))
def test_what_is_wrong_is_named(small_town: Town, hotline: Hotline, name: str) -> None:
    """A program would send nonsense for months, and its words be cut, guessed or lost."""
    for value in WRONG[name]:
        wrong = problem_in(hotline.post({**TIP, name: value}), 422)
        assert {one["field"].split("[")[0] for one in wrong["errors"]} == {name}, value
    assert count(small_town, Tip) == 0


BODIES = (
    b"", b"[]", b"null", b"{", b'{"a":1,"a":2}', b'{"what":NaN}', b"\xff\xfe", b'{"what":"\\ud800"}', b"[" * 100_000,
    b'{"what":' + b"9" * 5000 + b"}",
)  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_what_is_no_json_is_refused(hotline: Hotline, body: bytes) -> None:
    """A broken or hostile program could bring the server down, or be understood otherwise than it meant."""
    assert hotline.post(body).status_code in (400, 422)


def test_the_door_is_narrow(small_town: Town, hotline: Hotline) -> None:
    """A request without key, of another kind or without end would be taken."""
    problem_in(hotline.post(TIP, "short"), 400)
    problem_in(hotline.post(TIP, "k" * 129), 400)
    client = hotline.app.test_client()
    bearer = {"Authorization": f"Bearer {hotline.token}"}
    form = client.post("/api/v1/tips", data={"what": "x"}, headers={**bearer, "Idempotency-Key": "k" * 8})
    problem_in(form, 415)
    problem_in(client.post("/api/v1/tips", json=TIP, headers=bearer), 400)
    problem_in(hotline.post(b'{"what":"' + b"x" * (41 * 1024 * 1024) + b'"}'), 413)
    assert "POST" in client.get("/api/v1/tips", headers=bearer).headers["Allow"]
    problem_in(client.get("/api/v1/nothing"), 404)
    assert count(small_town, Tip) == 0


def test_no_cookie_opens_it_and_no_token_the_desk(small_town: Town, hotline: Hotline) -> None:
    """A page that somebody of the staff looks at could hand in for them, or a leaked token read the desk's pages."""
    client, _ = signed_in(hotline.app, small_town, "chengjian")
    answer = client.post("/api/v1/tips", json=TIP, headers={"Idempotency-Key": "k" * 8})
    problem_in(answer, 401)
    bearer = {"Authorization": f"Bearer {hotline.token}"}
    for path in ("/desk/", "/admin/", "/admin/centres"):
        assert hotline.app.test_client().get(path, headers=bearer).status_code == 303


def test_the_administrator_gives_and_takes_back(small_town: Town) -> None:
    """A centre could not be let in, its token be read later, or nobody but the administrator see that it is there."""
    app = app_of(small_town)
    client, csrf = signed_in(app, small_town, "admin")
    assert (
        client.post("/admin/centres", data={"csrf": csrf, "name": "", "channel": "12345"}).status_code == 422
    )
    assert (
        client.post("/admin/centres", data={"csrf": csrf, "name": "市热线", "channel": "web"}).status_code
        == 422
    )
    shown = client.post("/admin/centres", data={"csrf": csrf, "name": "市热线", "channel": "12345"})
    token = shown.text.split('data-token="')[1].split('"')[0]
    hotline = Hotline(app, token)
    assert hotline.post(TIP).status_code == 201
    assert token not in client.get("/admin/centres").text
    for username in ("chengjian", "office", "clerk"):
        assert signed_in(app, small_town, username)[0].get("/admin/centres").status_code == 403
    gone = client.post(f"/admin/centres/{token.split('_')[1]}/withdraw", data={"csrf": csrf})
    assert gone.status_code == 303
    problem_in(hotline.get(), 401)
