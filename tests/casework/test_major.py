"""A major hazard where the town may not enforce: it stands handed over until the district has decided."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.casework.needs import Unmet, possible
from app.casework.reading import queue
from app.casework.reporting import read_follow
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import remind
from app.notices.write import waiting
from app.rules.duties import Sector
from app.tips.receipts import look_up
from tests.casework.test_flow import colleague, fill_in
from tests.casework.test_way import FOUND, desktop, sign_all, step, verified
from tests.intake.test_take import sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

STANDS = "已移送、待区级处置"
LETTER = {"bureau": "qu_chengguan", "title": "用气隐患", "text": "某饭店用气不合规，请依法核查。"}
PENALTY = {"conclusion": "true", "penalty": "演示罚〔2026〕1号", "reason": "情节轻微"}


def found(town: Town, level: str = "major") -> Taken:
    """A hazard that was looked at and signed."""
    taken = take(town.tools, sent())
    step(town, taken, "accept")
    step(town, taken, "verify", enterprise="某饭店", found=FOUND, level=level)
    sign_all(town)
    return taken


def handed_up(town: Town) -> Taken:
    taken = found(town)
    fill_in(town, taken, "hand_up", LETTER)
    return taken


def test_the_town_does_not_conclude_it(small_town: Town) -> None:
    """The town would close a major hazard by its own word, or by a penalty that it has no power to give."""
    taken = found(small_town)
    with pytest.raises(Unmet, match="移送区里"):
        fill_in(small_town, taken, "conclude", PENALTY)
    said = {edge.name: missing for edge, missing in possible(desktop(small_town, taken.case_id))}
    assert "移送区里" in str(said["conclude"])
    assert said["hand_up"] is None
    general = found(small_town, "general")
    step(small_town, general, "conclude", conclusion="true")


def test_it_is_not_lost_in_a_case_of_less(small_town: Town) -> None:
    """Merged into a case whose record says less, a major hazard was concluded by the town as an ordinary one."""
    first, second = (found(small_town, level) for level in ("general", "major"))
    number = desktop(small_town, first.case_id).now.number
    with pytest.raises(Unmet, match="不能并"):
        step(small_town, second, "merge", into=number)
    step(small_town, first, "verify", enterprise="某饭店", found=FOUND, level="major")
    step(small_town, second, "merge", into=number)
    with pytest.raises(Unmet, match="移送区里"):
        fill_in(small_town, first, "conclude", PENALTY)


@pytest.mark.parametrize("sign", [True, False])
def test_the_next_desk_does_not_decline_it(small_town: Town, sign: bool) -> None:
    """Passed on, a verified major hazard was closed by one who had not looked, without penalty, reason or district."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="major")
    if sign:
        sign_all(small_town)
    step(small_town, taken, "transfer", desk="anjian", reason="归口")
    with pytest.raises(Unmet, match="移送区里"):
        step(small_town, taken, "decline", "anjian", why="judicial", reply="法院在办。")


def test_a_wrong_level_is_put_right_by_a_signed_record(small_town: Town) -> None:
    """One slip in a list made the case the district's for good; or one's own correction was enough."""
    taken = found(small_town)
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general")
    with pytest.raises(Unmet, match="移送区里"):  # nobody has signed that it is less
        step(small_town, taken, "conclude", conclusion="true")
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="true")


def test_it_stands_with_the_district(town: Town) -> None:
    """Staff and reporter would read that the town is still at it, or that all is done."""
    taken = handed_up(town)
    app = app_of(town)
    for who, page in (("chengjian", "/desk/"), ("office", "/desk/overview")):
        client, _ = signed_in(app, town, who)
        assert STANDS in client.get(page).text
    client, _ = signed_in(app, town, "chengjian")
    assert STANDS in client.get(f"/desk/cases/{taken.case_id}").text
    assert taken.receipt is not None
    seen = read_follow(town.tools, look_up(town.tools, taken.receipt))
    assert (seen.state_name, seen.next_due) == (STANDS, None)
    assert "待区级处置" in seen.lines[-1].text


def test_it_is_never_overdue_by_the_town(town: Town) -> None:
    """The town would be pressed, and counted late, for what the district has to do; or nobody would ask again."""
    taken = handed_up(town)
    due = desktop(town, taken.case_id).case.next_due
    town.now.day = due + timedelta(days=1)
    remind(town.tools)
    with town.tools.database.work() as session:
        told = waiting(session, ("chengjian",))
        assert (told.get("due_soon"), told.get("overdue")) == (1, None)
        assert waiting(session, ("office",)) == {}
        (row,) = queue(session, town.tools, town.holder("chengjian")).rows
    assert (row.next_kind, row.late) == ("watch", False)
    app = app_of(town)
    for who, page in (
        ("chengjian", "/desk/"),
        ("chengjian", f"/desk/cases/{taken.case_id}"),
        ("office", "/desk/overview"),
    ):
        client, _ = signed_in(app, town, who)
        text = client.get(page).text
        assert ("该催办了" in text, 'class="tag bad"' in text) == (True, False), page


def test_the_district_s_document_finishes_it(small_town: Town) -> None:
    """A major hazard would stand with the district for ever."""
    taken = handed_up(small_town)
    with pytest.raises(Unmet, match="文号"):
        step(
            small_town,
            taken,
            "record_outcome",
            document="",
            date="2026-11-24",
            conclusion="true",
            result="已罚",
        )
    day = date(2026, 11, 24).isoformat()
    step(
        small_town,
        taken,
        "record_outcome",
        document="演示罚〔2026〕1号",
        date=day,
        conclusion="true",
        result="已罚",
    )
    now = desktop(small_town, taken.case_id)
    assert (now.now.state, now.now.facts.extra["conclusion"]) == ("concluded", "true")
    step(small_town, taken, "answer", reply="区里已经处罚。")
    step(small_town, taken, "close")


def test_a_reopened_one_is_what_is_found_then(small_town: Town) -> None:
    """What was put right long ago would keep the case from every later end; or it be dropped before anybody looked."""
    taken = handed_up(small_town)
    outcome = {
        "document": "演示罚〔2026〕1号",
        "date": "2026-11-24",
        "conclusion": "true",
        "result": "已罚",
    }
    fill_in(small_town, taken, "record_outcome", outcome)
    step(small_town, taken, "reopen", colleague(small_town), reason="又有新线索")
    step(small_town, taken, "transfer", desk="anjian", reason="归口")
    with pytest.raises(Unmet, match="移送区里"):
        step(small_town, taken, "decline", "anjian", why="judicial", reply="法院在办。")
    step(small_town, taken, "accept", "anjian")
    step(small_town, taken, "verify", "anjian", enterprise="某饭店", found=FOUND, level="general")
    sign_all(small_town)
    step(small_town, taken, "conclude", "anjian", conclusion="true")


def test_a_county_and_a_town_with_the_power_conclude(small_town: Town) -> None:
    """Who may punish would have to hand up to itself."""
    town, tools = small_town, small_town.tools
    taken = found(town)
    town.tools = replace(tools, authority="county")
    fill_in(town, taken, "conclude", PENALTY)
    again = found(town)
    fill_in(town, again, "hand_up", LETTER)
    assert again.receipt is not None
    assert read_follow(town.tools, look_up(town.tools, again.receipt)).state_name == "已移送"
    town.tools = replace(
        tools, rules=replace(tools.rules, duties=replace(tools.rules.duties, sectors=opened(town)))
    )
    other = found(town)
    fill_in(town, other, "conclude", PENALTY)


def opened(town: Town) -> dict[str, Sector]:
    """All sectors, with the power to enforce in gas."""
    sectors = dict(town.tools.rules.sectors)
    return sectors | {"gas": replace(sectors["gas"], may_enforce=True)}


def test_a_hazard_that_was_found_is_not_closed_as_if_it_were_none(small_town: Town) -> None:
    """A case found true would be closed while the leak is still there, and nobody ever look again."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    with pytest.raises(Unmet, match="还没有提出整改要求"):
        step(small_town, taken, "close", done=" ")
    step(small_town, taken, "close", done="店主当场换了新软管，试过不漏。")
    now = desktop(small_town, taken.case_id)
    assert (now.now.state, now.now.facts.extra["said"][-1]["text"]) == (
        "closed",
        "店主当场换了新软管，试过不漏。",
    )


def test_where_nothing_was_found_nothing_has_to_be_put_right(small_town: Town) -> None:
    """A desk would have to make up what it did about a hazard that is none."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found="没有气瓶", level="none")
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="untrue")
    step(small_town, taken, "answer", reply="去看过，没有。")
    step(small_town, taken, "close", done="")
    assert desktop(small_town, taken.case_id).now.state == "closed"
