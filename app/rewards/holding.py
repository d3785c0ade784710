"""Holding rewards back (冻结) while the conclusion they rest on does not stand, and setting them free again.

A reward names no case: the case names its rewards, so whoever opens the case holds all of them by their ids. A reporter
who objects opens no case and holds only what already stands under their number; the rest waits until the desk opens the
case, and every step that needs the case's key asks `unsettled` itself.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.flow import CONCLUDED, PROVEN
from app.casework.models import Case
from app.clock.words import chinese_day
from app.people.tools import Tools
from app.rewards.book import UNPAID, claim_until, enter
from app.rewards.models import Reward
from app.tips.content import Line, add_line
from app.tips.models import Tip


def unsettled(now: Desktop) -> str:
    """Why no reward of this case may go on now, in a sentence; empty when its conclusion stands."""
    if now.now.state not in CONCLUDED or now.now.objected:
        return "查清以后、没有异议在复查时，才能办奖励。"
    if now.now.facts.extra.get("conclusion") not in PROVEN:
        return "结论是属实或部分属实的，才有奖励。"
    return ""


def settle(tools: Tools, now: Desktop) -> None:
    """Hold back all unpaid rewards of the case, or set them free, as its conclusion asks. Does nothing twice.

    Raises Outrun.
    """
    held, ids = bool(unsettled(now)), [name for name, _ in now.now.facts.rewards]
    if not ids:
        return
    other = (Reward.id.in_(ids), Reward.state.in_(UNPAID), Reward.frozen.is_(not held))
    with tools.database.work() as session:
        if session.scalar(select(Reward.id).where(*other).limit(1)) is None:
            return
    with tools.database.work(write=True) as session:
        if session.get_one(Case, now.case.id, with_for_update=True).version != now.case.version:
            return  # an objection came since: whoever opens the case next settles it
        turned = session.scalars(
            update(Reward)
            .where(*other)
            .values(frozen=held, version=Reward.version + 1, **({} if held else new_window(tools)))
            .returning(Reward)
        ).all()
        if not held:
            tell(session, now, turned)
        keys = dict(now.now.facts.rewards)
        for row in turned:
            words = "held" if held else "freed"
            enter(session, tools, now.holder, words, row, bytes.fromhex(keys[row.id]))


def new_window(tools: Tools) -> dict[str, Any]:
    """What was held could not be claimed: its days begin anew."""
    until = claim_until(tools)
    return {"lapse_due": until and case((Reward.lapse_due.is_not(None), until), else_=None)}


def tell(session: Session, now: Desktop, freed: Sequence[Reward]) -> None:
    """Tell the reporters of those that were already offered."""
    tips = {one.tip.number: one for one in now.tips}
    for row in freed:
        if row.tip_number is not None and row.tip_number in tips:
            one, until = tips[row.tip_number], row.lapse_due
            day = f"可以领了，{chinese_day(until)}前有效" if until else "照发"
            text = f"复查完了，奖励{day}。"
            fresh = session.get_one(Tip, one.tip.id)
            add_line(session, fresh, one.key, Line(day=now.day, by="notice", kind="told", text=text))


def hold_offered(tools: Tools, tip_number: str) -> None:
    """Hold back what stands under a reporter's number and is not paid: they objected."""
    with tools.database.work(write=True) as session:
        held = session.scalars(
            update(Reward)
            .where(Reward.tip_number == tip_number, Reward.state.in_(("offered", "claimed")), ~Reward.frozen)
            .values(frozen=True, version=Reward.version + 1)
            .returning(Reward)
        ).all()
        for row in held:
            enter(session, tools, None, "held", row)
