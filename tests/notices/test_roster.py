"""The duty roster: who may be put on it, that an empty day is warned of, and that numbers lie sealed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.db.base import Base
from app.jobs.work import remind
from app.notices.roster import (
    Refused,
    copy_week,
    empty_days,
    monday_of,
    phones,
    set_phone,
    set_week,
    state_of,
    turns,
    warn_empty,
)
from app.notices.write import waiting
from app.people.signin import stop_member
from tests.makers import Town
from tests.notices.test_danger import on_duty, seat_duty
from tests.web.door import app_of, signed_in


def news(town: Town, *desks: str) -> int:
    with town.tools.database.work() as session:
        return waiting(session, desks).get("roster", 0)


def fill(town: Town, first: date, days: int) -> None:
    for n in range(days):
        on_duty(town, first + timedelta(days=n), "duty")


def names(town: Town, first: date) -> list[str]:
    with town.tools.database.work() as session:
        return [turn.person.username if turn.person else "" for turn in turns(session, first)]


def test_an_empty_day_warns_three_days_before(town: Town) -> None:
    """Nobody would notice until a danger rings nobody."""
    fill(town, town.now.day, 4)
    warn_empty(town.tools)
    assert news(town, "duty") == 0
    town.now.pass_days(1)
    for _ in range(2):
        warn_empty(town.tools)
    assert news(town, "duty") == news(town, "office") == 1
    assert news(town, "chengjian") == 0
    town.now.pass_days(1)
    remind(town.tools)
    warn_empty(town.tools)
    assert news(town, "duty") == 1  # said anew each day, not piled up
    fill(town, town.now.day, 4)
    assert news(town, "duty") == news(town, "office") == 0


def test_who_left_or_was_stopped_leaves_a_gap(small_town: Town) -> None:
    """The roster would look full, and ring somebody who may no longer sign in."""
    fill(small_town, small_town.now.day, 4)
    with small_town.tools.database.work(write=True) as session:
        assert empty_days(session, small_town.now.day) == []
        stop_member(session, small_town.members["duty"].id)
    with small_town.tools.database.work() as session:
        assert len(empty_days(session, small_town.now.day)) == 4


def test_only_the_duty_desk_s_people_are_put_on_it(small_town: Town) -> None:
    """An outsider would be rung, and could not read what is the matter."""
    with pytest.raises(Refused, match="值班席上的人"):
        on_duty(small_town, small_town.now.day, "chengjian")
    with pytest.raises(Refused, match="另一个人"):
        on_duty(small_town, small_town.now.day, "duty", "duty")
    yesterday = small_town.now.day - timedelta(days=1)
    on_duty(small_town, yesterday, "duty")
    assert names(small_town, monday_of(yesterday)) == [""] * 7  # what is past stays as it was


def test_two_who_edit_one_week_do_not_undo_each_other(small_town: Town) -> None:
    """A day that one of them filled would be empty again, and nobody know."""
    monday = monday_of(small_town.now.day)
    with small_town.tools.database.work() as session:
        seen = state_of(turns(session, monday))
    on_duty(small_town, small_town.now.day, "duty")
    with pytest.raises(Refused, match="刚有别人改过"):
        set_week(small_town.tools, small_town.holder("office"), monday, {}, seen)


def test_a_copied_week_fills_only_what_is_empty(small_town: Town) -> None:
    """A holiday that was planned by hand would be overwritten."""
    seat_duty(small_town, "deputy")
    monday = monday_of(small_town.now.day) + timedelta(days=7)
    fill(small_town, monday, 7)
    on_duty(small_town, monday + timedelta(days=9), "deputy")
    assert copy_week(small_town.tools, small_town.holder("duty"), monday) == 6
    assert names(small_town, monday + timedelta(days=7)) == [
        "duty",
        "duty",
        "deputy",
        "duty",
        "duty",
        "duty",
        "duty",
    ]
    with pytest.raises(Refused):
        copy_week(small_town.tools, small_town.holder("duty"), monday - timedelta(days=70))


def test_numbers_lie_sealed_and_come_from_the_two_desks(town: Town) -> None:
    """A thief of the disk would have the private numbers of the town's staff."""
    holder, person = town.holder("office"), town.members["duty"].id
    set_phone(town.tools, holder, person, "138 0000-0001")
    with town.tools.database.work() as session:
        assert phones(session, town.tools.keyring) == {person: "13800000001"}
    with town.tools.database.reader.connect() as connection:
        rows = [
            tuple(row) for table in Base.metadata.sorted_tables for row in connection.execute(select(table))
        ]
    assert "0000001" not in repr(rows)
    for typed, who in (("12345", "duty"), ("13800000001", "chengjian")):
        with pytest.raises(Refused):
            set_phone(town.tools, holder, town.members[who].id, typed)
    set_phone(town.tools, holder, person, "")
    with town.tools.database.work() as session:
        assert phones(session, town.tools.keyring) == {}


def test_the_page_plans_a_week(small_town: Town) -> None:
    """The roster could not be kept from a phone without JavaScript; or other desks read and change it."""
    app = app_of(small_town)
    client, secret = signed_in(app, small_town, "duty")
    page = client.get("/desk/roster").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    monday, person = monday_of(small_town.now.day), small_town.members["duty"].id
    typed = {"csrf": secret, "week": str(monday), "seen": seen, f"person-{small_town.now.day}": person}
    assert client.post("/desk/roster", data=typed).status_code == 303
    assert names(small_town, monday)[1] == "duty"
    assert client.post("/desk/roster", data=typed).status_code == 422
    assert client.post("/desk/roster/copy", data={"csrf": secret, "week": str(monday)}).status_code == 303
    number = {"csrf": secret, "phone": "13800000001"}
    assert client.post(f"/desk/roster/phones/{person}", data=number).status_code == 303
    page = client.get("/desk/roster").text
    assert "尾号 0001" in page
    assert "13800000001" not in page
    for who in ("chengjian", "admin", "jijian"):
        other, _ = signed_in(app, small_town, who)
        assert other.get("/desk/roster").status_code == 403
