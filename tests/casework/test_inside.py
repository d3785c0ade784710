"""What a desk does among itself: who does what, notes, numbers elsewhere, one visit for several cases, what is like."""

import dataclasses
import io
from pathlib import Path

import pytest
from PIL import Image

from app.casework.needs import Unmet
from app.casework.presence import look
from app.casework.reading import note_reading, queue, search
from app.casework.reporting import read_follow
from app.casework.similar import similar
from app.intake.sent import Taken
from app.intake.take import take
from app.people.signin import stop_member
from app.store.memory import FolderMemory
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.casework.test_way import FOUND, desktop, picture, sign_all, step
from tests.intake.test_take import GAS, sent
from tests.makers import Town, add_member

OTHER = Report(what="楼道里堆满纸箱，电动车充着电", where="三里屯", sector="fire")


def read(town: Town, taken: Taken, who: str = "chengjian") -> None:
    note_reading(town.tools, town.holder(who), desktop(town, taken.case_id, who))


def listed(town: Town, who: str = "chengjian", **asked: str) -> set[str]:
    with town.tools.database.work() as session:
        return {row.id for row in queue(session, town.tools, town.holder(who), **asked).rows}


def test_what_is_allotted_is_found_by_whose_it_is(small_town: Town) -> None:
    """Six people would each read the whole list for what is theirs."""
    add_member(small_town, "second", list(small_town.holder("chengjian").epochs.values()), "chengjian")
    mine, other = take(small_town.tools, sent()), take(small_town.tools, sent())
    me = small_town.holder("chengjian").member_id
    step(small_town, mine, "allot", member=me)
    for one in (mine, other):
        read(small_town, one)
    assert listed(small_town, whose="mine") == {mine.case_id}
    assert listed(small_town, whose="nobody") == {other.case_id}
    assert listed(small_town, who="second", whose=me) == {mine.case_id}
    assert listed(small_town, who="second", whose="mine") == set()
    step(small_town, mine, "allot", member="")
    read(small_town, mine)
    assert listed(small_town, whose="nobody") == {mine.case_id, other.case_id}


def test_what_goes_to_another_desk_is_nobody_s_there(small_town: Town) -> None:
    """It would stay somebody's of the desk it left, and never be among what the new desk has not allotted."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "allot", member=small_town.holder("chengjian").member_id)
    step(small_town, taken, "transfer", desk="anjian", reason="归口")
    read(small_town, taken, "anjian")
    assert listed(small_town, who="anjian", whose="nobody") == {taken.case_id}
    assert "allotted" not in desktop(small_town, taken.case_id, "anjian").now.facts.extra


def test_what_somebody_had_who_left_is_nobody_s(small_town: Town) -> None:
    """Cases of a colleague who left would stand in nobody's list, and lie until they are overdue."""
    add_member(small_town, "second", list(small_town.holder("chengjian").epochs.values()), "chengjian")
    taken = take(small_town.tools, sent())
    second = small_town.holder("second").member_id
    step(small_town, taken, "allot", member=second)
    read(small_town, taken)
    assert listed(small_town, whose="nobody") == set()
    with small_town.tools.database.work(write=True) as session:
        stop_member(session, second)
    assert listed(small_town, whose="nobody") == {taken.case_id}
    assert listed(small_town, whose="mine") == set()


def test_nobody_of_another_desk_is_given_a_case(small_town: Town) -> None:
    """A case would be somebody's who cannot open it."""
    taken = take(small_town.tools, sent())
    for name in ("anjian", "admin"):
        with pytest.raises(Unmet, match="本岗"):
            step(small_town, taken, "allot", member=small_town.holder(name).member_id)


def test_the_overdue_board_holds_what_is_late_and_nothing_else(small_town: Town) -> None:
    """What is late would drown among what is not."""
    taken = take(small_town.tools, sent())
    small_town.now.pass_days(10)
    fresh = take(small_town.tools, sent(OTHER, lead="chengjian"))
    assert listed(small_town, due="late") == {taken.case_id}
    assert fresh.case_id in listed(small_town, due="soon")


def test_a_note_stays_with_the_desk(small_town: Town) -> None:
    """A reporter would read what colleagues write to each other, or office and leader would."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "note", photos=1, text="店主是老李的亲戚，注意分寸")
    (note,) = desktop(small_town, taken.case_id).recorded("note")
    assert note.value["text"].startswith("店主")
    assert taken.receipt is not None
    seen = read_follow(small_town.tools, look_up(small_town.tools, taken.receipt))
    assert not any("店主" in line.text for line in seen.lines)


def test_a_number_elsewhere_finds_the_case(small_town: Town) -> None:
    """One would look for the same matter twice, by two numbers."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "link_number", system="zhifa", number="津执2026-77813")
    read(small_town, taken)
    with small_town.tools.database.work() as session:
        found = search(session, small_town.tools, small_town.holder("chengjian"), "77813")
    assert [row.id for row in found] == [taken.case_id]


def test_one_visit_serves_several_cases(small_town: Town) -> None:
    """An inspector would write the same record three times, in three versions."""
    one, two = take(small_town.tools, sent()), take(small_town.tools, sent())
    for each in (one, two):
        step(small_town, each, "accept")
    number = desktop(small_town, two.case_id).now.number
    step(small_town, one, "verify", photos=1, enterprise="某饭店", found=FOUND, level="general", also=number)
    records = [desktop(small_town, each.case_id).recorded("site") for each in (one, two)]
    assert records[0][0].id == records[1][0].id
    sign_all(small_town)
    step(small_town, two, "conclude", conclusion="true")


def test_a_visit_is_not_written_into_what_cannot_be_verified(small_town: Town) -> None:
    """A record would stand in another desk's case, in one that waits, or quote its reporter."""
    one, two = take(small_town.tools, sent()), take(small_town.tools, sent(OTHER, lead="chengjian"))
    step(small_town, one, "accept")
    number = desktop(small_town, two.case_id).now.number
    site = {"enterprise": "某饭店", "found": FOUND, "level": "general"}
    with pytest.raises(Unmet, match="不在核查中"):
        step(small_town, one, "verify", "chengjian", 0, **site, also=number)
    step(small_town, two, "accept")
    with pytest.raises(Unmet, match="举报原话"):
        step(small_town, one, "verify", "chengjian", 0, **{**site, "found": OTHER.what}, also=number)
    with pytest.raises(Unmet, match="举报原话"):
        step(small_town, one, "verify", "chengjian", 0, **site, basis=OTHER.what, also=number)
    with pytest.raises(Unmet, match="没有这个编号"):
        step(small_town, one, "verify", "chengjian", 0, **site, also="12345678")


def alike(town: Town, taken: Taken) -> dict[str, tuple[str, ...]]:
    with town.tools.database.work() as session:
        return {one.row.id: one.reasons for one in similar(session, desktop(town, taken.case_id))}


def test_the_same_matter_is_suggested_and_another_is_not(small_town: Town) -> None:
    """Two inspectors would go to one place, or be told of look-alikes that are none."""
    again = dataclasses.replace(GAS, what="涮肉馆后厨煤气罐漏气，能闻到臭鸡蛋味")
    first, second = take(small_town.tools, sent()), take(small_town.tools, sent(again))
    other = take(small_town.tools, sent(OTHER, lead="chengjian"))
    for one in (first, second, other):
        read(small_town, one)
    assert alike(small_town, first) == {second.case_id: ("同一家单位，说法也像", "说法很像")}
    assert alike(small_town, other) == {}


def scene() -> bytes:
    """A picture with large light and dark parts, as any photograph has; another one each time."""
    out = io.BytesIO()
    Image.effect_noise((9, 9), 120).resize((800, 600), Image.Resampling.BICUBIC).save(out, "JPEG")
    return out.getvalue()


def test_photos_of_one_thing_are_alike(small_town: Town) -> None:
    """The same photograph sent twice in other words would not be noticed."""
    photo = scene()
    first = take(small_town.tools, sent(photos=[photo]))
    second = take(small_town.tools, sent(OTHER, photos=[photo], lead="chengjian"))
    third = take(small_town.tools, sent(OTHER, photos=[scene()], lead="chengjian"))
    for one in (first, second, third):
        read(small_town, one)
    found = alike(small_town, first)
    assert found == {second.case_id: ("照片像",)}


def test_no_search_finds_what_nobody_typed(small_town: Town) -> None:
    """A search for a few digits would find cases by chance, by a photograph's hash or a member's id."""
    taken = take(small_town.tools, sent(photos=[picture()]))
    me = small_town.holder("chengjian").member_id
    step(small_town, taken, "allot", member=me)
    read(small_town, taken)
    look_of = desktop(small_town, taken.case_id).tips[0].content.photos[0].look
    assert len(look_of) == 16
    with small_town.tools.database.work() as session:
        for words in (look_of, me[:8]):
            assert search(session, small_town.tools, small_town.holder("chengjian"), words) == ()


def test_who_else_looks_is_told_and_forgotten(small_town: Town) -> None:
    """Two would answer one reporter at once."""
    add_member(small_town, "second", list(small_town.holder("chengjian").epochs.values()), "chengjian")
    me, other = small_town.holder("chengjian"), small_town.holder("second")
    assert look(small_town.tools, me, "a" * 32) == []
    assert look(small_town.tools, other, "a" * 32) == [me.name]
    assert look(small_town.tools, other, "b" * 32) == []
    small_town.now.seconds += 121
    assert look(small_town.tools, me, "a" * 32) == []


class Unsearched(FolderMemory):
    """Memory that nobody looks through."""

    def keys(self, prefix: str) -> list[str]:
        raise AssertionError(prefix)


def test_who_else_looks_is_found_without_reading_all_memory(small_town: Town) -> None:
    """Each of a hotline's keys, kept until tomorrow, made every page of a case slower: half a second at 20,000."""
    memory = Unsearched(Path(small_town.settings.memory))
    tools = dataclasses.replace(small_town.tools, memory=memory)
    for who in ("chengjian", "anjian"):
        look(tools, small_town.holder(who), "a" * 32)
    assert look(tools, small_town.holder("zhifa"), "a" * 32) == ["anjian", "chengjian"]
