"""Figures: what a desk, the office and everybody see; what was handed in or published is never made anew."""

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import select

from app.casework.needs import Unmet
from app.casework.records import read_records
from app.figures.models import Release
from app.figures.quarters import Quarter
from app.figures.releases import release_key, releases
from app.figures.statements import hand_in, state_figures, statements
from app.figures.withholding import LEAST
from app.intake.take import take
from app.intake.visits import open_visit
from app.ledger.verify import verify
from app.ledger.write import history
from app.people.models import Desk
from app.tips.content import Report
from tests.casework.test_counting import REPLY, closed, struck_off
from tests.casework.test_reserved import accused
from tests.casework.test_way import step, verified
from tests.intake.test_take import sent
from tests.makers import Town, add_member
from tests.web.door import app_of, signed_in

THIS, NEXT = Quarter(2026, 4), date(2027, 1, 8)
DOORS = {
    "/desk/figures": {"office", "signer", "handling", "dispatch"},
    "/desk/figures/quarter/2026-4": {"office", "signer"},
    "/desk/figures/publish/2026-4": {"office"},
}


def page(town: Town, who: str, path: str) -> str:
    client, _ = signed_in(app_of(town), town, who)
    answer = client.get(path)
    assert answer.status_code == 200, (who, path, answer.status_code)
    return answer.text


def post(town: Town, who: str, path: str) -> int:
    client, secret = signed_in(app_of(town), town, who)
    return client.post(path, data={"csrf": secret}).status_code


def roles(town: Town) -> dict[str, str]:
    with town.tools.database.work() as session:
        return {desk.id: desk.role for desk in session.scalars(select(Desk)) if desk.id in town.members}


def test_each_door_for_each_role(small_town: Town) -> None:
    """Somebody whose key opens nothing would see how many cases there are, or publish what nobody decided."""
    small_town.now.day = NEXT
    for who, role in roles(small_town).items():
        client, secret = signed_in(app_of(small_town), small_town, who)
        for path, may in DOORS.items():
            assert client.get(path).status_code == (200 if role in may else 403), (who, path)
        states = role in ("handling", "dispatch", "office")
        assert client.get(f"/desk/figures/statement/2026-4/{who}").status_code == (200 if states else 403), (
            who
        )
        other = "anjian" if who != "anjian" else "zhifa"
        assert client.get(f"/desk/figures/statement/2026-4/{other}").status_code == 403, who
        typed = {"csrf": secret}
        assert client.post(f"/desk/figures/statement/2026-4/{other}", data=typed).status_code == 403, who
        if role != "office":
            assert client.post("/desk/figures/publish/2026-3", data=typed).status_code == 403, who
        if role in DOORS["/desk/figures"]:
            assert client.get("/desk/figures/quarter/2026-5").status_code in (403, 404)
            assert client.get("/desk/figures/quarter/x").status_code in (403, 404)
    assert app_of(small_town).test_client().get("/desk/figures").status_code == 303


def test_a_desk_sees_its_own_figures_and_the_office_all(small_town: Town) -> None:
    """A desk would learn what others have, or the office not what the town has; or either of an accusation."""
    closed(small_town)
    other = take(small_town.tools, sent())
    step(small_town, other, "transfer", desk="anjian", reason="归应急办")
    accused(small_town)
    for who, name, there in (
        ("anjian", "镇城建办", False),
        ("office", "镇城建办", True),
        ("chengjian", "镇城建办", True),
    ):
        assert (f'<th scope="row">{name}</th>' in page(small_town, who, "/desk/figures")) == there, who
    assert "镇纪委</th>" not in page(small_town, "office", "/desk/figures")
    assert '<th scope="row">属实</th><td>1</td>' in page(small_town, "chengjian", "/desk/figures")
    assert '<th scope="row">属实</th>' not in page(small_town, "anjian", "/desk/figures")


def test_a_shut_out_member_sees_no_trace_in_the_desk_s_figures(small_town: Town) -> None:
    """Whom a reporter shut out would see that a case came in, or was closed, which a colleague holds alone."""
    add_member(small_town, "second", list(small_town.holder("anjian").epochs.values()), "anjian")
    small_town.now.day = NEXT
    client, _ = signed_in(app_of(small_town), small_town, "second")
    pages = ("/desk/figures", "/desk/figures/statement/2027-1/anjian")
    before = [main_of(client.get(path).text) for path in pages]
    taken = take(small_town.tools, sent())
    step(small_town, taken, "transfer", desk="anjian", member="anjian", reason="有人要回避")
    step(small_town, taken, "decline", who="anjian", why=REPLY["why"], reply="没说清")
    assert [main_of(client.get(path).text) for path in pages] == before


def main_of(text: str) -> str:
    return text.partition("<main")[2]


def many(town: Town, count: int, **report: object) -> None:
    for _ in range(count):
        told = Report(what="饭馆后厨煤气罐漏气", where="村口", **report)  # type: ignore[arg-type]  # fields of a report
        take(town.tools, sent(told))


def patrols(town: Town, count: int) -> None:
    for at in range(count):
        open_visit(
            town.tools, town.holder("chengjian"), origin="patrol", sector="gas", place="大集", enterprise="",
            text="软管老化", uploads=[], once=bytes([at]) * 32,
        )  # fmt: skip


def own(town: Town) -> dict[str, object]:
    with town.tools.database.work() as session:
        return vars(state_figures(session, town.tools, town.holder("chengjian"), "chengjian", THIS))


def test_a_statement_withholds_what_tells_of_reporters(small_town: Town) -> None:
    """The office would learn from a desk's statement which case a report stands behind."""
    many(small_town, 2)
    assert own(small_town)["channels"] is None
    many(small_town, 5)
    many(small_town, 2, channel="12345")
    many(small_town, 2, channel="12350", insider=True)
    patrols(small_town, 2)
    found = own(small_town)
    assert found["channels"] == {
        "web": 7,
        "12345": None,
        "12350": None,
        "phone": None,
        "visit": None,
        "split": None,
    }
    assert found["insiders"] is None
    many(small_town, LEAST, insider=True)
    assert own(small_town)["insiders"] == 2 + LEAST


def test_a_statement_is_handed_in_once_and_read_by_the_office_alone(town: Town) -> None:
    """Two statements of one quarter would differ by single cases; or another desk would read this one's."""
    struck_off(town, verified(town))
    with pytest.raises(Unmet, match="完了再交"):
        hand_in(town.tools, town.holder("chengjian"), "chengjian", THIS)
    town.now.day = NEXT
    assert post(town, "chengjian", "/desk/figures/statement/2026-4/chengjian") == 303
    take(town.tools, sent())
    assert post(town, "chengjian", "/desk/figures/statement/2026-4/chengjian") == 422
    with pytest.raises(Unmet):
        hand_in(town.tools, town.holder("anjian"), "chengjian", THIS)
    for who, there in (
        ("office", True),
        ("signer", True),
        ("chengjian", True),
        ("anjian", False),
        ("admin", False),
    ):
        with town.tools.database.work() as session:
            holder = town.holder(who)
            assert bool(statements(session, town.tools, holder, THIS)) == there, who
            kinds = [one.kind for one in read_records(session, town.tools, holder)]
            assert ("statement" in kinds) == there, who
            assert verify(session) == []
    with town.tools.database.work() as session:
        (value,) = statements(session, town.tools, town.holder("office"), THIS).values()
    assert (value["concluded"], value["ordered"], value["struck_off"], value["major_open"]) == (1, 1, 1, 0)
    report = page(town, "office", "/desk/figures/quarter/2026-4")
    assert "1 个岗位交了季报：查清 1 件" in report
    assert "整改销号 1 件" in report


def test_the_quarter_s_report_says_who_has_not_handed_in(small_town: Town) -> None:
    """The party committee would take the figures of some desks for the town's."""
    verified(small_town)
    assert "还没有交季报的岗位：镇城建办" in page(small_town, "office", "/desk/figures/quarter/2026-4")


def publish(town: Town, quarter: str = "2026-4") -> int:
    return post(town, "office", f"/desk/figures/publish/{quarter}")


def public(town: Town) -> str:
    return main_of(app_of(town).test_client().get("/figures").text)


def test_nothing_is_public_until_the_office_publishes_and_then_it_is_frozen(town: Town) -> None:
    """Figures would be public that nobody decided on, or two versions of a quarter tell a single case."""
    many(town, 6)
    assert "还没有公布" in public(town)
    assert publish(town) == 422
    town.now.day = NEXT
    assert publish(town) == 303
    seen = public(town)
    assert "2026 年第 4 季度" in seen
    assert "<td>6</td>" in seen
    closed(town)
    assert publish(town) == 422
    assert public(town) == seen
    with town.tools.database.work() as session:
        row = session.get_one(Release, "2026-4")
        key = release_key(town.tools, THIS)
        (entry,) = history(session, key, key)
        assert entry.proven
        assert verify(session) == []

    assert entry.detail["sha256"] == hashlib.sha256(row.figures.encode()).hexdigest()
    assert json.loads(row.figures)["columns"]["received"]["total"] in (6, None)


def test_what_is_published_tells_nothing_of_officials_and_small_numbers(small_town: Town) -> None:
    """An accusation, or the only case of a sector, would be seen by everybody."""
    many(small_town, 6)
    accused(small_town)
    closed(small_town)
    small_town.now.day = NEXT
    assert publish(small_town) == 303
    with small_town.tools.database.work() as session:
        (found,) = releases(session)
    gas = found.rows.index("gas")
    assert found.columns["received"].cells[gas] == 7
    assert found.columns["received"].total is None
    for name in ("closed", "found", "rectified", "overdue"):
        assert [cell for cell in found.columns[name].cells if cell is not None and cell < LEAST] == []
        assert found.columns[name].cells[gas] is None or name == "overdue"
