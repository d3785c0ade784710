"""The flow of edges as a whole: random walks that try what one may and may not do, and what they have found."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.casework.edges import take_edge
from app.casework.flow import DECLINE_REASONS, EDGES, TABLE
from app.casework.models import STATES, Case
from app.casework.needs import NEEDS, Unmet, possible
from app.casework.reporting import read_follow, say
from app.casework.signing import return_record, waiting_for_signature
from app.casework.steps import STEPS
from app.clock.dues import HANDLERS
from app.intake.sent import Taken
from app.intake.take import take
from app.ledger.verify import verify
from app.people.grants import NoKey
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.casework.test_way import desktop, reinspected, sign_all, step, verified
from tests.casework.walk import ALL_SORTS, DEATH, OFFICIAL, Walk
from tests.intake.test_take import sent
from tests.makers import Town, add_member

STEPS_OF_A_WALK = 120


@pytest.mark.parametrize("seed", range(3))
def test_whatever_anybody_tries(small_town: Town, seed: int) -> None:
    """A step could lead where the table does not, leave half of itself behind, or show a case to another desk."""
    walk = walked(small_town, seed)
    assert len(walk.taken) > len(TABLE) // 3, "this walk tried too little"
    assert sum(walk.refused.values()) > STEPS_OF_A_WALK // 10


@pytest.mark.parametrize("seed", [99])
def test_whatever_anybody_tries_on_both_databases(town: Town, seed: int) -> None:
    """The same on PostgreSQL, which locks row by row and counts characters."""
    walked(town, seed)


def test_whatever_discipline_tries(small_town: Town) -> None:
    """A step that the page offers on a case on an official could not be taken."""
    walk = walked(small_town, 13, (OFFICIAL, OFFICIAL, OFFICIAL))
    assert walk.taken.keys() >= {"countersign", "conclude"}


def walked(town: Town, seed: int, reports: Sequence[Report] = ALL_SORTS) -> Walk:
    walk = Walk(town, seed, reports)
    for _ in range(STEPS_OF_A_WALK):
        walk.step()
    for case_id in walk.cases:
        walk.check_keys(case_id)
    with town.tools.database.work() as session:
        assert verify(session) == []
    for visit in walk.visits:
        assert read_follow(town.tools, visit).content.report.what
    return walk


def fill_in(town: Town, taken: Taken, edge: str, values: dict[str, str], who: str = "chengjian") -> None:
    take_edge(town.tools, town.holder(who), taken.case_id, edge, values)


def test_the_table_is_whole() -> None:
    """A step would ask too much, name a state or a need that is not there, or be unknown to the clock."""
    for edge in EDGES:
        assert len(edge.fields) <= 5
        assert {*edge.frm, edge.to or edge.frm[0]} <= set(STATES)
        assert set(edge.needs) <= NEEDS.keys()
        assert set(edge.who) <= {"lead", "dispatch", "provisional", "reporter", "job", "other"}
        assert edge.name in HANDLERS or edge.name == "request_extension"
        assert edge.page == (not {"reporter", "job"} & set(edge.who)) or edge.name in ("accept", "sign_for")
    assert len(TABLE) == len(EDGES)
    assert STEPS.keys() <= TABLE.keys()


def test_every_state_is_reached_and_left() -> None:
    """A case could get stuck, or a state stand in the table that nothing leads to."""
    steps = [edge for edge in EDGES if edge.to]
    assert {state for edge in steps for state in edge.frm if edge.to != state} == set(STATES)
    assert {edge.to for edge in steps} == set(STATES)


@pytest.mark.parametrize(
    "desk", ["admin", "custodian", "approver", "cashier", "signer", "clerk", "qu_yingji", "x"]
)
def test_only_a_desk_that_may_lead_gets_a_case(small_town: Town, desk: str) -> None:
    """Whoever posts a form by hand could seal a case to the administrator or to a keeper of names."""
    taken = take(small_town.tools, sent())
    new = {"sector": "gas", "place": "大集", "text": "一台设备防护缺失，请即查。"}
    for edge, values in (("transfer", {"reason": "一"}), ("split", new)):
        with pytest.raises(Unmet):
            fill_in(small_town, taken, edge, {"desk": desk, **values})
    assert desktop(small_town, taken.case_id).now.desk == "chengjian"


def test_an_official_s_case_stays_with_discipline(small_town: Town) -> None:
    """One slip of the hand would show an accusation to the accused's own office."""
    taken = take(small_town.tools, sent(OFFICIAL))
    for edge, values in (("hand_back", {"reason": "退"}), ("transfer", {"desk": "anjian", "reason": "转"})):
        with pytest.raises(Unmet):
            fill_in(small_town, taken, edge, values, "jijian")
    for who in ("dispatch", "anjian"):
        with pytest.raises(NoKey):
            desktop(small_town, taken.case_id, who)


def test_the_office_can_lead_a_case(town: Town) -> None:
    """A death would stay in the town: the office, which reads every record, could write none in its own case."""
    taken = take(town.tools, sent(DEATH))
    assert desktop(town, taken.case_id, "office").now.desk == "office"
    step(
        town, taken, "hand_up", who="office", bureau="qu_yingji", title="事故", text="一起设备事故，请核查。"
    )
    assert desktop(town, taken.case_id, "office").now.state == "handed_up"


def rectified(town: Town, taken: Taken) -> None:
    limit = (town.now.today() + timedelta(days=7)).isoformat()
    step(town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    reinspected(town, taken)


def test_an_old_signature_strikes_nothing_off(small_town: Town) -> None:
    """A hazard would be struck off under a signature given for the re-inspection that no longer held."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    rectified(small_town, taken)
    sign_all(small_town)
    step(small_town, taken, "not_fixed", found="还漏气", limit=small_town.now.today().isoformat())
    step(small_town, taken, "report_done", found="又换了", photos=1)
    with pytest.raises(Unmet, match="还没有复查"):
        step(small_town, taken, "strike_off")
    reinspected(small_town, taken, found="又换了")
    with pytest.raises(Unmet, match="复查记录（含前后照片）要由领导签批"):
        step(small_town, taken, "strike_off")
    sign_all(small_town)
    step(small_town, taken, "strike_off")


def test_a_reinspection_that_was_sent_back_strikes_nothing_off(small_town: Town) -> None:
    """A hazard would be struck off though the leader had refused what was seen, or the desk could not write it anew."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    rectified(small_town, taken)
    with pytest.raises(Unmet, match="已经复查过"):
        reinspected(small_town, taken)
    signer = small_town.holder("signer")
    for one in waiting_for_signature(small_town.tools, signer):
        if one.kind == "reinspection":
            return_record(small_town.tools, signer, one.id, "照片看不清")
    sign_all(small_town)
    with pytest.raises(Unmet, match="退回"):
        step(small_town, taken, "strike_off")
    reinspected(small_town, taken)
    sign_all(small_town)
    step(small_town, taken, "strike_off")


def test_a_reopened_case_is_answered_anew(small_town: Town) -> None:
    """Whoever objected with reason would never hear what came of it, and the case could close in silence."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    second = colleague(small_town)
    assert taken.receipt is not None
    visit = look_up(small_town.tools, taken.receipt)
    say(small_town.tools, visit, "objection", "没看后院")
    step(small_town, taken, "reopen", who=second, reason="后院没看")
    with pytest.raises(Unmet):
        step(small_town, taken, "conclude", conclusion="true")
    step(
        small_town,
        taken,
        "verify",
        who=second,
        enterprise="某饭店",
        found="后院还有两个钢瓶",
        level="general",
    )
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="true")
    with pytest.raises(Unmet):
        step(small_town, taken, "close")
    step(small_town, taken, "answer", reply="后院也看了，属实。")
    with pytest.raises(Unmet):
        step(small_town, taken, "answer", reply="再说一遍。")
    step(small_town, taken, "close")
    said = [line.text for line in read_follow(small_town.tools, visit).lines if line.kind == "answer"]
    assert said == ["属实。", "后院也看了，属实。"]


def colleague(town: Town) -> str:
    """A second member of the desk: an objection is not decided by the verifier."""
    add_member(town, "chengjian_2", list(town.holder("chengjian").epochs.values()), "chengjian")
    return "chengjian_2"


def test_dispatch_is_not_offered_its_own_desk(small_town: Town) -> None:
    """退回分派岗 stood on the page of the dispatch desk's own cases: a button that only refuses."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "hand_back", reason="不归我们")
    offered = {edge.name for edge, _ in possible(desktop(small_town, taken.case_id, "dispatch"))}
    assert "assign" in offered
    assert "hand_back" not in offered


def test_what_it_was_merged_into_may_be_elsewhere(small_town: Town) -> None:
    """Parting them was answered as if the case were not there, instead of by what to do."""
    first, second = take(small_town.tools, sent()), take(small_town.tools, sent())
    step(small_town, second, "merge", into=desktop(small_town, first.case_id).now.number)
    step(small_town, first, "transfer", desk="anjian", reason="归口")
    with pytest.raises(Unmet, match="别的岗位"):
        step(small_town, second, "unmerge", reason="不是一回事")


def test_a_merged_case_is_parted_and_not_reopened(small_town: Town) -> None:
    """One matter would be verified twice, and the second case could never be parted again."""
    first, second = take(small_town.tools, sent()), take(small_town.tools, sent())
    step(small_town, second, "merge", into=desktop(small_town, first.case_id).now.number)
    with pytest.raises(Unmet):
        step(small_town, second, "reopen", reason="再看")
    step(small_town, second, "unmerge", reason="不是一回事")


@pytest.mark.parametrize(
    "changed",
    [
        {"fine": "一万"},
        {"fine": "-1"},
        {"fine": "9" * 30},
        {"date": "昨天"},
        {"date": "2026-13-01"},
        {"date": "2026-02-31"},
        {"document": ""},
    ],
    ids=str,
)
def test_days_and_amounts_are_read_when_they_are_written(small_town: Town, changed: dict[str, str]) -> None:
    """A decision would be stored whose amount or day nobody can reckon with; the reward fails months later."""
    taken = verified(small_town)
    values = {"document": "津蓟罚〔2026〕1号", "fine": "24000.50", "date": "2026-11-24"}
    with pytest.raises(Unmet):
        fill_in(small_town, taken, "record_decision", {**values, **changed})
    fill_in(small_town, taken, "record_decision", values)


def test_a_split_names_a_known_sector(town: Town) -> None:
    """Any text could be stored in clear as a sector, or the database refuse it with an error page."""
    taken = take(town.tools, sent())
    with pytest.raises(Unmet):
        step(town, taken, "split", desk="anjian", sector="x" * 500, place="园区", text="防护缺失。")
    with town.tools.database.work() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


NEXT = {"duplicate": "在下面留言", "no_target": "再报一次", "not_report": "12345", "judicial": "法院"}


@pytest.mark.parametrize("why", DECLINE_REASONS)
def test_who_is_declined_is_told_what_can_be_done_next(small_town: Town, why: str) -> None:
    """Somebody would read that nothing more is done, and not that they may name the place and send it again."""
    taken = take(small_town.tools, sent())
    fill_in(small_town, taken, "decline", {"why": why, "reply": "见上"})
    assert taken.receipt is not None
    lines = read_follow(small_town.tools, look_up(small_town.tools, taken.receipt)).lines
    (told,) = [line.text for line in lines if line.kind == "told"]
    assert NEXT[why] in told
    assert "有人" not in told  # of the other matter nobody learns whether a report stands behind it
