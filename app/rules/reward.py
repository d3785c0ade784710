"""Rewards (举报奖励): facts and policies in, a proposed calculation (奖励测算建议表) out. Pure; the authority decides.

The policy of the day of registration applies. Where its words are silent, or a condition rests on what nobody has
verified, the answer is "not determined" with the reason, and never a guess.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from app.rules.reward_amount import DISTRICT, Amount, amount_of, lifted, step
from app.rules.reward_input import read_trial
from app.rules.reward_paper import as_json, paper
from app.rules.reward_policies import Policies, checked_uplift
from app.rules.reward_policy import Policy, Question
from app.rules.reward_types import (
    ANONYMOUS_REWARDS,
    ANSWERS,
    CAP_MODES,
    KINDS,
    MODES,
    Calculation,
    Facts,
    Missing,
    RewardError,
    Step,
    one_of,
)

__all__ = [
    "Calculation",
    "Facts",
    "Missing",
    "Policies",
    "RewardError",
    "Step",
    "as_json",
    "calculate",
    "paper",
    "questions",
    "try_file",
]

REFUSED = {
    "verified": "没有核查属实",
    "not_known": "举报前单位或监管部门已经发现并依法处理",
    "first_reporter": "不是最先举报的人",
}


@dataclass(frozen=True)
class Verdict:
    """What the conditions say: definite refusals, doubts that somebody must settle, and open questions."""

    steps: tuple[Step, ...] = ()
    refusals: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()

    def plus(self, other: "Verdict") -> "Verdict":
        return Verdict(
            (*self.steps, *other.steps),
            (*self.refusals, *other.refusals),
            (*self.doubts, *other.doubts),
            (*self.missing, *other.missing),
        )


def calculate(
    facts: Facts,
    policies: Policies,
    uplift: Decimal | None = None,
    cap_mode: str | None = None,
    anonymous_reward: str | None = None,
) -> Calculation:
    """The proposed reward, in fen, with each step's formula and citation.

    `uplift`: an insider's share on top, above 0 up to 1, once the authority has set it; `cap_mode`: keep_cap or
    cap_times_uplift; `anonymous_reward`: allowed_by_code, contact_required or not_allowed. Each None: not set, which is
    then named as missing where it matters. Raises RewardError for a setting that makes no sense.
    """
    check_settings(uplift, cap_mode, anonymous_reward)
    policy = policy_for(facts, policies)
    if policy is None:
        return no_policy(facts)
    verdict = judge(facts, policy, anonymous_reward)
    amount = amount_of(facts, policy, policies)
    stacked = stacked_on(policy, facts, policies)
    if stacked is not None and stacked.insider is not None:
        rules = stacked.insider
        amount = lifted(
            amount,
            facts,
            policy.items[facts.kind],
            rules,
            uplift,
            cap_mode or rules.cap_mode,
        )
    return settle(facts, policy, stacked, verdict, amount, beside(facts, policies, policy))


def questions(facts: Facts, policies: Policies) -> tuple[Question, ...]:
    """What must be answered one by one for this report, in order; empty when no policy is in force."""
    policy = policy_for(facts, policies)
    return policy.questions if policy else ()


def check_settings(uplift: Decimal | None, cap_mode: str | None, anonymous_reward: str | None) -> None:
    if uplift is not None:
        checked_uplift(uplift)
    if cap_mode is not None:
        one_of("上浮后的上限", cap_mode, CAP_MODES)
    if anonymous_reward is not None:
        one_of("匿名领奖", anonymous_reward, ANONYMOUS_REWARDS)


def policy_for(facts: Facts, policies: Policies) -> Policy | None:
    """The policy in force on the day of registration that speaks of this kind of report.

    A trade's or place's own goes before the general one. Raises RewardError where two are equally near.
    """
    fitting = [
        policy
        for policy in policies.policies
        if facts.kind in policy.items and policy.in_force(facts.registered_on) and policy.covers(facts.sector)
    ]
    most = max((policy.priority for policy in fitting), default=0)
    best = [policy for policy in fitting if policy.priority == most]
    if len(best) > 1:
        raise RewardError(f"登记日有几个办法同时有效：{'、'.join(policy.id for policy in best)}")
    return best[0] if best else None


def stacked_on(policy: Policy, facts: Facts, policies: Policies) -> Policy | None:
    """For an insider, what stands on top of the policy that day."""
    if not facts.insider:
        return None
    day = facts.registered_on
    found = (one for one in policies.policies if one.stacks_on == policy.id and one.in_force(day))
    return next(found, None)


def beside(facts: Facts, policies: Policies, used: Policy) -> tuple[str, ...]:
    """Notes on policies that would go first, were it known whether they are in force."""
    return tuple(
        f"《{one.name}》（{one.source.citation}）是否适用待核：{one.note}"
        for one in policies.policies
        if one.status == "undetermined"
        and one.priority > used.priority
        and one.covers(facts.sector)
        and facts.kind in one.items
    )


def judge(facts: Facts, policy: Policy, anonymous_reward: str | None) -> Verdict:
    """All conditions, each by itself."""
    verdict = judge_mode(facts, policy, anonymous_reward)
    for question in policy.questions:
        verdict = verdict.plus(judge_question(facts, question))
    return verdict


def judge_question(facts: Facts, question: Question) -> Verdict:
    answer = facts.answer(question.id)
    line = (Step(question.text, ANSWERS[answer], question.source.citation, not question.doubtful),)
    if answer == "unknown":
        return Verdict(line, missing=(Missing(question.id, question.text),))
    if answer == question.wanted:
        return Verdict(line)
    why = REFUSED.get(question.id, question.text)
    if question.doubtful:  # the condition itself is unverified here: it may not refuse anybody by itself
        return Verdict(line, doubts=(f"{why}：这一条在本地是否适用待核（{question.source.citation}）",))
    return Verdict(line, refusals=(why,))


def judge_mode(facts: Facts, policy: Policy, anonymous_reward: str | None) -> Verdict:
    """Whether this way of naming oneself can be rewarded: for the anonymous, the authority must have said so."""
    line: tuple[Step, ...] = (step("举报人身份", MODES[facts.mode], policy.named_source),)
    if facts.mode == "named":
        return Verdict(line)
    if anonymous_reward is None:
        return Verdict(line, missing=(Missing("anonymous_reward", policy.named or "匿名举报能不能领奖"),))
    allowed = {
        "allowed_by_code": ("anonymous", "callback"),
        "contact_required": ("callback",),
        "not_allowed": (),
    }
    line = (*line, step("匿名领奖", ANONYMOUS_REWARDS[anonymous_reward], DISTRICT))
    if facts.mode in allowed[anonymous_reward]:
        return Verdict(line)
    return Verdict(
        line, refusals=(f"{MODES[facts.mode]}举报不在奖励之列（{ANONYMOUS_REWARDS[anonymous_reward]}）",)
    )


def settle(
    facts: Facts,
    policy: Policy,
    stacked: Policy | None,
    verdict: Verdict,
    amount: Amount,
    notes: tuple[str, ...],
) -> Calculation:
    """Refused, open or an amount: a refusal is final, whatever else is open."""
    begin = f"登记日 {facts.registered_on}，{policy.first} 起施行"
    head = [step(f"适用《{policy.name}》", begin, policy.source)]
    if stacked:
        head.append(step(f"并适用《{stacked.name}》", f"{stacked.first} 起施行", stacked.source))
    blocked = verdict.missing or verdict.doubts or amount.fen is None
    outcome = "not_eligible" if verdict.refusals else "not_determined" if blocked else "amount"
    settled = outcome == "amount"
    return Calculation(
        outcome=outcome,
        fen=amount.fen if settled else None,
        if_eligible_fen=amount.fen if outcome == "not_determined" else None,
        steps=(*head, *verdict.steps, *amount.steps),
        policy=policy.id,
        version=policy.version,
        stacked=((stacked.id, stacked.version),) if stacked else (),
        missing=() if verdict.refusals else (*verdict.missing, *amount.missing),
        reasons=verdict.refusals or (*verdict.doubts, *amount.reasons),
        notes=(*amount.notes, *notes),
    )


def no_policy(facts: Facts) -> Calculation:
    reason = f"登记日 {facts.registered_on} 没有已经核定有效的奖励办法（{KINDS[facts.kind]}）"
    return Calculation("not_determined", None, None, (), "", 0, (), (), (reason,), ())


def try_file(path: str | Path, policies: Policies | None = None) -> str:
    """The calculation for the facts in a JSON file: a readable table, and last one line of JSON.

    Amounts in the file are yuan; `policies` are the program's own unless given. Raises RewardError, whose message
    says in Chinese what is wrong with the file.
    """
    policies = policies or Policies.load()
    trial = read_trial(Path(path), policies.question_ids())
    found = calculate(trial.facts, policies, trial.uplift, trial.cap_mode, trial.anonymous_reward)
    return paper(found)
