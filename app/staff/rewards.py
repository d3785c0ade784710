"""The rewards' pages: eligibility asked one by one, the calculation, signing, the district's decision, the offer."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.casework.context import Desktop, OpenTip, lay_out
from app.casework.flow import CONCLUSIONS, LEADS
from app.casework.needs import Unmet
from app.casework.reading import note_listing, note_reading
from app.casework.records import document_key
from app.people.holder import Holder
from app.people.tools import Tools
from app.rewards.book import one_reward, read_rewards
from app.rewards.decide import Decision, established, first_of, propose, record, refuse, sign, tip_of
from app.rewards.payment import offer, pay_sealed
from app.rules.reward import questions
from app.rules.reward_input import facts_of, money, number
from app.rules.reward_policies import Policies
from app.rules.reward_types import KINDS, Facts, RewardError
from app.staff.news import seen
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

READERS = ("handling", "office", "signer", "discipline")
STATE_NAMES = {
    "suggested": "建议，待签批",
    "signed": "已签批，报区里",
    "decided": "已决定",
    "offered": "等举报人领",
    "claimed": "举报人已看到，等领",
    "paid": "已发",
    "lapsed": "逾期未领",
    "refused": "不予奖励",
}
ANSWERS = {"unknown": "不清楚", "yes": "是", "no": "否"}
HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
Page = str | tuple[str, int] | AnyResponse


@lru_cache(maxsize=1)
def policies() -> Policies:
    return Policies.load()


@signed_in(*READERS)
def rewards() -> str:
    seen("reward")
    note_listing(tools(), holder(), "rewards")
    with tools().database.work() as session:
        found = read_rewards(session, tools(), holder())
    return render_template("staff/rewards.html", rewards=found, states=STATE_NAMES)


@signed_in(*READERS)
def reward(reward_id: str) -> str:
    return show(reward_id)


def show(reward_id: str, problem: str = "") -> str:
    note_listing(tools(), holder(), "rewards")
    with tools().database.work() as session:
        found = one_reward(session, tools(), holder(), reward_id)
    me = holder()
    return render_template(
        "staff/reward.html",
        reward=found,
        states=STATE_NAMES,
        problem=problem,
        signer="signer" in me.roles,
        lead=me.sits_at(found.body["desk"]),
        may_record=bool(me.roles & {"handling", "office", "discipline"}),
        case=request.values.get("case", ""),
    )


@signed_in(*READERS)
def letter(reward_id: str) -> str:
    """提请奖励函: what a town sends to the district; every figure in it is a proposal."""
    note_listing(tools(), holder(), "rewards")
    with tools().database.work() as session:
        found = one_reward(session, tools(), holder(), reward_id)
    return render_template("staff/reward_letter.html", reward=found)


@signed_in(*LEADS)
def suggest(case_id: str) -> Page:
    """Ask what the policy asks, one by one; calculate; propose."""
    now = desktop(case_id)
    note_reading(tools(), holder(), now)
    number = request.values.get("tip", "") or (now.reports[0].tip.number if now.reports else "")
    typed = {name: plain_text(text)[:40] for name, text in request.form.items()}
    try:
        one = tip_of(now, number)
        facts = facts_from(now, one, typed)
        if request.method == "POST":
            reward_id = propose(tools(), now, number, facts, policies())
            return redirect(f"/desk/rewards/{reward_id}?case={case_id}", 303)
        problem, status = "", 200
    except (Unmet, RewardError) as error:
        problem, status, facts = str(error), 422, Facts(tools().now.today(), "violation")
    asked = [one for one in questions(facts, policies()) if one.id not in ("verified", "first_reporter")]
    page = render_template(
        "staff/reward_ask.html",
        now=now, number=number, questions=asked, typed=typed, problem=problem, kinds=KINDS, answers=ANSWERS,
        first=first_of(now), conclusion=CONCLUSIONS.get(now.now.facts.extra.get("conclusion", ""), ""),
    )  # fmt: skip
    return page, status


def desktop(case_id: str) -> Desktop:
    with tools().database.work() as session:
        return lay_out(session, tools(), holder(), case_id)


def facts_from(now: Desktop, one: OpenTip, typed: dict[str, str]) -> Facts:
    """Facts from the form and from what is recorded. Raises RewardError."""
    given = {
        "kind": typed.get("kind") or "violation",
        "fine": typed.get("fine") or fines_of(now),
        "deaths": count_of(typed.get("deaths", ""), "死亡人数"),
    }
    answers = {name.removeprefix("q-"): text for name, text in typed.items() if name.startswith("q-")}
    return replace(facts_of(given, answers), **established(now, one))


def fines_of(now: Desktop) -> Decimal | None:
    """The fines recorded for a case, yuan, each decision once whoever entered it; None where there are none."""
    fines = {
        document_key(record.value["document"]): number(record.value["fine"], "fine")
        for record in now.recorded("decision")
    }
    return sum(fines.values(), Decimal(0)) if fines else None


def count_of(text: str, name: str) -> int | None:
    """A count as typed, full width or not; None where nothing was typed. Raises RewardError.

    Only these ten digits: `str.isdigit` also says yes to ² and ①, which `int` then refuses.
    """
    plain = text.strip().translate(HALF_WIDTH)
    if not plain:
        return None
    if not re.fullmatch("[0-9]{1,9}", plain):
        raise RewardError(f"{name}请写成数字，比如 2；没有就空着。")
    return int(plain)


def done(reward_id: str, act: Callable[[Tools, Holder], object]) -> Page:
    try:
        act(tools(), holder())
    except (Unmet, RewardError) as error:
        return show(reward_id, str(error)), 422
    case = request.form.get("case", "")
    return redirect(f"/desk/rewards/{reward_id}" + (f"?case={case}" if case.isalnum() else ""), 303)


@signed_in("signer")
def sign_it(reward_id: str) -> Page:
    return done(reward_id, lambda it, who: sign(it, who, reward_id))


@signed_in(*READERS)
def record_it(reward_id: str) -> Page:
    def act(it: Tools, who: Holder) -> None:
        typed = {name: plain_text(request.form.get(name, ""))[:80] for name in ("yuan", "document", "day")}
        fen = money(typed["yuan"] or "0", "金额") or 0
        record(
            it,
            who,
            reward_id,
            Decision(fen, typed["document"], typed["day"], bool(request.form.get("earlier"))),
        )

    return done(reward_id, act)


@signed_in(*READERS)
def refuse_reward(reward_id: str) -> Page:
    return done(
        reward_id, lambda it, who: refuse(it, who, reward_id, plain_text(request.form.get("why", ""))[:500])
    )


@signed_in(*LEADS)
def offer_it(reward_id: str) -> Page:
    return done(reward_id, lambda it, _who: offer(it, desktop(request.form.get("case", "")), reward_id))


@signed_in(*LEADS)
def paid_it(reward_id: str) -> Page:
    voucher = plain_text(request.form.get("voucher", ""))[:80]
    return done(
        reward_id, lambda it, _who: pay_sealed(it, desktop(request.form.get("case", "")), reward_id, voucher)
    )


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/rewards", view_func=rewards)
    staff.add_url_rule("/desk/rewards/<reward_id>", view_func=reward)
    staff.add_url_rule("/desk/rewards/<reward_id>/letter", view_func=letter)
    staff.add_url_rule("/desk/cases/<case_id>/reward", view_func=suggest, methods=["GET", "POST"])
    acts = {"sign": sign_it, "record": record_it, "refuse": refuse_reward, "offer": offer_it, "paid": paid_it}
    for words, view in acts.items():
        staff.add_url_rule(f"/desk/rewards/<reward_id>/{words}", view_func=view, methods=["POST"])
