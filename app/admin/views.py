"""The administrator's pages: who sits where, stopping a sign-in; counts, never contents."""

from flask import Blueprint, redirect, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.admin import centres, notices, posters
from app.ledger.write import append
from app.people.desks import all_desks
from app.people.models import DeskEpoch, Member, Membership
from app.people.signin import allow_member, forget_sessions, stop_member
from app.web.services import tools
from app.web.sessions import holder, signed_in

admin = Blueprint("admin", __name__, template_folder="templates", url_prefix="/admin")
posters.register(admin)
notices.register(admin)
centres.register(admin)


@admin.get("/")
@signed_in("admin")
def people(problem: str = "") -> str:
    with tools().database.work() as session:
        members = session.scalars(select(Member).order_by(Member.username)).all()
        seats = session.execute(select(Membership.member_id, Membership.desk_id)).all()
        keyed = set(session.scalars(select(DeskEpoch.desk_id).where(DeskEpoch.epoch > 0)))
        desks = all_desks(session)
    return render_template(
        "admin/people.html",
        members=members,
        seats={one.id: [desks[desk].name for member, desk in seats if member == one.id] for one in members},
        keyless=[desk.name for desk in desks.values() if desk.kind == "inside" and desk.id not in keyed],
        problem=problem,
        refused=tools().rules.refused,
    )


@admin.post("/members/<member_id>/<action>")
@signed_in("admin")
def allow(member_id: str, action: str) -> AnyResponse | tuple[str, int]:
    """Stop or allow a sign-in; stopping ends every session of the member for good. No key changes hands."""
    if action not in ("stop", "allow") or member_id == holder().member_id:
        return people("不能停用自己。"), 422
    with tools().database.work(write=True) as session:
        (stop_member if action == "stop" else allow_member)(session, member_id)
        append(
            session,
            day=tools().now.today(),
            kind=f"member_{action}",
            actor=holder().ledger_key,
            subject=tools().keyring.standing_key(f"member:{member_id}"),
            detail={"by": holder().name},
        )
    if action == "stop":
        forget_sessions(tools().memory, member_id)
    return redirect("/admin/", 303)
