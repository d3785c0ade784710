"""Assisting desks: a newly written paper goes, its answer comes back, and nothing else crosses."""

import pytest
from sqlalchemy import select

from app.casework.access import cases_of
from app.casework.context import Desktop, lay_out
from app.casework.edges import take_edge
from app.casework.needs import Unmet
from app.intake.sent import Taken
from app.intake.take import take
from app.people.grants import NoKey
from tests.casework.test_way import FOUND, picture, sign_all, step
from tests.intake.test_take import GAS, sent
from tests.makers import Town

ASKED = {
    "desk": "zhifa",
    "place": "大集西口",
    "text": "请查这家的占道摊位是否挡住消防车通道。",
    "limit": "2026-12-10",
}


def desktop(town: Town, case_id: str, who: str = "chengjian") -> Desktop:
    with town.tools.database.work() as session:
        return lay_out(session, town.tools, town.holder(who), case_id)


def child_of(town: Town) -> Desktop:
    """The one case of the assisting desk."""
    with town.tools.database.work() as session:
        found = session.scalars(select(cases_of(town.holder("zhifa")).subquery().c.id)).all()
    return desktop(town, found[0], "zhifa")


def asked(town: Town) -> tuple[Taken, Desktop]:
    taken = take(town.tools, sent(GAS))
    step(town, taken, "accept")
    step(town, taken, "assist", photos=1, **ASKED)
    return taken, child_of(town)


def test_the_assisting_desk_reads_the_paper_and_nothing_of_the_report(small_town: Town) -> None:
    """Asking for help would show the report, or that there is one, to another desk."""
    taken, child = asked(small_town)
    (paper,) = child.recorded("assist")
    assert (paper.value["text"], len(paper.value["photos"])) == (ASKED["text"], 1)
    assert child.reports == ()
    for words in (GAS.what, "举报", GAS.where):
        assert words not in str(paper.value)
        assert words not in str(child.tips[0].content)
    with pytest.raises(NoKey):
        desktop(small_town, taken.case_id, "zhifa")


def test_the_answer_comes_back_on_the_paper(small_town: Town) -> None:
    """What the other desk found would have to be told by telephone, and stand in no file."""
    taken, child = asked(small_town)
    take_edge(
        small_town.tools,
        small_town.holder("zhifa"),
        child.case.id,
        "report_back",
        {"result": "已清走三个摊位，通道通了。"},
        [picture()],
    )
    (paper,) = desktop(small_town, taken.case_id).recorded("assist")
    assert paper.value["result"] == "已清走三个摊位，通道通了。"
    assert len(paper.value["after"]) == 1
    assert desktop(small_town, child.case.id, "zhifa").now.state == "closed"


def test_nothing_is_concluded_before_the_children_reported(small_town: Town) -> None:
    """A case would be concluded while another desk still looks at its part (协办未回)."""
    taken, child = asked(small_town)
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general", photos=1)
    sign_all(small_town)
    with pytest.raises(Unmet, match="协办没有回复"):
        step(small_town, taken, "conclude", conclusion="true")
    answered = Taken(child.tips[0].tip.id, child.case.id, None, (), taken.decision, taken.day)
    step(small_town, answered, "report_back", who="zhifa", result="通道通了。")
    step(small_town, taken, "conclude", conclusion="true")


def test_the_paper_takes_no_words_of_the_report(small_town: Town) -> None:
    """Pasted words would tell another desk who wrote them (eight characters in common)."""
    taken = take(small_town.tools, sent(GAS))
    step(small_town, taken, "accept")
    with pytest.raises(Unmet, match="举报原话"):
        step(small_town, taken, "assist", "chengjian", 0, **{**ASKED, "text": GAS.what})
    with pytest.raises(Unmet, match="举报"):
        step(small_town, taken, "assist", "chengjian", 0, **{**ASKED, "text": "有人举报，请去看。"})


@pytest.mark.parametrize(
    ("edge", "values"),
    [
        ("decline", {"why": "no_target", "reply": "找不到地方"}),
        ("hand_up", {"bureau": "qu_yingji", "title": "摊位", "text": "占道摊位请核查。"}),
        ("conclude", {"conclusion": "untrue"}),
    ],
)
def test_a_request_to_assist_ends_with_its_answer_alone(
    small_town: Town, edge: str, values: dict[str, str]
) -> None:
    """Closed in another way it was never answered, and the case that asked could never be concluded."""
    child, me = asked(small_town)[1], small_town.holder("zhifa")
    if edge == "conclude":
        take_edge(small_town.tools, me, child.case.id, "accept", {})
        site = {"enterprise": "某摊位", "found": "没有占道", "level": "none"}
        take_edge(small_town.tools, me, child.case.id, "verify", site)
        sign_all(small_town)
    with pytest.raises(Unmet, match="回复主办科室"):
        take_edge(small_town.tools, me, child.case.id, edge, values)
    take_edge(small_town.tools, me, child.case.id, "report_back", {"result": "摊位没有占道。"})


@pytest.mark.parametrize("into_child", [True, False])
def test_a_report_is_not_joined_with_a_request_to_assist(small_town: Town, into_child: bool) -> None:
    """The answer to the other desk closed the report's case too: nobody answered who reported, and the report's own
    words could go with it. The other way round the request was never answered.
    """
    child = asked(small_town)[1]
    report = take(small_town.tools, sent(GAS))
    step(small_town, report, "transfer", desk="zhifa", reason="归口")
    other = desktop(small_town, report.case_id, "zhifa")
    now, into = (other, child) if into_child else (child, other)
    with pytest.raises(Unmet, match="协办"):
        take_edge(
            small_town.tools, small_town.holder("zhifa"), now.case.id, "merge", {"into": into.now.number}
        )


def test_the_answer_on_the_paper_never_says_that_somebody_reported(small_town: Town) -> None:
    """协办单 with its answer leaves the desk."""
    child = asked(small_town)[1]
    values = {"result": "举报人说的摊位已清走。"}
    with pytest.raises(Unmet, match="举报"):
        take_edge(small_town.tools, small_town.holder("zhifa"), child.case.id, "report_back", values)
