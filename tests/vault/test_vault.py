"""The vault: two people, either order, one reading by who asked."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.casework.context import Desktop, lay_out
from app.casework.edges import take_edge
from app.casework.needs import Unmet
from app.casework.reporting import read_follow
from app.db.versions import Outrun
from app.intake.sent import Taken
from app.intake.take import take
from app.people.grants import NoKey, Subject, open_key
from app.sealing.errors import SealError
from app.tips.identity import Person
from app.tips.receipts import look_up
from app.vault.calls import MOST_CALLS, enter_answers, number_to_call, put_answers, take_call
from app.vault.handing_on import ask_hand_on, take_over
from app.vault.opening import joined_keys, read_identity
from app.vault.requests import (
    ask_call,
    ask_identity,
    one_request,
    read_requests,
    refuse,
    release,
    waits_for,
)
from tests.intake.test_take import GAS, sent
from tests.makers import Town

WHO = Person("张三丰", "13900000001")


def named(town: Town) -> Taken:
    return take(town.tools, sent(dataclasses.replace(GAS, mode="named"), person=WHO))


def desktop(town: Town, taken: Taken, who: str = "chengjian") -> Desktop:
    with town.tools.database.work() as session:
        return lay_out(session, town.tools, town.holder(who), taken.case_id)


def number(taken: Taken) -> str:
    assert taken.receipt is not None
    return taken.receipt.number


@pytest.mark.parametrize("order", [("custodian", "approver"), ("approver", "custodian")])
def test_two_release_and_who_asked_reads_once(town: Town, order: tuple[str, str]) -> None:
    """An identity would open with one keeper, twice, or for nobody."""
    taken = named(town)
    asked = ask_identity(town.tools, desktop(town, taken), number(taken), "要和举报人核实位置")
    release(town.tools, town.holder(order[0]), asked)
    with town.tools.database.work() as session:
        left = [
            keeper
            for keeper in order
            for one in read_requests(session, town.tools, town.holder(keeper), [asked])
            if waits_for(town.holder(keeper), one)
        ]
    assert left == [order[1]]
    with pytest.raises(Unmet):
        read_identity(town.tools, town.holder("chengjian"), asked, desktop(town, taken))
    release(town.tools, town.holder(order[1]), asked)
    assert read_identity(town.tools, town.holder("chengjian"), asked, desktop(town, taken)) == WHO
    with pytest.raises(Unmet):
        read_identity(town.tools, town.holder("chengjian"), asked, desktop(town, taken))


def test_the_reporter_is_told(small_town: Town) -> None:
    """A reporter's name could be opened without them ever learning it."""
    taken = named(small_town)
    asked = ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "核实")
    for keeper in ("custodian", "approver"):
        release(small_town.tools, small_town.holder(keeper), asked)
    read_identity(small_town.tools, small_town.holder("chengjian"), asked, desktop(small_town, taken))
    assert taken.receipt is not None
    seen = read_follow(small_town.tools, look_up(small_town.tools, taken.receipt))
    assert [line.kind for line in seen.lines] == ["opened"]


def test_neither_keeper_and_no_other_desk_reads(small_town: Town) -> None:
    """A keeper alone, both keepers together without the asker, or another desk could learn a name."""
    taken = named(small_town)
    asked = ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "核实")
    for keeper in ("custodian", "approver"):
        release(small_town.tools, small_town.holder(keeper), asked)
    with small_town.tools.database.work() as session:
        for who in ("custodian", "approver"):
            holder = small_town.holder(who)
            opened = one_request(session, small_town.tools, holder, asked)
            with pytest.raises(Unmet):
                joined_keys(opened, holder)
            opened.row.asker_id = holder.member_id  # as if the database had been changed
            with pytest.raises(SealError):
                joined_keys(opened, holder)
            session.expire(opened.row)
        with pytest.raises(NoKey):
            one_request(session, small_town.tools, small_town.holder("paichusuo"), asked)
        with pytest.raises(NoKey):
            tip = desktop(small_town, taken).tips[0].tip.id
            open_key(
                session, small_town.tools.keyring, small_town.holder("custodian"), Subject("identity", tip)
            )


def test_a_release_ends_after_a_day_and_can_be_refused(small_town: Town) -> None:
    """A released share would lie open for ever, or a refusal would not hold."""
    taken = named(small_town)
    asked = ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "核实")
    for keeper in ("custodian", "approver"):
        release(small_town.tools, small_town.holder(keeper), asked)
    small_town.now.day += timedelta(days=2)
    with pytest.raises(Unmet):
        read_identity(small_town.tools, small_town.holder("chengjian"), asked, desktop(small_town, taken))
    again = ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "再核实")
    refuse(small_town.tools, small_town.holder("approver"), again)
    with pytest.raises(Unmet):
        release(small_town.tools, small_town.holder("custodian"), again)


def test_two_readings_at_once_are_one(small_town: Town) -> None:
    """Two clicks at once would open an identity twice."""
    taken = named(small_town)
    asked = ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "核实")
    for keeper in ("custodian", "approver"):
        release(small_town.tools, small_town.holder(keeper), asked)
    results = race(
        lambda: read_identity(
            small_town.tools, small_town.holder("chengjian"), asked, desktop(small_town, taken)
        )
    )
    assert sum(result == WHO for result in results) == 1
    assert all(result == WHO or isinstance(result, Unmet | Outrun) for result in results)


def race(act: Callable[[], object]) -> list[object]:
    def one() -> object:
        try:
            return act()
        except (Unmet, Outrun) as error:
            return error

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: one(), range(4)))


def test_calling_back_never_shows_the_desk_a_number(town: Town) -> None:
    """The desk could learn the number, a custodian could call for ever, or the approver read the answers."""
    report = dataclasses.replace(GAS, mode="callback")
    taken = take(town.tools, sent(report, person=Person("", WHO.phone)))
    asked = ask_call(town.tools, desktop(town, taken), number(taken), "罐子在前院还是后院？")
    with pytest.raises(Unmet):
        release(town.tools, town.holder("approver"), asked)
    take_call(town.tools, town.holder("custodian"), asked)
    release(town.tools, town.holder("approver"), asked)
    for _ in range(MOST_CALLS):
        assert number_to_call(town.tools, town.holder("custodian"), asked)[1] == WHO.phone
    with pytest.raises(Unmet):
        number_to_call(town.tools, town.holder("custodian"), asked)
    with pytest.raises(Unmet):
        number_to_call(town.tools, town.holder("chengjian"), asked)
    enter_answers(town.tools, town.holder("custodian"), asked, "后院，三个")
    with town.tools.database.work() as session:
        for keeper in ("custodian", "approver"):
            assert "三个" not in str(one_request(session, town.tools, town.holder(keeper), asked).body)
    put_answers(town.tools, asked, desktop(town, taken))
    with pytest.raises(Unmet):
        put_answers(town.tools, asked, desktop(town, taken))
    (line,) = (line for line in desktop(town, taken).tips[0].thread if line.kind == "call")
    assert line.text.endswith("答：后院，三个")
    assert WHO.phone not in line.text
    assert taken.receipt is not None
    seen = read_follow(town.tools, look_up(town.tools, taken.receipt))
    assert line.text in [one.text for one in seen.lines]


@pytest.mark.parametrize("first", ["custodian", "approver"])
def test_a_call_never_gives_who_asked_a_key(small_town: Town, first: str) -> None:
    """Two plain releases would open the number to the desk, which was promised never to see it."""
    report = dataclasses.replace(GAS, mode="callback")
    taken = take(small_town.tools, sent(report, person=Person("", WHO.phone)))
    asked = ask_call(small_town.tools, desktop(small_town, taken), number(taken), "在哪？")
    with pytest.raises(Unmet):
        release(small_town.tools, small_town.holder(first), asked)
    with small_town.tools.database.work() as session:
        row = one_request(session, small_town.tools, small_town.holder("chengjian"), asked).row
    assert (row.one_time_private, row.first_share, row.second_share) == (None, None, None)
    with pytest.raises(Unmet):
        enter_answers(small_town.tools, small_town.holder("custodian"), asked, "编的")


def test_an_anonymous_tip_has_nothing_to_open(small_town: Town) -> None:
    """A desk could have a dummy identity opened and learn that nobody is named."""
    taken = take(small_town.tools, sent())
    with pytest.raises(Unmet):
        ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "好奇")


def test_an_orphaned_case_is_handed_on_unread(town: Town) -> None:
    """A case that nobody opens would stay closed for ever, or the keepers would read it on the way."""
    taken = take(town.tools, sent())
    case = desktop(town, taken).case
    dispatch = town.holder("dispatch")
    town.now.pass_days(3)
    first = ask_hand_on(town.tools, dispatch, case.number or "", "三天没人打开")
    for keeper in ("custodian", "approver"):
        release(town.tools, town.holder(keeper), first)
    take_over(town.tools, dispatch, first)
    with pytest.raises(Unmet):
        take_over(town.tools, dispatch, first)
    assert desktop(town, taken, "dispatch").tips[0].content.report == GAS
    with pytest.raises(NoKey):
        desktop(town, taken, "chengjian")
    take_edge(town.tools, dispatch, taken.case_id, "assign", {"desk": "anjian", "reason": "改由应急办办"})
    assert desktop(town, taken, "anjian").tips[0].content.report == GAS
