"""What was found where: by village, and what is open; from site records alone."""

from sqlalchemy import update

from app.casework.models import Case
from app.figures.hazards import Hazards, hazards
from app.figures.quarters import Quarter
from app.intake.take import take
from app.people.models import Desk
from tests.casework.test_reserved import FINDING, accused, countersign, second
from tests.casework.test_way import FOUND, desktop, sign_all, step
from tests.intake.test_take import sent
from tests.makers import Town

THIS = Quarter(2026, 4)


def reckoned(town: Town, quarter: Quarter = THIS) -> Hazards:
    with town.tools.database.work() as session:
        return hazards(session, town.tools, town.holder("office"), quarter)


def visited(town: Town, *, signed: bool = True, **record: str) -> str:
    taken = take(town.tools, sent())
    step(town, taken, "accept")
    value = {"enterprise": "某饭店", "found": FOUND, "level": "general", **record}
    step(town, taken, "verify", photos=1, **value)
    if signed:
        sign_all(town)
    return taken.case_id


def name_villages(town: Town, *names: str) -> None:
    with town.tools.database.work(write=True) as session:
        session.add_all(
            Desk(id=f"village_{at}", name=name, kind="inside", role="village", active=True)
            for at, name in enumerate(names, start=1)
        )


def test_each_record_counts_in_the_village_that_it_names(small_town: Town) -> None:
    """The party committee would not learn where the hazards are, or a village be blamed for its neighbour's."""
    name_villages(small_town, "各庄村", "大各庄村")
    visited(small_town, place="大各庄村东头")
    visited(small_town, enterprise="各庄饭店", level="major")
    visited(small_town, place="大集")
    visited(small_town, place="各庄村", level="none")
    visited(small_town, place="各庄村", signed=False)
    found = reckoned(small_town)
    assert found.found == {"大各庄村": 1, "各庄村": 1, "": 1}
    assert found.major == {"各庄村": 1}
    assert reckoned(small_town, THIS.before).found == {}


def test_an_open_major_hazard_counts_until_its_case_is_closed(small_town: Town) -> None:
    """The leader would be told of none while one stands open, or for ever of one that is gone."""
    case_id = visited(small_town, level="major")
    visited(small_town)
    assert reckoned(small_town).major_open == {"chengjian": 1}
    assert reckoned(small_town, THIS.before).major_open == {"chengjian": 1}
    with small_town.tools.database.work(write=True) as session:
        session.execute(update(Case).where(Case.id == case_id).values(state="closed"))
    assert reckoned(small_town).major_open == {}


def test_a_visit_to_several_cases_leaves_each_its_major_hazard(small_town: Town) -> None:
    """A major hazard would count as gone while another case of the same visit still has it open."""
    other = take(small_town.tools, sent())
    step(small_town, other, "accept")
    number = desktop(small_town, other.case_id).now.number
    first = visited(small_town, level="major", also=number)
    assert reckoned(small_town).major_open == {"chengjian": 2}
    with small_town.tools.database.work(write=True) as session:
        session.execute(update(Case).where(Case.id == first).values(state="closed"))
    assert reckoned(small_town).major_open == {"chengjian": 1}
    assert reckoned(small_town).found == {"": 1}  # found once


def test_the_last_record_of_a_day_counts(small_town: Town) -> None:
    """Two visits on one day: which level stands would be a matter of chance, for a record's id is random."""
    for first, last in (("general", "major"), ("major", "general")) * 3:
        taken = take(small_town.tools, sent())
        step(small_town, taken, "accept")
        for level in (first, last):
            step(small_town, taken, "verify", photos=1, enterprise="某饭店", found=FOUND, level=level)
            sign_all(small_town)
    assert reckoned(small_town).major_open == {"chengjian": 3}


def test_a_major_hazard_that_waits_for_the_leader_is_said(small_town: Town) -> None:
    """The report would say that no major hazard stands open, while one waits to be signed."""
    visited(small_town, level="major", signed=False)
    found = reckoned(small_town)
    assert (found.major_open, found.major_waiting) == ({}, 1)
    sign_all(small_town)
    assert reckoned(small_town).major_waiting == 0


def test_nothing_of_an_accusation_is_counted(small_town: Town) -> None:
    """What discipline looked at would be seen by office and leader."""
    second(small_town)
    taken = accused(small_town)
    step(small_town, taken, "verify", "jijian", 1, **{**FINDING, "level": "major"})
    countersign(small_town, taken)
    found = reckoned(small_town)
    assert (found.found, found.major, found.major_open) == ({}, {}, {})
