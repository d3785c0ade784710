"""The desks' blueprint: which address is whose is said in the modules beside."""

from flask import Blueprint

from app.staff import (
    calendar,
    cases,
    desks,
    exports,
    figures,
    intake,
    login,
    members,
    papers,
    rewards,
    roster,
    rules,
    vault,
    village,
)

staff = Blueprint("staff", __name__, template_folder="templates")
for room in (
    login,
    members,
    cases,
    desks,
    intake,
    vault,
    papers,
    rewards,
    roster,
    calendar,
    exports,
    village,
    figures,
    rules,
):
    room.register(staff)
