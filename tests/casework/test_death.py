"""A death leaves the town (安全生产法 §73 ¶2): received, handed over, finished, and nothing else."""

import dataclasses
import secrets
from typing import Literal

import pytest

from app.casework.context import Desktop
from app.casework.edges import take_edge
from app.casework.needs import Unmet, possible
from app.casework.reporting import say
from app.intake.sent import Taken
from app.intake.take import take
from app.intake.visits import open_visit
from app.jobs.work import move_on
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.casework.test_flow import fill_in
from tests.casework.test_way import desktop, sign_all, step
from tests.casework.walk import DEATH
from tests.intake.test_take import sent
from tests.makers import Town, add_member
from tests.web.door import app_of, signed_in

LETTER = {"bureau": "qu_yingji", "title": "事故", "text": "某企业一起设备事故，请组织核查。"}
OUTCOME = {"document": "演示〔2026〕1号", "date": "2026-11-24", "conclusion": "true", "result": "已经立案。"}
WITHIN = {  # what a town does with a hazard, and never with a death
    "accept": {},
    "decline": {"why": "no_target", "reply": "没说清"},
    "transfer": {"desk": "anjian", "reason": "归应急办"},
    "merge": {"into": ""},
}


def offered(now: Desktop) -> set[str]:
    return {edge.name for edge, _ in possible(now)}


def visited(town: Town) -> Taken:
    """A death that an inspector hears of on a patrol."""
    return open_visit(
        town.tools,
        town.holder("anjian"),
        origin="patrol",
        sector="",
        place="园区",
        enterprise="",
        text="上月厂里轧死一个人没报，给家属塞钱私了",
        uploads=[],
        once=secrets.token_bytes(32),
    )


@pytest.mark.parametrize("edge", WITHIN)
def test_the_town_cannot_keep_a_death(small_town: Town, edge: str) -> None:
    """A town would verify, decline or bury among its own what only the district may look into."""
    taken, other = take(small_town.tools, sent(DEATH)), take(small_town.tools, sent(DEATH))
    values = WITHIN[edge] | (
        {"into": desktop(small_town, other.case_id, "office").now.number} if edge == "merge" else {}
    )
    assert edge not in offered(desktop(small_town, taken.case_id, "office"))
    with pytest.raises(Unmet, match="涉及死亡"):
        fill_in(small_town, taken, edge, values, "office")


def test_a_death_found_on_a_patrol_is_locked_too(small_town: Town) -> None:
    """Known by its tip alone, a death that nobody reported would be verified and closed in the town."""
    taken = visited(small_town)
    for edge in ("accept", "decline", "transfer"):
        with pytest.raises(Unmet, match="涉及死亡"):
            fill_in(small_town, taken, edge, WITHIN[edge], "office")


def test_silence_does_not_accept_a_death(town: Town) -> None:
    """A job would do what no desk may: begin the town's own verifying."""
    taken = take(town.tools, sent(DEATH))
    step_by_opening(town, taken)
    town.now.pass_days(30)
    move_on(town.tools)
    assert desktop(town, taken.case_id, "office").now.state == "received"


def step_by_opening(town: Town, taken: Taken) -> None:
    take_edge(town.tools, town.holder("office"), taken.case_id, "sign_for", {}, by_opening=True)


def test_a_death_is_handed_over_answered_and_objected_to(town: Town) -> None:
    """The one way of a death could not be walked to its end, or an objection would let the town verify after all."""
    taken = take(town.tools, sent(DEATH))
    fill_in(town, taken, "hand_up", LETTER, "office")
    fill_in(town, taken, "record_outcome", OUTCOME, "office")
    with pytest.raises(Unmet, match="涉及死亡"):
        step(town, taken, "rectify", "office", measures="停用", person="厂长", limit="2026-12-01")
    step(town, taken, "answer", "office", reply="区里已经立案。")
    step(town, taken, "close", "office")
    assert taken.receipt is not None
    say(town.tools, look_up(town.tools, taken.receipt), "objection", "还有一个人")
    add_member(town, "office_2", list(town.holder("office").epochs.values()), "office")
    step(town, taken, "reopen", "office_2", reason="再报区里")
    now = desktop(town, taken.case_id, "office")
    assert now.now.state == "received"
    assert "accept" not in offered(now)
    fill_in(town, taken, "hand_up", LETTER, "office")


def test_a_death_beside_an_accusation_becomes_its_own_case(small_town: Town) -> None:
    """Discipline would hold the death with the accusation, and the district never hear of it; or the hazard that is
    still there be forgotten once the death is split off.
    """
    both = Report(
        what="安全办的人收厂里的钱，瞒报轧死的人", where="和兴园区", about_official=True, deaths=True
    )
    both = dataclasses.replace(both, still_dangerous=True)
    taken = take(small_town.tools, sent(both))
    death = small_town.tools.rules.escalated("death").id
    words = {"desk": "office", "place": "园区", "text": "园区一家厂有人员伤亡，请报区里。"}
    with pytest.raises(Unmet):
        fill_in(small_town, taken, "split", {"sector": "corruption", **words}, "jijian")
    fill_in(small_town, taken, "split", {"sector": death, **words}, "jijian")
    now = desktop(small_town, taken.case_id, "jijian")
    assert now.now.facts.split_due
    child = dataclasses.replace(taken, case_id=now.now.facts.children[0])
    with pytest.raises(Unmet, match="涉及死亡"):
        step(small_town, child, "accept", "office")
    fill_in(small_town, child, "hand_up", LETTER, "office")
    step(small_town, taken, "accept", "jijian")  # the accusation itself is discipline's
    step(
        small_town,
        taken,
        "split",
        "jijian",
        desk="anjian",
        sector="trade_industry",
        place="园区",
        text="设备没有护罩",
    )
    assert not desktop(small_town, taken.case_id, "jijian").now.facts.split_due


@pytest.mark.parametrize("authority", ["town", "county"])
def test_a_hazard_and_a_death_stay_apart(small_town: Town, authority: Literal["town", "county"]) -> None:
    """A hazard that somebody can still put right would leave with the death, and wait for the district."""
    small_town.tools = dataclasses.replace(small_town.tools, authority=authority)
    death, hazard = take(small_town.tools, sent(DEATH)), take(small_town.tools, sent())
    step(small_town, hazard, "transfer", desk="office", reason="同一家厂")
    for one, into in ((hazard, death), (death, hazard)):
        with pytest.raises(Unmet, match="涉及死亡"):
            step(
                small_town,
                one,
                "merge",
                "office",
                into=desktop(small_town, into.case_id, "office").now.number,
            )


def test_a_county_verifies_a_death_itself(town: Town) -> None:
    """The authority that the law charges with a death could only hand it over to itself, and nobody would look."""
    town.tools = dataclasses.replace(town.tools, authority="county")
    taken = take(town.tools, sent(DEATH))
    step_by_opening(town, taken)
    assert {"accept", "transfer", "hand_up"} <= offered(desktop(town, taken.case_id, "office"))
    client, _ = signed_in(app_of(town), town, "office")
    assert "镇里不核查" not in client.get(f"/desk/cases/{taken.case_id}").text
    town.now.pass_days(30)
    move_on(town.tools)
    assert desktop(town, taken.case_id, "office").now.state == "verifying"
    step(town, taken, "verify", "office", enterprise="某厂", found="一人被卷入设备死亡，未报", level="major")
    sign_all(town)
    fill_in(town, taken, "conclude", {"conclusion": "true", "penalty": "演示罚〔2026〕1号"}, "office")
    step(town, taken, "answer", "office", reply="属实，已经立案调查。")
    step(town, taken, "close", "office")
    assert taken.receipt is not None
    say(town.tools, look_up(town.tools, taken.receipt), "objection", "还有一个人")
    add_member(town, "office_2", list(town.holder("office").epochs.values()), "office")
    step(town, taken, "reopen", "office_2", reason="再查一人")
    assert desktop(town, taken.case_id, "office").now.state == "verifying"
