"""A village's page: five fields in, its own list and register out, and nothing of what the town does with it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.casework.access import open_case
from app.casework.models import Case
from app.casework.villages import entries_of
from app.people.grants import NoKey, Subject, holders_of
from app.sealing.once import new_once
from app.tips.models import Tip, VillageBook
from tests.casework.test_way import desktop, step
from tests.makers import Town, add_member
from tests.web.door import app_of, signed_in

WORDS = {
    "what": "村东头小作坊的煤气罐挨着炉子",
    "where": "前进村东头",
    "enterprise": "赵家豆腐坊",
    "urgent": "days",
}
Village = tuple[FlaskClient, str]


@pytest.fixture
def village(small_town: Town) -> Village:
    return signed_in(app_of(small_town), small_town, "village")


def post(village: Village, **changes: Any) -> Any:
    client, csrf = village
    return client.post("/desk/village", data={"csrf": csrf, "once": new_once(), **WORDS, **changes})


def without_once(page: str) -> str:
    return re.sub(r'name="once" value="[^"]*"', "", page)


def the_case(town: Town) -> Case:
    with town.tools.database.work() as session:
        return session.scalars(select(Case)).one()


def test_five_fields_become_a_case_and_a_line(small_town: Town, village: Village) -> None:
    """A village's report would not reach the town, or the village not know its number."""
    answer = post(village)
    case = the_case(small_town)
    digits = f"{(case.number or '')[:4]} {(case.number or '')[4:]}"
    assert answer.text.count(digits) == 2
    report = desktop(small_town, case.id, case.desk_id or "").tips[0].content.report
    assert report.what == WORDS["what"] + "\n（多急：这几天就可能出事）"
    assert (report.channel, report.where, report.enterprise) == (
        "village",
        WORDS["where"],
        WORDS["enterprise"],
    )


def test_danger_now_goes_to_the_duty_desk(small_town: Town, village: Village) -> None:
    """What a village calls dangerous now would wait for a working day."""
    post(village, urgent="now")
    client, _ = signed_in(app_of(small_town), small_town, "duty")
    assert WORDS["where"] in client.get("/desk/duty").text


def test_a_village_holds_no_key_and_sees_no_more_than_the_state(small_town: Town, village: Village) -> None:
    """A village official would read what the town found at a neighbour's, or who else reported it."""
    post(village)
    case = the_case(small_town)
    lead = case.desk_id or ""
    with small_town.tools.database.work() as session:
        assert holders_of(session, Subject("case", case.id)) == [("desk", lead)]
        with pytest.raises(NoKey):
            open_case(session, small_town.tools, small_town.holder("village"), case.id)
    client, _ = village
    taken: Any = type("Taken", (), {"case_id": case.id})
    before = without_once(client.get("/desk/village").text)
    step(small_town, taken, "accept", who=lead)
    assert without_once(client.get("/desk/village").text) == before
    step(small_town, taken, "verify", who=lead, enterprise="豆腐坊", found="没有防护罩", level="general")
    assert "没有防护罩" not in client.get("/desk/village").text
    with small_town.tools.database.work(write=True) as session:
        session.execute(update(Case).values(state="closed"))
    for address in ("/desk/village", "/desk/village/register"):
        assert "已办结" in re.sub(r"<p class=\"hint\">.*?</p>", "", client.get(address).text)


def test_what_only_discipline_sees_stays_registered(small_town: Town, village: Village) -> None:
    """The village would learn by the list what became of an accusation."""
    post(village, what="镇安全办的人收厂里的钱，检查前通风报信")
    if the_case(small_town).reserved:
        client, _ = village
        assert "已办结" not in re.sub(r"<p class=\"hint\">.*?</p>", "", client.get("/desk/village").text)
        assert "—" in client.get("/desk/village").text


def test_saved_twice_is_one_line(small_town: Town, village: Village) -> None:
    """Two taps on a slow line would be two cases, or two lines in the register."""
    once = new_once()
    for _ in range(2):
        assert post(village, once=once).status_code == 200
    with small_town.tools.database.work() as session:
        assert len(session.scalars(select(Tip)).all()) == 1
        assert len(entries_of(session, small_town.tools, small_town.holder("village"), 2026)) == 1


def test_the_stolen_database_does_not_count_a_village_s_reports(town: Town) -> None:
    """A thief would subtract what villages reported, and know which cases are left for reporters."""
    client, csrf = signed_in(app_of(town), town, "village")
    lengths = set()
    for _ in range(3):
        post((client, csrf))
        with town.tools.database.work() as session:
            (row,) = session.scalars(select(VillageBook)).all()
            assert WORDS["what"].encode() not in row.book
            lengths.add(len(row.book))
    assert len(lengths) == 1
    assert [column.name for column in VillageBook.__table__.columns] == ["desk_id", "month", "epoch", "book"]


def test_who_joins_later_reads_the_register_and_others_do_not(small_town: Town, village: Village) -> None:
    """A new village secretary would begin with an empty register, or the clerk read a village's."""
    post(village)
    add_member(small_town, "second", list(small_town.holder("village").epochs.values()), "village")
    with small_town.tools.database.work() as session:
        it = small_town.tools
        assert [one.what for one in entries_of(session, it, small_town.holder("second"), 2026)] == [
            WORDS["what"]
        ]
        assert entries_of(session, it, small_town.holder("clerk"), 2026) == []
    for username in ("clerk", "chengjian", "office", "admin"):
        client, _ = signed_in(app_of(small_town), small_town, username)
        assert client.get("/desk/village").status_code == 403
        assert client.get("/desk/village/register").status_code == 403


@pytest.mark.parametrize("changes", [{"what": ""}, {"urgent": "x"}, {"where": "字" * 201}, {"once": "x"}])
def test_what_is_wrong_is_said_and_nothing_is_lost(
    small_town: Town, village: Village, changes: dict[str, str]
) -> None:
    """A village official would type it all again on a phone."""
    answer = post(village, **changes)
    assert answer.status_code == 422
    assert WORDS["enterprise"] in answer.text
    with small_town.tools.database.work() as session:
        assert session.scalars(select(Tip)).all() == []


@pytest.mark.parametrize("year", ["2025", "x", "-1", "99999", ""])
def test_any_year_is_a_page(village: Village, year: str) -> None:
    """A mistyped address would be a server error."""
    client, _ = village
    assert client.get(f"/desk/village/register?year={year}").status_code == 200
