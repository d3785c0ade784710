"""The way of a reward: proposed, signed, decided by the district, offered, paid to a number."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.casework.context import Desktop, lay_out
from app.casework.needs import Unmet
from app.casework.reporting import say
from app.db.versions import Outrun
from app.intake.sent import Sent, Taken
from app.intake.take import take
from app.people.grants import NoKey
from app.people.holder import Holder
from app.people.tools import Tools
from app.rewards.book import one_reward, read_rewards
from app.rewards.decide import Decision, first_of, propose, record, refuse, sign
from app.rewards.holding import hold_offered, settle
from app.rewards.payment import Due, lapse, look_at, offer, offers_of, pay, pay_sealed
from app.rules.reward import questions
from app.rules.reward_policies import Policies
from app.rules.reward_types import Facts
from app.sealing.receipt import new_number
from app.tips.identity import Person
from app.tips.receipts import look_up
from tests.casework.test_way import step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town, add_member
from tests.web.door import app_of, followed

POLICIES = Policies.load()
LI = "li"
PAID = 360_000  # fen: what the district decided
DISTRICT = Decision(PAID, "蓟应急奖〔2026〕3号", "2026-11-24", earlier=False)


def facts(taken: Taken) -> Facts:
    asked = questions(Facts(taken.day, "violation"), POLICIES)
    return Facts(taken.day, "violation", fine_fen=2_400_000, answers={one.id: one.wanted for one in asked})


def desktop(town: Town, taken: Taken, who: str = "chengjian") -> Desktop:
    with town.tools.database.work() as session:
        return lay_out(session, town.tools, town.holder(who), taken.case_id)


def number(taken: Taken) -> str:
    assert taken.receipt is not None
    return taken.receipt.number


def offered(town: Town, report: Sent | None = None) -> tuple[Taken, str]:
    taken = verified(town, report)
    step(town, taken, "answer", reply="属实。")
    made = propose(town.tools, desktop(town, taken), number(taken), facts(taken), POLICIES)
    sign(town.tools, town.holder("signer"), made)
    record(town.tools, town.holder("office"), made, DISTRICT)
    offer(town.tools, desktop(town, taken), made)
    return taken, made


def other_member(town: Town) -> None:
    """A second member of the leading desk: who verified decides no objection."""
    epochs = town.holder("chengjian").epochs
    add_member(town, LI, [epochs[at] for at in sorted(epochs)], "chengjian")


def pay_out(tools: Tools, cashier: Holder, number: str, code: str) -> Due:
    """What the counter does: look, then pay what was seen."""
    return pay(tools, cashier, number, code, look_at(tools, cashier, number, code).reward_id)


def code_of(town: Town, taken: Taken) -> str:
    assert taken.receipt is not None
    (found,) = offers_of(town.tools, look_up(town.tools, taken.receipt))
    return found.code


def test_the_whole_way_to_a_number(town: Town) -> None:
    """A reward could not reach a reporter without a name, or not in the amount the district decided."""
    taken, made = offered(town)
    assert taken.receipt is not None
    (found,) = offers_of(town.tools, look_up(town.tools, taken.receipt))
    assert found.fen == PAID
    due = pay_out(town.tools, town.holder("cashier"), number(taken), found.code)
    assert due.fen == PAID
    with town.tools.database.work() as session:
        assert one_reward(session, town.tools, town.holder("office"), made).row.state == "paid"


def test_the_counter_opens_nothing_without_the_code(town: Town) -> None:
    """A cashier, or a thief with the cashier's password, could see amounts; a password or a guess could be paid."""
    taken, made = offered(town)
    cashier = town.holder("cashier")
    with town.tools.database.work() as session:
        assert read_rewards(session, town.tools, cashier) == []
        with pytest.raises(NoKey):
            one_reward(session, town.tools, cashier, made)
    code = code_of(town, taken)
    assert taken.receipt is not None
    other = code[:-2] + ("0" if code[-2] != "0" else "1") + code[-1]
    for wrong in (taken.receipt.password, other, "1" * 16):
        with pytest.raises(Unmet):
            look_at(town.tools, cashier, number(taken), wrong)
    with pytest.raises(Unmet):
        look_at(town.tools, cashier, new_number(), code)


def test_a_code_pays_once_also_for_two_at_once(town: Town) -> None:
    """A claim code could be paid twice by two windows at once."""
    taken, _ = offered(town)
    code, cashier = code_of(town, taken), town.holder("cashier")
    paid = race(lambda: pay_out(town.tools, cashier, number(taken), code))
    assert paid == 1
    with pytest.raises(Unmet):
        pay_out(town.tools, cashier, number(taken), code)


def race(act: Callable[[], object]) -> int:
    def one() -> bool:
        try:
            act()
        except (Unmet, Outrun):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(lambda _: one(), range(4)))


def test_nobody_signs_or_decides_out_of_turn(small_town: Town) -> None:
    """The desk could sign its own proposal, or a town could pay before the district decided."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    made = propose(small_town.tools, desktop(small_town, taken), number(taken), facts(taken), POLICIES)
    with pytest.raises(Unmet):
        sign(small_town.tools, small_town.holder("chengjian"), made)
    with pytest.raises(Unmet):
        record(small_town.tools, small_town.holder("office"), made, DISTRICT)
    with pytest.raises(Unmet):
        offer(small_town.tools, desktop(small_town, taken), made)
    with pytest.raises(Unmet):
        propose(small_town.tools, desktop(small_town, taken), number(taken), facts(taken), POLICIES)
    with small_town.tools.database.work() as session, pytest.raises(NoKey):
        one_reward(session, small_town.tools, small_town.holder("anjian"), made)
    refuse(small_town.tools, small_town.holder("office"), made, "区里不予奖励")


def test_for_a_county_the_signature_is_the_decision(small_town: Town) -> None:
    """A county would have to ask itself for its own decision."""
    small_town.tools = dataclasses.replace(small_town.tools, authority="county")
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    made = propose(small_town.tools, desktop(small_town, taken), number(taken), facts(taken), POLICIES)
    sign(small_town.tools, small_town.holder("signer"), made)
    with small_town.tools.database.work() as session:
        assert one_reward(session, small_town.tools, small_town.holder("office"), made).row.state == "decided"


def test_an_objection_freezes_what_is_offered(small_town: Town) -> None:
    """A reward would be paid while its conclusion is looked at again."""
    taken, _ = offered(small_town)
    code = code_of(small_town, taken)
    assert taken.receipt is not None
    say(small_town.tools, look_up(small_town.tools, taken.receipt), "objection", "没看后院")
    hold_offered(small_town.tools, number(taken))
    with pytest.raises(Unmet):
        pay_out(small_town.tools, small_town.holder("cashier"), number(taken), code)
    other_member(small_town)
    step(small_town, taken, "uphold", LI, reason="又看了一遍")
    settle(small_town.tools, desktop(small_town, taken))
    assert pay_out(small_town.tools, small_town.holder("cashier"), number(taken), code).fen == PAID


def test_a_claim_lapses_after_its_window(town: Town) -> None:
    """A reward would wait for ever, or lapse before its day."""
    taken, _ = offered(town)
    code = code_of(town, taken)
    town.now.pass_days(60)
    assert lapse(town.tools) == 0
    town.now.pass_days(15)
    assert lapse(town.tools) == 1
    assert lapse(town.tools) == 0
    with pytest.raises(Unmet):
        pay_out(town.tools, town.holder("cashier"), number(taken), code)


def test_the_counter_is_closed_until_it_is_allowed(small_town: Town) -> None:
    """Money could be paid by code before the authority and finance have filed a rule."""
    taken, made = offered(small_town)
    code = code_of(small_town, taken)
    closed = dataclasses.replace(small_town.tools, counter_open=False)
    with pytest.raises(Unmet):
        pay_out(closed, small_town.holder("cashier"), number(taken), code)
    pay_sealed(closed, desktop(small_town, taken), made, "记-2026-118")


def test_who_was_first_is_known_from_the_sealed_order(small_town: Town) -> None:
    """Of two reports of one matter the later could be paid."""
    first, second = take(small_town.tools, sent()), take(small_town.tools, sent())
    into = desktop(small_town, first).case.number or ""
    step(small_town, second, "merge", into=into)
    both = desktop(small_town, first)
    assert [one.tip.number for one in both.tips] == [number(first), number(second)]
    turned = dataclasses.replace(both, tips=both.tips[::-1])
    assert first_of(turned) == number(first)


@pytest.mark.parametrize("mode", ["anonymous", "named"])
def test_nobody_is_sent_to_a_closed_counter(small_town: Town, mode: str) -> None:
    """The page gave a code for a window that refuses it, while the days to claim ran out."""
    opened, report = small_town.tools, dataclasses.replace(GAS, mode=mode)
    small_town.tools = dataclasses.replace(opened, counter_open=False)
    taken, made = offered(small_town, sent(report, person=Person("张三", "13000000000")))
    assert taken.receipt is not None
    client = followed(app_of(small_town), taken.receipt.number, taken.receipt.password)
    page = client.get("/follow").text
    assert "3,600" in page
    assert "data-claim-code" not in page
    assert "到窗口领，不问" not in page
    assert ("交给财务" if mode == "named" else "窗口还没有开") in page
    small_town.now.pass_days(90)
    assert lapse(small_town.tools) == 0
    small_town.tools = opened
    assert lapse(opened) == 0
    client = followed(app_of(small_town), taken.receipt.number, taken.receipt.password)
    assert "data-claim-code" in client.get("/follow").text
    until = opened.calendar.add_days(opened.now.today(), opened.limits.claim.value).day
    with opened.database.work() as session:
        assert one_reward(session, opened, small_town.holder("office"), made).row.lapse_due == until


def test_who_was_paid_by_a_sealed_slip_can_still_look(small_town: Town) -> None:
    """The page of a reporter whose reward was paid without the code would be a server error."""
    taken, made = offered(small_town)
    pay_sealed(small_town.tools, desktop(small_town, taken), made, "记-2026-118")
    assert taken.receipt is not None
    (found,) = offers_of(small_town.tools, look_up(small_town.tools, taken.receipt))
    assert found.state == "paid"


def test_a_password_that_a_clerk_heard_claims_nothing_alone(small_town: Town) -> None:
    """Whoever took the call could collect the caller's money with what they read out."""
    with pytest.raises(Unmet, match="光凭密码不能领"):
        offered(small_town, sent(handed="clerk"))
