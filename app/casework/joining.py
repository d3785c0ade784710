"""Steps between cases: two joined (并案) and parted again, one split off another (分出一件)."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.access import open_case
from app.casework.context import Desktop, case_ledger_key, lay_out, open_tips, tells_of_death
from app.casework.effects import Effect, Values, pick
from app.casework.facts import PROVISIONAL, Facts, Situation, hidden_of, seal_facts, situation, with_event
from app.casework.flow import Edge
from app.casework.handing import check_lead, refuse_shut_out
from app.casework.models import Case
from app.casework.needs import (
    Unmet,
    is_assisting,
    is_major,
    no_death,
    reopened_at,
    tells_of_major,
    visit_planned,
)
from app.casework.opening import NewCase, NewTip, prepare_blank, prepare_case, registered
from app.casework.quotes import refuse_quotes
from app.casework.records import records_of
from app.clock.dues import LEFT, Event
from app.db.base import new_id
from app.ledger.write import New
from app.people.grants import NoKey, Subject, holders_of
from app.sealing.fields import new_key
from app.tips.content import Content, Photo, Report, Routing


def merge(session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    """The other case takes over this one's tips. Keys stay apart: no tip's key is shared with another reporter."""
    other, key = case_to_join(session, now, values["into"].strip())
    there = situation(other, key)
    if there.desk != now.now.desk:
        raise Unmet("两件事要在同一个科室才能并。")
    if there.day > now.now.day:
        raise Unmet("请把后来的并进先来的，先报的人不能因此晚得到答复。")
    tips = open_tips(session, now.tools, now.holder, there.facts.tips)
    if tells_of_death(now.tools, there, tips) != now.is_death:
        raise Unmet("一件涉及死亡，一件不涉及，不能并：两件各办各的。")
    refuse_to_lose_major(session, now, there)
    theirs_to_assist = is_assisting(other.id, records_of(session, there.facts.records))
    if theirs_to_assist or is_assisting(now.case.id, now.records):  # it ends with its answer, nobody else's
        raise Unmet("协办来的要先回复主办科室，不能并：两件各办各的。")
    if now.provisional or there.facts.extra.get(PROVISIONAL):
        raise Unmet("有一件还在等指定办理，不能并：先指定。")
    mine, theirs = (holders_of(session, Subject("case", one)) for one in (now.case.id, other.id))
    if sorted(mine) != sorted(theirs) or now.unwanted:
        raise Unmet("能看这两件事的人不一样（有人要回避），不能并。")
    facts = replace(
        there.facts,
        tips=(*there.facts.tips, *now.now.facts.tips),
        tip_keys={**there.facts.tip_keys, **now.now.facts.tip_keys},
    )
    return Effect(
        facts=replace(now.now.facts, extra={**now.now.facts.extra, "merged_into": other.id}),
        said=other.number or "",
        others=((other, seal_facts(other.id, key, facts, hidden_of(there))),),
        also_ledger=(beside(now, other, there, "merge"),),
        contents=tuple((one.tip.id, replace(one.content, case_id=other.id)) for one in now.tips),
    )


def refuse_to_lose_major(session: Session, now: Desktop, there: Situation) -> None:
    """A case goes on by the other's records: what was found to be 重大事故隐患 here must stand there too, in the same
    sector, which says who may enforce. Else the town would conclude it as an ordinary one. Raises Unmet.
    """
    known = tells_of_major(records_of(session, there.facts.records), reopened_at(there))
    if is_major(now) and not (known and there.sector == now.now.sector):
        raise Unmet(
            "这件核查为重大事故隐患，那一件没有这样核查，不能并：各办各的，或者先在那一件写核查记录。"
        )


def case_to_join(session: Session, now: Desktop, number: str) -> tuple[Case, bytes]:
    """An open case of this number that the holder has a key to. Raises Unmet, in the same words for one that is not
    there and for one that is another desk's: whoever tries numbers learns nothing.
    """
    found = session.scalar(select(Case).where(Case.number == number))
    with suppress(NoKey):
        if found is not None and found.id != now.case.id and found.state != "closed":
            return open_case(session, now.tools, now.holder, found.id)
    raise Unmet("没有这个编号的在办事项。")


def beside(now: Desktop, other: Case, there: Situation, edge: str) -> New:
    """The entry about the other case of a merge."""
    subject, history = case_ledger_key(now.tools, other), bytes.fromhex(there.facts.history)
    detail = {"edge": edge, "by": now.holder.name}
    return New(now.day, "edge", now.holder.ledger_key, subject, detail, history)


def unmerge(
    session: Session, now: Desktop, _edge: Edge, _values: Values, _photos: tuple[Photo, ...]
) -> Effect:
    """Two matters after all: this case takes its own tips back and goes on by its own clock."""
    target_id = str(now.now.facts.extra.get("merged_into", ""))
    elsewhere = "并入的那件已经交给别的岗位，要由那里先转回来才能分开。"
    try:
        target, key = open_case(session, now.tools, now.holder, target_id)
    except NoKey:
        raise Unmet(elsewhere) from None
    there = situation(target, key)
    if there.desk != now.now.desk:  # who only acts first has its key, and so may a member of both desks
        raise Unmet(elsewhere)
    if there.state == "closed":
        raise Unmet("并入的那件已经办结，不能再分开。")
    own = now.now.facts.tips
    facts = replace(
        there.facts,
        tips=tuple(one for one in there.facts.tips if one not in own),
        tip_keys={name: key for name, key in there.facts.tip_keys.items() if name not in own},
    )
    moved = {
        name: key for name, key in there.facts.tip_keys.items() if name in own
    }  # perhaps made anew there
    kept = {name: value for name, value in now.now.facts.extra.items() if name != "merged_into"}
    state = "verifying" if any(event.edge == "accept" for event in now.now.events) else "received"
    return Effect(
        state=state,
        facts=replace(now.now.facts, extra=kept, tip_keys={**now.now.facts.tip_keys, **moved}),
        others=((target, seal_facts(target.id, key, facts, hidden_of(there))),),
        also_ledger=(beside(now, target, there, "unmerge"),),
        contents=tuple((one.tip.id, replace(one.content, case_id=now.case.id)) for one in now.tips),
    )


SEVERAL = re.compile(r"[\s,，、;；]+")


def visited_too(session: Session, now: Desktop, numbers: str, written: Values) -> list[Desktop]:
    """One visit serves several cases of an enterprise: those named here beside this one. Each must be one that could be
    verified now, and what was written quote none of its reporters. Raises Unmet.
    """
    found = []
    for number in dict.fromkeys(filter(None, SEVERAL.split(numbers))):
        other, _ = case_to_join(session, now, number)
        there = lay_out(session, now.tools, now.holder, other.id)
        bars = no_death(there) or visit_planned(there)
        if not there.is_lead or there.now.state != "verifying" or there.now.reserved or bars:
            raise Unmet(f"{number} 现在不能写核查记录：{bars or '不在核查中'}")
        refuse_quotes(there, written)
        found.append(there)
    return found


def verified_too(effect: Effect, now: Desktop, others: Sequence[Desktop]) -> Effect:
    """The key of the site record just written goes into the sealed facts of the other cases as well."""
    assert effect.facts is not None
    record = effect.facts.records[-1]
    sealed = []
    for there in others:
        after = with_event(there.now, Event("verify", now.day))
        facts = replace(after.facts, records=(*after.facts.records, record))
        sealed.append((there.case, seal_facts(there.case.id, there.key, facts, hidden_of(after))))
    entries = tuple(beside(now, there.case, there.now, "verify") for there in others)
    return replace(effect, others=tuple(sealed), also_ledger=entries)


def split(session: Session, now: Desktop, _edge: Edge, values: Values, _photos: tuple[Photo, ...]) -> Effect:
    """The hazard that is still there, or a death, becomes a case of its own, by a newly written line without origin.

    It goes to a whole desk, and not to one that a reporter shut out: who must not know would read of the matter first.
    """
    check_lead(now, values["desk"])
    refuse_shut_out(session, now, values["desk"], whole=True)
    sector = now.tools.rules.sectors.get(values["sector"])
    if (
        sector is None or sector.escalate == "official"
    ):  # an accusation names the hazard's sector, and discipline
        raise Unmet("请从列表里选行业领域。")
    refuse_quotes(now, pick(values, "place", "text"))
    child, tip = prepare_child(now, values)
    left = left_to_split(now, values["sector"])
    parent = replace(
        now.now.facts,
        children=(*now.now.facts.children, child.case.id),
        split_due=now.now.facts.split_due if left else "",
        extra={**now.now.facts.extra, "also": left},
    )
    return Effect(
        note=LEFT if left else "",
        facts=parent,
        first_rows=(tip.tip, child.case),
        rows=(*tip.rows, *child.rows),
        notices=((values["desk"], "arrived"),),
        also_ledger=tuple(registered(child, tip, now.day, {"desk": values["desk"]})),
        told="",
        forget=() if left else (f"split:{now.case.id}",),
    )


def left_to_split(now: Desktop, sector: str) -> list[str]:
    """Sectors of the matters that still wait beside this one: splitting off a death leaves the hazard, and the other
    way round.
    """
    death = now.tools.rules.escalated("death").id
    also = [str(one) for one in now.now.facts.extra.get("also", [])]
    return [one for one in also if (one == death) != (sector == death)]


CHILD = "superior"  # says nothing of where it comes from
HANDED_DOWN = "镇里交办"


def prepare_child(
    now: Desktop, values: Values, channel: str = CHILD, records: tuple[tuple[str, str], ...] = ()
) -> tuple[NewCase, NewTip]:
    """A case by a newly written line, of the same form as any other; to discipline it is a reserved one. `records` are
    papers that both cases read.
    """
    desk, sector, tip_id, key = values["desk"], values["sector"], new_id(), new_key()
    reserved = now.desks[desk].role == "discipline"
    facts = Facts(
        origin=channel, tips=(tip_id,), tip_keys={tip_id: key.hex()}, reason=HANDED_DOWN, records=records
    )
    child = prepare_case(
        now.tools, now.known, desk=desk, sector=sector, facts=facts, day=now.day, reserved=reserved
    )
    report = Report(what=values["text"], where=values["place"], sector=sector, channel=channel)
    content = Content(report, (), Routing(desk, sector, "", HANDED_DOWN), child.case.id, receipt=False)
    tip = prepare_blank(now.tools, now.known, tip_id, key, content, desk=desk, reserved=reserved, day=now.day)
    return child, tip
