"""The arithmetic of a reward, item by item: each function gives an amount in fen with its steps, or says why not."""

from dataclasses import dataclass
from decimal import Decimal

from app.rules.reward_policies import Policies
from app.rules.reward_policy import Insider, Item, Policy, Source
from app.rules.reward_types import (
    CAP_MODES,
    FEN,
    Facts,
    Missing,
    Step,
    percent,
    whole_yuan,
    yuan,
)

ROUNDING = Source("本系统设定", "choice")
DISTRICT = Source("区里书面规定", "found")  # who set what no policy says: a setting of this installation


@dataclass(frozen=True)
class Amount:
    """An amount so far. `fen` is None when the rule is silent (`reasons`) or something is `missing`."""

    fen: int | None = None
    steps: tuple[Step, ...] = ()
    missing: tuple[Missing, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def step(text: str, formula: str, source: Source) -> Step:
    return Step(text, formula, source.citation, source.verified)


def amount_of(facts: Facts, policy: Policy, policies: Policies) -> Amount:
    """What the policy's item for this kind of report gives, before an insider's uplift."""
    item = policy.items[facts.kind]
    if item.by == "silent":
        return Amount(steps=(step("没有规定数额", item.reason, item.source),), reasons=(item.reason,))
    if item.by in ("share", "graded"):
        return by_fine(facts, policy, item)
    return by_class(facts, item, policies)


def by_fine(facts: Facts, policy: Policy, item: Item) -> Amount:
    """A share of the penalty, at least the floor, at most the cap."""
    tier = facts.tier if item.by == "graded" else ""
    if tier not in item.grades:
        return Amount(missing=(Missing("tier", f"举报等级（{'、'.join(item.grades)}）"),))
    if facts.no_fine or facts.fine_fen == 0:
        reason = policy.no_fine or "没有罚款时怎样奖励，没有规定"
        return Amount(steps=(step("没有罚款", reason, policy.no_fine_source),), reasons=(reason,))
    if facts.fine_fen is None:
        return Amount(missing=(Missing("fine", f"{item.base}是多少元；没有罚款的请注明"),))
    grade = item.grades[tier]
    exact = grade.rate * facts.fine_fen
    fen = whole_yuan(exact)
    title = f"{item.base}的{percent(grade.rate)}" + (f"（{tier}）" if tier else "")
    share = f"{yuan(facts.fine_fen)} × {percent(grade.rate)} = {(exact / FEN).normalize():,f} 元"
    steps = [step(title, share, item.source)]
    if fen != exact:
        steps.append(step("元以下四舍五入", yuan(fen), ROUNDING))
    if fen < grade.floor:
        formula = f"{yuan(fen)} 不足 {yuan(grade.floor)}，按 {yuan(grade.floor)}"
        steps.append(step(f"最低 {yuan(grade.floor)}", formula, item.source))
    return capped(Amount(max(fen, grade.floor), tuple(steps)), item)


def by_class(facts: Facts, item: Item, policies: Policies) -> Amount:
    """By the class of the accident: for each concealed death, or one sum."""
    if facts.deaths is None:
        return Amount(missing=(Missing("deaths", "事故死亡多少人（最终确认）"),))
    name, steps, notes = accident_class(facts, policies)
    concealed = facts.deaths if facts.concealed_deaths is None else facts.concealed_deaths
    each = item.amounts[name]
    if item.by == "flat":
        steps = (*steps, step(f"{name}事故定额", yuan(each), item.source))
        return capped(Amount(each, steps, notes=notes), item)
    if concealed == 0:
        reason = item.reason or "没有人员死亡的瞒报谎报没有规定数额"
        return Amount(steps=(*steps, step("没有规定数额", reason, item.source)), reasons=(reason,))
    formula = f"{concealed} 人 × {yuan(each)} = {yuan(concealed * each)}"
    steps = (*steps, step(f"{name}事故，按查实的瞒报谎报死亡人数", formula, item.source))
    return capped(Amount(concealed * each, steps, notes=notes), item)


def accident_class(facts: Facts, policies: Policies) -> tuple[str, tuple[Step, ...], tuple[str, ...]]:
    """The class finally confirmed, else by the thresholds; a note where the two differ."""
    losses = (
        f"死亡 {facts.deaths or 0} 人",
        f"重伤 {facts.serious_injuries} 人",
        f"损失 {yuan(facts.loss_fen)}",
    )
    computed = policies.classify(facts.deaths or 0, facts.serious_injuries, facts.loss_fen)
    name = facts.accident_class or computed
    how = "最终确认" if facts.accident_class else "任一项达到即就高，以上包括本数"
    steps = (step("事故等级", f"{'，'.join(losses)} → {name}（{how}）", policies.classes_source),)
    differs = f"确认的等级是{name}，按伤亡和损失计算是{computed}，请核对"
    return name, steps, () if name == computed else (differs,)


def capped(amount: Amount, item: Item) -> Amount:
    if amount.fen is None or item.cap is None or amount.fen <= item.cap:
        return amount
    formula = f"{yuan(amount.fen)} 超过 {yuan(item.cap)}，按 {yuan(item.cap)}"
    return Amount(
        item.cap,
        (*amount.steps, step(f"最高 {yuan(item.cap)}", formula, item.source)),
        notes=amount.notes,
    )


def lifted(
    amount: Amount, facts: Facts, item: Item, insider: Insider, given: Decimal | None, mode: str | None
) -> Amount:
    """With an insider's uplift: the one `given`, else the policy's own. What nobody has set adds nothing and is named
    as missing: the rest is settled.
    """
    if amount.fen is None:
        return amount
    if refused := no_uplift(facts, insider):
        return more(amount, notes=(refused,))
    notes = (f"领奖时：{insider.proof}（{insider.proof_source.citation}）",)
    uplift, source = (insider.uplift, insider.uplift_source) if given is None else (given, DISTRICT)
    if uplift is None:
        unset = step("从业人员上浮：比例未定，暂不上浮", insider.elsewhere, insider.uplift_source)
        ask = Missing("uplift", "从业人员举报上浮多少（由区核定）")
        return more(amount, steps=(unset,), missing=(ask,), notes=notes)
    raised = whole_yuan(amount.fen * (1 + uplift))
    formula = f"{yuan(amount.fen)} × (1 + {percent(uplift)}) = {yuan(raised)}"
    amount = more(amount, steps=(step("从业人员上浮", formula, source),), notes=notes)
    return under_cap(amount, raised, item, insider, mode)


def under_cap(amount: Amount, raised: int, item: Item, insider: Insider, mode: str | None) -> Amount:
    """The raised amount against the cap; where nobody has set how they meet, the cap stays for the time being."""
    if item.cap is None or raised <= item.cap:
        return more(amount, fen=raised)
    if mode == "cap_times_uplift":
        return more(amount, fen=raised, steps=(step("上限随上浮提高", yuan(raised), insider.uplift_source),))
    formula = f"{yuan(raised)} 超过 {yuan(item.cap)}，按 {yuan(item.cap)}"
    kept = step("上限不变" if mode else "上限是否随上浮提高未定，暂按不变", formula, insider.uplift_source)
    ask = (
        ()
        if mode
        else (Missing("cap_mode", f"上浮后的上限：{'，还是'.join(CAP_MODES.values())}（由区核定）"),)
    )
    return more(amount, fen=item.cap, steps=(kept,), missing=ask)


def no_uplift(facts: Facts, insider: Insider) -> str:
    """Why an insider's report is not raised; empty when it is."""
    if facts.kind not in insider.kinds:
        return f"不上浮：{insider.kinds_note}"
    if facts.mode != "named":
        return f"不上浮：{insider.real_name}（{insider.real_name_source.citation}）"
    if facts.contract_proof == "no":
        return f"不上浮：不能证明是本单位从业人员（{insider.proof_source.citation}）"
    return ""


def more(
    amount: Amount,
    *,
    fen: int | None = None,
    steps: tuple[Step, ...] = (),
    missing: tuple[Missing, ...] = (),
    notes: tuple[str, ...] = (),
) -> Amount:
    """The amount with something added to it."""
    return Amount(
        amount.fen if fen is None else fen,
        (*amount.steps, *steps),
        (*amount.missing, *missing),
        amount.reasons,
        (*amount.notes, *notes),
    )
