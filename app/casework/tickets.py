"""Answering another house that keeps the matter too (工单回填): a text to paste there, and that it was done.

What is pasted back is read by whoever works there: it is made of the signed site record and of numbers of documents,
and says nothing of who reported, of a report's own words or of a person.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.casework.context import Desktop
from app.casework.effects import Effect, Values, day_of
from app.casework.flow import CONCLUDED, CONCLUSIONS, LEVELS, Edge
from app.casework.needs import Unmet, newest_site, since
from app.casework.ticketed import KEPT, Ticket, tickets_in
from app.clock.words import day_in
from app.tips.content import Photo

INTERIM = "您反映的事项已登记，正在核查。查清以后，结论、核查情况和处理结果再回复在这里。"
RESERVED = "您反映的事项已收到，按规定办理。办理情况不在工单里回复。"


def tickets_of(now: Desktop) -> tuple[Ticket, ...]:
    """All tickets of the case that this desk can open."""
    return tickets_in(now.now.facts, {one.tip.id: one.content for one in now.tips})


def fill_back(
    _session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """已回填: our answer stands in the other house's system; or it gave a later day. Raises Unmet."""
    found = next((one for one in tickets_of(now) if one.tip_id == values["ticket"] and not one.done), None)
    if found is None:
        raise Unmet("请从列表里选一张还没有回填的工单。")
    if values.get("due"):
        later = {"due": day_of(values["due"], now.day).isoformat()}
        said = f"{found.number}：期限改到 {later['due']}"
    elif now.now.state in CONCLUDED or now.now.reserved:
        later, said = {"done": now.day.isoformat()}, f"{found.number}：已回填"
    else:
        raise Unmet("还没有结论：先把阶段情况回过去，把那边给的新期限写在这里；查清以后再回填。")
    extra = now.now.facts.extra
    kept = {**extra.get(KEPT, {}), found.tip_id: later}
    return Effect(facts=replace(now.now.facts, extra={**extra, KEPT: kept}), said=said, told="")


def ready_text(now: Desktop) -> str:
    """The answer to paste back: conclusion, what was found, what was done."""
    if now.now.reserved:
        return RESERVED
    declined = declined_because(now)
    if declined:
        return f"您反映的事项不在安全生产举报里办理。原因：{declined}。"
    if now.now.state not in CONCLUDED:
        return INTERIM
    parts = (("结论", conclusion(now)), ("核查情况", findings(now)), ("处理", measures(now)))
    said = [(title, text) for title, text in parts if text]
    return "\n".join(f"{'一二三'[at]}、{title}：{text}" for at, (title, text) in enumerate(said))


def declined_because(now: Desktop) -> str:
    """The listed reason, where the case was declined and not reopened since."""
    said = [one["text"] for one in now.now.facts.extra.get("said", []) if one["edge"] == "decline"]
    return str(said[-1]).rstrip("。") if said and since(now, "decline", "reopen") else ""


def conclusion(now: Desktop) -> str:
    return CONCLUSIONS.get(str(now.now.facts.extra.get("conclusion", "")), "") + "。"


def findings(now: Desktop) -> str:
    site = newest_site(now)
    if site is None:
        return ""
    value = site.value
    level = LEVELS.get(str(value.get("level")), "")
    return ended(f"{value['enterprise']}：{value['found']}") + (ended(level) if level else "")


def measures(now: Desktop) -> str:
    """What followed, by documents and days; never a person, never an amount."""
    said = [ended(f"{one.value['authority']}已出具{one.value['form']}（{one.value['document']}）")
            for one in now.recorded("document") if one.value.get("form")]  # fmt: skip
    said += [f"已依法作出处罚决定（{one.value['document']}）。" for one in now.recorded("decision")]
    said += [ended(f"有权处理的部门已办结（{one.value['document']}）：{one.value['result']}")
             for one in now.recorded("outcome")[-1:]]  # fmt: skip
    for one in now.recorded("order")[-1:]:
        limit = day_in(one.value["limit"])
        said.append(ended(f"要求整改：{one.value['measures'].rstrip('。')}，期限 {limit}"))
    if since(now, "strike_off", "reopen"):
        said.append("整改后已复查，隐患已经消除。")
    return "".join(said) or nothing_yet(now)


def nothing_yet(now: Desktop) -> str:
    """Where no measure stands in the file: a hazard that was found is never said to need none."""
    site = newest_site(now)
    if now.now.state == "closed":
        return "已办结。"
    return "现场没有需要处理的。" if site and site.value["level"] == "none" else "处理正在落实。"


def ended(text: str) -> str:
    return text.rstrip("。；;. ") + "。"
