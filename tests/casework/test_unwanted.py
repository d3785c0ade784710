"""Who must not know: whatever way a tip takes, the desks and people that its reporter named get no key to it."""

import dataclasses

import pytest
from sqlalchemy import func, select

from app.casework.access import held_alone
from app.casework.context import Desktop, lay_out
from app.casework.edges import take_edge
from app.casework.models import Case
from app.casework.needs import Unmet
from app.intake.sent import CannotTake, Taken
from app.intake.take import take
from app.people.admission import seat
from app.people.grants import NoKey, Subject, holders_of
from app.people.models import Member
from app.vault.handing_on import ask_hand_on, take_over
from app.vault.requests import release
from tests.intake.test_take import GAS, sent
from tests.makers import Town


def told(town: Town, words: str, *, deaths: bool = False) -> Taken:
    return take(town.tools, sent(dataclasses.replace(GAS, not_these=words, deaths=deaths)))


def desktop(town: Town, case_id: str, who: str) -> Desktop:
    with town.tools.database.work() as session:
        return lay_out(session, town.tools, town.holder(who), case_id)


def holders(town: Town, case_id: str) -> list[tuple[str, str]]:
    with town.tools.database.work() as session:
        return holders_of(session, Subject("case", case_id))


def rename(town: Town, username: str, name: str) -> None:
    with town.tools.database.work(write=True) as session:
        session.get_one(Member, town.members[username].id).name = name


def assigned_alone(town: Town, member: str = "chengjian", desk: str = "chengjian") -> Taken:
    taken = told(town, "派出所的人")
    take_edge(town.tools, town.holder("dispatch"), taken.case_id, "sign_for", {}, by_opening=True)
    values = {"desk": desk, "member": member, "reason": "回避"}
    take_edge(town.tools, town.holder("dispatch"), taken.case_id, "assign", values)
    return taken


def test_a_person_named_at_the_dispatch_desk_shuts_that_desk(town: Town) -> None:
    """The very person whom the reporter feared would read the report first."""
    rename(town, "dispatch", "王五")
    taken = told(town, "王五不能知道")
    assert holders(town, taken.case_id) == [("desk", "office")]
    with pytest.raises(NoKey):
        desktop(town, taken.case_id, "dispatch")
    rename(town, "office", "赵六")
    with pytest.raises(CannotTake):
        told(town, "王五和赵六不能知道")


def test_a_named_person_is_not_assigned(small_town: Town) -> None:
    """The dispatch desk could hand the report to whom it is about, by mistake or on purpose."""
    rename(small_town, "chengjian", "赵六")
    taken = told(small_town, "赵六不能知道")
    values = {"desk": "chengjian", "member": "chengjian", "reason": "懂行"}
    with pytest.raises(Unmet, match="回避"):
        take_edge(small_town.tools, small_town.holder("dispatch"), taken.case_id, "assign", values)


def also_at(town: Town, username: str, desk: str) -> None:
    keys = sorted((at, keys) for at, keys in town.holder(desk).epochs.items() if at[0] == desk)
    with town.tools.database.work(write=True) as session:
        member = session.get_one(Member, town.members[username].id)
        seat(session, member, [one for _, one in keys], desk)


def test_who_also_sits_at_a_named_desk_is_not_assigned(small_town: Town) -> None:
    """By a second post the desk that must not know had the report after all."""
    also_at(small_town, "chengjian", "anjian")
    taken = told(small_town, "城建办的人不能知道")
    values = {"desk": "anjian", "member": "chengjian", "reason": "懂行"}
    with pytest.raises(Unmet, match="回避"):
        take_edge(small_town.tools, small_town.holder("dispatch"), taken.case_id, "assign", values)
    take_edge(
        small_town.tools,
        small_town.holder("dispatch"),
        taken.case_id,
        "assign",
        values | {"member": "anjian"},
    )


def test_who_also_sits_at_a_named_desk_cannot_take_it_over(small_town: Town) -> None:
    """Asking for another post of theirs, they got it by the second way."""
    also_at(small_town, "office", "anjian")
    taken = told(small_town, "应急办的人不能知道")
    number = desktop(small_town, taken.case_id, "dispatch").now.number
    small_town.now.pass_days(3)
    asked = ask_hand_on(small_town.tools, small_town.holder("office"), number, "没人办")
    for keeper in ("custodian", "approver"):
        release(small_town.tools, small_town.holder(keeper), asked)
    with pytest.raises(Unmet, match="回避"):
        take_over(small_town.tools, small_town.holder("office"), asked)


@pytest.mark.parametrize("words", ["城建办的人", "chengjian"])
def test_a_death_s_report_is_not_passed_to_the_desk_it_names(small_town: Town, words: str) -> None:
    """Another rule than the wish sent it to the office: from there it went to the whole named desk."""
    taken = told(small_town, words, deaths=True)
    values = {"desk": "chengjian", "member": "", "reason": "归口"}
    with pytest.raises(Unmet):
        take_edge(small_town.tools, small_town.holder("office"), taken.case_id, "transfer", values)
    assert ("desk", "chengjian") not in holders(small_town, taken.case_id)


@pytest.mark.parametrize("words", ["城建办的人", "chengjian"])
def test_what_is_split_off_does_not_go_to_the_desk_it_names(small_town: Town, words: str) -> None:
    """分出一件 asked nothing of the wish: the named desk read the hazard, and could tell who had reported it."""
    taken = told(small_town, words, deaths=True)
    values = {"desk": "chengjian", "sector": "gas", "place": "大集北口", "text": "后厨钢瓶软管需要更换"}
    with small_town.tools.database.work() as session:
        before = session.scalar(select(func.count()).select_from(Case))
    with pytest.raises(Unmet, match="回避"):
        take_edge(small_town.tools, small_town.holder("office"), taken.case_id, "split", values)
    with small_town.tools.database.work() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == before
    take_edge(
        small_town.tools, small_town.holder("office"), taken.case_id, "split", values | {"desk": "anjian"}
    )


def test_it_is_not_handed_back_to_a_named_dispatch_desk(small_town: Town) -> None:
    """The office would hand it back to the desk that must not know."""
    taken = told(small_town, "分派岗不能知道")
    with pytest.raises(Unmet):
        take_edge(
            small_town.tools, small_town.holder("office"), taken.case_id, "hand_back", {"reason": "不归我们"}
        )
    with pytest.raises(NoKey):
        desktop(small_town, taken.case_id, "dispatch")


def test_a_named_desk_cannot_take_it_over(town: Town) -> None:
    """The second way would hand it, unread by the keepers, to the very desk that must not know."""
    taken = told(town, "安委办的人")
    number = desktop(town, taken.case_id, "dispatch").now.number
    town.now.pass_days(3)
    asked = ask_hand_on(town.tools, town.holder("office"), number, "没人办")
    for keeper in ("custodian", "approver"):
        release(town.tools, town.holder(keeper), asked)
    with pytest.raises(Unmet, match="回避"):
        take_over(town.tools, town.holder("office"), asked)
    with pytest.raises(NoKey):
        desktop(town, taken.case_id, "office")


def test_it_is_not_merged_into_what_a_whole_desk_reads(town: Town) -> None:
    """Merged, its key would lie in the other case's facts, which everybody of the desk opens."""
    ordinary = take(town.tools, sent())
    number = desktop(town, ordinary.case_id, "chengjian").now.number
    taken = assigned_alone(town)
    holder = town.holder("chengjian")
    with pytest.raises(Unmet, match="不能并"):
        take_edge(town.tools, holder, taken.case_id, "merge", {"into": number})
    alone = desktop(town, taken.case_id, "chengjian").now.number
    with pytest.raises(Unmet, match="不能并"):
        take_edge(town.tools, holder, ordinary.case_id, "merge", {"into": alone})
    assert list(desktop(town, ordinary.case_id, "chengjian").now.facts.tip_keys) == [ordinary.tip_id]


def test_who_holds_it_alone_is_not_removed(small_town: Town) -> None:
    """A member who has left the desk would go on reading what the reporter writes, and nobody else could."""
    assigned_alone(small_town, "zhifa", "zhifa")
    with small_town.tools.database.work() as session:
        assert held_alone(session, small_town.members["zhifa"].id, "zhifa") == 1
        assert held_alone(session, small_town.members["zhifa"].id, "anjian") == 0
        assert held_alone(session, small_town.members["anjian"].id, "zhifa") == 0


def test_parting_after_a_hand_over_keeps_the_second_way(town: Town) -> None:
    """A case merged, passed on and parted again could never be rescued: its facts named a key of before."""
    first, second = take(town.tools, sent()), take(town.tools, sent())
    number = desktop(town, first.case_id, "chengjian").now.number
    holder = town.holder("chengjian")
    take_edge(town.tools, holder, second.case_id, "merge", {"into": number})
    for to, who in (("zhifa", "chengjian"), ("chengjian", "zhifa")):
        values = {"desk": to, "member": "", "reason": "归口"}
        take_edge(town.tools, town.holder(who), first.case_id, "transfer", values)
    take_edge(town.tools, holder, second.case_id, "unmerge", {"reason": "是两件事"})
    now = desktop(town, second.case_id, "chengjian")
    assert {one.tip.id: one.key.hex() for one in now.tips} == now.now.facts.tip_keys


def test_a_case_taken_over_keeps_its_state_and_the_reporter_is_told(town: Town) -> None:
    """Work that was done would be lost with its days, and the reporter hear nothing of another desk."""
    taken = take(town.tools, sent())
    take_edge(town.tools, town.holder("chengjian"), taken.case_id, "accept", {})
    number = desktop(town, taken.case_id, "chengjian").now.number
    with town.tools.database.work(write=True) as session:
        session.get_one(Member, town.members["chengjian"].id).active = False
    asked = ask_hand_on(town.tools, town.holder("dispatch"), number, "人调走了")
    for keeper in ("custodian", "approver"):
        release(town.tools, town.holder(keeper), asked)
    take_over(town.tools, town.holder("dispatch"), asked)
    now = desktop(town, taken.case_id, "dispatch")
    assert now.now.state == "verifying"
    assert now.case.conclude_due is not None
    assert "换科室接手" in now.tips[0].thread[-1].text
    with pytest.raises(NoKey):
        desktop(town, taken.case_id, "chengjian")
