"""A penalty recorded later: the reward is calculated anew, and the rest comes on top."""

import pytest

from app.casework.needs import Unmet
from app.intake.sent import Taken
from app.rewards.book import one_reward
from app.rewards.decide import Decision, propose, record, sign
from app.rewards.payment import look_at, offer, offers_of, pay
from app.tips.receipts import look_up
from tests.casework.test_way import step, verified
from tests.makers import Town
from tests.rewards.test_way import PAID, POLICIES, code_of, desktop, facts, number, offered, pay_out
from tests.web.door import app_of, signed_in

ANSWERS = {
    "q-not_known": "yes",
    "q-staff": "no",
    "q-third_party": "no",
    "q-known": "no",
    "q-unverifiable": "no",
}
LATER = Decision(180_000, "蓟应急奖〔2027〕1号", "2026-11-24", earlier=False)


def fined(town: Town, taken: Taken, document: str, yuan: str) -> None:
    day = town.now.today().isoformat()
    step(town, taken, "record_decision", document=document, fine=yuan, date=day)


def propose_by_form(town: Town, taken: Taken) -> tuple[int, str]:
    """The form as sent with the fine left empty: status, and where it leads or the page."""
    town.now.seconds += 90  # each code signs in once
    client, secret = signed_in(app_of(town), town, "chengjian")
    typed = {"csrf": secret, "tip": number(taken), "kind": "violation", **ANSWERS}
    answer = client.post(f"/desk/cases/{taken.case_id}/reward", data=typed)
    return answer.status_code, answer.headers.get("Location", answer.text)


def offered_again(town: Town, taken: Taken) -> str:
    status, where = propose_by_form(town, taken)
    assert status == 303, where
    made = where.split("/")[-1].split("?")[0]
    sign(town.tools, town.holder("signer"), made)
    record(town.tools, town.holder("office"), made, LATER)
    offer(town.tools, desktop(town, taken), made)
    return made


def test_a_later_fine_is_rewarded_on_top(town: Town) -> None:
    """What the authority fined months later never reached the reporter: the first reward blocked another."""
    taken, _ = offered(town)
    code = code_of(town, taken)
    assert pay_out(town.tools, town.holder("cashier"), number(taken), code).fen == PAID
    fined(town, taken, "罚〔2026〕1号", "24000")
    fined(town, taken, "罚〔2027〕2号", "12000")
    made = offered_again(town, taken)
    with town.tools.database.work() as session:
        body = one_reward(session, town.tools, town.holder("office"), made).body
    assert body["fen"] == 180_000  # 15 % of 36,000 less the 3,600 decided before
    assert "5,400 元 − 3,600 元 = 1,800 元" in body["paper"]
    assert taken.receipt is not None
    found = offers_of(town.tools, look_up(town.tools, taken.receipt))
    assert sorted((one.fen, one.state) for one in found) == [(180_000, "claimed"), (PAID, "paid")]
    assert pay_out(town.tools, town.holder("cashier"), number(taken), code).fen == 180_000


def test_no_second_reward_without_a_new_penalty(small_town: Town) -> None:
    """One report could be rewarded twice for the same penalty, or twice at once."""
    taken, _ = offered(small_town)
    status, page = propose_by_form(small_town, taken)
    assert status == 422
    assert "没有登记新的处罚决定" in page or "算不出" in page
    fined(small_town, taken, "罚〔2026〕1号", "24000")
    status, page = propose_by_form(small_town, taken)
    assert (status, "不比已经决定的多" in page) == (422, True)
    fined(small_town, taken, "罚〔2027〕2号", "12000")
    assert propose_by_form(small_town, taken)[0] == 303
    status, page = propose_by_form(small_town, taken)
    assert (status, "在办" in page) == (422, True)


def test_a_second_click_does_not_pay_the_next(small_town: Town) -> None:
    """With two amounts under one number, a form sent twice would pay both while one is handed over."""
    taken, _ = offered(small_town)
    code, cashier = code_of(small_town, taken), small_town.holder("cashier")
    fined(small_town, taken, "罚〔2027〕2号", "36000")
    offered_again(small_town, taken)
    assert taken.receipt is not None
    assert len(offers_of(small_town.tools, look_up(small_town.tools, taken.receipt))) == 2
    due = look_at(small_town.tools, cashier, number(taken), code)
    assert due.more
    pay(small_town.tools, cashier, number(taken), code, due.reward_id)
    with pytest.raises(Unmet):
        pay(small_town.tools, cashier, number(taken), code, due.reward_id)
    last = look_at(small_town.tools, cashier, number(taken), code)
    assert last.fen + due.fen == PAID + LATER.fen
    assert not last.more


def test_only_what_is_under_way_stands_in_the_way(small_town: Town) -> None:
    """A proposal at the leader's would be doubled by a second one."""
    taken = verified(small_town)
    propose(small_town.tools, desktop(small_town, taken), number(taken), facts(taken), POLICIES)
    fined(small_town, taken, "罚〔2027〕2号", "36000")
    with pytest.raises(Unmet, match="停办"):
        propose(small_town.tools, desktop(small_town, taken), number(taken), facts(taken), POLICIES)
