"""Rewards held back while their conclusion is looked at again, and what becomes of them then."""

import pytest

from app.casework.needs import Unmet
from app.casework.reporting import read_follow, say
from app.intake.sent import Taken
from app.ledger.write import history
from app.people.subjects import open_subject_key
from app.rewards.book import Opened, one_reward
from app.rewards.decide import propose, record, refuse, sign
from app.rewards.holding import hold_offered, settle
from app.rewards.payment import lapse, offer, offers_of, pay_sealed
from app.tips.receipts import look_up
from tests.casework.test_way import sign_all, step, verified
from tests.makers import Town
from tests.rewards.test_way import (
    DISTRICT,
    LI,
    PAID,
    POLICIES,
    code_of,
    desktop,
    facts,
    number,
    offered,
    other_member,
    pay_out,
)
from tests.web.door import app_of, followed, signed_in


def suggested(town: Town) -> tuple[Taken, str]:
    taken = verified(town)
    step(town, taken, "answer", reply="属实。")
    return taken, propose(town.tools, desktop(town, taken), number(taken), facts(taken), POLICIES)


def decided(town: Town) -> tuple[Taken, str]:
    taken, made = suggested(town)
    sign(town.tools, town.holder("signer"), made)
    record(town.tools, town.holder("office"), made, DISTRICT)
    return taken, made


def read(town: Town, made: str) -> Opened:
    with town.tools.database.work() as session:
        return one_reward(session, town.tools, town.holder("office"), made)


def reopen(town: Town, taken: Taken) -> None:
    other_member(town)
    step(town, taken, "reopen", LI, reason="新证据")
    settle(town.tools, desktop(town, taken))


def conclude(town: Town, taken: Taken, conclusion: str) -> None:
    step(town, taken, "verify", LI, enterprise="某饭店", found="又去看了一遍", level="none")
    sign_all(town)
    step(town, taken, "conclude", LI, conclusion=conclusion)
    settle(town.tools, desktop(town, taken))


def test_a_reopening_holds_what_is_only_decided(town: Town) -> None:
    """What the district had decided was paid while its conclusion was verified anew."""
    taken, made = decided(town)
    reopen(town, taken)
    assert read(town, made).row.frozen
    with pytest.raises(Unmet):
        offer(town.tools, desktop(town, taken), made)
    with pytest.raises(Unmet):
        pay_sealed(town.tools, desktop(town, taken), made, "记-1")
    conclude(town, taken, "partly")
    pay_sealed(town.tools, desktop(town, taken), made, "记-1")
    assert read(town, made).row.state == "paid"


def test_a_reopening_holds_the_signature_and_the_district_s_decision(small_town: Town) -> None:
    """A proposal would go on to the district while nobody knows whether the report is true."""
    taken, made = suggested(small_town)
    reopen(small_town, taken)
    with pytest.raises(Unmet):
        sign(small_town.tools, small_town.holder("signer"), made)
    other, signed = suggested(small_town)
    sign(small_town.tools, small_town.holder("signer"), signed)
    step(small_town, other, "reopen", LI, reason="新证据")
    settle(small_town.tools, desktop(small_town, other))
    with pytest.raises(Unmet):
        record(small_town.tools, small_town.holder("office"), signed, DISTRICT)


def test_opening_the_case_holds_what_a_crash_left_free(small_town: Town) -> None:
    """A server that died between reopening and holding would leave the reward payable for good."""
    taken, made = decided(small_town)
    other_member(small_town)
    step(small_town, taken, "reopen", LI, reason="新证据")
    assert not read(small_town, made).row.frozen
    client, _ = signed_in(app_of(small_town), small_town, LI)
    assert client.get(f"/desk/cases/{taken.case_id}").status_code == 200
    assert read(small_town, made).row.frozen


def test_an_objection_holds_what_is_decided(small_town: Town) -> None:
    """The objector's receipt opens no reward that was not offered: it was paid against a sealed slip all the same."""
    taken, made = decided(small_town)
    assert taken.receipt is not None
    visit = look_up(small_town.tools, taken.receipt)
    read_follow(small_town.tools, visit)
    say(small_town.tools, visit, "objection", "没看后院")
    hold_offered(small_town.tools, number(taken))
    with pytest.raises(Unmet):
        pay_sealed(small_town.tools, desktop(small_town, taken), made, "记-1")
    settle(small_town.tools, desktop(small_town, taken))
    assert read(small_town, made).row.frozen


def test_a_view_from_before_an_objection_sets_nothing_free(small_town: Town) -> None:
    """A page opened just before the objection came in would set free what the objection held back."""
    taken, made = offered(small_town)
    before = desktop(small_town, taken)
    assert taken.receipt is not None
    visit = look_up(small_town.tools, taken.receipt)
    read_follow(small_town.tools, visit)
    say(small_town.tools, visit, "objection", "没看后院")
    hold_offered(small_town.tools, number(taken))
    settle(small_town.tools, before)
    assert read(small_town, made).row.frozen


def test_another_case_s_key_pays_nothing(small_town: Town) -> None:
    """A held reward could be paid by way of a case whose conclusion stands."""
    taken, made = decided(small_town)
    other = verified(small_town)
    reopen(small_town, taken)
    with pytest.raises(Unmet):
        pay_sealed(small_town.tools, desktop(small_town, other), made, "记-1")


def test_an_untrue_conclusion_keeps_it_held_and_lets_it_be_refused(town: Town) -> None:
    """An offered reward became payable again though the report had turned out untrue, and nobody could withdraw it."""
    taken, made = offered(town)
    code = code_of(town, taken)
    with pytest.raises(Unmet):
        refuse(town.tools, town.holder("chengjian"), made, "改主意了")
    reopen(town, taken)
    conclude(town, taken, "untrue")
    with pytest.raises(Unmet):
        pay_out(town.tools, town.holder("cashier"), number(taken), code)
    refuse(town.tools, town.holder("chengjian"), made, "复查不属实")
    assert read(town, made).row.state == "refused"
    client = followed(app_of(town), number(taken), password(taken))
    assert "不发了" in client.get("/follow").text


def test_a_conclusion_does_not_outlive_its_reopening(small_town: Town) -> None:
    """Reopened, sent back and declined, a case would still count as proven by its old conclusion."""
    taken, made = decided(small_town)
    reopen(small_town, taken)
    step(small_town, taken, "transfer", desk="anjian", reason="工业用气归应急办")
    step(small_town, taken, "decline", "anjian", why="judicial", reply="法院在办")
    settle(small_town.tools, desktop(small_town, taken, "anjian"))
    assert read(small_town, made).row.frozen


def test_days_held_back_do_not_count(town: Town) -> None:
    """The reporter's days to claim ran out while they were not allowed to."""
    taken, made = offered(town)
    code_of(town, taken)
    town.now.pass_days(50)
    reopen(town, taken)
    town.now.pass_days(25)
    assert lapse(town.tools) == 0
    conclude(town, taken, "true")
    until = town.tools.calendar.add_days(town.now.today(), town.tools.limits.claim.value).day
    assert read(town, made).row.lapse_due == until
    assert lapse(town.tools) == 0
    assert taken.receipt is not None
    visit = look_up(town.tools, taken.receipt)
    (found,) = offers_of(town.tools, visit)
    assert (found.fen, found.until, found.frozen) == (PAID, until, False)
    assert f"{until.month}月{until.day}日" in read_follow(town.tools, visit).lines[-1].text


def test_holding_and_freeing_is_entered(small_town: Town) -> None:
    """Who held a reward back, or set it free, could not be shown afterwards."""
    taken, made = decided(small_town)
    reopen(small_town, taken)
    conclude(small_town, taken, "true")
    settle(small_town.tools, desktop(small_town, taken))
    found = read(small_town, made)
    keyring = small_town.tools.keyring
    subject = open_subject_key(keyring, "rewards", made, found.row.month, found.row.ledger_key)
    with small_town.tools.database.work() as session:
        kinds = [entry.kind for entry in history(session, subject, found.key)]
    assert (kinds.count("reward_held"), kinds.count("reward_freed")) == (1, 1)


def password(taken: Taken) -> str:
    assert taken.receipt is not None
    return taken.receipt.password
