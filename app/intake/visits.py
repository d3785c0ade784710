"""Cases without a report: from a patrol (日常巡查), a superior (上级交办), a department (部门移来), a village (村居).

They are registered as reports are, with a tip of the same form that nobody holds the receipt of: neither rows nor sizes
nor the ledger tell a visit from a report (a visit must prove nothing).
"""

from collections.abc import Sequence

from sqlalchemy import select

from app.casework.needs import Unmet
from app.intake.sent import Sent, Taken
from app.intake.take import take
from app.people.holder import Holder
from app.people.models import Desk
from app.people.tools import Tools
from app.tips.content import Photo, Report


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
    once: bytes,
    held: Sequence[Photo] = (),
    external_number: str = "",
    external_due: str = "",
    danger_now: bool = False,
    danger_note: str = "",
    deaths: bool = False,
) -> Taken:
    """Open a case that no report stands behind. Sent twice it is one. Raises Unmet and what `take` raises.

    `external_number` and `external_due`: the number of the superior's order or the department's letter (文号), and the
    day by which it wants an answer.
    """
    if not text:
        raise Unmet("请写看到什么。")
    report = Report(
        what=text,
        where=place,
        enterprise=enterprise,
        sector=sector,
        channel=origin,
        external_number=external_number,
        external_due=external_due,
        danger_now=danger_now,
        danger_note=danger_note,
        deaths=deaths,
    )
    lead = own_desk(tools, holder)
    return take(tools, Sent(report, once, uploads, give_receipt=False, lead=lead, by=holder.name, held=held))


def own_desk(tools: Tools, holder: Holder) -> str:
    """A handling desk keeps what its own patrol found; empty for who sits at none."""
    handling = select(Desk.id).where(Desk.id.in_(holder.desks), Desk.role == "handling").order_by(Desk.id)
    with tools.database.work() as session:
        return session.scalar(handling) or ""
