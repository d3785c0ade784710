"""Handing a case on (接手): only what lies or is orphaned, by two who read nothing, never to those it is about."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app.casework.access import held_alone
from app.casework.context import lay_out
from app.casework.edges import take_edge
from app.casework.facts import dues_of, situation
from app.casework.needs import Unmet
from app.casework.reading import queue
from app.casework.reporting import read_follow, say
from app.intake.sent import Taken
from app.intake.take import take
from app.ledger.verify import verify
from app.people.admission import found_desk
from app.people.grants import NoKey, Subject, holders_of
from app.people.models import Desk, Member, Membership
from app.tips.content import Report
from app.tips.receipts import look_up
from app.vault.handing_on import (
    ORPHANED,
    TAKEN_OVER,
    ask_hand_on,
    ask_reserved_on,
    reserved_to_hand_on,
    take_over,
)
from app.vault.requests import release
from tests.casework.test_objection import answered
from tests.casework.test_reserved import second
from tests.casework.test_way import desktop, step
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import sent
from tests.makers import Town, add_member
from tests.web.door import app_of, signed_in

LEADER = "镇纪委书记收厂里的钱，检查前通风报信"
KEEPERS = ("jijian_keeper1", "jijian_keeper2")


def ask(town: Town, taken: Taken, who: str = "dispatch") -> str:
    number = desktop(town, taken.case_id).now.number
    return ask_hand_on(town.tools, town.holder(who), number, "没有人办")


def released(town: Town, asked: str, keepers: tuple[str, str] = ("custodian", "approver")) -> str:
    for keeper in keepers:
        release(town.tools, town.holder(keeper), asked)
    return asked


def stop_signing_in(town: Town, username: str) -> None:
    with town.tools.database.work(write=True) as session:
        session.execute(update(Member).where(Member.username == username).values(active=False))


def sign_for(town: Town, taken: Taken) -> None:
    take_edge(town.tools, town.holder("chengjian"), taken.case_id, "sign_for", {}, by_opening=True)


def test_what_nobody_opened_is_taken_on_after_the_second_day(town: Town) -> None:
    """The office could take any case from a desk on the day it came in; or one that nobody opens from nobody."""
    taken = take(town.tools, sent())
    due = desktop(town, taken.case_id).case.next_due
    for day in (town.now.day, due, due + timedelta(days=1)):  # that day the alarm is raised
        town.now.day = day
        with pytest.raises(Unmet, match="还不能接手"):
            ask(town, taken)
    town.now.pass_days(1)
    take_over(town.tools, town.holder("dispatch"), released(town, ask(town, taken)))
    assert desktop(town, taken.case_id, "dispatch").now.desk == "dispatch"


def test_who_tries_numbers_learns_nothing(small_town: Town) -> None:
    """The dispatch desk, which sees its own cases alone, could tell which numbers other desks have in hand."""
    taken, closed = take(small_town.tools, sent()), take(small_town.tools, sent())
    step(small_town, closed, "decline", why="judicial", reply="法院在办。")
    client, secret = signed_in(app_of(small_town), small_town, "dispatch")
    answers = set()
    for number in ("00000000", *(desktop(small_town, one.case_id).now.number for one in (taken, closed))):
        typed = {"csrf": secret, "number": number, "reason": "没有人办"}
        answer = client.post("/vault/handon", data=typed)
        answers.add((answer.status_code, answer.text))
    ((status, text),) = answers
    assert (status, "没有这个编号的在办事项，或者现在还不能接手" in text) == (422, True)


def test_what_is_in_hand_stays_until_it_is_overdue(small_town: Town) -> None:
    """A case could be taken from who works on it in time, or never from who has let it lie for months."""
    taken, handed_up = take(small_town.tools, sent()), take(small_town.tools, sent())
    for one in (taken, handed_up):
        step(small_town, one, "accept")
    step(small_town, handed_up, "hand_up", bureau="qu_chengguan", title="用气隐患", text="请依法核查。")
    small_town.now.day = desktop(small_town, taken.case_id).case.next_due
    with pytest.raises(Unmet, match="还不能接手"):
        ask(small_town, taken)
    small_town.now.pass_days(10)
    assert ask(small_town, taken, "office")
    with pytest.raises(Unmet, match="还不能接手"):
        ask(small_town, handed_up)  # the district has it, and nobody here is late


def test_an_orphaned_case_is_taken_on_at_once(small_town: Town) -> None:
    """A report would lie two days before a desk at which nobody is left."""
    taken = take(small_town.tools, sent())
    stop_signing_in(small_town, "chengjian")
    take_over(
        small_town.tools, small_town.holder("office"), released(small_town, ask(small_town, taken, "office"))
    )
    assert desktop(small_town, taken.case_id, "office").now.desk == "office"


def test_an_objection_goes_with_the_case(town: Town) -> None:
    """Its due day was written over: whoever took the case over had no objection to decide in time."""
    taken, visit = answered(town)
    say(town.tools, visit, "objection", "没看后院")
    due = desktop(town, taken.case_id).case.next_due
    stop_signing_in(town, "chengjian")
    take_over(town.tools, town.holder("office"), released(town, ask(town, taken, "office")))
    now = desktop(town, taken.case_id, "office")
    assert (now.case.next_due, now.now.objected) == (due, True)
    with town.tools.database.work() as session:
        (row,) = queue(session, town.tools, town.holder("office")).rows
        assert situation(now.case, now.key).objected  # sealed with it, not only read from the thread
    assert (dues_of(town.tools, now.now).recheck is not None, row.objected) == (True, True)


def test_who_took_it_over_has_time_for_it(town: Town) -> None:
    """It stayed as late as before: another desk could take it from the new one on the same day, and so on round."""
    taken = take(town.tools, sent())
    step(town, taken, "accept")
    town.now.day = desktop(town, taken.case_id).case.next_due + timedelta(days=10)
    take_over(town.tools, town.holder("dispatch"), released(town, ask(town, taken)))
    now = desktop(town, taken.case_id, "dispatch")
    assert now.case.next_due == town.tools.calendar.add_working(town.now.day, 5).day
    step(town, taken, "ask", "dispatch", question="哪一户？")  # the 60 days, reckoned anew, are long over
    assert desktop(town, taken.case_id, "dispatch").case.next_due >= now.case.next_due
    with pytest.raises(Unmet, match="还不能接手"):
        ask_hand_on(town.tools, town.holder("office"), now.now.number, "还是没办")


def test_of_two_who_ask_one_takes_it_over(small_town: Town) -> None:
    """The second was released a key that no longer fits: an error page, and a request that could be tried for ever."""
    town = small_town
    taken = take(town.tools, sent())
    town.now.pass_days(3)
    first, second, third = ask(town, taken), ask(town, taken, "office"), ask(town, taken, "office")
    for asked in (first, second):
        released(town, asked)
    take_over(town.tools, town.holder("dispatch"), first)
    client, secret = signed_in(app_of(town), town, "office")
    answer = client.post(f"/vault/{second}/open", data={"csrf": secret})
    assert (answer.status_code, "已经换了岗位" in answer.text) == (422, True)
    released(town, third)  # by the new key: what was said of the case that day is no longer so
    stop_signing_in(town, "dispatch")
    with pytest.raises(Unmet, match="已经有岗位接手"):
        take_over(town.tools, town.holder("office"), third)


def test_the_reporter_reads_why_and_once(small_town: Town) -> None:
    """A desk whose only member fell ill was called slow; or the same sentence stood twice, as if by mistake."""
    town = small_town
    taken = take(town.tools, sent())
    assert taken.receipt is not None
    visit = look_up(town.tools, taken.receipt)
    stop_signing_in(town, "chengjian")
    take_over(town.tools, town.holder("office"), released(town, ask(town, taken, "office")))
    assert read_follow(town.tools, visit).lines[-1].text == ORPHANED
    number = desktop(town, taken.case_id, "office").now.number
    for who in ("dispatch", "office"):
        town.now.pass_days(10)
        take_over(
            town.tools,
            town.holder(who),
            released(town, ask_hand_on(town.tools, town.holder(who), number, "没办")),
        )
    assert [line.text for line in read_follow(town.tools, visit).lines] == [ORPHANED, TAKEN_OVER]


def test_what_is_alone_in_the_hands_of_one_who_left_is_orphaned(small_town: Town) -> None:
    """Where somebody must not know, one member holds the key alone: it would be lost with them for as long as the
    desk has other members.
    """
    add_member(small_town, "zhifa_2", list(small_town.holder("zhifa").epochs.values()), "zhifa")
    taken = take(small_town.tools, sent())
    values = {"desk": "zhifa", "member": "zhifa", "reason": "回避"}
    take_edge(small_town.tools, small_town.holder("chengjian"), taken.case_id, "transfer", values)
    number = desktop(small_town, taken.case_id, "zhifa").now.number
    with pytest.raises(Unmet, match="还不能接手"):
        ask_hand_on(small_town.tools, small_town.holder("dispatch"), number, "人走了")
    stop_signing_in(small_town, "zhifa")
    assert ask_hand_on(small_town.tools, small_town.holder("dispatch"), number, "人走了")


def test_without_a_keeper_it_is_said_that_nobody_can_release(small_town: Town) -> None:
    """Where a keeper has left, whoever asks would meet an error page, or wait for a release that nobody can give."""
    taken = take(small_town.tools, sent())
    small_town.now.pass_days(3)
    stop_signing_in(small_town, "approver")
    with pytest.raises(Unmet, match="没有人能放行"):
        ask(small_town, taken)


def test_whoever_opens_it_meanwhile_keeps_it(small_town: Town) -> None:
    """A desk that had begun at last would lose its work to a request of days before."""
    taken = take(small_town.tools, sent())
    small_town.now.pass_days(3)
    asked = released(small_town, ask(small_town, taken))
    sign_for(small_town, taken)
    with pytest.raises(Unmet, match="还不能接手"):
        take_over(small_town.tools, small_town.holder("dispatch"), asked)
    assert desktop(small_town, taken.case_id).now.desk == "chengjian"


# ----------------------------------------------------------------------------------------- reserved cases


def above(town: Town) -> None:
    """区纪委监委 has a key here."""
    with town.tools.database.work(write=True) as session:
        session.delete(session.get_one(Desk, "qu_jiwei"))
        session.flush()
        desk = Desk(id="qu_jiwei", name="区纪委监委", kind="inside", role="discipline", active=True)
        keys = found_desk(session, town.tools.keyring, town.installed.root.private, desk, town.now.day)
    add_member(town, "qu_jiwei", [keys])


def lying(town: Town, who: str) -> list[str]:
    with town.tools.database.work() as session:
        return [case.id for case in reserved_to_hand_on(session, town.tools, town.holder(who))]


def test_an_accusation_is_taken_on_by_the_discipline_above(town: Town) -> None:
    """An accusation that 镇纪委 lets lie would lie for ever: it had no second way at all."""
    above(town)
    taken = take(town.tools, sent(OFFICIAL))
    assert lying(town, "qu_jiwei") == []
    with pytest.raises(Unmet, match="没有可以接手"):
        ask_reserved_on(town.tools, town.holder("qu_jiwei"), taken.case_id, "没人打开")
    town.now.pass_days(3)
    assert lying(town, "qu_jiwei") == [taken.case_id]
    asked = ask_reserved_on(town.tools, town.holder("qu_jiwei"), taken.case_id, "没人打开")
    for stranger in ("custodian", "approver"):
        with pytest.raises(NoKey):
            release(town.tools, town.holder(stranger), asked)
    take_over(town.tools, town.holder("qu_jiwei"), released(town, asked, KEEPERS))
    now = desktop(town, taken.case_id, "qu_jiwei")
    assert (now.now.desk, now.case.desk_id, now.case.number) == ("qu_jiwei", None, None)
    assert now.tips[0].content.report == OFFICIAL
    with town.tools.database.work() as session:
        assert holders_of(session, Subject("case", taken.case_id)) == [("desk", "qu_jiwei")]
        with pytest.raises(NoKey):
            lay_out(session, town.tools, town.holder("jijian"), taken.case_id)
        assert verify(session) == []
    assert taken.receipt is not None
    assert "换科室接手" in read_follow(town.tools, look_up(town.tools, taken.receipt)).lines[-1].text
    step(town, taken, "accept", "qu_jiwei")


def in_one_hand(town: Town) -> Taken:
    """An accusation that one member of 镇纪委 alone can open."""
    above(town)
    second(town)
    taken = take(town.tools, sent(OFFICIAL))
    step(town, taken, "transfer", "jijian", desk="qu_jiwei", reason="请区里看")
    step(town, taken, "transfer", "qu_jiwei", desk="jijian", member="jijian_2", reason="只给这一位")
    return taken


def test_who_holds_an_accusation_alone_is_not_removed(town: Town) -> None:
    """It was left with nobody: its desk is sealed, so the page counted none, and the colleague let the holder go."""
    in_one_hand(town)
    leaving = town.members["jijian_2"].id
    with town.tools.database.work() as session:
        assert held_alone(session, leaving, "jijian") == 1
        assert held_alone(session, town.members["jijian"].id, "jijian") == 0
    client, secret = signed_in(app_of(town), town, "jijian")
    answer = client.post(f"/desk/members/jijian/{leaving}/remove", data={"csrf": secret})
    assert (answer.status_code, "由纪检接手" in answer.text) == (422, True)


def test_what_a_removed_member_holds_is_orphaned(small_town: Town) -> None:
    """Whoever was removed counted as one who could still act, and the accusation lay for ever."""
    town = small_town
    taken = in_one_hand(town)
    assert lying(town, "qu_jiwei") == []
    with town.tools.database.work(write=True) as session:
        session.execute(delete(Membership).where(Membership.member_id == town.members["jijian_2"].id))
    assert lying(town, "qu_jiwei") == [taken.case_id]
    assert lying(town, "jijian") == []  # it could be an accusation of theirs that lay above
    with town.tools.database.work(
        write=True
    ) as session:  # a town without the district's desk has one that may
        session.get_one(Desk, "qu_jiwei").kind = "outside"
    assert lying(town, "jijian") == [taken.case_id]


def test_a_closed_accusation_is_offered_for_its_objection_alone(small_town: Town) -> None:
    """An orphaned desk's closed accusations were offered for ever; or nobody could decide an objection to one."""
    town = small_town
    above(town)
    taken = take(town.tools, sent(OFFICIAL))
    step(town, taken, "decline", "jijian", why="judicial", reply="法院在办。")
    stop_signing_in(town, "jijian")
    assert lying(town, "qu_jiwei") == []
    assert taken.receipt is not None
    say(town.tools, look_up(town.tools, taken.receipt), "objection", "不是一回事")
    assert lying(town, "qu_jiwei") == [taken.case_id]
    asked = ask_reserved_on(town.tools, town.holder("qu_jiwei"), taken.case_id, "没有人复查")
    take_over(town.tools, town.holder("qu_jiwei"), released(town, asked, KEEPERS))
    step(town, taken, "reopen", "qu_jiwei", reason="重新看")


def test_the_accused_never_take_it_on(small_town: Town) -> None:
    """镇纪委 would get the accusation of itself, from above, by its own two keepers."""
    above(small_town)
    report = sent(Report(what=LEADER, about_official=True))
    taken = take(small_town.tools, report)
    assert taken.decision.desk == "qu_jiwei"
    small_town.now.pass_days(30)
    for who in ("jijian", "office", "dispatch"):
        assert lying(small_town, who) == []
        with pytest.raises(Unmet):
            ask_reserved_on(small_town.tools, small_town.holder(who), taken.case_id, "没人打开")


def test_the_page_says_of_it_only_its_day(small_town: Town) -> None:
    """Discipline above could not ask; or whoever keeps a share would read more than that there is one."""
    above(small_town)
    taken = take(small_town.tools, sent(OFFICIAL))
    small_town.now.pass_days(3)
    app = app_of(small_town)
    client, secret = signed_in(app, small_town, "qu_jiwei")
    page = client.get("/vault/").text
    assert "2026-11-24 登记" in page
    assert "通风报信" not in page
    typed = {"csrf": secret, "case": taken.case_id, "reason": "三天没有人打开"}
    assert client.post("/vault/handon-reserved", data=typed).status_code == 303
    keeper, _ = signed_in(app, small_town, KEEPERS[0])
    assert "三天没有人打开" in keeper.get("/vault/").text
    other, secret = signed_in(app, small_town, "office")
    assert "2026-11-24 登记" not in other.get("/vault/").text
    assert other.post("/vault/handon-reserved", data={**typed, "csrf": secret}).status_code == 403
