"""Numbers of letters: 1, 2, 3 … in each year, no two alike and none left out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from app.casework.edges import step_until_numbered, take_edge
from app.casework.flow import TABLE
from app.casework.letters import Backward, NumberTaken, claim_number, set_last
from app.casework.models import Case, LetterCount
from app.casework.records import read_records
from app.db.versions import Outrun
from app.intake.sent import Taken
from app.intake.take import take
from tests.casework.test_way import desktop, step
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

LETTER: dict[str, Any] = {"bureau": "qu_yingji", "title": "用气隐患", "text": "某饭店用气不合规，请核查。"}


def taken_in(town: Town, count: int) -> list[Taken]:
    return [take(town.tools, sent(replace(GAS, what=f"漏气 {n}"))) for n in range(count)]


def numbers(town: Town, cases: list[Taken]) -> list[str]:
    papers = [one.recorded("paper") for one in (desktop(town, taken.case_id) for taken in cases)]
    return [str(paper.value["letter_number"]) for found in papers for paper in found]


def test_letters_are_numbered_without_a_gap(town: Town) -> None:
    """Two letters could bear one number, and an archive that counts them would miss most."""
    town.now.day = date(2026, 12, 30)
    cases = taken_in(town, 3)
    step(town, cases[0], "hand_up", **LETTER)
    now = desktop(town, cases[1].case_id)
    with town.tools.database.work(write=True) as session:  # somebody is faster: this letter comes to nothing
        session.execute(update(Case).where(Case.id == now.case.id).values(version=Case.version + 1))
    with pytest.raises(Outrun):
        step_until_numbered(now, TABLE["hand_up"], LETTER, ())
    step(town, cases[1], "hand_up", **LETTER)
    town.now.day = date(2027, 1, 4)
    step(town, cases[2], "hand_up", **LETTER)
    assert numbers(town, cases) == ["2026-1", "2026-2", "2027-1"]


def test_two_letters_at_once_get_two_numbers(town: Town) -> None:
    """Two desks that write at the same moment would send two letters under one number, or one of them be refused."""
    cases = taken_in(town, 6)
    holder = town.holder("chengjian")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda one: take_edge(town.tools, holder, one.case_id, "hand_up", LETTER), cases))
    assert sorted(numbers(town, cases)) == [f"2026-{n}" for n in range(1, 7)]


@pytest.mark.parametrize("last", [0, 1])
def test_a_number_is_claimed_once(town: Town, last: int) -> None:
    """The number that another letter took meanwhile would be given again."""
    for number in range(1, last + 2):
        with town.tools.database.work(write=True) as session:
            claim_number(session, 2026, number)
    with pytest.raises(NumberTaken), town.tools.database.work(write=True) as session:
        claim_number(session, 2026, last + 1)


def test_numbering_goes_on_after_what_left_on_paper(town: Town) -> None:
    """A town that numbered by hand, or put a backup back, would send a second letter under a number that has left."""
    first, second = taken_in(town, 2)
    with town.tools.database.work(write=True) as session:
        set_last(session, 2026, 41)
    step(town, first, "hand_up", **LETTER)
    for last in (41, 42):
        with pytest.raises(Backward), town.tools.database.work(write=True) as session:
            set_last(session, 2026, last)
    with town.tools.database.work(write=True) as session:
        set_last(session, 2026, 50)
    step(town, second, "hand_up", **LETTER)
    assert numbers(town, [first, second]) == ["2026-42", "2026-51"]


def test_the_letter_shows_the_town_s_sign_and_number(small_town: Town) -> None:
    """The paper would bear another town's sign."""
    small_town.tools = replace(small_town.tools, letter_prefix="蓟下应急")
    (taken,) = taken_in(small_town, 1)
    step(small_town, taken, "hand_up", **LETTER)
    paper = desktop(small_town, taken.case_id).recorded("paper")[0]
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    assert "蓟下应急〔2026〕1号" in client.get(f"/desk/cases/{taken.case_id}/paper/{paper.id}").text


def test_a_letter_about_an_official_is_not_counted(town: Town) -> None:
    """A number that the office misses among its letters, or the count, would tell that an accusation went up."""
    accused = take(town.tools, sent(OFFICIAL))
    step(town, accused, "hand_up", "jijian", bureau="qu_yingji", title="某事", text="请依法核查某人。")
    with town.tools.database.work() as session:
        assert session.get(LetterCount, 2026) is None
    (ordinary,) = taken_in(town, 1)
    step(town, ordinary, "hand_up", **LETTER)
    with town.tools.database.work() as session:
        read = read_records(session, town.tools, town.holder("office"))
        assert [one.value["letter_number"] for one in read if one.kind == "paper"] == ["2026-1"]
    (paper,) = desktop(town, accused.case_id, "jijian").recorded("paper")
    year, number = paper.value["letter_number"].split("-")
    assert (year, len(number), paper.value["letter_prefix"][-1]) == ("2026", 6, "密")
    client, _ = signed_in(app_of(town), town, "jijian")
    assert f"密〔2026〕{number}号" in client.get(f"/desk/cases/{accused.case_id}/paper/{paper.id}").text
