"""Offering and paying. L0: sealed real name, the file says 见密封件. L1: number and claim code at a counter.

An offer is sealed to the reporter. When they look at it, it is sealed anew to their claim code's own key: the counter
opens one payment with what the person says, and nothing without. The password is never used there.
"""

import contextlib
import json
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select, update

from app.casework.context import Desktop
from app.casework.needs import Unmet
from app.clock.words import chinese_day
from app.db.versions import Outrun, change
from app.people.holder import Holder
from app.people.tools import Tools
from app.rewards.book import HELD, claim_until, enter, must_be, of_case, write
from app.rewards.decide import tip_of
from app.rewards.holding import unsettled
from app.rewards.models import Reward
from app.sealing.errors import SealError
from app.sealing.fields import canonical_json
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import KeyPair
from app.sealing.receipt import claim_code, claim_pair, is_claim_code, is_number
from app.tips.content import Line, add_line
from app.tips.models import Tip
from app.tips.receipts import Visit

SHOWN = ("offered", "claimed", "paid", "refused")
WRONG = "编号或领奖码不对，请对照纸上再输一次。"


@dataclass(frozen=True)
class Offer:
    """A reward that waits for its reporter."""

    fen: int
    code: str = field(repr=False)
    until: date | None  # None: no days run, the counter is closed
    state: str
    frozen: bool


@dataclass(frozen=True)
class Due:
    """What the counter sees: one amount."""

    reward_id: str
    fen: int
    version: int
    more: bool  # whether another one waits under the same number


def context(reward_id: str, number: str) -> Context:
    return Context("payment", reward_id, number)


def offer(tools: Tools, now: Desktop, reward_id: str) -> None:
    """Offer what was decided: seal the amount to the reporter and tell them. Raises Unmet, Outrun."""
    with tools.database.work() as session:
        opened = of_case(session, tools, now, reward_id)
    must_be(opened, "decided")
    if why := unsettled(now):
        raise Unmet(why)
    one = tip_of(now, opened.body["tip_number"])
    tip, fen = one.tip, int(opened.body["decision"]["fen"])
    if not one.content.receipt:
        raise Unmet("这位举报人没有领奖码，请按密封件发放。")
    if one.content.handed == "clerk":
        raise Unmet(
            "这件的密码有工作人员听过，光凭密码不能领。请留言告诉举报人带身份证找保密专员，按密封件发放。"
        )
    sealed = seal_to(tip.public_key, canonical_json({"fen": fen}), context(reward_id, tip.number))
    until = claim_until(tools)
    day = chinese_day(until) if until else ""
    text = (
        f"有一笔奖励可以领，{day}前有效。领之前请先看说明。"
        if day
        else "有一笔奖励，怎么领写在这一页最上面。"
    )
    columns = {"tip_number": tip.number, "lapse_due": until, "payment": sealed}
    with tools.database.work(write=True) as session:
        write(session, opened, "offered", columns)
        fresh = session.get_one(Tip, tip.id)
        add_line(session, fresh, one.key, Line(day=now.day, by="notice", kind="told", text=text))
        enter(session, tools, now.holder, "offered", opened.row, opened.key)


def offers_of(tools: Tools, visit: Visit) -> list[Offer]:
    """What was offered to this reporter, with the claim code that is theirs alone. Raises Busy."""
    with tools.database.work() as session:
        number = session.get_one(Tip, visit.tip_id).number
        rows = session.scalars(of_number(number).where(Reward.state.in_(SHOWN))).all()
    if not rows:
        return []
    code = claim_code(visit.private)
    pair = claim_pair(code, number, tools.keyring.pepper, tools.keyring.looking_up)
    return [show(tools, row, number, visit.private, code, pair) for row in rows]


def of_number(number: str) -> Select[Reward]:
    """SQL: what stands under a tip's number, the oldest first."""
    return select(Reward).where(Reward.tip_number == number).order_by(Reward.day, Reward.id)


def show(tools: Tools, row: Reward, number: str, private: bytes, code: str, claim: KeyPair) -> Offer:
    """One offer as its reporter sees it; seen while the counter is open, it opens with the claim code alone."""
    purpose, sealed, state = context(row.id, number), row.payment or b"", row.state
    try:
        amount = open_with(private, sealed, purpose)
    except SealError:
        amount = open_with(claim.private, sealed, purpose)
    if state == "offered" and tools.counter_open and not row.frozen:
        state = make_ready(tools, row, seal_to(claim.public, amount, purpose))
    return Offer(json.loads(amount)["fen"], code, row.lapse_due, state, row.frozen)


def make_ready(tools: Tools, row: Reward, payment: bytes) -> str:
    """From now on the claim code opens it; returns the state. Two looks at once make it ready once."""
    with contextlib.suppress(Outrun), tools.database.work(write=True) as session:
        change(session, row, state="claimed", payment=payment, lapse_due=row.lapse_due or claim_until(tools))
        enter(session, tools, None, "claimed", row)
    return "claimed"


def look_at(tools: Tools, holder: Holder, number: str, code: str) -> Due:
    """The amount for a number and its claim code, of several the oldest. The look is entered before it returns.

    Raises Unmet, Busy.
    """
    if not tools.counter_open:
        raise Unmet("凭码领奖还没有开通，请按密封件发放。")
    if not is_number(number) or not is_claim_code(code):
        raise Unmet("抄漏或抄错了一位，请对照纸上再输一次。")
    with tools.database.work() as session:
        rows = session.scalars(of_number(number).where(Reward.state == "claimed")).all()
    pair = claim_pair(
        code, number, tools.keyring.pepper, tools.keyring.looking_up
    )  # also for an unknown number
    free = [each for each in rows if not each.frozen]
    row = next(iter([*free, *rows]), None)
    if row is None or row.payment is None:
        raise Unmet(WRONG)
    try:
        fen = json.loads(open_with(pair.private, row.payment, context(row.id, number)))["fen"]
    except SealError:
        raise Unmet(WRONG) from None
    if row.frozen:
        raise Unmet(HELD)
    with tools.database.work(write=True) as session:
        enter(session, tools, holder, "looked_at", row)
    return Due(row.id, fen, row.version, len(free) > 1)


def pay(tools: Tools, holder: Holder, number: str, code: str, seen: str) -> Due:
    """Pay once what was `seen` (the reward's id): the code is checked again and the state written before the amount is
    handed over; a second click never pays the next one. Raises Unmet, Busy.
    """
    due = look_at(tools, holder, number, code)
    if seen != due.reward_id:
        raise Unmet("这一笔刚刚已经领了。")
    with tools.database.work(write=True) as session:
        row = session.get_one(Reward, due.reward_id)
        if row.state != "claimed" or row.version != due.version:
            raise Unmet("这一笔刚刚已经领了。")
        change(session, row, state="paid")
        enter(session, tools, holder, "paid", row)
    return due


def pay_sealed(tools: Tools, now: Desktop, reward_id: str, voucher: str) -> None:
    """Record that finance paid against a sealed slip; the file names no one. Raises Unmet, Outrun, NoKey."""
    if not voucher.strip():
        raise Unmet("请填凭证号。")
    if why := unsettled(now):
        raise Unmet(why)
    with tools.database.work(write=True) as session:
        opened = of_case(session, tools, now, reward_id)
        must_be(opened, "decided", "offered", "claimed")
        write(session, opened, "paid", {}, payment={"payee": "见密封件", "voucher": voucher.strip()})
        enter(session, tools, now.holder, "paid", opened.row, opened.key)


def lapse(tools: Tools) -> int:
    """Claims whose window has ended lapse (逾期视为放弃); returns how many. A frozen one waits, and all of them while
    the counter is closed.
    """
    if not tools.counter_open:
        return 0
    today = tools.now.today()
    with tools.database.work(write=True) as session:
        rows = session.scalars(
            update(Reward)
            .where(
                Reward.state.in_(("offered", "claimed")), Reward.lapse_due < today, Reward.frozen.is_(False)
            )
            .values(state="lapsed", version=Reward.version + 1)
            .returning(Reward)
        ).all()
        for row in rows:
            enter(session, tools, None, "lapsed", row)
    return len(rows)
