"""A reward as kept: sealed under its own key, granted to the leading desk, the office and the signing leader.

What they read names the tip's number and never the case: outside the desk nobody learns which visit a report made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.facts import hidden_of, seal_facts
from app.casework.needs import Unmet
from app.db.base import month_of, new_id
from app.db.versions import change
from app.ledger.write import append
from app.notices.write import notify
from app.people.grants import Subject, granted, open_key, open_keys, recipients_of, seal_grant
from app.people.holder import Holder
from app.people.subjects import new_subject_key, open_subject_key
from app.people.tools import Tools
from app.rewards.models import Reward
from app.sealing.fields import Place, new_key, open_json, seal_json

READERS = ("office", "signer")
HELD = "事项正在复查，奖励先停着。"
UNPAID = ("suggested", "signed", "decided", "offered", "claimed")
LIVE = (*UNPAID, "paid")


@dataclass(frozen=True)
class Opened:
    """A reward as read by somebody who holds its key."""

    row: Reward
    body: dict[str, Any]
    key: bytes = field(repr=False)


def body_place(reward_id: str) -> Place:
    return Place("rewards", reward_id, "body")


def add_reward(tools: Tools, now: Desktop, body: dict[str, Any]) -> str:
    """A new reward in state `suggested`, named in the case's sealed facts. Raises Outrun."""
    reward_id, key, month = new_id(), new_key(), month_of(now.day)
    subject = Subject("reward", reward_id)
    with tools.database.work() as session:
        to = recipients_of(session, now.known, Subject("case", now.case.id))
    held = {(one.kind, one.id) for one in to}
    to += [now.known[name] for name in READERS if name in now.known and ("desk", name) not in held]
    grants = [seal_grant(tools.keyring, subject, key, one, month) for one in to]
    _, sealed_ledger_key = new_subject_key(tools.keyring, "rewards", reward_id, month)
    row = Reward(
        id=reward_id,
        state="suggested",
        frozen=False,
        day=now.day,
        month=month,
        lapse_due=None,
        tip_number=None,
        payment=None,
        ledger_key=sealed_ledger_key,
        body=seal_json(key, body, body_place(reward_id)),
        version=1,
    )
    extended = with_reward(now, reward_id, key)
    with tools.database.work(write=True) as session:
        change(session, now.case, facts=extended)
        session.add(row)
        session.add_all(grants)
        notify(session, "signer", "reward", now.day)
        enter(session, tools, now.holder, "suggested", row, key)
    return reward_id


def with_reward(now: Desktop, reward_id: str, key: bytes) -> bytes:
    """The case's facts with one reward more, sealed."""
    facts = now.now.facts
    more = {**vars(facts), "rewards": (*facts.rewards, (reward_id, key.hex()))}
    return seal_facts(now.case.id, now.key, type(facts)(**more), hidden_of(now.now))


def enter(
    session: Session, tools: Tools, holder: Holder | None, what: str, row: Reward, key: bytes | None = None
) -> None:
    """An entry for a step of a reward; the amount is never in it. Without the reward's key (the counter, the reporter,
    a job) it says no more than its kind.
    """
    subject = open_subject_key(tools.keyring, "rewards", row.id, row.month, row.ledger_key)
    append(
        session,
        day=tools.now.today(),
        kind=f"reward_{what}",
        actor=holder.ledger_key if holder else subject,
        subject=subject,
        detail={"by": holder.name} if holder and key else {},
        opening=key,
    )


def read_rewards(session: Session, tools: Tools, holder: Holder, ids: Sequence[str] = ()) -> list[Opened]:
    """Rewards the holder may open, newest first."""
    query = select(Reward).where(granted(holder, "reward", Reward.id))
    if ids:
        query = query.where(Reward.id.in_(ids))
    rows = list(session.scalars(query.order_by(Reward.day.desc(), Reward.id)))
    keys = open_keys(session, tools.keyring, holder, "reward", [row.id for row in rows])
    return [open_reward(row, keys[row.id]) for row in rows if row.id in keys]


def open_reward(row: Reward, key: bytes) -> Opened:
    return Opened(row, open_json(key, row.body, body_place(row.id)), key)


def one_reward(session: Session, tools: Tools, holder: Holder, reward_id: str) -> Opened:
    """Raises NoKey."""
    key = open_key(session, tools.keyring, holder, Subject("reward", reward_id))
    return open_reward(session.get_one(Reward, reward_id), key)


def write(session: Session, opened: Opened, state: str, columns: dict[str, Any], **body: Any) -> None:
    """A reward's next state and what was added to its body. Raises Outrun."""
    sealed = seal_json(opened.key, {**opened.body, **body}, body_place(opened.row.id))
    change(session, opened.row, state=state, body=sealed, **columns)


def must_be(opened: Opened, *states: str) -> None:
    if opened.row.state not in states:
        raise Unmet("这份奖励已经到了下一步，请刷新。")
    if opened.row.frozen:
        raise Unmet(HELD)


def of_case(session: Session, tools: Tools, now: Desktop, reward_id: str) -> Opened:
    """A reward of this case. Raises Unmet, NoKey."""
    if reward_id not in dict(now.now.facts.rewards):
        raise Unmet("这份奖励不是这件事项的。")
    return one_reward(session, tools, now.holder, reward_id)


def claim_until(tools: Tools) -> date | None:
    """The last day to claim from today on; None while the counter is closed: nobody can claim, so no days run."""
    if not tools.counter_open:
        return None
    return tools.calendar.add_days(tools.now.today(), tools.limits.claim.value).day
