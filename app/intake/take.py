"""The one function that takes a tip in, whatever the door.

Prepare, then commit, then show: photos are cleaned, the tip is routed and everything sealed before one short
transaction; the receipt is given back only when its ledger entry is durable.
"""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from app.casework.alarms import DUTY, remember, watch_life
from app.casework.facts import Facts
from app.casework.opening import NewCase, NewTip, keepers_of, prepare_case, prepare_tip, registered
from app.casework.records import prepare_record
from app.db.base import Base, new_id
from app.db.versions import Outrun
from app.intake.held import clean_all
from app.intake.identity import check_sealed
from app.intake.sent import CannotTake, NumberTaken, PhotosGone, Sent, Taken
from app.ledger.write import append_all
from app.notices.write import notify
from app.people.desks import Recipient, desk_recipients, desks_of_named, desks_with_keys
from app.people.tools import Tools
from app.rules.routing import Decision, route
from app.sealing.fields import new_key, seal_json
from app.sealing.once import once_digest, open_receipt
from app.sealing.receipt import Receipt
from app.tips.content import VISITS, Content, Photo, Routing, sequence_place
from app.tips.models import HandedIn, Tip
from app.tips.objects import drop, keep, stage

log = logging.getLogger("anshao")
NUMBER_TRIES = 20  # a collision of two random numbers is rare; twenty in a row are a fault
SAME_FORM = select(Tip).where(Tip.once_digest == bindparam("digest"))


@dataclass(frozen=True)
class Prepared:
    """Everything sealed, nothing written but staged photos."""

    tip: NewTip
    photos: tuple[Photo, ...]
    case: NewCase
    rows: tuple[Base, ...]
    desk: str


def take(tools: Tools, sent: Sent) -> Taken:
    """Take a tip in. Raises CannotTake, PhotosGone, WrongIdentity, NoLivingKey, Busy: then nothing was taken."""
    day = tools.now.today()
    digest = once_digest(sent.once, sent.fingerprint())
    with tools.database.work() as session:
        keyed = desks_with_keys(session)
        seen = session.scalar(SAME_FORM, {"digest": digest})
        shut = desks_of_named(session, sent.report.not_these)
    decision = route(sent.seen(tools.rules.questions), tools.rules, desks_with_keys=keyed, shut=shut)
    if seen is not None:
        return again(sent, seen, decision)
    if not decision.desk:
        raise CannotTake(decision.refer)
    reserved = decision.matters[0].reserved
    if sent.lead and decision.matters[0].kind == "hazard":  # a death and an accusation go where they must
        decision = replace(decision, desk=sent.lead)
    with tools.database.work() as session:
        wanted = {decision.desk, DUTY, *keepers_of(reserved)} & keyed
        known = desk_recipients(session, tools.keyring, wanted)
        check_sealed(session, sent, known, reserved)
    if DUTY in shut or tools.rules.names_desk(DUTY, sent.report.not_these):
        known.pop(DUTY, None)  # no danger note for who must not know
    cleaned, refused = clean_all(tools, sent.photos)
    staged = stage(tools.database, tools.store, tools.worker, cleaned, day)
    written = False
    try:
        taken = write_once(tools, sent, decision, known, (*sent.held, *staged), digest, day)
        written = not taken.again
    finally:
        if not written:
            drop(tools.database, tools.store, staged)
    return replace(taken, refused=refused)


def write_once(
    tools: Tools,
    sent: Sent,
    decision: Decision,
    known: dict[str, Recipient],
    photos: tuple[Photo, ...],
    digest: bytes,
    day: date,
) -> Taken:
    """Seal and write, under a free number; the same form may come in on another connection meanwhile."""
    key = new_key()
    for _ in range(NUMBER_TRIES):
        prepared = prepare(tools, sent, decision, known, photos, key, digest, day)
        try:
            write(tools, sent, prepared, day)
        except (Outrun, IntegrityError) as error:  # photos or number are taken, or the same form came in
            with tools.database.work() as session:
                seen = session.scalar(SAME_FORM, {"digest": digest})
                if seen is None and isinstance(error, IntegrityError):
                    check_sealed(session, sent, known, decision.matters[0].reserved)
                taken = sent.beside is not None and session.get(HandedIn, sent.beside.id) is not None
            if seen is not None:
                return again(sent, seen, decision)
            if taken:
                raise NumberTaken from None
            if isinstance(error, Outrun):
                raise PhotosGone from None
            continue
        case = prepared.case.case
        try:
            watch(tools, case.id, sent, decision)
        except Exception as error:  # the report is durable: nothing after that may say that it was not taken
            log.error("a due minute is not watched: %s", type(error).__name__)
        receipt = prepared.tip.receipt if sent.give_receipt else None
        return Taken(prepared.tip.tip.id, case.id, receipt, (), decision, day, case.number or "")
    raise RuntimeError("no free number was found")


def watch(tools: Tools, case_id: str, sent: Sent, decision: Decision) -> None:
    """Due minutes, in memory that does not persist: until somebody has signed for a danger to life, and until the
    hazard that is still there beside a death or an accusation has become a case of its own.
    """
    now = tools.now.instant()
    danger = sent.in_danger(tools.rules.questions)
    if danger:
        watch_life(tools, case_id)
    if len(decision.matters) < 2:
        return
    if decision.matters[0].kind == "death":
        due = now + timedelta(hours=tools.limits.split_death.value)
        if not danger:  # nothing tells the minute at which somebody reported
            due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        remember(tools, f"split:{case_id}", due)
    else:
        last = tools.calendar.add_working(tools.now.today(), tools.limits.split_official.value).day
        remember(tools, f"split:{case_id}", datetime.combine(last, time.max, now.tzinfo))


def again(sent: Sent, tip: Tip, decision: Decision) -> Taken:
    """The answer to a form that was sent before: the same receipt, also when the first answer was lost."""
    kept = tip.once_receipt if sent.give_receipt else None
    receipt = open_receipt(sent.once, kept) if kept else None
    return Taken(tip.id, "", receipt, (), decision, tip.day, again=True)


def sent_before(tools: Tools, sent: Sent) -> Receipt | None:
    """The receipt of a form that was sent before, while it is still kept; takes nothing in."""
    digest = once_digest(sent.once, sent.fingerprint())
    with tools.database.work() as session:
        seen = session.scalar(SAME_FORM, {"digest": digest})
    return (
        open_receipt(sent.once, seen.once_receipt)
        if seen and seen.once_receipt and sent.give_receipt
        else None
    )


def prepare(
    tools: Tools,
    sent: Sent,
    decision: Decision,
    known: dict[str, Recipient],
    photos: tuple[Photo, ...],
    key: bytes,
    digest: bytes,
    day: date,
) -> Prepared:
    """Seal everything. Slow and pure: no transaction is open."""
    tip_id = new_id()
    reserved = decision.matters[0].reserved
    facts = facts_of(tools, sent, decision, tip_id, key, day)
    case = prepare_case(
        tools, known, desk=decision.desk, sector=decision.sector, facts=facts, day=day, reserved=reserved
    )
    tip = prepare_tip(
        tools,
        known,
        tip_id,
        key,
        content_of(sent, decision, photos, case),
        desk=decision.desk,
        reserved=reserved,
        day=day,
        once=sent.once,
        digest=digest,
        person=sent.person,
        sealed=sent.sealed,
        phrase=sent.phrase,
    )
    danger = danger_rows(tools, known, sent, reserved, day)
    return Prepared(tip, photos, case, danger, decision.desk)


def facts_of(tools: Tools, sent: Sent, decision: Decision, tip_id: str, key: bytes, day: date) -> Facts:
    """What the case holds of a tip that has just come in, and of why it came where it did."""
    return Facts(
        origin=sent.report.channel if sent.report.channel in VISITS else "tip",
        tips=(tip_id,),
        rule=decision.rule,
        reason=decision.reason,
        rule_version=decision.version,
        guesses=tuple(guess.sector for guess in decision.guesses[:3]),
        assist=tuple(decision.assist),
        split_due=split_due(tools, decision, day),
        tip_keys={tip_id: key.hex()},
        extra={"also": [matter.sector for matter in decision.matters[1:]]},
    )


def content_of(sent: Sent, decision: Decision, photos: tuple[Photo, ...], case: NewCase) -> Content:
    routing = Routing(
        desk=decision.desk,
        sector=decision.sector,
        rule=decision.rule,
        reason=decision.reason,
        rule_version=decision.version,
        guesses=tuple(guess.sector for guess in decision.guesses[:3]),
        matters=tuple(matter.sector for matter in decision.matters),
        assist=tuple(decision.assist),
    )
    return Content(sent.report, photos, routing, case.case.id, sent.give_receipt, sent.handed)


def split_due(tools: Tools, decision: Decision, day: date) -> str:
    """By when the hazard that is still there must be a case of its own; empty where there is none."""
    return tools.calendar.add_working(day, 1).day.isoformat() if len(decision.matters) > 1 else ""


def danger_rows(
    tools: Tools, known: dict[str, Recipient], sent: Sent, reserved: bool, day: date
) -> tuple[Base, ...]:
    """The danger note (place, what), sealed to the duty desk alone; the rest of the tip stays sealed. Where none was
    written, the place: the form says so. Not of an accusation: of that only discipline may read a word that was not
    written for the duty desk.
    """
    note = sent.report.danger_note.strip() or ("" if reserved else sent.report.where.strip())
    if not (sent.in_danger(tools.rules.questions) and note and DUTY in known):
        return ()
    return prepare_record(tools, known, kind="danger", value={"note": note}, holders=[DUTY], day=day).rows


def write(tools: Tools, sent: Sent, prepared: Prepared, day: date) -> None:
    """The one short transaction. When it returns, the tip is durable."""
    new, tip = prepared.case, prepared.tip.tip
    detail = {"desk": prepared.desk, **({"by": sent.by} if sent.by else {})}
    beside = [sent.beside.row(new.case.id)] if sent.beside else []
    with tools.database.work(write=True) as session:
        keep(session, prepared.photos)
        notify(session, prepared.desk, "arrived", day)
        if sent.in_danger(tools.rules.questions):
            notify(session, DUTY, "danger", day)
        index, _ = append_all(session, registered(new, prepared.tip, day, detail))
        tip.sequence = seal_json(prepared.tip.key, index, sequence_place(tip.id))
        session.add_all([tip, new.case, *beside])
        session.flush()
        session.bulk_save_objects([*prepared.tip.rows, *new.rows, *prepared.rows])
