"""Search: by the desk's sealed lines and, where nobody has opened a case yet, by the case itself."""

import dataclasses

from sqlalchemy import select

from app.casework.reading import note_reading, search
from app.intake.take import take
from app.people.models import Grant
from tests.casework.test_way import desktop, step
from tests.intake.test_take import GAS, sent
from tests.makers import Town

LEAD = "chengjian"


def found(town: Town, words: str, who: str = LEAD) -> list[str]:
    with town.tools.database.work() as session:
        return [row.number for row in search(session, town.tools, town.holder(who), words)]


def opened(town: Town, case_id: str, who: str = LEAD) -> str:
    now = desktop(town, case_id, who)
    note_reading(town.tools, town.holder(who), now)
    return now.now.number


def lines(town: Town, case_id: str) -> list[bytes | None]:
    with town.tools.database.work() as session:
        wanted = (Grant.subject_kind == "case", Grant.subject_id == case_id, Grant.part == "whole")
        return list(session.scalars(select(Grant.line).where(*wanted)))


def test_a_case_is_found_before_and_after_it_is_opened(town: Town) -> None:
    """What nobody has opened, or what somebody has, could not be found."""
    taken = take(town.tools, sent())
    number = desktop(town, taken.case_id).now.number
    assert found(town, "煤气罐 大集") == [number]
    assert lines(town, taken.case_id) == [None]
    opened(town, taken.case_id)
    assert found(town, "煤气罐 大集") == found(town, "老陈头") == found(town, number) == [number]
    assert found(town, "煤气罐 电梯") == found(town, "") == found(town, "routing") == []
    assert all(line is not None and "大集".encode() not in line for line in lines(town, taken.case_id))


def test_a_desk_that_passed_a_case_on_finds_it_no_more(town: Town) -> None:
    """The sender's line would stay behind and go on telling what the report said."""
    taken = take(town.tools, sent())
    opened(town, taken.case_id)
    step(town, taken, "transfer", desk="anjian", reason="工业用气")
    assert found(town, "煤气罐") == []
    assert len(found(town, "煤气罐", "anjian")) == 1
    assert lines(town, taken.case_id) == [None]


def test_a_line_follows_what_the_case_holds(small_town: Town) -> None:
    """A report merged into another case could not be found by its own words."""
    first = take(small_town.tools, sent())
    second = take(small_town.tools, sent(dataclasses.replace(GAS, what="灶台边的软管裂了")))
    number = opened(small_town, first.case_id)
    step(small_town, second, "merge", into=number)
    opened(small_town, first.case_id)
    assert number in found(small_town, "软管裂")


def test_a_shredded_month_is_found_no_more(town: Town) -> None:
    """What was destroyed would still be found by its words, or would break every search and queue."""
    taken = take(town.tools, sent())
    opened(town, taken.case_id)
    town.tools.keyring.destroy_month("2026-11")
    assert found(town, "煤气罐") == []
