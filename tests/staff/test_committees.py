"""Lists by special committee (专业委员会): the same permission as without it, and only the committee's sectors."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.casework.models import Case
from app.casework.pressing import watched
from app.casework.reading import queue
from app.intake.sent import Taken
from app.intake.take import take
from app.people.filters import saved_filters
from app.rules.committees import OTHER, load_committees
from app.tips.content import Report
from tests.casework.test_way import FOUND, sign_all, step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.staff.test_exports import ask, numbers
from tests.web.door import app_of, signed_in

OFFICIAL = Report(what="安监科老赵收了钱", about_official=True)
SITE = Report(what="工地三楼临边没有栏杆", where="新村二期", enterprise="某建筑队", sector="construction")


def two_sorts(town: Town) -> tuple[Taken, Taken, Taken]:
    """One case of the committee `gas`, one of `building`, one of none; and one on an official beside them."""
    take(town.tools, sent(OFFICIAL))
    mill = replace(GAS, what="木粉落了一指厚", sector="trade_industry")
    gas, building, mine = (take(town.tools, sent(one)) for one in (GAS, SITE, mill))
    return gas, building, mine


def test_the_office_sees_what_one_committee_has_to_press(town: Town) -> None:
    """A committee's meeting would be shown another's cases, miss its own, or learn of an accusation."""
    gas, building, mine = two_sorts(town)
    with town.tools.database.work() as session:
        sectors = {case.id: case.sector for case in session.scalars(select(Case))}
        for committee, expected in (
            ("gas", {gas.case_id}),
            ("building", {building.case_id}),
            (OTHER, {mine.case_id}),
            ("", {gas.case_id, building.case_id, mine.case_id}),
            ("nonsense", set()),
        ):
            found = watched(session, town.tools, committee=committee)
            assert {one.case.id for one in found} == expected, committee
    assert sectors[building.case_id] == "construction"
    text = signed_in(app_of(town), town, "office")[0].get("/desk/overview?committee=gas&desk=chengjian").text
    assert re.search(r'<option value="gas" selected>', text)
    assert f'value="{gas.case_id}"' in text
    assert building.case_id not in text


def test_the_filter_opens_no_other_desk_s_case(small_town: Town) -> None:
    """Who filters by a committee would see cases of its sectors that another desk leads."""
    gas, building, mine = two_sorts(small_town)
    for who, committee, expected in (
        ("chengjian", "gas", {gas.case_id}),
        ("chengjian", "building", {building.case_id}),
        ("chengjian", OTHER, set()),
        ("anjian", OTHER, {mine.case_id}),
        ("anjian", "gas", set()),
        ("jijian", OTHER, set()),
    ):
        with small_town.tools.database.work() as session:
            page = queue(session, small_town.tools, small_town.holder(who), committee=committee)
        assert {row.id for row in page.rows} == expected, (who, committee)


def test_a_queue_s_filter_by_committee_can_be_kept(small_town: Town) -> None:
    """The filter would be lost with the page, or the next page show everything again."""
    gas, building, _ = two_sorts(small_town)
    client, secret = signed_in(app_of(small_town), small_town, "chengjian")
    text = client.get("/desk/?committee=gas").text
    assert gas.case_id in text
    assert building.case_id not in text
    typed = {"csrf": secret, "name": "燃气专委会", "query": "committee=gas&nonsense=1"}
    assert client.post("/desk/filters", data=typed).headers["Location"].endswith("/desk/?committee=gas")
    with small_town.tools.database.work() as session:
        (kept,) = saved_filters(session, small_town.tools, small_town.holder("chengjian"))
    assert (kept.name, kept.query) == ("燃气专委会", "committee=gas")


@pytest.mark.parametrize("who", ["office", "signer"])
def test_site_records_by_committee(small_town: Town, who: str) -> None:
    """The office would leaf through all records of a month for those of one committee."""
    verified(small_town)
    building = take(small_town.tools, sent(SITE))
    step(small_town, building, "accept")
    step(small_town, building, "verify", enterprise="某建筑队", found=FOUND, level="general", photos=1)
    client, _ = signed_in(app_of(small_town), small_town, who)
    assert "某饭店" in client.get("/desk/signing?committee=gas").text
    assert "某建筑队" not in client.get("/desk/signing?committee=gas").text
    assert "某建筑队" in client.get("/desk/signing?committee=building").text
    sign_all(small_town)
    month = small_town.now.today().isoformat()[:7]
    text = client.get(f"/desk/signing?month={month}&committee=building").text
    assert "某建筑队" in text
    assert "某饭店" not in text
    assert f"month={month}&amp;committee=building" in text


def test_the_export_by_committee(small_town: Town) -> None:
    """A committee would be given a list of cases that are another's."""
    gas, _, _ = two_sorts(small_town)
    with small_town.tools.database.work() as session:
        number = session.get_one(Case, gas.case_id).number
    assert numbers(ask(small_town, "office", committee="gas")) == {number}
    assert numbers(ask(small_town, "anjian", committee="gas")) == set()


def test_every_committee_can_be_chosen(small_town: Town) -> None:
    """A committee would be missing from a list that the figures count by it."""
    client, _ = signed_in(app_of(small_town), small_town, "office")
    for place in ("/desk/", "/desk/overview", "/desk/signing", "/desk/export"):
        text = client.get(place).text
        for committee in (*load_committees(), OTHER):
            assert f'<option value="{committee}">' in text, place
