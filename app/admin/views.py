"""The administrator's pages: who sits where, stopping a sign-in, posters; counts, never contents."""

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import select, update
from werkzeug.wrappers import Response as AnyResponse

from app.ledger.write import append
from app.people.desks import all_desks
from app.people.models import DeskEpoch, Member, Membership
from app.tips.models import SLUG, Poster
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

admin = Blueprint("admin", __name__, template_folder="templates", url_prefix="/admin")


@admin.get("/")
@signed_in("admin")
def people(problem: str = "") -> str:
    with tools().database.work() as session:
        members = session.scalars(select(Member).order_by(Member.username)).all()
        seats = session.execute(select(Membership.member_id, Membership.desk_id)).all()
        keyed = set(session.scalars(select(DeskEpoch.desk_id).where(DeskEpoch.epoch > 0)))
        desks = all_desks(session)
        posters = session.scalars(select(Poster).order_by(Poster.slug)).all()
    return render_template(
        "admin/people.html",
        members=members,
        seats={one.id: [desks[desk].name for member, desk in seats if member == one.id] for one in members},
        keyless=[desk.name for desk in desks.values() if desk.kind == "inside" and desk.id not in keyed],
        posters=posters,
        sectors=tools().rules.sectors,
        problem=problem,
    )


@admin.post("/members/<member_id>/<action>")
@signed_in("admin")
def allow(member_id: str, action: str) -> AnyResponse | tuple[str, int]:
    """Stop or allow a sign-in; no key changes hands."""
    if action not in ("stop", "allow") or member_id == holder().member_id:
        return people("不能停用自己。"), 422
    with tools().database.work(write=True) as session:
        session.execute(update(Member).where(Member.id == member_id).values(active=action == "allow"))
        append(
            session,
            day=tools().now.today(),
            kind=f"member_{action}",
            actor=holder().ledger_key,
            subject=tools().keyring.standing_key(f"member:{member_id}"),
            detail={"by": holder().name},
        )
    return redirect("/admin/", 303)


@admin.post("/posters")
@signed_in("admin")
def add_poster() -> AnyResponse | tuple[str, int]:
    slug, place = request.form.get("slug", "").strip(), plain_text(request.form.get("place", ""))[:64]
    sector = request.form.get("sector", "")
    if not SLUG.fullmatch(slug) or not place:
        return people("海报要有地点；地址只能用小写字母、数字和横线。"), 422
    with tools().database.work(write=True) as session:
        session.merge(
            Poster(
                slug=slug,
                place=place,
                sector=sector if sector in tools().rules.sectors else None,
                active=True,
            )
        )
    return redirect("/admin/", 303)
