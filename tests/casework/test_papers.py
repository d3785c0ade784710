"""Papers: what leaves never tells that somebody reported, and each copy tells whose it was."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from app.casework.context import Desktop
from app.casework.copies import copies_of, note_copy, wording
from app.casework.flow import DOCUMENTS
from app.casework.needs import Unmet
from app.casework.papers import FORMS, MAY_SAY, Sheet, papers_of
from app.casework.quotes import pieces, squeeze
from app.clock.words import chinese_day
from app.intake.sent import Taken
from app.intake.take import take
from app.intake.visits import open_visit
from app.people.grants import NoKey
from app.sealing.once import new_once, read_once
from app.tips.content import Report
from app.tips.identity import Person
from tests.casework.test_way import FOUND, desktop, picture, reinspected, sign_all, step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

NEVER_ISSUED = (*DOCUMENTS.values(), "处罚决定书", "挂牌督办通知书")
NAMED = Report(**{**GAS.__dict__, "mode": "named", "channel": "phone", "external_number": "TJ-2026-0001"})


def full_case(town: Town) -> tuple[Taken, Desktop]:
    """A case with a record of every kind that a paper is printed from."""
    day = (town.now.today() + timedelta(days=9)).isoformat()
    taken = verified(town, sent(NAMED, person=Person("王秀英", "13800001111")))
    step(town, taken, "interview", enterprise="某饭店", person="店主", day=day, text="软管老化要换。")
    more = {
        "type": "order",
        "document": "津蓟应急责改〔2026〕9号",
        "authority": "区应急局",
        "date": "2026-11-20",
    }
    step(town, taken, "record_document", "chengjian", 1, **more)
    step(town, taken, "assist", desk="zhifa", place="西口", text="请看摊位占不占消防通道。", limit=day)
    listed = {"enterprise": "某饭店", "ground": "again", "text": "要求后仍未更换。"}
    step(town, taken, "suggest_blacklist", "chengjian", 0, **listed)
    step(town, taken, "answer", reply="属实。")
    step(town, taken, "rectify", measures="换软管", person="店主", limit=day)
    step(town, taken, "report_done", found="店里说换好了")
    reinspected(town, taken, found="看过软管，是新的")
    sign_all(town)
    return taken, desktop(town, taken.case_id)


def words_of(sheet: Sheet) -> str:
    parts = [sheet.title, sheet.to, sheet.opening, sheet.closing, *sheet.signs]
    parts += [word for row in (*sheet.rows, *sheet.items) for word in row]
    parts += [label for label, _ in (*sheet.blanks, *sheet.photos)]
    return "\n".join(parts)


def sheets(now: Desktop) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in papers_of(now):
        words = words_of(one.form.build(now, one.record, wording(now, one.place, "某人")))
        found.setdefault(one.form.id, []).append(words)
    return found


def test_no_paper_that_leaves_tells_of_a_report(small_town: Town) -> None:
    """A photographed paper in the accused firm's office would say that somebody told (洛宁 2025)."""
    _, now = full_case(small_town)
    found = sheets(now)
    assert {
        "reading",
        "notice",
        "interview",
        "interviewed",
        "assist",
        "reinspection",
        "blacklist",
    } <= found.keys()
    told = {*pieces([GAS.what, GAS.where], [GAS.enterprise])}
    for form in FORMS:
        for words in found.get(form.id, []):
            assert form.id in MAY_SAY or "举报" not in words, form.title
            if form.leaves:
                assert not [piece for piece in told if piece in squeeze(words)], form.title


def test_the_reinspection_is_what_is_printed_and_signed(small_town: Town) -> None:
    """The leader would sign what the enterprise says of itself, or nobody tell who looked and who was there."""
    taken, now = full_case(small_town)
    (paper,) = sheets(now)["reinspection"]
    (record,) = now.recorded("reinspection")
    assert record.value["signed_by"] == small_town.holder("signer").name
    limit = chinese_day(small_town.now.today() + timedelta(days=9))
    for part in ("某饭店", "换软管", limit, "店里说换好了", "看过软管，是新的", "李工、赵工", "店主王某"):
        assert part in paper
    later = (small_town.now.today() + timedelta(days=30)).isoformat()
    step(small_town, taken, "not_fixed", found="接头还漏", limit=later)
    reinspected(small_town, taken, found="接头也换了")
    first, second = sheets(desktop(small_town, taken.case_id))["reinspection"]
    assert first == paper
    assert "店里说换好了" not in second
    assert chinese_day(small_town.now.today() + timedelta(days=30)) in second


def test_no_paper_names_the_reporter(small_town: Town) -> None:
    """A name or telephone would stand on paper, which nobody can seal."""
    _, now = full_case(small_town)
    for form, many in sheets(now).items():
        for words in many:
            assert "王秀英" not in words, form
            assert "13800001111" not in words, form
    (register,) = sheets(now)["register"]
    assert f"见密封件第 {now.reports[0].tip.number} 号" in register


def test_the_answer_has_its_four_parts(small_town: Town) -> None:
    """The answer would lack what 应急〔2023〕106号 asks for."""
    _, now = full_case(small_town)
    (answer,) = sheets(now)["answer"]
    for part in ("核查结论", "简要核查情况", "处理决定", "符合奖励条件情况", "津蓟应急责改〔2026〕9号"):
        assert part in answer


def test_what_is_given_to_somebody_forbids_them_nothing_and_keeps_its_day(small_town: Town) -> None:
    """The reporter would be told not to show their own answer; or a paper printed again bear another day."""
    taken, now = full_case(small_town)
    assert {form.id for form in FORMS if form.given} == {"notice", "interview", "answer"}
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    pages = {
        one.form.id: client.get(f"/desk/cases/{taken.case_id}/papers/{one.place}?to=某单位").text
        for one in papers_of(now)
        if one.form.id in ("notice", "reading")
    }
    assert "不得复印" not in pages["notice"]
    assert "不得复印" in pages["reading"]
    day = now.recorded("site")[-1].day
    small_town.now.pass_days(20)
    again = signed_in(app_of(small_town), small_town, "chengjian")[0]
    notice = next(one for one in papers_of(now) if one.form.id == "notice")
    text = again.get(f"/desk/cases/{taken.case_id}/papers/{notice.place}?to=某单位").text
    assert chinese_day(day) in text
    assert chinese_day(small_town.now.today()) not in text


def test_the_town_prints_nothing_that_it_may_not_issue() -> None:
    """The town would hand out orders and decisions that are another authority's."""
    assert not {form.title for form in FORMS} & set(NEVER_ISSUED)


def test_a_patrol_s_record_is_printed_from_what_was_typed(small_town: Town) -> None:
    """An inspector would type it all again for paper, in other words."""
    opened = open_visit(
        small_town.tools,
        small_town.holder("chengjian"),
        origin="patrol",
        sector="gas",
        place="大集",
        enterprise="某饭店",
        text="软管老化",
        uploads=[picture()],
        once=read_once(new_once()),
    )
    found = sheets(desktop(small_town, opened.case_id))
    assert "软管老化" in found["patrol"][0]
    assert "register" not in found


@pytest.mark.parametrize("form", ["duty", "reading"])
def test_a_paper_that_leaves_tells_no_report_from_a_patrol(small_town: Town, form: str) -> None:
    """履职记录 named who had registered a patrol's case, and nobody for a report's: whoever saw it knew."""
    found = open_visit(
        small_town.tools, small_town.holder("chengjian"), origin="patrol", sector="gas", place="大集",
        enterprise="某饭店", text="软管老化", uploads=[], once=read_once(new_once()),
    )  # fmt: skip
    said = []
    for taken in (take(small_town.tools, sent()), found):
        step(small_town, taken, "accept")
        now = desktop(small_town, taken.case_id)
        (words,) = sheets(now)[form]
        said.append(words.replace(now.now.number, "编号"))
    assert said[0] == said[1]
    assert form != "duty" or "开始核查　chengjian" in said[0]


def test_each_copy_says_whose_it_was(small_town: Town) -> None:
    """A leaked paper could have been anybody's."""
    _, now = full_case(small_town)
    one = next(one for one in papers_of(now) if one.form.id == "assist")
    copies = [note_copy(now, one.place, one.form.title, f"收件人{n}") for n in range(8)]
    again = note_copy(now, one.place, one.form.title, "收件人0")
    assert [copy.number for copy in (*copies, again)] == [*range(1, 9), 1]
    assert len({str(copy.words) for copy in copies}) > 1
    assert copies_of(now) == copies
    assert copies[0].words == wording(now, one.place, "收件人0")


def test_a_printed_copy_is_in_the_ledger_before_it_is_shown(small_town: Town) -> None:
    """Somebody could print the file of a case, and nobody would ever know."""
    taken, now = full_case(small_town)
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    offered = papers_of(now)
    for one in offered:
        page = client.get(f"/desk/cases/{taken.case_id}/papers/{one.place}?to=派出所")
        assert page.status_code == 200, one.form.title
        assert "送：派出所" in page.text
    assert len(copies_of(desktop(small_town, taken.case_id))) == len(offered)
    index = client.get(f"/desk/cases/{taken.case_id}/papers").text
    assert len(re.findall("派出所", index)) == len(offered)


@pytest.mark.parametrize("who", ["anjian", "admin", "signer", "office"])
def test_nobody_else_prints(small_town: Town, who: str) -> None:
    """A desk without the key could read a case by printing it."""
    taken, now = full_case(small_town)
    client, _ = signed_in(app_of(small_town), small_town, who)
    place = papers_of(now)[0].place
    for address in ("papers", f"papers/{place}", f"papers/{place}x", "papers/letter/x"):
        assert client.get(f"/desk/cases/{taken.case_id}/{address}").status_code in (403, 404)


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("据群众举报，软管老化，请核查", "某村"),
        ("据群众举 报，软管老化，请核查", "某村"),
        ("软管老化，请核查", "举报人"),
    ],
)
def test_a_paper_that_would_tell_is_not_printed(small_town: Town, text: str, to: str) -> None:
    """A superior's order says 举报 as often as not: it would leave on a 交办单, in the clerk's own words."""
    opened = open_visit(
        small_town.tools,
        small_town.holder("chengjian"),
        origin="superior",
        sector="gas",
        place="大集",
        enterprise="某饭店",
        text=text,
        uploads=[],
        once=read_once(new_once()),
    )
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    refused = client.get(f"/desk/cases/{opened.case_id}/papers/handed_down/case?to={to}")
    assert refused.status_code == 422
    assert "没有印" in refused.text
    assert "软管老化" not in refused.text
    assert copies_of(desktop(small_town, opened.case_id)) == []
    assert client.get(f"/desk/cases/{opened.case_id}/papers/reading/case").status_code == 200


def test_an_assigned_case_has_the_same_slip_as_a_superior_s(town: Town) -> None:
    """The 交办单 would tell by its words or its form that somebody reported, or be missing."""
    ours = take(town.tools, sent(GAS))
    step(town, ours, "hand_back", reason="不归城建")
    written = {
        "desk": "zhifa",
        "reason": "归综合执法",
        "place": "大集北口",
        "line": "餐饮用气，请到店看钢瓶和软管。",
    }
    for told, match in (
        ({"line": GAS.what}, "原话"),
        ({"line": "有人举报，请看。"}, "举报"),
        ({"line": ""}, "要办的事"),
    ):
        with pytest.raises(Unmet, match=match):
            step(town, ours, "assign", "dispatch", 0, **{**written, **told})
    step(town, ours, "assign", "dispatch", 0, **written)
    theirs = open_visit(
        town.tools,
        town.holder("chengjian"),
        origin="superior",
        sector="gas",
        place=written["place"],
        enterprise="",
        text=written["line"],
        uploads=[],
        once=read_once(new_once()),
    )
    step(town, theirs, "transfer", desk="zhifa", reason="归综合执法")
    known, other = slip_of(town, ours, "assigned"), slip_of(town, theirs, "handed_down")
    for sheet in (known, other):
        assert ("地点", "大集北口") in sheet.rows
        assert ("事项", written["line"]) in sheet.rows
        assert sheet.to == desktop(town, ours.case_id, "zhifa").desk_name("zhifa")
    bare = [replace(one, rows=one.rows[1:], opening="") for one in (known, other)]
    assert bare[0] == bare[1], "more than the number and the copy's wording differs"
    with pytest.raises(NoKey):
        desktop(town, ours.case_id, "dispatch")


def slip_of(town: Town, taken: Taken, form: str) -> Sheet:
    now = desktop(town, taken.case_id, "zhifa")
    (found,) = [one for one in papers_of(now) if one.form.id == form]
    assert found.form.title == "交办单"
    sheet = found.form.build(now, found.record, wording(now, found.place, "某人"))
    assert "举报" not in words_of(sheet)
    return sheet


def test_one_answer_tells_nobody_of_another_report(small_town: Town) -> None:
    """Of two merged reports each reporter would read the other's number, and whether a reward was proposed for it."""
    first, second = take(small_town.tools, sent()), take(small_town.tools, sent())
    step(small_town, second, "merge", into=desktop(small_town, first.case_id).now.number)
    step(small_town, first, "accept")
    step(small_town, first, "verify", enterprise="某饭店", found="软管老化", level="general", photos=1)
    sign_all(small_town)
    step(small_town, first, "conclude", conclusion="true")
    now = desktop(small_town, first.case_id)
    assert len(now.reports) == 2
    (answer,) = sheets(now)["answer"]
    assert not [one for one in now.reports if one.tip.number in answer]
    assert "奖励建议" not in answer
    assert "符合奖励条件情况" in answer


def test_a_file_s_list_dates_no_paper_before_it_was_made(small_town: Town) -> None:
    """卷内目录 gave 核查报告 and 举报答复书 the day of registration, before anybody had gone there."""
    taken = take(small_town.tools, sent())
    registered = chinese_day(small_town.now.today())
    small_town.now.pass_days(3)
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general", photos=1)
    sheet = made(desktop(small_town, taken.case_id), "contents")
    days = {title: day for day, title in sheet.items}
    assert days["举报登记表"] == registered
    assert days["隐患告知书"] == chinese_day(small_town.now.today())
    assert days["核查报告"] == days["履职记录"] == ""


def test_what_was_done_is_not_listed_as_papers(small_town: Town) -> None:
    """履职记录 was headed 文书 and 页码, the columns of a file's list."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    pages = {
        form: client.get(f"/desk/cases/{taken.case_id}/papers/{form}/case").text
        for form in ("duty", "contents")
    }
    assert "<th>办了什么、谁办的</th></tr>" in pages["duty"]
    assert "<th>文书</th><th>页码</th></tr>" in pages["contents"]


def made(now: Desktop, form_id: str) -> Sheet:
    (one,) = (one for one in papers_of(now) if one.form.id == form_id)
    return one.form.build(now, one.record, wording(now, one.place, ""))
