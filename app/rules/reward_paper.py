"""A calculation as people read it (奖励测算建议表), and as one line of JSON."""

import json
from typing import Any

from app.rules.reward_types import FEN, Calculation, yuan

OUTCOMES = {"amount": "测算金额", "not_eligible": "不符合奖励条件", "not_determined": "暂不能确定"}


def paper(found: Calculation) -> str:
    """The table, then one line of JSON."""
    lines = ["奖励测算建议（是否奖励、奖励多少由有权部门决定）", f"结果：{headline(found)}"]
    policies = [(found.policy, found.version)] if found.policy else []
    lines.append(
        f"依据：{'；'.join(f'{name} 第 {version} 版' for name, version in (*policies, *found.stacked)) or '无'}"
    )
    if found.steps:
        lines += ["", "步骤"]
    for number, step in enumerate(found.steps, 1):
        mark = "" if step.verified else "（待核）"
        lines.append(f"{number:>2}. {step.text}：{step.formula}　〔{step.citation}〕{mark}")
    for title, texts in (
        ("理由", found.reasons),
        ("还要回答", tuple(f"{one.question}（{one.id}）" for one in found.missing)),
        ("说明", found.notes),
    ):
        if texts:
            lines += ["", title, *(f"  - {text}" for text in texts)]
    return "\n".join([*lines, "", json.dumps(as_json(found), ensure_ascii=False)])


def headline(found: Calculation) -> str:
    if found.fen is not None:
        return f"{OUTCOMES[found.outcome]} {yuan(found.fen)}" + (
            "（有未定部分，见下）" if found.missing else ""
        )
    if found.if_eligible_fen is not None:
        return f"{OUTCOMES[found.outcome]}；各项条件都符合时为 {yuan(found.if_eligible_fen)}"
    return OUTCOMES[found.outcome]


def as_json(found: Calculation) -> dict[str, Any]:
    """The calculation as plain values, also for keeping; amounts in yuan, always whole."""
    return {
        "outcome": found.outcome,
        "yuan": None if found.fen is None else found.fen // FEN,
        "if_eligible_yuan": None if found.if_eligible_fen is None else found.if_eligible_fen // FEN,
        "policy": found.policy,
        "version": found.version,
        "stacked": [{"policy": name, "version": version} for name, version in found.stacked],
        "missing": [{"id": one.id, "question": one.question} for one in found.missing],
        "reasons": list(found.reasons),
        "notes": list(found.notes),
        "steps": [
            {"text": one.text, "formula": one.formula, "citation": one.citation, "verified": one.verified}
            for one in found.steps
        ],
    }
