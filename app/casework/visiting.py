"""How an insider's case is inspected (检查安排): planned before anybody goes, so that nobody guesses why.

The plan lies under the case key and never in the site record: office and signer read that one, and a plan to hide a
report tells of it.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.casework.answering import answered
from app.casework.context import Desktop
from app.casework.effects import Effect, Values, day_of
from app.casework.flow import PLANS, Edge
from app.casework.needs import Unmet
from app.tips.content import Line, Photo

UNHEARD = ("", "any")  # not asked, or all the same to the reporter


def plan_visit(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """Keep the plan with the case; each insider is told how, never on which day. Raises Unmet."""
    plan, day, reason = values["plan"], day_of(values["day"], now.day), values.get("reason", "").strip()
    check_plan(now, plan, day, reason)
    kept = {"plan": plan, "day": day.isoformat(), "tips": [one.tip.id for one in now.insiders]}
    line = Line(day=now.day, by="notice", kind="told", text=f"检查已经安排：{PLANS[plan]}。")
    told = [one.tip.id for one in now.insiders if one.tip.state != "withdrawn"]
    return Effect(
        facts=replace(now.now.facts, extra={**now.now.facts.extra, "visit_plan": kept}),
        said="。".join(filter(None, (f"{PLANS[plan]}，{day.isoformat()} 去", reason))),
        lines=tuple((tip_id, line) for tip_id in told),
    )


def check_plan(now: Desktop, plan: str, day: date, reason: str) -> None:
    """A plan that gives the reporter away, or is not what they asked for, needs a written reason; danger to life none.

    Raises Unmet.
    """
    soon = is_soon(now, day)
    if in_danger(now):
        return
    if plan == "later" and soon:
        raise Unmet(f"“{PLANS[plan]}”要在收到举报{days_apart(now)}天以后，请改日子。")
    if plan == "alone" and soon and not reason:
        raise Unmet(
            f"收到举报{days_apart(now)}天之内只查这一家，容易让人猜到：请写明理由，或者改日子、一起查附近几家。"
        )
    unheard = [PLANS[wish] for wish in wishes(now) if not heard(wish, plan, soon=soon)]
    if unheard and not reason:
        raise Unmet(f"举报人希望“{'、'.join(unheard)}”，这样安排不一样：请写明理由。")


def is_soon(now: Desktop, day: date) -> bool:
    """Whether that day is so near the report that one suggests the other."""
    last = max(one.tip.day for one in now.insiders)
    return (day - last).days <= days_apart(now)


def days_apart(now: Desktop) -> int:
    return now.tools.limits.visit_apart.value


def wishes(now: Desktop) -> list[str]:
    """How those who work there want it to be inspected, each wish once."""
    found = (one.content.report.visit for one in now.insiders)
    return [wish for wish in dict.fromkeys(found) if wish not in UNHEARD]


def heard(wish: str, plan: str, *, soon: bool) -> bool:
    return wish == plan or (wish == "later" and not soon)


def in_danger(now: Desktop) -> bool:
    """Whether somebody's life is in danger now, as a report or an answer says: then whoever can go goes."""
    questions = now.tools.rules.questions
    return any(
        one.content.report.danger_now or answered(questions, one.content, one.thread).effects.urgent
        for one in now.reports
    )
