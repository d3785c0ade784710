"""A danger to life rings until it is signed for: who has duty, then the deputy, then the office."""

from datetime import date, timedelta

import pytest

from app.casework.reporting import say
from app.intake.take import take
from app.jobs.work import each_minute
from app.notices.addresses import failings
from app.notices.roster import monday_of, set_phone, set_week, state_of, turns
from app.notices.sending import DANGER, ring
from app.notices.write import mark_done
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.intake.test_take import GAS, sent
from tests.makers import Town, add_member
from tests.notices.outside import Outside
from tests.notices.test_sending import CANARY, address, at
from tests.web.door import app_of, signed_in

NUMBERS = {"duty": "13800000001", "deputy": "13800000002", "third": "13800000003", "office": "13800000009"}
QUIET = Report(what=GAS.what, where=GAS.where)


def seat_duty(town: Town, *names: str) -> None:
    for name in names:
        add_member(town, name, list(town.holder("duty").epochs.values()), "duty")


def on_duty(town: Town, day: date, person: str, deputy: str = "") -> None:
    monday = monday_of(day)
    with town.tools.database.work() as session:
        seen = state_of(turns(session, monday))
    chosen = (town.members[person].id, town.members[deputy].id if deputy else "")
    set_week(town.tools, town.holder("office"), monday, {day: chosen}, seen)


def numbers(town: Town, *names: str) -> None:
    for name in names:
        set_phone(town.tools, town.holder("duty"), town.members[name].id, NUMBERS[name])


def rung(out: Outside) -> list[str]:
    """Who was rung, in order."""
    found = {number: name for name, number in NUMBERS.items()}
    return [found[path.rsplit("/", 1)[1]] for path, _, _ in out.requests if path.startswith("/gate/")]


def gateway(town: Town, out: Outside) -> None:
    address(town, "duty", out.hook("gate/{phone}"), danger=True)


def signed_for(town: Town) -> None:
    client, secret = signed_in(app_of(town), town, "duty")
    assert client.post("/desk/duty", data={"csrf": secret}).status_code == 303


def test_sign_for_15_minutes_rings_person_then_deputy_then_office(town: Town, out: Outside) -> None:
    """A gas leak would wait for one phone that is switched off."""
    seat_duty(town, "deputy", "third")
    numbers(town, "duty", "deputy", "third", "office")
    on_duty(town, town.now.day, "duty", "deputy")
    gateway(town, out)
    take(town.tools, sent(CANARY))
    for minute in range(36):
        at(town, "10:00", minute)
        ring(town.tools)
    assert rung(out)[:3] == ["duty"] * 3  # at once, after five minutes, after ten
    assert sorted(rung(out)[3:9]) == ["deputy"] * 3 + ["duty"] * 3
    assert sorted(rung(out)[9:]) == sorted(["duty", "deputy", "office"] * 2)
    assert set(out.said()) == {DANGER}


def test_it_rings_until_somebody_signs_for_it(small_town: Town, out: Outside) -> None:
    """A phone would go on ringing for what is in hand; or, once silent, for the next danger not ring at all."""
    on_duty(small_town, small_town.now.day, "duty")
    numbers(small_town, "duty")
    gateway(small_town, out)
    take(small_town.tools, sent(CANARY))
    ring(small_town.tools)
    assert small_town.tools.memory.keys("ring:") != []
    signed_for(small_town)
    for minute in (1, 5, 10):
        at(small_town, "10:00", minute)
        ring(small_town.tools)
    assert rung(out) == ["duty"]
    assert small_town.tools.memory.keys("ring:") == []  # nothing tells any more when it rang
    take(small_town.tools, sent(CANARY))
    ring(small_town.tools)
    assert rung(out) == ["duty"] * 2


def test_on_a_holiday_at_night_it_rings_who_began_in_the_evening(small_town: Town, out: Outside) -> None:
    """At two in the morning the phone of somebody would ring who begins at eight; or on holidays nobody's."""
    small_town.now.day = date(2026, 10, 3)
    seat_duty(small_town, "third")
    numbers(small_town, "duty", "third")
    on_duty(small_town, date(2026, 10, 3), "duty")
    on_duty(small_town, date(2026, 10, 4), "third")
    gateway(small_town, out)
    small_town.now.day = date(2026, 10, 4)
    take(small_town.tools, sent(CANARY))
    at(small_town, "02:00")
    ring(small_town.tools)
    at(small_town, "08:00")
    ring(small_town.tools)
    assert rung(out) == ["duty", "third"]


def test_without_a_roster_all_of_the_duty_desk_are_rung(small_town: Town, out: Outside) -> None:
    """A forgotten roster would cost a life."""
    seat_duty(small_town, "deputy", "third")
    numbers(small_town, "duty", "deputy")
    gateway(small_town, out)
    take(small_town.tools, sent(CANARY))
    ring(small_town.tools)
    assert sorted(rung(out)) == ["deputy", "duty"]
    out.forget()
    on_duty(small_town, small_town.now.day, "third", "deputy")  # who has no number
    at(small_town, "10:06")
    ring(small_town.tools)
    assert rung(out) == ["deputy"]


def test_without_a_gateway_the_desk_s_own_address_is_told(small_town: Town, out: Outside) -> None:
    """A town that has a group robot and no telephone gateway would hear of a danger at the next digest."""
    address(small_town, "duty", out.hook("group"))
    take(small_town.tools, sent(CANARY))
    ring(small_town.tools)
    assert out.said("group") == [DANGER]


def test_what_is_signed_late_by_the_lead_rings_again(small_town: Town, out: Outside) -> None:
    """The duty desk signed, the leading desk never opened the case, and nobody would hear of it."""
    address(small_town, "duty", out.hook("group"), danger=True)
    take(small_town.tools, sent(CANARY))
    with small_town.tools.database.work(write=True) as session:
        mark_done(session, ("duty",), "danger")
    at(small_town, "10:00", 16)
    each_minute(small_town.tools)
    ring(small_town.tools)
    assert out.said("group") == [DANGER]


def test_revenge_and_ordinary_news_ring_no_telephone(small_town: Town, out: Outside) -> None:
    """A telephone that rings at once would tell that, and when, a reporter wrote."""
    address(small_town, "duty", out.hook("group"), danger=True)
    taken = take(small_town.tools, sent(QUIET))
    assert taken.receipt is not None
    visit = look_up(small_town.tools, taken.receipt)
    say(small_town.tools, visit, "message", "老板找我谈话了", once="a")
    ring(small_town.tools)
    assert out.requests == []


def test_a_call_that_fails_is_tried_sooner_and_counted(small_town: Town, out: Outside) -> None:
    """A gateway that was down for a minute would be silent for five; or the administrator never know that it was."""
    address(small_town, "duty", out.hook("group"), danger=True)
    take(small_town.tools, sent(CANARY))
    out.refuse = 503
    tried = []
    for minute in range(14):
        at(small_town, "10:00", minute)
        before = len(out.requests)
        ring(small_town.tools)
        if len(out.requests) > before:
            tried.append(minute)
    assert tried == [0, 1, 3, 7, 12]
    with small_town.tools.database.work() as session:
        (day,) = failings(session)
    assert (day.day, day.failed, day.unsent) == (small_town.now.day, 5, 0)


@pytest.mark.parametrize("days", [0, 1])
def test_no_row_tells_when_it_rang(small_town: Town, out: Outside, days: int) -> None:
    """The minute of a report would stand on the disk."""
    address(small_town, "duty", out.hook("group"), danger=True)
    small_town.now.day += timedelta(days=days)
    take(small_town.tools, sent(CANARY))
    with small_town.tools.database.work() as session:
        before = failings(session)
    ring(small_town.tools)
    with small_town.tools.database.work() as session:
        assert failings(session) == before == []
