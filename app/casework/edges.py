"""Taking an edge: prepare, then commit in one short transaction.

`steps` says what an edge does; here it is checked, sealed and written: the case by its version, the event, the rows,
what the reporter is told, the notices, and last the ledger entry.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from sqlalchemy.orm import Session

from app.casework.context import Desktop, lay_out
from app.casework.counting import Change, add_counts, reckon
from app.casework.effects import Effect
from app.casework.facts import Situation, clear_columns, hidden_of, seal_facts, with_event
from app.casework.flow import TABLE, Edge
from app.casework.handing import end_dispute
from app.casework.handover import replace_grants
from app.casework.letters import NumberTaken, claim_number
from app.casework.needs import Unmet, check
from app.casework.records import rewrite_record
from app.casework.steps import STEPS, plain
from app.clock.dues import Event
from app.db.versions import Outrun, change
from app.ledger.write import New, append_all
from app.notices.write import end_replies, notify, notify_reply, replies_wait
from app.people.grants import revoke
from app.people.holder import Holder
from app.people.tools import Tools
from app.photos.pool import Refused
from app.tips.content import Line, Photo, seal_content, seal_thread
from app.tips.models import Tip
from app.tips.objects import drop, keep, stage


def take_edge(
    tools: Tools,
    holder: Holder,
    case_id: str,
    name: str,
    values: Mapping[str, str],
    uploads: Sequence[bytes] = (),
    version: int | None = None,
    *,
    by_opening: bool = False,
) -> Situation:
    """Take the edge `name` of a case with what was filled in.

    Raises NoKey, Unmet (a sentence for the reader), Outrun (somebody was faster), Refused (a photo), NoLivingKey.
    """
    edge = TABLE.get(name)
    if edge is None or not (edge.page or by_opening):
        raise Unmet("没有这一步。")
    with tools.database.work() as session:
        now = lay_out(session, tools, holder, case_id)
    if version is not None and version != now.now.version:
        raise Outrun("cases")
    check(now, edge, values)
    photos = clean_all(tools, now, edge, uploads)
    try:
        return step_until_numbered(now, edge, values, photos)
    except BaseException:
        drop(tools.database, tools.store, photos)
        raise


def step_until_numbered(
    now: Desktop, edge: Edge, values: Mapping[str, str], photos: tuple[Photo, ...]
) -> Situation:
    """Who was outrun by another letter writes theirs again, under the next number."""
    while True:
        with suppress(NumberTaken):
            return step(now, edge, values, photos)


def step(now: Desktop, edge: Edge, values: Mapping[str, str], photos: tuple[Photo, ...]) -> Situation:
    """What the edge does, sealed and then written."""
    tools = now.tools
    with tools.database.work() as session:
        effect = STEPS.get(edge.name, plain)(session, now, edge, dict(values), photos)
        effect = end_dispute(session, now, edge, effect)
        after, counts = reckon(now, situation_after(now, edge, effect))
    with tools.database.work(write=True) as session:
        write(session, now, edge, effect, after, photos, counts)
    for name in effect.forget:
        tools.memory.delete(name)
    return after


def clean_all(tools: Tools, now: Desktop, edge: Edge, uploads: Sequence[bytes]) -> tuple[Photo, ...]:
    """Clean and stage what was uploaded; unlike a reporter, staff are asked to try again at once."""
    wanted = next((field for field in edge.asked if field.kind == "photos"), None)
    if wanted is None or not uploads:
        if wanted is not None and wanted.required:
            raise Unmet(f"请传“{wanted.label}”。")
        return ()
    try:
        cleaned = [tools.cleaner.clean(upload) for upload in uploads]
    except Refused as why:
        raise Unmet(why.advice) from why
    return stage(tools.database, tools.store, tools.worker, cleaned, now.day)


DECIDING = (
    "decline",
    "conclude",
    "record_outcome",
)  # by whom: an objection to it is decided by somebody else


def situation_after(now: Desktop, edge: Edge, effect: Effect) -> Situation:
    state = effect.state or edge.to or now.now.state
    after = with_event(
        now.now, Event(effect.edge or edge.name, now.day, effect.note), state=state, **effect.changes
    )
    facts = effect.facts or after.facts
    if effect.said:
        words = {
            "edge": after.events[-1].edge,
            "day": now.day.isoformat(),
            "by": now.holder.name,
            "text": effect.said,
        }
        facts = replace(facts, extra={**facts.extra, "said": [*facts.extra.get("said", []), words]})
    if edge.name in DECIDING:
        deciders = {*facts.extra.get("deciders", []), now.holder.member_id}
        facts = replace(facts, extra={**facts.extra, "deciders": sorted(deciders)})
    return replace(after, facts=facts)


def write(
    session: Session,
    now: Desktop,
    edge: Edge,
    effect: Effect,
    after: Situation,
    photos: tuple[Photo, ...],
    counts: tuple[Change, ...],
) -> None:
    """The one short transaction of an edge."""
    if effect.letter:  # first: whoever is outrun here has changed nothing yet, also not in memory
        claim_number(session, now.day.year, effect.letter)
    key = effect.case.key if effect.case else now.key
    change(
        session,
        now.case,
        facts=seal_facts(now.case.id, key, after.facts, hidden_of(after)),
        **clear_columns(now.tools, after),
    )
    add_counts(session, counts)
    keep(session, photos)
    if effect.case:
        replace_grants(session, effect.case)
    write_tips(session, now, edge, effect)
    for subject, recipient_kind, recipient_id in effect.drops:
        revoke(session, subject, recipient_kind, recipient_id)
    for other, facts in effect.others:
        change(session, other, facts=facts)
    for opened, values in effect.rewritten:
        rewrite_record(session, opened, **values)
    session.add_all(effect.first_rows)
    session.flush()
    session.add_all(effect.rows)
    for desk_id, kind in effect.notices:
        notify(session, desk_id, kind, now.day)
    for old, new in effect.unread:
        if replies_wait(session, (old,)):  # who gave it away is told no more, who got it is
            end_replies(session, (old,))
            notify_reply(session, after.desk, now.day, new)
    detail = {"edge": after.events[-1].edge, "from": now.now.state, "to": after.state, "desk": after.desk}
    detail |= {"by": now.holder.name, "at": now.now.desk}
    own = New(now.day, "edge", now.holder.ledger_key, now.ledger_key, detail, now.history)
    append_all(session, [own, *effect.also_ledger])


def write_tips(session: Session, now: Desktop, edge: Edge, effect: Effect) -> None:
    """Tell the reporter, in each tip of the case that the step concerns; re-key where the case goes elsewhere."""
    told = effect.told if effect.told is not None else edge.told
    rekeyed = {new.subject.id: (new, columns) for new, columns in effect.tips}
    contents = dict(effect.contents)
    for one in now.tips:
        lines = list(one.thread)
        if told and one.tip.state != "withdrawn":
            lines.append(Line(day=now.day, by="notice", kind="told", text=told))
        lines += [line for tip_id, line in effect.lines if tip_id in ("", one.tip.id)]
        values: dict[str, object] = {}
        key = one.key
        if one.tip.id in rekeyed:
            new, columns = rekeyed[one.tip.id]
            key = new.key
            values |= columns
            replace_grants(session, new)
        if one.tip.id in contents:
            values["content"] = seal_content(one.tip.id, key, contents[one.tip.id])
        if one.tip.id in effect.answered and one.tip.state == "open":
            values["state"] = "answered"
        if effect.reopened and one.tip.state == "answered":
            values["state"] = "open"
        if values or len(lines) > len(one.thread):
            values["thread"] = seal_thread(one.tip.id, key, lines)
            change_tip(session, one.tip, values)


def change_tip(session: Session, tip: Tip, values: dict[str, object]) -> None:
    change(session, tip, **values)
