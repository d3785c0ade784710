"""Words that staff pages show for what the clock and the flow name."""

from app.casework.flow import EDGES
from app.rules.committees import OTHER, load_committees

DUE_NAMES = {
    "sign": "签收",
    "hand_back": "可退回至",
    "accept": "不退即接收",
    "assign": "指定办理",
    "conclude": "查清",
    "ask_lapse": "等回答",
    "feedback": "答复",
    "finish": "提出整改或办结",
    "objection": "异议期",
    "recheck": "异议复查",
    "rectify": "整改",
    "reinspect": "复查整改",
    "strike_off": "销号",
    "watch": "催办",
    "split": "另立一件",
    "outside": "工单、来文期限",
}
EDGE_NAMES = {edge.name: edge.title for edge in EDGES} | {
    "register": "登记",
    "shown": "已看到",
    "print": "打印",
    "press": "安委办催办",
    # entries of a case that are no step of its flow
    "read": "查看",
    "identity_opened": "启封，看了举报人",
    "handed_on": "接手",
}
KIND_NAMES = {
    "first": "先到场记录",
    "site": "核查记录",
    "extension": "延期申请",
    "order": "整改要求",
    "rectification": "单位报的整改情况",
    "reinspection": "整改情况复核记录",
    "line": "分派摘要",
    "paper": "移送函",
    "outcome": "区级回执",
    "decision": "处罚决定",
    "note": "备注",
    "call": "代联系的回答",
    "interview": "约谈",
    "document": "执法文书",
    "request": "提请挂牌督办的请示",
    "blacklist": "建议列入失信名单",
    "assist": "协办单",
}
# What brings a case on, in this order before all else that may be done.
ONWARD = (
    "assign", "act_first", "accept", "plan_visit", "verify", "conclude", "answer", "rectify", "report_done",
    "reinspect", "strike_off", "not_fixed", "close", "report_back", "record_outcome", "chase", "uphold", "reopen",
    "countersign",
)  # fmt: skip
# Steps that stand folded away on a case's page, so that the next one is seen.
MEASURES = ("interview", "record_document", "ask_listing", "suggest_blacklist", "assist")
INSIDE = ("allot", "note", "link_number")


def committee_names() -> dict[str, str]:
    """The special committees (专业委员会) by id, and what belongs to none."""
    return {one.id: one.name for one in load_committees().values()} | {OTHER: "其他"}
