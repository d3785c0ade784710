"""Objections (异议): when a reporter may, and that somebody sees it."""

import pytest

from app.casework.needs import Unmet
from app.casework.reading import Row, queue
from app.casework.reporting import read_follow, say
from app.intake.sent import Taken
from app.tips.receipts import Visit, look_up
from tests.casework.test_flow import colleague
from tests.casework.test_way import desktop, step, verified
from tests.makers import Town


def answered(town: Town) -> tuple[Taken, Visit]:
    taken = verified(town)
    step(town, taken, "answer", reply="属实。")
    assert taken.receipt is not None
    return taken, look_up(town.tools, taken.receipt)


def rows(town: Town) -> list[Row]:
    with town.tools.database.work() as session:
        return list(queue(session, town.tools, town.holder("chengjian")).rows)


def test_nobody_objects_after_the_window(town: Town) -> None:
    """A form posted by hand months later would freeze a reward and start a recheck that nobody owes."""
    taken, visit = answered(town)
    read_follow(town.tools, visit)
    town.now.pass_days(10)
    assert read_follow(town.tools, visit).may_object
    town.now.pass_days(1)
    assert not read_follow(town.tools, visit).may_object
    with pytest.raises(Unmet, match="到 2026-12-04 为止"):
        say(town.tools, visit, "objection", "不对")
    assert not desktop(town, taken.case_id).now.objected


def test_the_window_of_an_unseen_answer_ends_too(small_town: Town) -> None:
    """Who never looked could object for ever: sixty days from the posting are the most."""
    _, visit = answered(small_town)
    small_town.now.pass_days(63)  # the sixtieth is a Saturday
    with pytest.raises(Unmet):
        say(small_town.tools, visit, "objection", "不对")


def test_one_answer_is_objected_to_once(small_town: Town) -> None:
    """A second objection to the same answer would stretch the recheck, or follow a decision for ever."""
    taken, visit = answered(small_town)
    say(small_town.tools, visit, "objection", "没看后院")
    with pytest.raises(Unmet, match="提过"):
        say(small_town.tools, visit, "objection", "还没看")
    step(small_town, taken, "uphold", colleague(small_town), reason="看过了")
    with pytest.raises(Unmet, match="提过"):
        say(small_town.tools, visit, "objection", "还没看")


def test_an_objection_to_a_closed_case_comes_up(town: Town) -> None:
    """It would lie unseen among the closed cases until its thirty days have passed."""
    taken, visit = answered(town)
    step(town, taken, "close")
    assert rows(town) == []
    say(town.tools, visit, "objection", "没看后院")
    (row,) = rows(town)
    assert (row.id, row.state, row.next_kind) == (taken.case_id, "closed", "recheck")
    step(town, taken, "uphold", colleague(town), reason="看过了")
    assert rows(town) == []
