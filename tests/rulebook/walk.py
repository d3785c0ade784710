"""Steps that tests of the rule set share."""

from collections.abc import Callable
from dataclasses import replace

from app.people.tools import Tools
from app.rulebook import drafts
from app.rulebook.drafts import Typed
from app.rulebook.models import RuleSet
from app.rules.drafts import read_set
from tests.makers import Town


def draft(town: Town) -> RuleSet:
    with town.tools.database.work() as session:
        row = drafts.draft_of(session)
    assert row is not None
    return row


def begun(town: Town, number: int = 0) -> RuleSet:
    drafts.begin(town.tools, town.holder("office"), number)
    return draft(town)


def change(town: Town, make: Callable[[str], str]) -> None:
    drafts.edit(town.tools, town.holder("office"), drafts.mark_of(draft(town)), "", make)


def form_of(text: str, sector_id: str, **changes: object) -> Typed:
    """The form of a sector as the page fills it in, but for `changes`."""
    now = read_set(text).duties.sectors[sector_id]
    typed = Typed(
        now.name, now.lead or "", now.assist, now.town_desk, now.hints, now.basis, now.src, False, ""
    )
    return replace(typed, **changes)  # type: ignore[arg-type]


def gas_to(town: Town, desk: str) -> None:
    """The draft sends gas to `desk`."""
    change(town, lambda text: drafts.with_sector(text, "gas", form_of(text, "gas", town_desk=desk)))


def put_in_force(town: Town, reason: str = "燃气改由应急办承办", tools: Tools | None = None) -> int:
    mark = drafts.mark_of(draft(town))
    return drafts.put_in_force(tools or town.tools, town.holder("office"), mark, reason)
