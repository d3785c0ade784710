"""The way of a case from report to struck off, and the edges beside it."""

import dataclasses
import io
import secrets
from datetime import timedelta

import pytest
from PIL import Image

from app.casework.context import Desktop, lay_out
from app.casework.edges import take_edge
from app.casework.facts import dues_of
from app.casework.flow import EDGES, TABLE
from app.casework.needs import Unmet
from app.casework.reading import end_news, note_reading, queue, search
from app.casework.reporting import read_follow, say
from app.casework.signing import sign_record, waiting_for_signature
from app.db.versions import Outrun
from app.intake.sent import Sent, Taken
from app.intake.take import take
from app.intake.visits import open_visit
from app.jobs.work import each_minute
from app.ledger.verify import verify
from app.notices.write import mark_done, waiting
from app.people.grants import NoKey
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.intake.test_take import GAS, sent
from tests.makers import Town

FOUND = "后厨一共四个钢瓶，软管老化开裂"


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 80).save(out, "JPEG")
    return out.getvalue()


def desktop(town: Town, case_id: str, who: str = "chengjian") -> Desktop:
    with town.tools.database.work() as session:
        return lay_out(session, town.tools, town.holder(who), case_id)


def step(town: Town, taken: Taken, edge: str, who: str = "chengjian", photos: int = 0, **values: str) -> None:
    typed = {"done": "当场换了新软管"} | values if edge == "close" else values
    take_edge(town.tools, town.holder(who), taken.case_id, edge, typed, [picture()] * photos)


def sign_all(town: Town) -> None:
    for record in waiting_for_signature(town.tools, town.holder("signer")):
        sign_record(town.tools, town.holder("signer"), record.id, "同意")


def reinspected(town: Town, taken: Taken, who: str = "chengjian", found: str = "换好了") -> None:
    seen = {"found": found, "person": "李工、赵工", "present": "店主王某"}
    step(town, taken, "reinspect", who, 1, **seen)


def verified(town: Town, report: Sent | None = None) -> Taken:
    taken = take(town.tools, report or sent())
    step(town, taken, "accept")
    step(town, taken, "verify", enterprise="某饭店", found=FOUND, level="general", photos=1)
    sign_all(town)
    step(town, taken, "conclude", conclusion="true")
    return taken


def test_the_whole_way_to_struck_off(town: Town) -> None:
    """A case could not be carried from report to removal of the hazard, or the reporter would not be told."""
    taken = verified(town)
    limit = (town.now.today() + timedelta(days=7)).isoformat()
    step(town, taken, "answer", reply="属实，正在整改。")
    step(town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    step(town, taken, "report_done", found="换好了")
    with pytest.raises(Unmet, match="还没有复查"):
        step(town, taken, "strike_off")
    reinspected(town, taken)
    with pytest.raises(Unmet, match="复查记录（含前后照片）要由领导签批"):
        step(town, taken, "strike_off")
    sign_all(town)
    step(town, taken, "strike_off")
    assert desktop(town, taken.case_id).now.state == "closed"
    assert taken.receipt is not None
    seen = read_follow(town.tools, look_up(town.tools, taken.receipt))
    assert (seen.state, seen.tip_state) == ("closed", "answered")
    assert any("属实" in line.text for line in seen.lines)
    with town.tools.database.work() as session:
        assert verify(session) == []


def test_concluding_needs_a_signed_record(small_town: Town) -> None:
    """A case could be concluded without anybody having looked, or by the author's own signature."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    with pytest.raises(Unmet):
        step(small_town, taken, "conclude", conclusion="untrue")


def test_a_major_hazard_needs_a_penalty_or_a_reason(small_town: Town) -> None:
    """A major hazard would end with a rectification order alone (town measure 38)."""
    small_town.tools = dataclasses.replace(small_town.tools, authority="county")
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="major")
    sign_all(small_town)
    with pytest.raises(Unmet):
        step(small_town, taken, "conclude", conclusion="true")
    step(small_town, taken, "conclude", conclusion="true", penalty="津蓟罚〔2026〕1号")
    step(small_town, taken, "answer", reply="属实。")
    with pytest.raises(Unmet, match="销号"):
        step(small_town, taken, "close")


def test_what_was_asked_of_the_enterprise_is_signed_too(small_town: Town) -> None:
    """A desk would demand measures that no leader ever saw, and strike the hazard off (安全生产法 §73)."""
    taken = verified(small_town)
    limit = (small_town.now.today() + timedelta(days=7)).isoformat()
    step(small_town, taken, "answer", reply="属实。")
    step(small_town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    reinspected(small_town, taken)
    unsigned = {
        one.kind: one.id for one in waiting_for_signature(small_town.tools, small_town.holder("signer"))
    }
    sign_record(small_town.tools, small_town.holder("signer"), unsigned["reinspection"], "")
    with pytest.raises(Unmet, match="整改要求"):
        step(small_town, taken, "strike_off")
    sign_record(small_town.tools, small_town.holder("signer"), unsigned["order"], "")
    step(small_town, taken, "strike_off")


def test_what_a_reporter_wrote_is_news_where_the_case_went(town: Town) -> None:
    """The desk that gave the case away had news for sixty days that it could not open, and the new one had none."""
    taken, other = take(town.tools, sent()), take(town.tools, sent())
    for one in (taken, other):
        assert one.receipt is not None
        say(town.tools, look_up(town.tools, one.receipt), "message", "补充一点")
    town.now.pass_days(1)
    step(town, taken, "transfer", desk="anjian", reason="归口")
    with town.tools.database.work() as session:
        assert waiting(session, ("chengjian",))["reply"] == 1  # of the other
        assert waiting(session, ("anjian",))["reply"] == 1
    end_news(town.tools, desktop(town, taken.case_id, "anjian"))
    with town.tools.database.work() as session:
        assert "reply" not in waiting(session, ("anjian",))


def test_transfer_takes_the_sender_s_key_away(town: Town) -> None:
    """A desk that passed a case on could still read what follows, or the receiver could not."""
    taken = take(town.tools, sent())
    old = desktop(town, taken.case_id)
    step(town, taken, "transfer", desk="anjian", reason="工业用气归应急办")
    with pytest.raises(NoKey):
        desktop(town, taken.case_id)
    new = desktop(town, taken.case_id, "anjian")
    assert new.tips[0].content.report == GAS
    assert new.key != old.key
    assert new.tips[0].key != old.tips[0].key
    assert taken.receipt is not None
    assert read_follow(town.tools, look_up(town.tools, taken.receipt)).content.report == GAS


def test_the_third_hand_over_is_assigned(small_town: Town) -> None:
    """A case could go round for ever (rule: at most two hand-overs, then the dispatch desk assigns in writing)."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "transfer", desk="anjian", reason="一")
    step(small_town, taken, "transfer", who="anjian", desk="zhifa", reason="二")
    with pytest.raises(Unmet):
        step(small_town, taken, "transfer", who="zhifa", desk="chengjian", reason="三")
    step(small_town, taken, "hand_back", who="zhifa", reason="也不归我们")
    with pytest.raises(Unmet, match="指定办理"):
        step(small_town, taken, "transfer", who="dispatch", desk="zhifa", reason="四")
    step(small_town, taken, "assign", who="dispatch", desk="zhifa", reason="书面指定")
    with pytest.raises(Unmet, match="不能再退"):
        step(small_town, taken, "hand_back", who="zhifa", reason="五")


def test_named_person_keeps_a_desk_s_key_away(town: Town) -> None:
    """Somebody the reporter named could read the tip, because their desk holds its key."""
    taken = take(town.tools, sent(dataclasses.replace(GAS, not_these="城建办的王某")))
    with pytest.raises(NoKey):
        desktop(town, taken.case_id)
    with pytest.raises(Unmet):
        step(town, taken, "assign", who="dispatch", desk="chengjian", reason="归城建")
    step(town, taken, "assign", who="dispatch", desk="anjian", member="anjian", reason="换人办")
    assert desktop(town, taken.case_id, "anjian").tips[0].content.report.not_these == "城建办的王某"


def test_question_and_reply(town: Town) -> None:
    """A desk could not ask, or ask twice at once; a reporter could not answer."""
    taken = take(town.tools, sent())
    step(town, taken, "ask", question="罐子在哪个院？")
    with pytest.raises(Unmet):
        step(town, taken, "ask", question="还有呢？")
    assert taken.receipt is not None
    visit = look_up(town.tools, taken.receipt)
    assert read_follow(town.tools, visit).asked
    say(town.tools, visit, "reply", "后院", once="a")
    say(town.tools, visit, "reply", "后院", once="a")
    now = desktop(town, taken.case_id)
    assert not now.now.asked
    assert [line.text for line in now.tips[0].thread if line.by == "reporter"] == ["后院"]


def test_a_message_reaches_the_reporter_meant(town: Town) -> None:
    """The desk could only ask or answer; or what is said to one reporter would reach another."""
    first, second = take(town.tools, sent()), take(town.tools, sent())
    step(town, second, "merge", into=desktop(town, first.case_id).now.number)
    assert first.receipt is not None
    assert second.receipt is not None
    before = desktop(town, first.case_id).now
    step(town, first, "message", tip=second.receipt.number, text="我们周二去看。", photos=1)
    seen = [
        read_follow(town.tools, look_up(town.tools, one.receipt)) for one in (first, second) if one.receipt
    ]
    said = [[line for line in one.lines if line.kind == "message"] for one in seen]
    assert [len(lines) for lines in said] == [0, 1]
    assert (said[1][0].text, len(said[1][0].photos)) == ("我们周二去看。", 1)
    assert dues_of(town.tools, desktop(town, first.case_id).now) == dues_of(town.tools, before)
    with pytest.raises(Unmet):
        step(town, first, "message", tip="12345678", text="谁")


def test_objection_is_decided_by_somebody_else(small_town: Town) -> None:
    """Who verified could judge the objection to their own work."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    assert taken.receipt is not None
    visit = look_up(small_town.tools, taken.receipt)
    read_follow(small_town.tools, visit)
    say(small_town.tools, visit, "objection", "没看后院")
    assert desktop(small_town, taken.case_id).now.objected
    with pytest.raises(Unmet):
        step(small_town, taken, "uphold", reason="看过了")


def test_an_official_is_discipline_s_alone(town: Town) -> None:
    """An accused official's colleagues, the office or the custodian could read or count the case."""
    report = Report(what="安全办的人收厂里的钱，检查前通风报信", where="和兴园区", about_official=True)
    taken = take(town.tools, sent(report))
    assert taken.decision.desk == "jijian"
    assert desktop(town, taken.case_id, "jijian").tips[0].content.report == report
    for who in ("office", "dispatch", "anjian", "admin", "custodian", "approver", "signer"):
        with pytest.raises(NoKey):
            desktop(town, taken.case_id, who)
    step(town, taken, "accept", who="jijian")
    now = desktop(town, taken.case_id, "jijian")
    assert (now.now.state, now.case.state, now.case.desk_id, now.case.sector) == (
        "verifying",
        None,
        None,
        None,
    )


def test_no_paper_quotes_the_report(small_town: Town) -> None:
    """A letter to the district would carry the reporter's own words."""
    taken = take(small_town.tools, sent())
    with pytest.raises(Unmet):
        step(small_town, taken, "hand_up", bureau="qu_yingji", title="用气隐患", text=f"反映：{GAS.what}")
    step(
        small_town, taken, "hand_up", bureau="qu_yingji", title="用气隐患", text="某饭店用气不合规，请核查。"
    )
    assert desktop(small_town, taken.case_id).now.state == "handed_up"


def test_two_clicks_at_once_take_one_edge(small_town: Town) -> None:
    """The same step taken twice would count twice."""
    taken = take(small_town.tools, sent())
    version = desktop(small_town, taken.case_id).now.version
    holder = small_town.holder("chengjian")
    take_edge(small_town.tools, holder, taken.case_id, "accept", {}, version=version)
    with pytest.raises((Outrun, Unmet)):
        take_edge(small_town.tools, holder, taken.case_id, "accept", {}, version=version)


def test_a_patrol_s_case_looks_like_any_other(town: Town) -> None:
    """A visit would prove a report: a case without a tip could be told from one with."""
    taken = take(town.tools, sent())
    holder = town.holder("chengjian")
    open_visit(
        town.tools,
        holder,
        origin="patrol",
        sector="gas",
        place="大集",
        enterprise="",
        text="软管老化，" * 200,  # longer than what a step of the facts holds
        uploads=[],
        once=secrets.token_bytes(32),
    )
    with town.tools.database.work() as session:
        page = queue(session, town.tools, holder)
    assert len(page.rows) == 2
    now = desktop(town, taken.case_id)
    other = desktop(town, next(row.id for row in page.rows if row.id != taken.case_id))
    assert len(now.case.facts) == len(other.case.facts)
    clear = (
        "reserved",
        "desk_id",
        "sector",
        "state",
        "next_due",
        "conclude_due",
        "accept_due",
        "accepted_on",
    )
    assert [getattr(now.case, name) for name in clear] == [getattr(other.case, name) for name in clear]


def test_merging_joins_cases_and_parting_undoes_it(town: Town) -> None:
    """Two reports of one thing would be verified twice; or, merged by mistake, one of them would be lost for good."""
    first, second = take(town.tools, sent()), take(town.tools, sent())
    number = desktop(town, first.case_id).now.number
    step(town, second, "merge", into=number)
    assert desktop(town, second.case_id).now.state == "closed"
    joined = desktop(town, first.case_id)
    assert len({one.tip.number for one in joined.tips}) == 2
    assert joined.tips[0].key != joined.tips[1].key
    step(town, first, "accept")
    step(town, second, "unmerge", reason="不是一回事")
    assert len(desktop(town, first.case_id).tips) == 1
    parted = desktop(town, second.case_id)
    assert (parted.now.state, len(parted.tips)) == ("received", 1)
    with pytest.raises(Unmet):
        step(town, second, "unmerge", reason="再分一次")
    with town.tools.database.work() as session:
        assert verify(session) == []


def split_off(town: Town, taken: Taken) -> None:
    words = "一台设备防护缺失，请即查。"
    step(town, taken, "split", who="office", desk="anjian", sector="trade_industry", place="园区", text=words)


def test_a_hazard_beside_a_death_alarms_until_it_is_a_case_of_its_own(small_town: Town) -> None:
    """A machine that has killed would go on running while everybody waits for the district."""
    death = Report(what="厂里轧死一个人没报，那台机器还在转", deaths=True, still_dangerous=True)
    taken, other = take(small_town.tools, sent(death)), take(small_town.tools, sent(death))
    split_off(small_town, other)
    small_town.now.seconds += 2 * 3600 + 1  # an hour, from the next full one: no minute of a report is kept
    each_minute(small_town.tools)
    with small_town.tools.database.work() as session:
        assert waiting(session, ("duty",)) == {"split": 1}
    split_off(small_town, taken)
    with small_town.tools.database.work(write=True) as session:
        mark_done(session, ("duty",), "split")
    each_minute(small_town.tools)
    with small_town.tools.database.work() as session:
        assert waiting(session, ("duty",)) == {}
        assert len(queue(session, small_town.tools, small_town.holder("anjian")).rows) == 2


def test_search_finds_only_what_one_may_read(small_town: Town) -> None:
    """Search would tell of another desk's cases."""
    taken = take(small_town.tools, sent())
    note_reading(small_town.tools, small_town.holder("chengjian"), desktop(small_town, taken.case_id))
    with small_town.tools.database.work() as session:
        assert len(search(session, small_town.tools, small_town.holder("chengjian"), "煤气罐 大集")) == 1
        assert search(session, small_town.tools, small_town.holder("anjian"), "煤气罐") == ()


def test_edges_ask_at_most_five_fields() -> None:
    """A step would be an exam."""
    assert all(len(edge.fields) <= 5 for edge in EDGES)
    assert set(TABLE) == {edge.name for edge in EDGES}


def test_what_was_demanded_last_is_signed_before_it_is_struck_off(town: Town) -> None:
    """The signature under an earlier demand would stand for one that the leader never saw (安全生产法 §73)."""
    taken = verified(town)
    step(town, taken, "answer", reply="查实")
    today = town.now.today().isoformat()
    step(town, taken, "rectify", photos=1, measures="更换软管", person="店主", limit=today)
    sign_all(town)
    step(town, taken, "hand_up", bureau="qu_yingji", title="液化气", text="请区里看一看钢瓶的来路")
    outcome = {"document": "某应急〔2026〕1号", "date": today, "conclusion": "true", "result": "来路清楚"}
    step(town, taken, "record_outcome", "chengjian", 0, **outcome)
    step(town, taken, "rectify", photos=1, measures="搬走钢瓶", person="店主", limit=today)
    reinspected(town, taken)
    (seen,) = [
        one for one in waiting_for_signature(town.tools, town.holder("signer")) if one.kind == "reinspection"
    ]
    sign_record(town.tools, town.holder("signer"), seen.id, "")
    with pytest.raises(Unmet, match="整改要求要"):
        step(town, taken, "strike_off")
    sign_all(town)
    step(town, taken, "strike_off")
