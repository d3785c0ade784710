"""What must be true before an edge may be taken; each need answers with a sentence that says what to do, or None."""

import re
from collections.abc import Callable, Mapping, Sequence

from app.casework.context import Desktop
from app.casework.facts import Situation, dues_of
from app.casework.flow import DISPATCH, EDGES, LEADS, MAX_HANDOVERS, Edge, Field
from app.casework.records import Opened, is_waiting
from app.casework.ticketed import tickets_in
from app.clock.words import is_day

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
    since_reopened = now.records[reopened_at(now.now) :]
    return any(record.kind == kind and record.value.get("signed_by") for record in since_reopened)


def reopened_at(now: Situation) -> int:
    """How many records the case had at its last reopening."""
    return int(now.facts.extra.get("since", 0))


def demanded_at(now: Situation) -> int:
    """How many records the case had when something was last demanded of the enterprise (提出整改要求, 没改好)."""
    return max(reopened_at(now), int(now.facts.extra.get("demanded", 0)))


def newest_reinspection(now: Desktop) -> Opened | None:
    """The newest record of a re-inspection (复查) of what was demanded last; one from before a 没改好 is none."""
    found = [one for one in now.records[demanded_at(now.now) :] if one.kind == "reinspection"]
    return found[-1] if found else None


def no_death(now: Desktop) -> str | None:
    """安全生产法 §73 ¶2: in a town received, handed over, finished, and nothing else."""
    return "涉及死亡的只能移送区里，由区里组织核查。" if now.leaves_us else None


def handovers(now: Desktop) -> str | None:
    """After two hand-overs the third goes back to the dispatch desk, which assigns with a written reason: it does not
    pass the case on either, or the case could go round for ever.
    """
    if now.now.facts.handovers < MAX_HANDOVERS:
        return None
    if "dispatch" not in now.holder.roles:
        return "已经转过两次，不能再转。不归本岗的请“退回分派岗”，由分派岗书面指定。"
    return "已经转过两次：请用“指定办理”，写明理由。" if now.now.state == "received" else None


def hand_back_open(now: Desktop) -> str | None:
    due = dues_of(now.tools, now.now).hand_back
    return "退回期限已过，视为接收。" if due is not None and due.day < now.day else None


def not_assigned(now: Desktop) -> str | None:
    return "分派岗书面指定的，不能再退。" if happened(now, "assign") else None


def not_at_dispatch(now: Desktop) -> str | None:
    return "已经在分派岗。" if now.now.desk == DISPATCH else None


def unsigned(now: Desktop) -> str | None:
    return "已经签收。" if since(now, "sign_for", "transfer", "hand_back", "assign") else None


def has_tip(now: Desktop) -> str | None:
    return None if now.reports else "这件事不是举报来的，没有可以答复的人。"


def in_english(now: Desktop) -> str | None:
    return None if any(one.content.report.language for one in now.reports) else "举报是用中文写的，不用摘要。"


def not_asked(now: Desktop) -> str | None:
    return "上一个问题还没有答，一次问一个。" if now.now.asked else None


def not_extended(now: Desktop) -> str | None:
    return "已经延过一次，不能再延。" if happened(now, "extend") else None


ALONE = "这件事只有您一位能看到，没有人能复核签字。请先在“岗位”页增补本岗第二名成员；增补不了的，移送有权处理的上级。"


def by_whom(now: Desktop) -> str:
    """Who signs: the leader, who may not see a case on an official; there a second member of discipline."""
    return "由本岗另一位成员复核签字" if now.now.reserved else "由领导签批"


def order_returned(now: Desktop) -> str | None:
    """Demanded once, unless the leader sent it back to be written anew."""
    orders = now.recorded("order")
    waits = now.now.state == "rectifying" and not (orders and orders[-1].value.get("returned_by"))
    return "整改要求已经提出来了。" if waits else None


def unsigned_records(now: Desktop) -> list[Opened]:
    return [one for one in now.records if is_waiting(one)]


def may_countersign(now: Desktop) -> list[Opened]:
    """What this member may sign of a reserved case: nothing they wrote themselves."""
    return [one for one in unsigned_records(now) if one.value.get("author_id") != now.holder.member_id]


def reserved(now: Desktop) -> str | None:
    if not now.now.reserved:
        return "复核签字只用于涉及公职人员的事项，别的由领导签批。"
    return None if unsigned_records(now) else "没有等着签字的记录。"


def by_another(now: Desktop) -> str | None:
    if may_countersign(now):
        return None
    return ALONE if is_alone(now) else "自己写的不能自己签，请本岗另一位成员复核签字。"


def is_alone(now: Desktop) -> bool:
    """Whether nobody else may sign a reserved case: discipline has one member, or one holds its key alone."""
    return now.now.reserved and not now.readers - {now.holder.member_id}


def nobody_to_recheck(now: Desktop) -> bool:
    """Whether an objection to a case on an official would find nobody, if this member concluded it: who wrote its site
    records and who concluded it do not decide, and nobody else may see it.
    """
    others = now.readers - now.known_verifiers() - {now.holder.member_id}
    return now.now.reserved and now.now.state == "verifying" and not others and not is_alone(now)


def not_reserved(now: Desktop) -> str | None:
    return "涉及公职人员的事项只由纪检办理，不退回、不合并。" if now.now.reserved else None


def somewhere_to_go(now: Desktop) -> str | None:
    """An accusation goes to another discipline desk (区纪委监委) where that has a key here, else it stays."""
    return None if may_receive(now) else "没有别的岗位可以接手。"


def may_receive(now: Desktop) -> list[str]:
    """Other desks that may lead the case: of a reserved one discipline alone, of any other never discipline."""
    return [
        name
        for name in sorted(now.known)
        if name != now.now.desk
        and now.desks[name].role in LEADS
        and (now.desks[name].role == "discipline") == now.now.reserved
    ]


def extension_signed(now: Desktop) -> str | None:
    return None if signed(now, "extension") else f"延期申请还没有{by_whom(now).removeprefix('由')}。"


def insider(now: Desktop) -> str | None:
    return None if now.insiders else "没有单位职工举报，不用写检查安排。"


def visit_planned(now: Desktop) -> str | None:
    """An insider's case is inspected as it was planned: whoever goes first and thinks later has given somebody away."""
    if not now.insiders:
        return None
    if not since(now, "plan_visit", "reopen"):
        return "有单位职工举报：先写“检查安排”，想好怎么去才不露出有人举报。"
    plan = now.now.facts.extra["visit_plan"]
    if not {one.tip.id for one in now.insiders} <= {*plan["tips"]}:
        return "又并进来一件单位职工的举报：请按那一位的意思，重新写“检查安排”。"
    day = str(plan["day"])
    return f"检查安排在 {day}：还没到。提前去的，先改检查安排。" if day > now.day.isoformat() else None


def site_signed(now: Desktop) -> str | None:
    return None if signed(now, "site") else f"至少要有一份核查记录，并{by_whom(now)}。"


def rectification_signed(now: Desktop) -> str | None:
    """Somebody of ours has looked since, and it is signed: what the enterprise says strikes nothing off, and neither
    does the signature under a re-inspection that no longer holds. What was asked is signed too (安全生产法 §73).
    """
    newest = newest_reinspection(now)
    if newest is None:
        return "还没有复查：去现场看过，请用“复查，改好了”。"
    if newest.value.get("returned_by"):
        return "复查记录被退回了：请重新写“复查，改好了”。"
    if not newest.value.get("signed_by"):
        return f"复查记录（含前后照片）要{by_whom(now)}。"
    order = now.recorded("order")[-1]
    return None if order.value.get("signed_by") else f"整改要求要{by_whom(now)}。"


def not_reinspected(now: Desktop) -> str | None:
    """Once, unless the leader sent it back to be written anew, or it was found wanting since."""
    newest = newest_reinspection(now)
    done = newest is not None and not newest.value.get("returned_by")
    return "已经复查过了。后来发现没改好的，请用“没改好”。" if done else None


def major_struck_off(now: Desktop) -> str | None:
    """A major hazard that we concluded ourselves ends by being struck off (整改销号, town measures 25, 38); what the
    district decided, by its document. Of a death or an accusation what is still there is a case of its own.
    """
    if is_major(now) and found_by_us(now):
        return "重大事故隐患要整改、复查、销号才办结：请用“提出整改要求”。"
    return None


def found_by_us(now: Desktop) -> bool:
    """Whether we concluded it, and it is about a hazard."""
    ours = since(now, "conclude", "record_outcome", "reopen")
    return ours and not now.is_death and not now.now.reserved


def newest_site(now: Desktop) -> Opened | None:
    """The newest signed site record since the last reopening."""
    sites = [one for one in now.records[reopened_at(now.now) :] if one.kind == "site"]
    return next((one for one in reversed(sites) if one.value.get("signed_by")), None)


def is_major(now: Desktop) -> bool:
    return tells_of_major(now.records, reopened_at(now.now))


def tells_of_major(records: Sequence[Opened], since: int) -> bool:
    """Whether these records of a case say 重大事故隐患: the newest signed site record does, or one written after it and
    not signed yet. So a wrong level is put right by a new record that the leader signs, and a right one is not lost by
    leaving it unsigned. What was written before the reopening counts until somebody has looked again.
    """
    found = [one for one in records[since:] if one.kind == "site"]
    found = found or [one for one in records if one.kind == "site"]
    newest = max((at for at, one in enumerate(found) if one.value.get("signed_by")), default=0)
    return any(one.value.get("level") == "major" for one in found[newest:])


def enforceable(now: Desktop) -> str | None:
    """A town punishes only where the duty list says so, sector by sector (`town_may_enforce`): elsewhere a major hazard
    is not concluded by a penalty it cannot give, or by its own reason why there is none; nor declined by the next desk
    it was passed to. An accusation is no hazard.
    """
    sector = now.tools.rules.sectors.get(now.now.sector)
    able = now.tools.authority == "county" or (sector is not None and sector.may_enforce)
    if able or now.now.reserved or not is_major(now):
        return None
    return (
        "这是重大事故隐患，镇里在这个行业领域没有执法权，不能自己出结论：请用“移送区里”交给有权处罚的部门，"
        "他们的决定来了再“登记回执”。"
    )


def colleagues(now: Desktop) -> list[tuple[str, str]]:
    """Members who can open the case and sit at its desk: id and name."""
    return sorted(now.seated, key=lambda one: one[1])


def major(now: Desktop) -> str | None:
    return None if is_major(now) else "挂牌督办只对重大事故隐患：先写核查记录。"


def assist_papers(now: Desktop) -> list[Opened]:
    """协办单 that nobody has answered yet: those this desk sent, and the one it was sent."""
    return [one for one in now.recorded("assist") if not one.value.get("result")]


def is_assisting(case_id: str, records: Sequence[Opened]) -> bool:
    """Whether the case is a child that another still waits for: its 协办单 came from there, unanswered."""
    papers = [one.value for one in records if one.kind == "assist"]
    return any(one.get("case") != case_id and not one.get("result") for one in papers)


def assisting(now: Desktop) -> str | None:
    return None if is_assisting(now.case.id, now.records) else "这件不是协办来的。"


def not_assisting(now: Desktop) -> str | None:
    """A child ends with its answer and in no other way: the case that asked waits for it."""
    if is_assisting(now.case.id, now.records):
        return "这件是协办来的：请用“回复主办科室”，说明办了什么，或者为什么办不了。"
    return None


def assists_back(now: Desktop) -> str | None:
    waiting = [one for one in assist_papers(now) if one.value.get("case") == now.case.id]
    return f"还有 {len(waiting)} 份协办没有回复。" if waiting else None


def major_punished(now: Desktop) -> str | None:
    return None  # judged with what was filled in: see `check_major`


def check_major(now: Desktop, values: Values) -> None:
    """A major hazard is not closed by a rectification order alone (town measure 38)."""
    if is_major(now) and not (values.get("penalty", "").strip() or values.get("reason", "").strip()):
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


def not_merged(now: Desktop) -> str | None:
    return "已经并入别的事项，要先分开。" if now.now.facts.extra.get("merged_into") else None


def has_ticket(now: Desktop) -> str | None:
    found = tickets_in(now.now.facts, {one.tip.id: one.content for one in now.tips})
    return None if any(not one.done for one in found) else "没有等着回填的工单。"


def merged(now: Desktop) -> str | None:
    return None if now.now.facts.extra.get("merged_into") else "没有并入别的事项。"


NEEDS: dict[str, Callable[[Desktop], str | None]] = {
    check.__name__: check
    for check in (
        no_death, enforceable, handovers, hand_back_open, not_assigned, not_at_dispatch, unsigned, has_tip,
        not_asked, not_extended, extension_signed, site_signed, rectification_signed, major_punished, unanswered,
        major_struck_off, order_returned, not_reinspected, answered, objected, insider, visit_planned, reserved,
        by_another, not_reserved, somewhere_to_go, not_merged, merged, in_english, major, assisting, not_assisting,
        assists_back, has_ticket,
    )
}  # fmt: skip


def may_take(now: Desktop, edge: Edge) -> bool:
    """Whether the holder is one of those the edge names."""
    at = {"lead": now.is_lead, "dispatch": now.is_lead and "dispatch" in now.holder.roles}
    at["provisional"] = now.is_provisional
    at["other"] = now.is_lead and now.holder.member_id not in now.known_verifiers()
    return any(at.get(who, False) for who in edge.who)


# steps that nobody looks for until it is so, and those that a death or an accusation never takes
UNASKED = frozenset(
    {
        "merged",
        "order_returned",
        "not_reinspected",
        "objected",
        "extension_signed",
        "no_death",
        "reserved",
        "not_reserved",
        "somewhere_to_go",
        "insider",
        "in_english",
        "not_at_dispatch",
        "major",
        "assisting",
        "has_ticket",
    }
)


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
    for field in edge.asked:
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
    if value and field.kind == "day" and not is_day(value.strip()):
        raise Unmet(f"“{field.label}”没有这一天，请看日历。")
