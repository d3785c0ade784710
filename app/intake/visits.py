"""Cases without a tip: from a patrol (日常巡查), a superior (上级交办), a department (部门移来), a village (村居)."""

from collections.abc import Sequence
from dataclasses import asdict

from app.casework.facts import Facts
from app.casework.needs import Unmet
from app.casework.opening import prepare_case, registered
from app.casework.records import prepare_record
from app.ledger.write import append_all
from app.notices.write import notify
from app.people.desks import desk_recipients, desks_with_keys
from app.people.holder import Holder
from app.people.tools import Tools
from app.photos.pool import Refused
from app.rules.routing import Report, route
from app.tips.content import Photo
from app.tips.objects import keep, stage


def open_visit(
    tools: Tools,
    holder: Holder,
    *,
    origin: str,
    sector: str,
    place: str,
    enterprise: str,
    text: str,
    uploads: Sequence[bytes],
) -> str:
    """Open a case that no report stands behind; returns its number. Raises Unmet, NoLivingKey."""
    if not text:
        raise Unmet("请写看到什么。")
    day = tools.now.today()
    with tools.database.work() as session:
        known = desk_recipients(session, tools.keyring, desks_with_keys(session))
    seen = Report(what=text, where=place, enterprise=enterprise, sector=sector)
    decision = route(seen, tools.rules, desks_with_keys=frozenset(known))
    desk = own_desk(holder) or decision.desk
    photos = staged(tools, uploads)
    value = {"photos": [asdict(photo) for photo in photos], "found": text, "enterprise": enterprise}
    record = prepare_record(tools, known, kind="note", value=value, holders=[], day=day)
    facts = Facts(
        records=(record.named,),
        origin=origin,
        rule=decision.rule,
        reason=decision.reason,
        place=place,
        enterprise=enterprise,
        text=text,
    )
    new = prepare_case(tools, known, desk=desk, sector=decision.sector, facts=facts, day=day)
    with tools.database.work(write=True) as session:
        keep(session, photos)
        session.add(new.case)
        session.flush()
        session.add_all([*new.rows, *record.rows])
        notify(session, desk, "arrived", day)
        append_all(session, registered(new, day, {"desk": desk, "by": holder.name}))
    return new.case.number or ""


def staged(tools: Tools, uploads: Sequence[bytes]) -> tuple[Photo, ...]:
    """Raises Unmet for a photo that cannot be cleaned: staff try again at once."""
    try:
        cleaned = [tools.cleaner.clean(upload) for upload in uploads]
    except Refused as why:
        raise Unmet(why.advice) from why
    return stage(tools.database, tools.store, tools.worker, cleaned, tools.now.today())


def own_desk(holder: Holder) -> str:
    """A handling desk keeps what its own patrol found."""
    return next((desk for desk in holder.desks if "handling" in holder.roles and desk not in ("clerk",)), "")
