"""What comes in by a clerk (12345, 12350, call, letter, visit) and cases without a tip (patrol, superior …)."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as AnyResponse

from app.casework.needs import Unmet
from app.intake.sent import CannotTake, Sent
from app.intake.take import take
from app.intake.visits import open_visit
from app.people.desks import NoLivingKey
from app.rules.privacy import privacy_notice
from app.sealing.once import new_once, read_once
from app.tips.content import MAX_PHOTOS, WISHES, Report
from app.tips.identity import Person
from app.web.errors import failed
from app.web.request import photos_sent
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

TIP_CHANNELS = {
    "phone": _l("电话"),
    "12345": "12345",
    "12350": "12350",
    "letter": _l("来信"),
    "visit": _l("来访"),
}
VISITS = {
    "patrol": _l("日常巡查"),
    "superior": _l("上级交办"),
    "department": _l("部门移来"),
    "village": _l("村居、网格员"),
}
CLERKS = ("clerk", "handling", "village", "dispatch", "office")
HEARERS = {"clerk", "handling", "dispatch", "office"}  # may take a call; a village brings its own cases
TEXTS = {
    "what": 5000,
    "where": 200,
    "enterprise": 200,
    "when": 200,
    "external_number": 60,
    "not_these": 200,
    "danger_note": 200,
    "name": 40,
    "phone": 20,
}
TICKS = ("consent", "insider", "about_official", "deaths", "danger_now", "still_dangerous")


@signed_in(*CLERKS)
def intake() -> str | AnyResponse | tuple[str, int]:
    """One form for all of it; what the clerk typed about the person is sealed on saving and cannot be read back."""
    if request.method == "GET":
        return page({"once": new_once(), "channel": default_channel()})
    typed = {name: plain_text(request.form.get(name, "")) for name in TEXTS}
    fields = ("channel", "sector", "once", "receipt", "visit", *TICKS)
    typed |= {name: request.form.get(name, "") for name in fields}
    uploads = photos_sent()
    if problem := problem_of(typed, len(uploads)):
        return page(typed, problem), 422
    try:
        return hand_in(typed, uploads)
    except (Unmet, ValueError, NoLivingKey) as why:
        return page(typed, str(why) or "请再点一次保存。"), 422
    except CannotTake as refused:
        return page(typed, f"这件事本镇不能收，请告诉来人打 {refused.refer}。"), 422
    except (OperationalError, OSError) as error:
        return page(typed, "现在存不下，请先记在纸上，过一会儿再保存；写的内容都在。"), failed(error)


def problem_of(typed: dict[str, str], photos: int) -> str:
    """What is wrong with the form, in a sentence; nothing is ever cut short without a word."""
    if not typed["what"] and not photos:
        return "请写情况，或者传照片。"
    if photos > MAX_PHOTOS:
        return f"照片最多 {MAX_PHOTOS} 张，请重新选；写的内容都在。"
    if (typed["name"] or typed["phone"]) and not typed["consent"]:
        return "留了姓名或电话，先把告知念给来人听，同意了再勾“已同意”；不同意就空着，照样收。"
    long = [most for name, most in TEXTS.items() if len(typed[name]) > most]
    return f"有一处写得太长了，那里最多 {long[0]} 个字；写的内容都在，请删短一些。" if long else ""


def hand_in(typed: dict[str, str], uploads: list[bytes]) -> str:
    sector = typed["sector"] if typed["sector"] in tools().rules.sectors else ""
    if typed["channel"] in VISITS:
        opened = open_visit(
            tools(), holder(), origin=typed["channel"], sector=sector, place=typed["where"],
            enterprise=typed["enterprise"], text=typed["what"], uploads=uploads, once=read_once(typed["once"]),
        )  # fmt: skip
        return render_template("staff/taken.html", number=opened.number, receipt=None, refused=opened.refused)
    if typed["channel"] not in TIP_CHANNELS or not holder().roles & HEARERS:
        raise Unmet("请选来源。")
    words: dict[str, Any] = {
        name: typed[name]
        for name in ("what", "where", "enterprise", "when", "external_number", "not_these", "danger_note")
    }
    words |= {name: bool(typed[name]) for name in TICKS if name != "consent"}
    person = Person(typed["name"], typed["phone"])
    mode = "named" if person.name else "callback" if person.phone else "anonymous"
    wish = typed["visit"] if typed["insider"] and typed["visit"] in WISHES else ""
    consent = privacy_notice().stamp if mode != "anonymous" else ""
    report = Report(sector=sector, mode=mode, channel=typed["channel"], visit=wish, consent=consent, **words)
    heard = bool(typed["receipt"])
    sent = Sent(
        report, read_once(typed["once"]), uploads, person, give_receipt=heard, handed="clerk" if heard else ""
    )
    taken = take(tools(), sent)
    return render_template("staff/taken.html", number="", receipt=taken.receipt, refused=taken.refused)


def default_channel() -> str:
    return "village" if holder().roles == {"village"} else "phone"


def page(typed: dict[str, str], problem: str = "") -> str:
    channels = VISITS if holder().roles == {"village"} else {**TIP_CHANNELS, **VISITS}
    sectors = [(one.id, one.name) for one in tools().rules.sectors.values() if one.id != "unknown"]
    return render_template(
        "staff/intake.html", typed=typed, problem=problem, channels=channels, sector_list=sectors
    )


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/intake", view_func=intake, methods=["GET", "POST"])
