"""A case on an official is discipline's alone: a second member of it signs what elsewhere a leader signs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.casework.context import Desktop
from app.casework.edges import take_edge
from app.casework.needs import Unmet, possible
from app.casework.reading import queue
from app.casework.reporting import say
from app.casework.signing import waiting_for_signature
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import remind
from app.ledger.verify import verify
from app.notices.write import waiting
from app.people.models import Member
from app.tips.receipts import look_up
from app.vault.handing_on import reserved_to_hand_on
from tests.casework.test_way import desktop, reinspected, step
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import sent
from tests.makers import Town, add_member, seat_upper_discipline
from tests.web.door import app_of, signed_in

FINDING = {"enterprise": "某单位", "found": "谈话两人，调取检查记录六份", "level": "none"}


def second(town: Town) -> str:
    """Another member of discipline."""
    add_member(town, "jijian_2", list(town.holder("jijian").epochs.values()), "jijian")
    return "jijian_2"


def accused(town: Town) -> Taken:
    taken = take(town.tools, sent(OFFICIAL))
    step(town, taken, "accept", "jijian")
    return taken


def verify_it(town: Town, taken: Taken, who: str = "jijian", photos: int = 0) -> None:
    step(town, taken, "verify", who, photos, **FINDING)


def offered(now: Desktop) -> dict[str, str | None]:
    return {edge.name: missing for edge, missing in possible(now)}


def countersign(town: Town, taken: Taken, who: str = "jijian_2") -> None:
    for record in desktop(town, taken.case_id, who).records:
        if not record.value.get("signed_by"):
            step(town, taken, "countersign", who, record=record.id, instruction="同意")


def test_discipline_brings_its_own_case_to_the_end(town: Town) -> None:
    """No accusation of an official could ever be concluded, extended or struck off: whoever signs may not see it."""
    second(town)
    taken = accused(town)
    verify_it(town, taken, photos=1)
    step(town, taken, "request_extension", "jijian", reason="还要再谈一人")
    for edge in ("conclude", "extend"):
        with pytest.raises(Unmet, match="另一位成员"):
            step(town, taken, edge, "jijian", conclusion="true")
    assert waiting_for_signature(town.tools, town.holder("signer")) == []
    countersign(town, taken)
    step(town, taken, "extend", "jijian")
    step(town, taken, "conclude", "jijian", conclusion="true")
    step(town, taken, "answer", "jijian", reply="属实，已经处理。")
    limit = (town.now.today() + timedelta(days=7)).isoformat()
    step(town, taken, "rectify", "jijian", measures="调离检查岗位", person="站长", limit=limit)
    reinspected(town, taken, "jijian", found="已经调离")
    with pytest.raises(Unmet, match="另一位成员"):
        step(town, taken, "strike_off", "jijian")
    countersign(town, taken)
    step(town, taken, "strike_off", "jijian")
    site = desktop(town, taken.case_id, "jijian").recorded("site")[0].value
    assert (site["signed_by"], site["instruction"]) == ("jijian_2", "同意")
    with town.tools.database.work() as session:
        assert verify(session) == []


def test_nobody_signs_what_they_wrote(small_town: Town) -> None:
    """One member alone could write a record on a colleague, sign it and close the matter."""
    second(small_town)
    taken = accused(small_town)
    verify_it(small_town, taken)
    (record,) = desktop(small_town, taken.case_id, "jijian").records
    assert "另一位成员" in str(offered(desktop(small_town, taken.case_id, "jijian"))["countersign"])
    with pytest.raises(Unmet, match="自己写的"):
        step(small_town, taken, "countersign", "jijian", record=record.id)
    with pytest.raises(Unmet):
        step(small_town, taken, "countersign", "jijian_2", record="f" * 32)
    countersign(small_town, taken)
    with pytest.raises(Unmet):
        step(small_town, taken, "countersign", "jijian_2", record=record.id)


def test_an_ordinary_record_is_the_leader_s_to_sign(small_town: Town) -> None:
    """Two colleagues of one desk could conclude a case between them that no leader has seen."""
    add_member(small_town, "chengjian_2", list(small_town.holder("chengjian").epochs.values()), "chengjian")
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    verify_it(small_town, taken, "chengjian")
    now = desktop(small_town, taken.case_id, "chengjian_2")
    assert "countersign" not in offered(now)
    with pytest.raises(Unmet, match="涉及公职人员"):
        step(small_town, taken, "countersign", "chengjian_2", record=now.records[0].id)


def test_alone_one_is_told_to_admit_another_or_hand_up(small_town: Town) -> None:
    """Where discipline is one person, the page would wait for ever for a signature that nobody can give."""
    taken = accused(small_town)
    verify_it(small_town, taken)
    alone = offered(desktop(small_town, taken.case_id, "jijian"))
    assert "第二名成员" in str(alone["countersign"])
    assert alone["hand_up"] is None
    client, _ = signed_in(app_of(small_town), small_town, "jijian")
    words = "现在只有您一位能看到这件事"
    assert words in client.get(f"/desk/cases/{taken.case_id}").text
    username = second(small_town)
    assert words not in client.get(f"/desk/cases/{taken.case_id}").text
    with small_town.tools.database.work(write=True) as session:  # the administrator stops a sign-in
        session.get_one(Member, small_town.members[username].id).active = False
    assert "第二名成员" in str(offered(desktop(small_town, taken.case_id, "jijian"))["countersign"])


def test_what_discipline_cannot_do_is_not_offered(small_town: Town) -> None:
    """Its page would offer a way out of discipline, a merging, a reward: each a button that only refuses."""
    second(small_town)
    taken = take(small_town.tools, sent(replace(OFFICIAL, still_dangerous=True)))
    take_edge(small_town.tools, small_town.holder("jijian"), taken.case_id, "sign_for", {}, by_opening=True)
    never = {"transfer", "hand_back", "assign", "merge", "unmerge"}
    assert not never & offered(desktop(small_town, taken.case_id, "jijian")).keys()
    step(small_town, taken, "accept", "jijian")
    verify_it(small_town, taken)
    countersign(small_town, taken)
    step(small_town, taken, "conclude", "jijian", conclusion="true")
    assert not never & offered(desktop(small_town, taken.case_id, "jijian")).keys()
    client, _ = signed_in(app_of(small_town), small_town, "jijian")
    assert "测算、提出建议" not in client.get(f"/desk/cases/{taken.case_id}").text


def test_the_page_countersigns(small_town: Town) -> None:
    """The second member would see no record to sign, or a name that stands for none."""
    second(small_town)
    taken = accused(small_town)
    verify_it(small_town, taken)
    client, secret = signed_in(app_of(small_town), small_town, "jijian_2")
    page = client.get(f"/desk/cases/{taken.case_id}").text
    record = desktop(small_town, taken.case_id, "jijian_2").records[0].id
    assert f'<option value="{record}"' in page
    typed = {"csrf": secret, "record": record, "instruction": "同意"}
    assert client.post(f"/desk/cases/{taken.case_id}/countersign", data=typed).status_code == 303
    assert "已复核签字：jijian_2" in client.get(f"/desk/cases/{taken.case_id}").text


def test_what_waits_for_the_district_is_not_late(town: Town) -> None:
    """Discipline was told of a delay that is the district's, and the desk above could take the accusation for it."""
    seat_upper_discipline(town)
    taken, lying_there = accused(town), accused(town)
    hazard: dict[str, Any] = {
        "desk": "chengjian",
        "sector": "gas",
        "place": "某处",
        "text": "后厨钢瓶软管需要更换",
    }
    for one in (taken, lying_there):
        step(town, one, "split", "jijian", **hazard)  # that is due within a day, handed up or not
    step(town, taken, "hand_up", "jijian", bureau="qu_yingji", title="某事", text="请依法核查某人。")
    town.now.pass_days(70)
    step(town, lying_there, "message", "jijian", text="还在办。")
    remind(town.tools)
    with town.tools.database.work() as session:
        assert waiting(session, ("jijian",))["overdue"] == 1  # the other one's 60 days are over
        rows = {row.id: row for row in queue(session, town.tools, town.holder("jijian")).rows}
        offered_above = reserved_to_hand_on(session, town.tools, town.holder("qu_jiwei"))
    assert [case.id for case in offered_above] == [lying_there.case_id]
    assert (rows[taken.case_id].next_kind, rows[taken.case_id].late) == ("watch", False)
    assert rows[lying_there.case_id].late
    client, _ = signed_in(app_of(town), town, "jijian")
    assert "该催办了" in client.get("/desk/").text
    step(town, lying_there, "hand_up", "jijian", bureau="qu_yingji", title="某事", text="请依法核查某人。")
    town.now.pass_days(70)
    remind(town.tools)
    with town.tools.database.work() as session:
        assert "overdue" not in waiting(session, ("jijian",))


def test_two_are_told_who_should_conclude(small_town: Town) -> None:
    """Of two members one wrote and the other concluded: the reporter's objection could be decided by nobody."""
    second(small_town)
    taken = accused(small_town)
    verify_it(small_town, taken)
    countersign(small_town, taken)
    app, words = app_of(small_town), "以后有异议就没有人能复查"
    pages = {who: signed_in(app, small_town, who)[0] for who in ("jijian", "jijian_2")}
    said = {who: words in page.get(f"/desk/cases/{taken.case_id}").text for who, page in pages.items()}
    assert said == {"jijian": False, "jijian_2": True}
    step(small_town, taken, "conclude", "jijian", conclusion="true")
    step(small_town, taken, "answer", "jijian", reply="属实，已经处理。")
    assert taken.receipt is not None
    say(small_town.tools, look_up(small_town.tools, taken.receipt), "objection", "不服")
    assert offered(desktop(small_town, taken.case_id, "jijian_2"))["uphold"] is None
    assert "uphold" not in offered(desktop(small_town, taken.case_id, "jijian"))
