"""The page of notices that leave the house (通知): an address for each desk, a test of each, what could not be sent."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.notices.addresses import (
    Address,
    Refused,
    add_address,
    all_addresses,
    failings,
    opened,
    remove_address,
)
from app.notices.models import NoticeAddress
from app.notices.roster import DUTY, read_number
from app.notices.roster import Refused as WrongNumber
from app.notices.sending import send_test
from app.people.desks import all_desks
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

KIND_NAMES = {
    "email": "邮件",
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
    "lark": "飞书",
    "json": "接口",
    "form": "接口",
    "xml": "接口",
    "command": "拨号程序",
}
Page = str | AnyResponse | tuple[str, int]


@signed_in("admin")
def notices(problem: str = "", done: str = "") -> str:
    """Which desk is told where; an address itself is never shown again."""
    with tools().database.work() as session:
        found = all_addresses(session, tools().keyring)
        desks = {
            one.id: one.name for one in all_desks(session).values() if one.kind == "inside" and one.active
        }
        days = failings(session)
    told = {one.desk_id for one in found if not one.danger}
    return render_template(
        "admin/notices.html",
        problem=problem,
        done=done,
        addresses=found,
        desks=desks,
        untold=[name for desk_id, name in desks.items() if desk_id not in told],
        no_alarm=not any(one.danger and one.desk_id == DUTY for one in found),
        days=days,
        kinds=KIND_NAMES,
        times=tools().sending.digest_times,
        repeat=tools().sending.danger_repeat,
        asked=request.form if problem else {},
    )


@signed_in("admin")
def add() -> Page:
    desk_id, name = request.form.get("desk", ""), plain_text(request.form.get("name", ""))
    danger = bool(request.form.get("danger"))
    try:
        add_address(tools(), holder(), desk_id, request.form.get("url", ""), name, danger=danger)
    except Refused as refused:
        return notices(str(refused)), 422
    return redirect("/admin/notices", 303)


@signed_in("admin")
def test(address_id: str) -> Page:
    """Send one message that says it is a test."""
    address, phone = existing(address_id), ""
    try:
        if address.asks_phone:
            phone = read_number(plain_text(request.form.get("phone", "")))
    except WrongNumber as wrong:
        return notices(str(wrong)), 422
    if send_test(tools(), address, phone):
        return notices(done="试发的已经发出去了。请看看那边收到没有。")
    return notices("试发没有成功：对方没有收，或者连不上。请对照说明检查地址。"), 422


@signed_in("admin")
def remove(address_id: str) -> Page:
    remove_address(tools(), holder(), existing(address_id).id)
    return redirect("/admin/notices", 303)


def existing(address_id: str) -> Address:
    with tools().database.work() as session:
        row = session.get(NoticeAddress, address_id)
    if row is None:
        abort(404)
    return opened(tools().keyring, row)


def register(admin: Blueprint) -> None:
    admin.add_url_rule("/notices", view_func=notices)
    admin.add_url_rule("/notices", view_func=add, methods=["POST"], endpoint="add_notice_address")
    admin.add_url_rule("/notices/<address_id>/test", view_func=test, methods=["POST"], endpoint="test_notice")
    admin.add_url_rule(
        "/notices/<address_id>/remove", view_func=remove, methods=["POST"], endpoint="remove_notice_address"
    )
