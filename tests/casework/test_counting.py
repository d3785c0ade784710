"""Monthly counters: every closing is counted once, with its case, and a reopening takes its count back."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import edges
from app.casework.counting import COUNTED, add_counts
from app.casework.edges import take_edge
from app.casework.models import ENDS, RECTIFIED, Case, MonthlyCount
from app.db.base import month_of
from app.intake.sent import Taken
from app.intake.take import take
from tests.casework.test_reserved import FINDING, accused, second
from tests.casework.test_way import desktop, reinspected, sign_all, step, verified
from tests.casework.walk import OFFICIAL, Walk
from tests.intake.test_take import sent
from tests.makers import Town, add_member

REPLY = {"why": "no_target", "reply": "没说清"}


def counted(town: Town) -> dict[tuple[str, str, str, str], int]:
    with town.tools.database.work() as session:
        rows = session.scalars(select(MonthlyCount))
        return {(row.month, row.desk_id, row.sector, row.outcome): row.count for row in rows}


def ends(town: Town) -> Counter[str]:
    found: Counter[str] = Counter()
    for (*_, outcome), count in counted(town).items():
        found[outcome] += count
    return found


def struck_off(town: Town, taken: Taken) -> None:
    limit = (town.now.today() + timedelta(days=7)).isoformat()
    step(town, taken, "answer", reply="属实，正在整改。")
    step(town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    reinspected(town, taken)
    sign_all(town)
    step(town, taken, "strike_off")


def act(town: Town, taken: Taken, edge: str, who: str = "chengjian", **values: str) -> None:
    """A step without photos."""
    step(town, taken, edge, who, 0, **values)


def closed(town: Town) -> Taken:
    taken = verified(town)
    step(town, taken, "answer", reply="属实。")
    step(town, taken, "close")
    return taken


def test_a_closing_is_counted_and_an_arrival_is_not(town: Town) -> None:
    """The quarter's figures would be empty, or a counter tell the minute at which somebody reported."""
    taken = verified(town)
    assert counted(town) == {}
    struck_off(town, taken)
    place = (month_of(town.now.today()), "chengjian", "gas")
    assert counted(town) == {(*place, "true"): 1, (*place, RECTIFIED): 1}
    closed(town)
    assert counted(town) == {(*place, "true"): 2, (*place, RECTIFIED): 1}


def handed_up(town: Town) -> None:
    taken = take(town.tools, sent())
    step(town, taken, "hand_up", bureau="qu_yingji", title="燃气隐患", text="后厨有四个钢瓶")
    outcome = {"document": "蓟应急〔2026〕9号", "date": town.now.today().isoformat(), "conclusion": "true"}
    act(town, taken, "record_outcome", **outcome, result="已处罚")
    step(town, taken, "answer", reply="属实。")
    step(town, taken, "close")


def merged(town: Town) -> None:
    first, later = take(town.tools, sent()), take(town.tools, sent())
    step(town, later, "merge", into=desktop(town, first.case_id).now.number)


def assisted(town: Town) -> None:
    taken = take(town.tools, sent())
    step(town, taken, "accept")
    due = (town.now.today() + timedelta(days=5)).isoformat()
    step(town, taken, "assist", desk="anjian", place="大集", text="请看一下电线", limit=due)
    child = desktop(town, taken.case_id).now.facts.children[0]
    values = {"result": "已看，无异常"}
    take_edge(town.tools, town.holder("anjian"), child, "report_back", values)


WAYS: dict[str, Callable[[Town], Any]] = {
    "true": closed,
    "declined": lambda town: act(town, take(town.tools, sent()), "decline", **REPLY),
    "handed_up": handed_up,
    "merged": merged,
    "assisted": assisted,
}


@pytest.mark.parametrize("end", WAYS)
def test_each_end_is_counted_as_what_it_was(small_town: Town, end: str) -> None:
    """What the district decided would stand as the town's own finding, or a decline as a case that was looked into."""
    WAYS[end](small_town)
    assert ends(small_town) == {end: 1}


def test_a_reopening_takes_its_count_back(town: Town) -> None:
    """A case that was closed twice would be counted twice, or in the month of the conclusion that was wrong."""
    taken = closed(town)
    town.now.pass_days(40)
    other = list(town.holder("chengjian").epochs.values())
    add_member(town, "second", other, "chengjian")
    step(town, taken, "reopen", who="second", reason="有新证据")
    assert counted(town) == {}
    assert COUNTED not in desktop(town, taken.case_id).now.facts.extra
    step(town, taken, "verify", enterprise="某饭店", found="软管没有换", level="general", photos=1)
    sign_all(town)
    step(town, taken, "conclude", conclusion="partly")
    step(town, taken, "answer", reply="部分属实。")
    step(town, taken, "close")
    assert counted(town) == {(month_of(town.now.today()), "chengjian", "gas", "partly"): 1}


def test_two_matters_after_all_are_not_one_closing(small_town: Town) -> None:
    """A case that was parted again would stay counted as merged."""
    first, later = take(small_town.tools, sent()), take(small_town.tools, sent())
    step(small_town, later, "merge", into=desktop(small_town, first.case_id).now.number)
    assert ends(small_town) == {"merged": 1}
    step(small_town, later, "unmerge", reason="是两件事")
    assert counted(small_town) == {}


def test_a_case_on_an_official_is_never_counted(town: Town) -> None:
    """A thief of the database would learn that discipline closed a case, in which sector and with what result."""
    taken = accused(town)
    second(town)
    act(town, taken, "verify", "jijian", **FINDING)
    (record,) = desktop(town, taken.case_id, "jijian").recorded("site")
    step(town, taken, "countersign", "jijian_2", record=record.id)
    step(town, taken, "conclude", "jijian", conclusion="untrue")
    step(town, taken, "answer", "jijian", reply="查过了，不属实。")
    step(town, taken, "close", "jijian")
    assert counted(town) == {}


def test_a_closing_that_fails_is_not_counted(small_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter would say that a case is closed whose closing was rolled back."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")

    def broken(*_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(edges, "append_all", broken)
    with pytest.raises(RuntimeError):
        step(small_town, taken, "close")
    assert counted(small_town) == {}
    assert desktop(small_town, taken.case_id).now.state == "concluded"


def test_many_closings_at_once_are_all_counted(town: Town) -> None:
    """Of two that are the first of their month at once, one would be lost, or its closing end in an error."""
    row = (month_of(town.now.today()), "chengjian", "gas", "true")
    gate = threading.Barrier(6)
    broken: list[BaseException] = []

    def close_some() -> None:
        gate.wait()
        try:
            for _ in range(5):
                with town.tools.database.work(write=True) as session:
                    add_counts(session, [(row, 1)])
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=close_some) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert broken == []
    assert counted(town) == {row: 30}


@pytest.mark.parametrize("seed", [5, 21])
def test_counters_are_what_the_cases_say(small_town: Town, seed: int) -> None:
    """Some way of closing, reopening, merging or parting would leave the counters wrong for ever."""
    walk = Walk(small_town, seed)
    for _ in range(150):
        walk.step()
    said: Counter[tuple[str, str, str, str]] = Counter()
    for case_id in walk.cases:
        now = walk.lay_out(case_id, walk.reader(case_id)).now
        rows = [tuple(one) for one in now.facts.extra.get(COUNTED, [])]
        assert bool(rows) == (now.state == "closed" and not now.reserved)
        assert [one[3] in ENDS for one in rows[:1]] == [True][: len(rows)]
        said.update(rows)
    assert counted(small_town) == said
    with small_town.tools.database.work() as session:
        shut = session.scalars(select(Case).where(Case.state == "closed", Case.reserved.is_(False))).all()
    assert sum(count for (*_, end), count in counted(small_town).items() if end in ENDS) == len(shut)


def test_an_accusation_leaves_no_counter_by_the_walk(small_town: Town) -> None:
    """The same for cases on officials, whatever discipline does."""
    walk = Walk(small_town, 7, (OFFICIAL, OFFICIAL))
    walk.cases = walk.cases[:2]
    for _ in range(60):
        walk.step()
    with small_town.tools.database.work() as session:
        ordinary = session.scalars(select(Case).where(Case.state == "closed", Case.reserved.is_(False))).all()
    assert sum(count for (*_, end), count in counted(small_town).items() if end in ENDS) == len(ordinary)
