"""Proposing, signing, deciding: the town proposes, the authority decides (安全生产法 §76; setting `authority`)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.casework.context import Desktop, OpenTip
from app.casework.flow import PROVEN
from app.casework.needs import Unmet
from app.people.holder import Holder
from app.people.tools import Tools
from app.rewards.book import LIVE, UNPAID, add_reward, enter, must_be, one_reward, read_rewards, write
from app.rewards.holding import unsettled
from app.rules.reward import calculate
from app.rules.reward_paper import as_json, paper
from app.rules.reward_policies import Policies
from app.rules.reward_types import Calculation, Facts, Step, whole_yuan, yuan
from app.tips.content import open_sequence

ANONYMOUS = {None: None, True: "allowed_by_code", False: "not_allowed"}  # the setting in the engine's words
DECIDERS = {"handling", "office", "discipline", "dispatch"}


@dataclass(frozen=True)
class Decision:
    """What the authority decided: fen, document number, day, and whether it knew of an earlier report."""

    fen: int
    document: str
    day: str
    earlier: bool


def tip_of(now: Desktop, tip_number: str) -> OpenTip:
    """Raises Unmet."""
    for one in now.reports:
        if one.tip.number == tip_number and now.is_lead:
            if one.tip.state == "withdrawn":
                raise Unmet("这位举报人已经撤回，没有奖励。")
            return one
    raise Unmet("这件举报不在您手里。")


def first_of(now: Desktop) -> str:
    """The tip number of who was first by the sealed order, among those who have not withdrawn; empty: nobody."""
    standing = [one for one in now.reports if one.tip.state != "withdrawn"]
    if not standing:
        return ""
    return min(standing, key=lambda one: open_sequence(one.tip, one.key)).tip.number


def established(now: Desktop, one: OpenTip) -> dict[str, Any]:
    """Facts that the case and the sealed order say, so that nobody fills them in (2012办法第十三条: 最先受理)."""
    report, all_open = one.content.report, len(now.tips) == len(now.now.facts.tips)
    first = "unknown" if not all_open else "yes" if one.tip.number == first_of(now) else "no"
    return {
        "registered_on": one.tip.day,
        "mode": report.mode,
        "insider": report.insider,
        "sector": now.now.sector,
        "verified": "yes" if now.now.facts.extra.get("conclusion") in PROVEN else "no",
        "first_reporter": first,
    }


def propose(tools: Tools, now: Desktop, tip_number: str, facts: Facts, policies: Policies) -> str:
    """Propose a reward; returns its id. What the case itself says is taken from there, whatever `facts` say.

    The policy of the day of registration applies. Raises Unmet, Outrun.
    """
    one = tip_of(now, tip_number)
    if why := unsettled(now):
        raise Unmet(why)
    if now.now.reserved:
        raise Unmet("涉及公职人员的事项不在这里测算奖励，请按纪检的规定办。")
    before, penalties = decided_before(tools, now, one), len(now.recorded("decision"))
    facts = replace(facts, **established(now, one))
    allowed = ANONYMOUS[tools.anonymous_reward]
    found = calculate(facts, policies, uplift=tools.insider_uplift, anonymous_reward=allowed)
    if found.fen is None:
        reasons = [*found.reasons, *(missing.question for missing in found.missing)]
        raise Unmet("现在算不出奖励：" + "；".join(reasons))
    if before:
        found = beyond(found, found.fen, before)
    body: dict[str, Any] = {
        "tip": one.tip.id,
        "tip_number": tip_number,
        "desk": now.now.desk,
        "author": now.holder.name,
        "author_id": now.holder.member_id,
        "fen": found.fen,
        "calculation": as_json(found),
        "paper": paper(found).rsplit("\n", 1)[0],
        "registered_on": one.tip.day.isoformat(),
        "penalties": penalties,
    }
    return add_reward(tools, now, body)


def decided_before(tools: Tools, now: Desktop, one: OpenTip) -> int:
    """What was already decided for this report, in fen. A penalty recorded since may add to it (the authority often
    fines months later); without one, or while a proposal is under way, there is no second. Raises Unmet.
    """
    own = [name for name, _ in now.now.facts.rewards]
    with tools.database.work() as session:
        known = read_rewards(session, tools, now.holder, own) if own else []
    live = [each for each in known if each.body["tip"] == one.tip.id and each.row.state in LIVE]
    if any(each.row.state in ("suggested", "signed") for each in live):
        raise Unmet("这件举报已经有一份奖励在办。要按新的处罚决定重算的，先写明理由停办那一份。")
    if any(each.body.get("penalties", 0) >= len(now.recorded("decision")) for each in live):
        raise Unmet("这件举报已经有一份奖励在办，之后没有登记新的处罚决定。")
    return sum(int(each.body["decision"]["fen"]) for each in live)


def beyond(found: Calculation, fen: int, before: int) -> Calculation:
    """The calculation anew, less what was decided before. Raises Unmet where nothing is left."""
    rest = whole_yuan(Decimal(fen - before))
    if rest <= 0:
        raise Unmet("按新的处罚决定算，不比已经决定的多，不用再提。")
    formula = f"{yuan(fen)} − {yuan(before)} = {yuan(rest)}"
    less = Step("重新测算，减去已经决定的奖励", formula, "登记新的处罚决定以后", verified=True)
    return replace(found, fen=rest, steps=(*found.steps, less))


def sign(tools: Tools, holder: Holder, reward_id: str) -> None:
    """The leader agrees: for a town 同意上报, for a county the decision itself. Raises Unmet, Outrun, NoKey."""
    if "signer" not in holder.roles:
        raise Unmet("签批由签批人来办。")
    with tools.database.work(write=True) as session:
        opened = one_reward(session, tools, holder, reward_id)
        must_be(opened, "suggested")
        if opened.body["author_id"] == holder.member_id:
            raise Unmet("自己提的不能自己签。")
        day = tools.now.today().isoformat()
        signed: dict[str, Any] = {"signed_by": holder.name, "signed_on": day}
        if tools.authority == "county":
            signed["decision"] = {
                "fen": opened.body["fen"],
                "document": "本机关签批",
                "day": day,
                "earlier": False,
            }
        write(session, opened, "decided" if tools.authority == "county" else "signed", {}, **signed)
        enter(session, tools, holder, "signed", opened.row, opened.key)


def record(tools: Tools, holder: Holder, reward_id: str, decision: Decision) -> None:
    """Record what the district decided. Raises Unmet, Outrun, NoKey."""
    if not holder.roles & DECIDERS:
        raise Unmet("登记区里的决定由承办岗或安委办来办。")
    if not decision.document.strip() or not day_fits(decision.day):
        raise Unmet("请填区里决定的文号和日期。")
    if decision.fen <= 0 and not decision.earlier:
        raise Unmet("请填区里决定的金额。")
    with tools.database.work(write=True) as session:
        opened = one_reward(session, tools, holder, reward_id)
        must_be(opened, "signed")
        if decision.earlier:
            write(
                session,
                opened,
                "refused",
                {},
                decision=vars(decision),
                why="区里答复：此前已有人举报同一事项",
            )
        else:
            write(session, opened, "decided", {}, decision=vars(decision))
        enter(session, tools, holder, "decided", opened.row, opened.key)


def refuse(tools: Tools, holder: Holder, reward_id: str, why: str) -> None:
    """Refuse with a reason: before it is offered, or while it is held back. Raises Unmet, Outrun, NoKey."""
    if not why.strip():
        raise Unmet("请写明不予奖励的理由。")
    with tools.database.work(write=True) as session:
        opened = one_reward(session, tools, holder, reward_id)
        if not opened.row.frozen or opened.row.state not in UNPAID:
            must_be(opened, "suggested", "signed", "decided")
        write(session, opened, "refused", {}, why=why.strip())
        enter(session, tools, holder, "refused", opened.row, opened.key)


def day_fits(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
