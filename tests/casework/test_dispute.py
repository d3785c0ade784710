"""While it is disputed who leads (争议期间), the desk that gave a case back acts first, and no longer than that."""

import dataclasses
import io

import pytest
from PIL import Image

from app.casework.access import cases_of_desks, held_alone
from app.casework.context import Desktop, lay_out
from app.casework.edges import take_edge
from app.casework.facts import dues_of, situation
from app.casework.needs import Unmet, possible
from app.casework.reading import Row, queue
from app.casework.reporting import read_follow, say
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import move_on
from app.people.grants import NoKey, Subject, holders_of
from app.sealing.errors import SealError
from app.tips.content import open_content
from app.tips.identity import Person
from app.tips.receipts import look_up
from app.vault.opening import read_identity
from app.vault.requests import ask_identity, release
from tests.intake.test_take import GAS, sent
from tests.makers import Town, add_member

FIRST = {"found": "关了总阀，拉了警戒线，等人来换管子"}


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 80).save(out, "JPEG")
    return out.getvalue()


def desktop(town: Town, case_id: str, who: str) -> Desktop:
    with town.tools.database.work() as session:
        return lay_out(session, town.tools, town.holder(who), case_id)


def step(town: Town, taken: Taken, edge: str, who: str = "chengjian", **values: str) -> None:
    take_edge(town.tools, town.holder(who), taken.case_id, edge, values, by_opening=edge == "sign_for")


def rows(town: Town, who: str) -> list[Row]:
    with town.tools.database.work() as session:
        return list(queue(session, town.tools, town.holder(who)).rows)


def readers(town: Town, subject: Subject) -> set[tuple[str, str]]:
    with town.tools.database.work() as session:
        return {one for one in holders_of(session, subject) if one[0] != "reporter"}


def given_back(town: Town, *, insider: bool = False) -> Taken:
    taken = take(town.tools, sent(dataclasses.replace(GAS, insider=insider)))
    step(town, taken, "sign_for")
    step(town, taken, "hand_back", reason="不归我们")
    return taken


def test_who_gave_it_back_acts_until_somebody_is_assigned(small_town: Town) -> None:
    """A danger would be left alone while desks dispute whose it is; or the reporter would hear of nothing."""
    taken = given_back(small_town)
    (row,) = rows(small_town, "chengjian")
    assert (row.id, row.provisional, row.next_kind) == (taken.case_id, True, "assign")
    assert [edge.name for edge, _ in possible(desktop(small_town, taken.case_id, "chengjian"))] == [
        "act_first"
    ]
    take_edge(
        small_town.tools, small_town.holder("chengjian"), taken.case_id, "act_first", FIRST, [picture()]
    )
    step(small_town, taken, "act_first", found="又看了一遍")
    (first, again) = desktop(small_town, taken.case_id, "dispatch").recorded("first")
    assert (first.value["found"], first.value["desk"]) == (FIRST["found"], "chengjian")
    assert len(first.value["photos"]) == 1
    assert again.value["found"] == "又看了一遍"
    assert taken.receipt is not None
    said = [
        line.text for line in read_follow(small_town.tools, look_up(small_town.tools, taken.receipt)).lines
    ]
    assert sum("先到现场" in words for words in said) == 1  # told once, however often they go


def test_who_gave_it_back_does_nothing_else_with_it(small_town: Town) -> None:
    """A desk that said it was not theirs could decide the case, speak to the reporter, or ask who it was."""
    taken = given_back(small_town)
    for edge, values in (
        ("accept", {}),
        ("hand_back", {"reason": "退"}),
        ("transfer", {"desk": "anjian", "reason": "转"}),
        ("assign", {"desk": "anjian", "reason": "定"}),
        ("decline", {"why": "duplicate", "reply": "不办"}),
        ("message", {"text": "您是谁？"}),
        ("note", {"text": "记一笔"}),
        ("split", {"desk": "anjian", "sector": "gas", "place": "大集", "text": "软管"}),
    ):
        with pytest.raises(Unmet, match="不由您"):
            step(small_town, taken, edge, **values)
    now = desktop(small_town, taken.case_id, "chengjian")
    with pytest.raises(Unmet):
        ask_identity(small_town.tools, now, now.tips[0].tip.number, "要核实情况")
    assert not [row for row in rows(small_town, "dispatch") if row.provisional]


@pytest.mark.parametrize(
    ("edge", "values"),
    [
        ("assign", {"desk": "anjian", "reason": "谁主管"}),
        ("transfer", {"desk": "anjian", "reason": "谁主管"}),
        ("accept", {}),
        ("decline", {"why": "no_target", "reply": "说不清在哪里"}),
        ("hand_up", {"bureau": "qu_yingji", "title": "液化气", "text": "请区里看一看钢瓶的来路"}),
    ],
)
def test_the_key_goes_when_somebody_leads(small_town: Town, edge: str, values: dict[str, str]) -> None:
    """A desk that a case does not concern could read it, and all its reporter says later, for ever."""
    taken = given_back(small_town)
    now = desktop(small_town, taken.case_id, "chengjian")
    subjects = [Subject("case", taken.case_id), *(Subject("tip", one.tip.id) for one in now.tips)]
    both = {("desk", "dispatch"), ("desk", "chengjian")}
    assert [readers(small_town, one) for one in subjects] == [both] * len(subjects)
    step(small_town, taken, "sign_for", who="dispatch")
    step(small_town, taken, edge, who="dispatch", **values)
    lead = {("desk", values.get("desk", "dispatch"))}
    assert [readers(small_town, one) for one in subjects] == [lead] * len(subjects)
    with pytest.raises(NoKey):
        desktop(small_town, taken.case_id, "chengjian")
    assert not rows(small_town, "chengjian")
    assert not desktop(small_town, taken.case_id, values.get("desk", "dispatch")).provisional


def test_assigned_to_who_gave_it_back_it_is_theirs(small_town: Town) -> None:
    """The desk that the dispatch desk names could be taken for one that only acts first."""
    taken = given_back(small_town)
    step(small_town, taken, "assign", who="dispatch", desk="chengjian", reason="谁靠近")
    (row,) = rows(small_town, "chengjian")
    assert not row.provisional
    with pytest.raises(Unmet, match="不由您"):
        step(small_town, taken, "act_first", **FIRST)
    step(small_town, taken, "accept")


def test_silence_does_not_end_a_dispute(small_town: Town) -> None:
    """The dispatch desk could let a case lie that two desks refuse, and it would count as accepted by nobody."""
    taken = given_back(small_town)
    step(small_town, taken, "sign_for", who="dispatch")
    small_town.now.pass_days(10)
    move_on(small_town.tools)
    now = desktop(small_town, taken.case_id, "dispatch")
    due = dues_of(small_town.tools, now.now)
    assert (now.now.state, due.accept, due.sign) == ("received", None, None)
    assert due.assign is not None
    assert due.next == ("assign", due.assign.day)
    assert [row.late for row in rows(small_town, "dispatch")] == [True]


def test_an_insider_s_case_is_planned_before_anybody_goes(small_town: Town) -> None:
    """Who acts first would run to the one enterprise on the same day, and its boss would know that somebody spoke."""
    taken = given_back(small_town, insider=True)
    with pytest.raises(Unmet, match="检查安排"):
        step(small_town, taken, "act_first", **FIRST)
    today = small_town.now.today().isoformat()
    step(small_town, taken, "plan_visit", plan="together", day=today)
    step(small_town, taken, "act_first", **FIRST)


def test_nobody_goes_first_where_somebody_died(small_town: Town) -> None:
    """A town would verify a death (安全生产法 §73: the district does)."""
    taken = take(small_town.tools, sent(dataclasses.replace(GAS, deaths=True)))
    desk = next(iter(readers(small_town, Subject("case", taken.case_id))))[1]
    step(small_town, taken, "hand_back", who=desk, reason="不归我们")
    with pytest.raises(Unmet, match="移送区里"):
        step(small_town, taken, "act_first", who=desk, **FIRST)


def test_what_one_member_held_alone_stays_with_that_member(small_town: Town) -> None:
    """The rest of the desk, where somebody must not know, would get the key by a hand-back."""
    taken = take(small_town.tools, sent(dataclasses.replace(GAS, not_these="派出所的人")))
    add_member(small_town, "second", list(small_town.holder("chengjian").epochs.values()), "chengjian")
    step(small_town, taken, "transfer", who="dispatch", desk="chengjian", member="chengjian", reason="回避")
    step(small_town, taken, "hand_back", reason="不归我们")
    own = ("member", small_town.members["chengjian"].id)
    assert readers(small_town, Subject("case", taken.case_id)) == {("desk", "dispatch"), own}
    with pytest.raises(NoKey):
        desktop(small_town, taken.case_id, "second")
    step(small_town, taken, "act_first", **FIRST)


def test_what_was_given_back_is_in_no_register_of_who_gave_it(small_town: Town) -> None:
    """One case would be counted twice in the quarter, by two desks."""
    given_back(small_town)
    with small_town.tools.database.work() as session:
        found = {
            who: len(session.scalars(cases_of_desks(small_town.holder(who))).all())
            for who in ("chengjian", "dispatch")
        }
    assert found == {"chengjian": 0, "dispatch": 1}


def test_a_reply_during_the_dispute_is_told_to_who_decides(small_town: Town) -> None:
    """What a reporter adds while it is disputed would be read by nobody who can act on it."""
    taken = given_back(small_town)
    assert taken.receipt is not None
    say(small_town.tools, look_up(small_town.tools, taken.receipt), "message", "火灭了，又着了", once="a")
    for who in ("dispatch", "chengjian"):
        assert desktop(small_town, taken.case_id, who).tips[0].thread[-1].text == "火灭了，又着了"


def test_what_is_disputed_is_not_merged(small_town: Town) -> None:
    """A merged case would keep a reader that the other has not."""
    first, second = given_back(small_town), given_back(small_town)
    number = desktop(small_town, first.case_id, "dispatch").now.number
    with pytest.raises(Unmet, match="先指定"):
        step(small_town, second, "merge", who="dispatch", into=number)


def merged_and_given_back(town: Town) -> tuple[Taken, Taken]:
    """A case that took over another's tip and was then given back; and that other one."""
    first, second = (take(town.tools, sent(GAS)) for _ in range(2))
    step(town, second, "merge", into=desktop(town, first.case_id, "chengjian").now.number)
    step(town, first, "sign_for")
    step(town, first, "hand_back", reason="不归我们")
    return first, second


def test_who_gave_it_back_takes_no_tip_out_of_it(small_town: Town) -> None:
    """A desk that leads nothing could pull a reporter out of a case that waits to be assigned, and the dispatch desk
    would keep the key to that tip for ever.
    """
    first, second = merged_and_given_back(small_town)
    with pytest.raises(Unmet, match="别的岗位"):
        step(small_town, second, "unmerge", reason="两件事")
    assert len(desktop(small_town, first.case_id, "dispatch").tips) == 2
    step(small_town, first, "assign", who="dispatch", desk="chengjian", reason="谁靠近")
    step(small_town, second, "unmerge", reason="两件事")


def test_who_gave_it_back_speaks_to_nobody_by_another_case(small_town: Town) -> None:
    """By a case that was merged into it they could answer its reporter, ask them things, or ask who it was."""
    _, second = merged_and_given_back(small_town)
    for edge, values in (("message", {"text": "您是谁？"}), ("answer", {"reply": "不归我们"})):
        with pytest.raises(Unmet, match="已经并入"):
            step(small_town, second, edge, **values)
    now = desktop(small_town, second.case_id, "chengjian")
    with pytest.raises(Unmet, match="不在您手里"):
        ask_identity(small_town.tools, now, now.tips[0].tip.number, "要核实情况")


def test_who_gave_it_back_reads_no_name_that_was_released_before(small_town: Town) -> None:
    """A desk could ask who it was, say that the case is not theirs, and then read the name."""
    named = dataclasses.replace(GAS, mode="named")
    taken = take(small_town.tools, sent(named, person=Person("张三丰", "13900000001")))
    now = desktop(small_town, taken.case_id, "chengjian")
    asked = ask_identity(small_town.tools, now, now.tips[0].tip.number, "要核实情况")
    for keeper in ("custodian", "approver"):
        release(small_town.tools, small_town.holder(keeper), asked)
    step(small_town, taken, "hand_back", reason="不归我们")
    now = desktop(small_town, taken.case_id, "chengjian")
    with pytest.raises(Unmet, match="不在您手里"):
        read_identity(small_town.tools, small_town.holder("chengjian"), asked, now)
    step(small_town, taken, "assign", who="dispatch", desk="chengjian", reason="谁靠近")
    now = desktop(small_town, taken.case_id, "chengjian")
    assert read_identity(small_town.tools, small_town.holder("chengjian"), asked, now).name == "张三丰"


def test_a_copy_of_the_key_opens_nothing_once_the_dispatch_desk_leads(small_town: Town) -> None:
    """Who kept the keys of the dispute could read all that follows from a copy of the database."""
    taken = given_back(small_town)
    old = desktop(small_town, taken.case_id, "chengjian")
    step(small_town, taken, "accept", who="dispatch")
    now = desktop(small_town, taken.case_id, "dispatch")
    with pytest.raises(SealError):
        situation(now.case, old.key)
    with pytest.raises(SealError):
        open_content(now.tips[0].tip, old.tips[0].key)
    assert now.now.facts.tip_keys[now.tips[0].tip.id] == now.tips[0].key.hex()


def test_whom_the_dispatch_desk_gave_it_to_has_it_after_the_dispute(small_town: Town) -> None:
    """The member who was to do it would lose it from their list by beginning."""
    taken, member = given_back(small_town), small_town.members["dispatch"].id
    step(small_town, taken, "allot", who="dispatch", member=member)
    step(small_town, taken, "accept", who="dispatch")
    extra = desktop(small_town, taken.case_id, "dispatch").now.facts.extra
    assert (extra["allotted"][0], extra.get("provisional")) == (member, None)


def test_who_gave_back_what_they_held_alone_is_not_removed(small_town: Town) -> None:
    """A member who has left the desk would go on reading what the reporter writes until somebody is assigned."""
    taken = take(small_town.tools, sent(dataclasses.replace(GAS, not_these="派出所的人")))
    step(small_town, taken, "transfer", who="dispatch", desk="chengjian", member="chengjian", reason="回避")
    step(small_town, taken, "hand_back", reason="不归我们")
    me = small_town.members["chengjian"].id
    with small_town.tools.database.work() as session:
        assert held_alone(session, me, "chengjian") == 1
        assert held_alone(session, small_town.members["anjian"].id, "anjian") == 0
    step(small_town, taken, "assign", who="dispatch", desk="dispatch", member="dispatch", reason="回避")
    with small_town.tools.database.work() as session:
        assert held_alone(session, me, "chengjian") == 0


def test_a_note_of_the_dispatch_desk_stays_with_it(small_town: Town) -> None:
    """Who gave it back would read what the dispatch desk notes for itself about whom to assign, and why."""
    taken = take(small_town.tools, sent(GAS))
    step(small_town, taken, "note", text="老板是镇里亲戚")
    step(small_town, taken, "hand_back", reason="不归我们")
    step(small_town, taken, "note", who="dispatch", text="城建办推三阻四")
    notes = {
        who: [one.value["text"] for one in desktop(small_town, taken.case_id, who).recorded("note")]
        for who in ("chengjian", "dispatch")
    }
    assert notes == {"chengjian": ["老板是镇里亲戚"], "dispatch": ["老板是镇里亲戚", "城建办推三阻四"]}


def test_the_dispatch_desk_does_not_end_a_dispute_by_passing_it_to_itself(small_town: Town) -> None:
    """Who goes first would lose the key, nobody would be named, and silence would count as acceptance after all."""
    taken = given_back(small_town)
    itself = {"desk": "dispatch", "member": "dispatch", "reason": "先放着"}
    with pytest.raises(Unmet, match="指定办理"):
        step(small_town, taken, "transfer", who="dispatch", **itself)
    assert desktop(small_town, taken.case_id, "chengjian").provisional == "chengjian"
