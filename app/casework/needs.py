"""What must be true before an edge may be taken; each need answers with a sentence that says what to do, or None."""

import re
from collections.abc import Callable, Mapping

from app.casework.context import Desktop
from app.casework.facts import dues_of
from app.casework.flow import EDGES, MAX_HANDOVERS, Edge, Field

Values = Mapping[str, str]


class Unmet(Exception):
    """The edge cannot be taken now; the message says why, in the reader's language."""


def happened(now: Desktop, edge: str) -> bool:
    return any(event.edge == edge for event in now.now.events)


def since(now: Desktop, edge: str, *ends: str) -> bool:
    """Whether `edge` was taken after the last of `ends`."""
    found = False
    for event in now.now.events:
        found = True if event.edge == edge else found and event.edge not in ends
    return found


def signed(now: Desktop, kind: str) -> bool:
    """Whether a record of `kind`, written since the last reopening, is signed."""
    since_reopened = now.records[now.now.facts.extra.get("since", 0) :]
    return any(record.kind == kind and record.value.get("signed_by") for record in since_reopened)


def no_death(now: Desktop) -> str | None:
    """安全生产法 §73 ¶2: received, handed over, finished, and nothing else."""
    return "涉及死亡的只能移送区里，由区里组织核查。" if now.is_death else None


def handovers(now: Desktop) -> str | None:
    if now.now.facts.handovers >= MAX_HANDOVERS and "dispatch" not in now.holder.roles:
        return "已经转过两次，请交分派岗书面指定。"
    return None


def hand_back_open(now: Desktop) -> str | None:
    due = dues_of(now.tools, now.now).hand_back
    return "退回期限已过，视为接收。" if due is not None and due.day < now.day else None


def not_assigned(now: Desktop) -> str | None:
    return "分派岗书面指定的，不能再退。" if happened(now, "assign") else None


def unsigned(now: Desktop) -> str | None:
    return "已经签收。" if since(now, "sign_for", "transfer", "hand_back", "assign") else None


def has_tip(now: Desktop) -> str | None:
    return None if now.reports else "这件事不是举报来的，没有可以答复的人。"


def not_asked(now: Desktop) -> str | None:
    return "上一个问题还没有答，一次问一个。" if now.now.asked else None


def not_extended(now: Desktop) -> str | None:
    return "已经延过一次，不能再延。" if happened(now, "extend") else None


def extension_signed(now: Desktop) -> str | None:
    return None if signed(now, "extension") else "延期申请还没有签批。"


def site_signed(now: Desktop) -> str | None:
    return None if signed(now, "site") else "至少要有一份核查记录，并由领导签批。"


def rectification_signed(now: Desktop) -> str | None:
    """All of them: the signature under a rectification that failed must not strike off the next."""
    found = now.recorded("rectification")
    done = bool(found) and all(record.value.get("signed_by") for record in found)
    return None if done else "整改记录（含前后照片）还没有签批。"


def major_punished(now: Desktop) -> str | None:
    return None  # judged with what was filled in: see `check_major`


def check_major(now: Desktop, values: Values) -> None:
    """A major hazard is not closed by a rectification order alone (town measure 38)."""
    major = any(record.value.get("level") == "major" for record in now.recorded("site"))
    if major and not (values.get("penalty", "").strip() or values.get("reason", "").strip()):
        raise Unmet("重大隐患要填处罚决定文号，或者写明没有处罚的理由。")


def open_ends(now: Desktop) -> bool:
    """Whether a reporter, or whoever handed a case without a tip in, still waits for an answer.

    What was answered before a reopening is answered anew.
    """
    unanswered = not since(now, "answer", "reopen")
    if not now.reports:
        return unanswered
    waiting = {one.tip.state for one in now.reports}
    return "open" in waiting or ("answered" in waiting and unanswered and happened(now, "reopen"))


def unanswered(now: Desktop) -> str | None:
    return None if open_ends(now) else "都已经答复。"


def answered(now: Desktop) -> str | None:
    return "还没有答复。" if open_ends(now) else None


def objected(now: Desktop) -> str | None:
    return None if now.now.objected else "没有人提异议。"


def mergeable(now: Desktop) -> str | None:
    return "涉及公职人员的事项不合并。" if now.now.reserved else None


def not_merged(now: Desktop) -> str | None:
    return "已经并入别的事项，要先分开。" if now.now.facts.extra.get("merged_into") else None


def merged(now: Desktop) -> str | None:
    return None if now.now.facts.extra.get("merged_into") else "没有并入别的事项。"


NEEDS: dict[str, Callable[[Desktop], str | None]] = {
    check.__name__: check
    for check in (
        no_death, handovers, hand_back_open, not_assigned, unsigned, has_tip, not_asked, not_extended,
        extension_signed, site_signed, rectification_signed, major_punished, unanswered, answered,
        objected, mergeable, not_merged, merged,
    )
}  # fmt: skip


def may_take(now: Desktop, edge: Edge) -> bool:
    """Whether the holder is one of those the edge names."""
    at = {"lead": now.is_lead, "dispatch": now.is_lead and "dispatch" in now.holder.roles}
    at["other"] = now.is_lead and now.holder.member_id not in now.known_verifiers()
    return any(at.get(who, False) for who in edge.who)


# steps that nobody looks for until it is so, and those that a death never takes
UNASKED = frozenset({"merged", "objected", "extension_signed", "no_death"})


def possible(now: Desktop) -> list[tuple[Edge, str | None]]:
    """Edges of the page in the case's state, each with what is still missing (None: it can be taken)."""
    found = []
    for edge in EDGES:
        if edge.page and now.now.state in edge.frm and may_take(now, edge):
            missing = {need: text for need in edge.needs if (text := NEEDS[need](now))}
            if not UNASKED & missing.keys():
                found.append((edge, next(iter(missing.values()), None)))
    return found


def check(now: Desktop, edge: Edge, values: Values) -> None:
    """Raises Unmet when the edge cannot be taken by this holder now, or a field is missing or too long."""
    if now.now.state not in edge.frm:
        raise Unmet("事项的状态已经变了，请刷新。")
    if not may_take(now, edge):
        raise Unmet("这一步不由您来办。")
    for need in edge.needs:
        text = NEEDS[need](now)
        if text:
            raise Unmet(text)
    for field in edge.fields:
        check_field(field, values.get(field.name, ""))


FORMS = {
    "day": re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])"),
    "yuan": re.compile(r"\d{1,10}(\.\d{1,2})?"),
}
EXAMPLES = {"day": "2026-12-01", "yuan": "24000"}


def check_field(field: Field, value: str) -> None:
    if field.kind == "photos":
        return
    if field.required and not value.strip():
        raise Unmet(f"请填“{field.label}”。")
    if len(value) > field.most:
        raise Unmet(f"“{field.label}”最多 {field.most} 个字。")
    if value and field.choices and value not in dict(field.choices):
        raise Unmet(f"“{field.label}”请从列表里选。")
    if value and field.kind in FORMS and not FORMS[field.kind].fullmatch(value.strip()):
        raise Unmet(f"“{field.label}”请写成 {EXAMPLES[field.kind]} 这样。")
