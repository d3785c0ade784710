"""What a proposal rests on: the case's conclusion, the sealed order, what the district has put in writing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.casework.context import Desktop
from app.casework.needs import Unmet
from app.casework.reporting import say
from app.intake.sent import Taken
from app.intake.take import take
from app.rewards.book import one_reward
from app.rewards.decide import Decision, propose, record, sign
from app.tips.identity import Person
from app.tips.receipts import look_up
from tests.casework.test_way import FOUND, sign_all, step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.rewards.test_way import POLICIES, desktop, facts, number
from tests.web.door import app_of, signed_in


def concluded(town: Town, taken: Taken, conclusion: str) -> Desktop:
    step(town, taken, "accept")
    step(town, taken, "verify", enterprise="某饭店", found=FOUND, level="none")
    sign_all(town)
    step(town, taken, "conclude", conclusion=conclusion)
    return desktop(town, taken)


def paper_of(town: Town, made: str) -> str:
    with town.tools.database.work() as session:
        return str(one_reward(session, town.tools, town.holder("office"), made).body["paper"])


@pytest.mark.parametrize("conclusion", ["untrue", "unclear"])
def test_no_reward_for_what_is_not_proven(small_town: Town, conclusion: str) -> None:
    """A clerk who answers "verified: yes" could have an untrue report rewarded."""
    taken = take(small_town.tools, sent())
    now = concluded(small_town, taken, conclusion)
    claimed = replace(facts(taken), verified="yes", first_reporter="yes")
    with pytest.raises(Unmet):
        propose(small_town.tools, now, number(taken), claimed, POLICIES)


def test_only_the_first_by_the_sealed_order(town: Town) -> None:
    """Two reporters of one matter could both be rewarded, or the later one, as the clerk's answer has it."""
    first, second = take(town.tools, sent()), take(town.tools, sent())
    step(town, second, "merge", into=desktop(town, first).case.number or "")
    now = concluded(town, first, "true")
    claimed = replace(facts(first), verified="yes", first_reporter="yes")
    with pytest.raises(Unmet, match="最先"):
        propose(town.tools, now, number(second), claimed, POLICIES)
    made = propose(town.tools, now, number(first), claimed, POLICIES)
    assert "最先举报的人" in paper_of(town, made)
    assert first.day.isoformat() in paper_of(town, made)


def test_who_withdrew_is_neither_first_nor_rewarded(small_town: Town) -> None:
    """A report taken back would keep its reward from the one that stands."""
    first, second = take(small_town.tools, sent()), take(small_town.tools, sent())
    step(small_town, second, "merge", into=desktop(small_town, first).case.number or "")
    assert first.receipt is not None
    say(small_town.tools, look_up(small_town.tools, first.receipt), "withdrawal", "")
    now = concluded(small_town, first, "true")
    with pytest.raises(Unmet):
        propose(small_town.tools, now, number(first), facts(first), POLICIES)
    propose(small_town.tools, now, number(second), facts(second), POLICIES)


def test_the_form_does_not_ask_what_the_case_says(small_town: Town) -> None:
    """The form would ask for answers that it must not take."""
    taken = verified(small_town)
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}/reward").text
    assert 'name="q-verified"' not in page
    assert 'name="q-first_reporter"' not in page
    assert 'name="q-not_known"' in page
    assert "属实" in page


def test_the_district_s_answer_stands_with_the_calculation(small_town: Town) -> None:
    """Nobody could see what the district said of an earlier report; or a refusal would need an amount."""
    taken = verified(small_town)
    made = propose(small_town.tools, desktop(small_town, taken), number(taken), facts(taken), POLICIES)
    sign(small_town.tools, small_town.holder("signer"), made)
    earlier = Decision(0, "蓟应急函〔2026〕9号", "2026-11-24", earlier=True)
    record(small_town.tools, small_town.holder("office"), made, earlier)
    client, _ = signed_in(app_of(small_town), small_town, "office")
    page = client.get(f"/desk/rewards/{made}").text
    assert "此前有没有人举报" in page
    assert "登记日" in page
    with small_town.tools.database.work() as session:
        found = one_reward(session, small_town.tools, small_town.holder("office"), made)
    assert found.row.state == "refused"


@pytest.mark.parametrize(
    ("setting", "proposed"), [(None, False), (False, False), (True, True)], ids=["unset", "no", "yes"]
)
def test_without_a_name_as_the_district_has_written(
    small_town: Town, setting: bool | None, proposed: bool
) -> None:
    """The reporter without a name, whom paying by code is for, could never be proposed; or could without a rule."""
    small_town.tools = replace(small_town.tools, anonymous_reward=setting)
    taken = verified(small_town)
    now = desktop(small_town, taken)
    if not proposed:
        with pytest.raises(Unmet, match="匿名举报"):
            propose(small_town.tools, now, number(taken), facts(taken), POLICIES)
        return
    made = propose(small_town.tools, now, number(taken), facts(taken), POLICIES)
    assert "匿名领奖：凭领奖码可领　〔区里书面规定〕\n" in paper_of(small_town, made)


@pytest.mark.parametrize(
    ("uplift", "fen", "words"),
    [(None, 360_000, "比例未定"), (Decimal("0.2"), 432_000, "(1 + 20%) = 4,320 元　〔区里书面规定〕\n")],
    ids=["unset", "20"],
)
def test_an_insider_s_uplift_as_the_district_has_written(
    small_town: Town, uplift: Decimal | None, fen: int, words: str
) -> None:
    """Nobody could set the uplift but by editing the policy; or it would be added without anybody having set it."""
    small_town.tools = replace(small_town.tools, insider_uplift=uplift)
    report = replace(GAS, mode="named", insider=True)
    taken = take(small_town.tools, sent(report, person=Person("张三", "13000000000")))
    today = small_town.now.today().isoformat()
    step(small_town, taken, "plan_visit", plan="together", day=today)
    now = concluded(small_town, taken, "true")
    made = propose(small_town.tools, now, number(taken), facts(taken), POLICIES)
    assert words in paper_of(small_town, made)
    with small_town.tools.database.work() as session:
        assert one_reward(session, small_town.tools, small_town.holder("office"), made).body["fen"] == fen


@pytest.mark.parametrize("typed", ["²", "①", "两个", "-1", "1e3", "9" * 40, "٣"])
def test_a_count_that_is_no_number_is_explained(small_town: Town, typed: str) -> None:
    """A clerk who types ² would get an error page, and what cannot be read be taken for "nobody died"."""
    taken = verified(small_town)
    client, secret = signed_in(app_of(small_town), small_town, "chengjian")
    answer = client.post(
        f"/desk/cases/{taken.case_id}/reward", data={"kind": "concealment", "deaths": typed, "csrf": secret}
    )
    assert answer.status_code == 422
    assert "死亡人数请写成数字" in answer.text
    assert f'value="{typed}"' in answer.text
    wide = client.post(
        f"/desk/cases/{taken.case_id}/reward", data={"kind": "concealment", "deaths": "２", "csrf": secret}
    )
    assert "请写成数字" not in wide.text
