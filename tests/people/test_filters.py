"""Saved filters: a member's own, kept once however often somebody taps."""

from concurrent.futures import ThreadPoolExecutor

from app.people.filters import keep_filter, saved_filters
from tests.makers import Town


def names(town: Town, who: str) -> list[str]:
    with town.tools.database.work() as session:
        return [one.name for one in saved_filters(session, town.tools, town.holder(who))]


def test_two_taps_on_a_first_filter_keep_it(town: Town) -> None:
    """The second would answer with a fault, or one of two filters be lost."""
    holder = town.holder("chengjian")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: keep_filter(town.tools, holder, name, "due=late"), ("急的", "急的")))
    assert names(town, "chengjian") == ["急的"]
    assert names(town, "anjian") == []
    keep_filter(town.tools, holder, "急的", "")
    assert names(town, "chengjian") == []
