"""What others read of a case quotes no report and does not say that there is one."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.casework.models import Case
from app.casework.needs import Unmet
from app.casework.reporting import say
from app.intake.sent import Taken
from app.intake.take import take
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.casework.test_flow import fill_in
from tests.casework.test_way import step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town

SPACED = "该单位饭店后厨 煤气罐，漏气，请核查。"
SITE = {"enterprise": "某饭店", "found": "软管老化", "level": "general"}
LETTER = {"bureau": "qu_yingji", "title": "用气隐患", "text": "一处饭店用气不合规，请核查。"}


@pytest.mark.parametrize(
    ("edge", "values"),
    [
        ("hand_up", {**LETTER, "title": GAS.what}),
        ("hand_up", {**LETTER, "text": SPACED}),
        ("hand_up", {**LETTER, "text": "接群众举 报，一处饭店用气不合规。"}),
        ("verify", {**SITE, "enterprise": GAS.what}),
        ("verify", {**SITE, "person": GAS.what[:8]}),
        ("verify", {**SITE, "found": SPACED}),
        ("verify", {**SITE, "found": "和举报的一样"}),
        ("request_extension", {"reason": "举报人说：还要等"}),
        ("split", {"desk": "anjian", "sector": "gas", "place": "大集", "text": SPACED}),
        ("split", {"desk": "anjian", "sector": "gas", "place": GAS.what, "text": "用气不合规"}),
    ],
    ids=lambda value: value if isinstance(value, str) else value.get("title", ""),
)
def test_no_field_of_a_paper_quotes_the_report(small_town: Town, edge: str, values: dict[str, str]) -> None:
    """Office, leader and district would read the reporter's own words, moved into another field or spaced out."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    with pytest.raises(Unmet):
        fill_in(small_town, taken, edge, values)


def test_an_order_does_not_quote_either(small_town: Town) -> None:
    """The measures that the leader signs would carry the report."""
    taken = verified(small_town)
    limit = date.max.isoformat()
    with pytest.raises(Unmet):
        step(small_town, taken, "rectify", measures=SPACED, person="店主", limit=limit)


def test_what_was_said_later_is_the_reporter_s_too(small_town: Town) -> None:
    """A letter would carry what the reporter answered, or wrote of place and time."""
    report = Report(
        what="灶台不对劲", where="我家后窗对面第二个红门", when="每天夜里两点换班以后", sector="gas"
    )
    taken = take(small_town.tools, sent(report))
    assert taken.receipt is not None
    visit = look_up(small_town.tools, taken.receipt)
    say(small_town.tools, visit, "message", "钥匙在门卫老李头手里拿着")
    for text in (
        "灶台不对劲，请核查。",
        "位于后窗对面第二个红门。",
        "每天夜里两点换班以后检查。",
        "钥匙在门卫老李头手里。",
    ):
        refused(small_town, taken, "hand_up", {**LETTER, "text": text})
    refused(
        small_town, taken, "split", {"desk": "anjian", "sector": "gas", "place": report.where, "text": "灶具"}
    )
    fill_in(small_town, taken, "hand_up", LETTER)


TOLD = "福顺饭店后厨把好几个煤气罐挨着灶台放还拿塑料布盖着怕检查的人看见"


@pytest.mark.parametrize("field", ["danger_note", "enterprise", "not_these"])
def test_whatever_a_reporter_wrote_anywhere_is_not_quoted(small_town: Town, field: str) -> None:
    """Whoever tells of it in another field than 情况 had their own words printed, and could be known by them."""
    report = replace(GAS, danger_now=field == "danger_note", **{field: TOLD})  # type: ignore[arg-type]  # all texts
    taken = take(small_town.tools, sent(report))
    with small_town.tools.database.work() as session:
        desk = session.get_one(Case, taken.case_id).desk_id or ""
    step(small_town, taken, "accept", desk)
    values: dict[str, Any] = {**LETTER, "text": f"据了解，{TOLD}。"}
    with pytest.raises(Unmet, match="原话"):
        step(small_town, taken, "hand_up", desk, **values)


def test_a_piece_called_a_place_joins_no_quotation(small_town: Town) -> None:
    """Seven characters put down as the place let twenty-one through in the text beside it."""
    text = "老板夜里偷偷开到三号车间里面烧锅炉没有证"
    taken = take(small_town.tools, sent(replace(GAS, what=text)))
    step(small_town, taken, "accept")
    with pytest.raises(Unmet, match="原话"):
        fill_in(small_town, taken, "verify", {**SITE, "place": text[7:14], "found": f"{text}。"})


def refused(town: Town, taken: Taken, edge: str, values: dict[str, str]) -> None:
    with pytest.raises(Unmet):
        fill_in(town, taken, edge, values)


def test_a_paper_can_say_where_it_is(small_town: Town) -> None:
    """Nobody could name the place or the firm, because the reporter had named it too."""
    firm, where = "兴旺和顺家具制造有限公司", "和兴小区7号楼三单元门口"
    report = Report(what=f"{small_town.tools.town}{firm}在{where}堆满了油漆桶", where=where, sector="gas")
    taken = take(small_town.tools, sent(report))
    step(small_town, taken, "accept")
    fill_in(small_town, taken, "verify", {**SITE, "enterprise": where, "found": f"{where}存放油漆二十桶"})
    fill_in(small_town, taken, "hand_up", {**LETTER, "text": f"{firm}在{where}存放油漆，请核查。"})
