"""Links in the bar at the top of staff pages: only what somebody's posts have."""

from flask import g
from flask_babel import gettext as _
from markupsafe import Markup

from app.people.holder import Holder

LEADERS = ("handling", "dispatch", "office", "discipline")


def links(holder: Holder) -> list[tuple[str, str]]:
    """(address, words) for this holder."""
    found = []
    if holder.roles & set(LEADERS):
        found.append(("/desk/", _("办件")))
    if "village" in holder.roles:
        found.append(("/desk/village", _("村里报")))
    if holder.roles & {"clerk", "handling", "dispatch", "office"}:
        found.append(("/desk/intake", _("登记")))
    if "duty" in holder.roles:
        found.append(("/desk/duty", _("值班")))
    if holder.roles & {"duty", "office"}:
        found.append(("/desk/roster", _("值班表")))
    if holder.roles & {"signer", "office"}:
        found.append(("/desk/signing", _("签批") if "signer" in holder.roles else _("核查记录")))
    if holder.roles & {"custodian", "approver", "keeper", *LEADERS}:
        found.append(("/vault/", _("封存")))
    if holder.roles & {"office", "signer", "handling"}:
        found.append(("/desk/rewards", _("奖励")))
    if "cashier" in holder.roles:
        found.append(("/counter/", _("领奖")))
    if "admin" in holder.roles:
        found += [("/admin/", _("人员")), ("/admin/posters", _("海报"))]
        found += [("/admin/notices", _("通知")), ("/admin/centres", _("热线接入"))]
    if "office" in holder.roles:
        found += [("/desk/overview", _("总览")), ("/desk/rules", _("职责清单"))]
    if holder.roles & {"office", "signer", *LEADERS}:
        found.append(("/desk/export", _("导出")))
    if holder.roles & {"office", "signer", "handling", "dispatch"}:
        found.append(("/desk/figures", _("统计")))
    if found:
        found += [("/desk/calendar", _("日历")), ("/desk/members", _("岗位"))]
    return found


def nav_links() -> Markup:
    joined = Markup("")
    for address, words in links(g.holder):
        joined += Markup('<a href="{}">{}</a>').format(address, words)
    return joined


def home_of(holder: Holder) -> str:
    """Where somebody begins after signing in."""
    found = links(holder)
    return found[0][0] if found else "/desk/nothing"
