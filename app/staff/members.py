"""Who sits at one's own desks: admitting and removing, in the session that makes the new epoch."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from app.casework.access import held_alone
from app.people.admission import Newcomer, NotAdmitted, NotTogether, admit, remove
from app.people.desks import all_desks
from app.people.models import Invitation, Member, Membership
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

USERNAME = re.compile(r"[a-z][a-z0-9_]{1,31}")
LEFT_ALONE = (
    "这个人手里有只交给本人的在办事项，别人都打不开。请本人先办完或者转给别人，"
    "或者请分派岗、安委办接手（涉及公职人员的由纪检接手）。"
)
Page = str | AnyResponse | tuple[str, int]


@signed_in()
def members(problem: str = "", code: str = "", invited: str = "") -> str:
    """The people of each desk that one sits at, and the invitations that are out."""
    mine = holder().desks
    with tools().database.work() as session:
        seats = session.execute(
            select(Membership.desk_id, Membership.deputy, Member)
            .join(Member, Member.id == Membership.member_id)
            .where(Membership.desk_id.in_(mine))
            .order_by(Member.username)
        ).all()
        out = session.scalars(
            select(Invitation).where(Invitation.desk_id.in_(mine), Invitation.expires >= tools().now.today())
        ).all()
        desks = all_desks(session)
    return render_template(
        "staff/members.html",
        desks=[desks[name] for name in mine],
        seats=seats,
        out=out,
        problem=problem,
        code=code,
        invited=invited,
    )


@signed_in()
def admit_one(desk_id: str) -> Page:
    username, name = (plain_text(request.form.get(field, "")).strip() for field in ("username", "name"))
    if not USERNAME.fullmatch(username) or not name:
        return members("用户名用小写字母开头，只含小写字母、数字和下划线；姓名或称呼也要写。"), 422
    newcomer = Newcomer(username, name[:64], bool(request.form.get("deputy")))
    try:
        with tools().database.work(write=True) as session:
            code = admit(session, tools().keyring, holder(), desk_id, newcomer, tools().now.today())
    except NotTogether:
        return members("这两个岗位不能由一个人兼任。"), 422
    except NotAdmitted as refused:
        return members(str(refused)), 422
    return members(code=code, invited=username)


@signed_in()
def remove_one(desk_id: str, member_id: str) -> Page:
    try:
        with tools().database.work(write=True) as session:
            if held_alone(session, member_id, desk_id):
                raise NotAdmitted(LEFT_ALONE)
            remove(session, tools().keyring, holder(), desk_id, member_id, tools().now.today())
    except NotAdmitted as refused:
        return members(str(refused)), 422
    except IntegrityError:  # two at once: one made the epoch
        return members("岗位刚刚换过钥匙，请重新登录再试。"), 409
    return redirect(url_for("staff.members"), 303)


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/members", view_func=members)
    staff.add_url_rule("/desk/members/<desk_id>", view_func=admit_one, methods=["POST"])
    staff.add_url_rule("/desk/members/<desk_id>/<member_id>/remove", view_func=remove_one, methods=["POST"])
