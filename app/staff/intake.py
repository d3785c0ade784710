"""What comes in by a clerk (12345, 12350, call, letter, visit) and cases without a tip (patrol, superior …)."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as AnyResponse

from app.casework.needs import Unmet
from app.clock.words import is_day
from app.intake.heard import TICKS as HEARD
from app.intake.heard import heard
from app.intake.held import read_tickets
from app.intake.sent import CannotTake, PhotosGone, Taken
from app.intake.take import take
from app.intake.visits import open_visit
from app.people.desks import NoLivingKey
from app.sealing.once import new_once, read_once
from app.sealing.receipt import clean_phrase, is_phrase
from app.staff.pages import Pages, pages_change, pages_named, pages_sent
from app.tips.content import MAX_PHOTOS, Photo
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
    "external_due": 10,
    "not_these": 200,
    "danger_note": 200,
    "name": 40,
    "phone": 20,
    "phrase": 60,
}
TICKS = ("consent", *HEARD)
NUMBERED = {  # what stands on the paper or screen that such a matter comes with
    "12345": "工单号",
    "12350": "工单号",
    "superior": "交办文号（没有文号的，写谁打来的电话）",
    "department": "移送文号（没有文号的，写哪个部门、谁）",
}


@signed_in(*CLERKS)
def intake() -> str | AnyResponse | tuple[str, int]:
    """One form for all of it; what the clerk typed about the person is sealed on saving and cannot be read back."""
    if request.method == "GET":
        return page({"once": new_once(), "channel": request.args.get("channel", "") or default_channel()})
    typed = {name: plain_text(request.form.get(name, "")) for name in TEXTS}
    fields = ("channel", "sector", "once", "receipt", "visit", *TICKS)
    typed |= {name: request.form.get(name, "") for name in fields}
    try:
        once = read_once(typed["once"])
    except ValueError:
        typed["once"] = new_once()
        return page(typed, "请再点一次保存。"), 422
    try:
        return answer(typed, once)
    except (OperationalError, OSError) as error:
        kept = Pages(read_tickets(tools(), once, request.form.getlist("held")))
        return page(typed, "现在存不下，请先记在纸上，过一会儿再保存；写的内容都在。", kept), failed(error)


def answer(typed: dict[str, str], once: bytes) -> str | tuple[str, int]:
    """Save, or show the form again with all that was typed and photographed. Raises OperationalError, OSError."""
    uploads = photos_sent()
    if pages_change():
        return page(typed, pages=pages_sent(tools(), once, uploads))
    held = pages_named(tools(), once)
    if problem := problem_of(typed, len(held) + len(uploads)):
        return page(typed, problem, pages_sent(tools(), once, uploads)), 422
    try:
        return hand_in(typed, once, held, uploads)
    except PhotosGone:
        return page(typed, "照片放得太久，已经清掉了，请重新选；写的内容都在。"), 422
    except (Unmet, ValueError, NoLivingKey) as why:
        return page(typed, str(why) or "请再点一次保存。", pages_sent(tools(), once, uploads)), 422
    except CannotTake as refused:
        problem = f"这件事本镇不能收，请告诉来人打 {refused.refer}。"
        return page(typed, problem, pages_sent(tools(), once, uploads)), 422


def problem_of(typed: dict[str, str], photos: int) -> str:
    """What is wrong with the form, in a sentence; nothing is ever cut short without a word."""
    if not typed["what"] and not photos:
        return "请写情况，或者传照片。"
    if photos > MAX_PHOTOS:
        return f"照片最多 {MAX_PHOTOS} 张，请重新选；写的内容都在。"
    if (typed["name"] or typed["phone"]) and not typed["consent"]:
        return "留了姓名或电话，先把告知念给来人听，同意了再勾“已同意”；不同意就空着，照样收。"
    if typed["channel"] in NUMBERED and not typed["external_number"]:
        return f"请写{NUMBERED[typed['channel']]}。"
    if typed["external_due"] and not is_day(typed["external_due"]):
        return "那边的期限请写成 2026-12-01 这样。"
    if problem := phrase_problem(typed):
        return problem
    long = [most for name, most in TEXTS.items() if len(typed[name]) > most]
    return f"有一处写得太长了，那里最多 {long[0]} 个字；写的内容都在，请删短一些。" if long else ""


def phrase_problem(typed: dict[str, str]) -> str:
    """What is wrong with the phrase (一句话) that a caller chose: who knows the case must not guess it."""
    phrase = clean_phrase(typed["phrase"])
    if not typed["phrase"]:
        return ""
    if not typed["receipt"]:
        return "定了一句话当密码的，请勾“显示回执”。"
    if not is_phrase(phrase):
        return "当密码的那句话要 6 到 20 个字，不能只是数字，也不能老是同一个字；写的内容都在。"
    names = [clean_phrase(typed[name]) for name in ("name", "phone", "enterprise", "where")]
    if phrase in clean_phrase(typed["what"]) or any(
        one and (one in phrase or phrase in one) for one in names
    ):
        return "那句话别用姓名、电话、地名和这件事里的话：知道这件事的人猜得出来。写的内容都在。"
    return ""


def hand_in(typed: dict[str, str], once: bytes, held: tuple[Photo, ...], uploads: list[bytes]) -> str:
    """Raises Unmet and what `take` raises."""
    sector = typed["sector"] if typed["sector"] in tools().rules.sectors else ""
    channel = typed["channel"]
    numbered: dict[str, Any] = {
        name: typed[name] if channel in NUMBERED else "" for name in ("external_number", "external_due")
    }
    if channel in VISITS:
        opened = open_visit(
            tools(), holder(), origin=channel, sector=sector, place=typed["where"], enterprise=typed["enterprise"],
            text=typed["what"], uploads=uploads, once=once, held=held, **numbered,
            danger_now=bool(typed["danger_now"]), danger_note=typed["danger_note"], deaths=bool(typed["deaths"]),
        )  # fmt: skip
        return taken_page(channel, opened, opened.number)
    if channel not in TIP_CHANNELS or not holder().roles & HEARERS:
        raise Unmet("请选来源。")
    sent = heard(
        typed | numbered, {name: bool(typed[name]) for name in HEARD}, channel=channel, sector=sector,
        wish=typed["visit"], person=Person(typed["name"], typed["phone"]), once=once, photos=uploads, held=held,
        receipt=bool(typed["receipt"]), phrase=clean_phrase(typed["phrase"]),
    )  # fmt: skip
    return taken_page(channel, take(tools(), sent))


def taken_page(channel: str, taken: Taken, number: str = "") -> str:
    return render_template(
        "staff/taken.html",
        number=number,
        receipt=taken.receipt,
        refused=taken.refused,
        channel=channel,
        channels=offered(),
    )


def default_channel() -> str:
    return "village" if holder().roles == {"village"} else "phone"


def offered() -> dict[str, LazyString]:
    """The channels by which this holder may bring something."""
    return VISITS if holder().roles == {"village"} else {**TIP_CHANNELS, **VISITS}


def page(typed: dict[str, str], problem: str = "", pages: Pages | None = None) -> str:
    sectors = [(one.id, one.name) for one in tools().rules.sectors.values() if one.id != "unknown"]
    return render_template(
        "staff/intake.html",
        typed=typed,
        problem=problem,
        channels=offered(),
        sector_list=sectors,
        numbered=list(NUMBERED),
        heard=list(TIP_CHANNELS),
        pages=pages.shown(tools()) if pages else [],
        page_problems=pages.problems if pages else [],
        most=MAX_PHOTOS,
    )


def still_here() -> tuple[str, int]:
    """Somebody is typing: the session does not end in the middle of a call."""
    return "", 204


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/intake", view_func=intake, methods=["GET", "POST"])
    staff.add_url_rule("/desk/intake/typing", view_func=signed_in(*CLERKS)(still_here), methods=["POST"])
