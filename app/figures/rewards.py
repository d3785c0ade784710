"""Totals of the rewards that somebody may open (奖励)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.figures.quarters import Quarter
from app.people.holder import Holder
from app.people.tools import Tools
from app.rewards.book import read_rewards


@dataclass(frozen=True)
class RewardTotals:
    """Decided in the quarter, by the day of the decision; amounts in fen."""

    suggested: int
    decided: int
    decided_fen: int
    paid: int
    paid_fen: int


def reward_totals(session: Session, tools: Tools, holder: Holder, quarter: Quarter) -> RewardTotals:
    """Opens each reward: the caller enters that first."""
    found = read_rewards(session, tools, holder)
    within = (quarter.first.isoformat(), quarter.last.isoformat())
    decided = [
        one
        for one in found
        if (decision := one.body.get("decision"))
        and within[0] <= str(decision["day"]) <= within[1]
        and one.row.state != "refused"
    ]
    paid = [one for one in decided if one.row.state == "paid"]
    return RewardTotals(
        suggested=sum(quarter.first <= one.row.day <= quarter.last for one in found),
        decided=len(decided),
        decided_fen=sum(int(one.body["decision"]["fen"]) for one in decided),
        paid=len(paid),
        paid_fen=sum(int(one.body["decision"]["fen"]) for one in paid),
    )
