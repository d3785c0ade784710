"""A village's page: one screen, five fields, what it has reported, and its register of the year (安全生产法 §75)."""

import hashlib

from flask import Blueprint, render_template, request
from sqlalchemy.exc import OperationalError

from app.casework.needs import Unmet
from app.casework.reading import note_listing
from app.casework.villages import Entry, entries_of, note_entry, village_desk
from app.intake.sent import CannotTake, PhotosGone, Taken
from app.intake.visits import open_visit
from app.people.desks import NoLivingKey
from app.people.models import Desk
from app.sealing.once import new_once, read_once
from app.staff.pages import Pages, pages_change, pages_named, pages_sent
from app.tips.content import MAX_PHOTOS, Photo
from app.web.errors import failed
from app.web.request import photos_sent
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

TEXTS = {"what": 2000, "where": 200, "enterprise": 200}
URGENCY = {"normal": "不急", "days": "这几天就可能出事", "now": "现在就有危险"}
Answer = str | tuple[str, int]


@signed_in("village")
def village() -> Answer:
    """Five fields; what was typed and photographed stays until it is saved."""
    if request.method == "GET":
        return page({"once": new_once()})
    typed = {name: plain_text(request.form.get(name, "")) for name in TEXTS}
    typed |= {name: request.form.get(name, "") for name in ("urgent", "once")}
    try:
        once = read_once(typed["once"])
    except ValueError:
        return page({**typed, "once": new_once()}, "请再点一次“报上去”。"), 422
    try:
        return hand_in(typed, once)
    except (OperationalError, OSError) as error:
        return page(typed, "现在存不下，请打值班电话；写的内容都在，过一会儿再点一次。"), failed(error)


def hand_in(typed: dict[str, str], once: bytes) -> Answer:
    """Raises OperationalError, OSError."""
    uploads, problem = photos_sent(), ""
    if pages_change():
        return page(typed, pages=pages_sent(tools(), once, uploads))
    held = pages_named(tools(), once)
    try:
        check(typed, len(held) + len(uploads))
        taken = report(typed, once, held, uploads)
    except PhotosGone:
        return page(typed, "照片放得太久，已经清掉了，请重新选；写的内容都在。"), 422
    except CannotTake as refused:
        problem = f"这件事镇里不能收，请打 {refused.refer}。"
    except NoLivingKey:
        problem = "镇里还没有人能收这件事，请打值班电话。"
    except Unmet as why:
        problem = str(why)
    if problem:
        return page(typed, problem, pages_sent(tools(), once, uploads)), 422
    return page({"once": new_once()}, done=taken)


def check(typed: dict[str, str], photos: int) -> None:
    """Raises Unmet."""
    if typed["urgent"] not in URGENCY:
        raise Unmet("请选多急。")
    if photos > MAX_PHOTOS:
        raise Unmet(f"照片最多 {MAX_PHOTOS} 张，请重新选。")
    for name, most in TEXTS.items():
        if len(typed[name]) > most:
            raise Unmet(f"有一处写得太长了，那里最多 {most} 个字，请删短一些。")


def report(typed: dict[str, str], once: bytes, held: tuple[Photo, ...], uploads: list[bytes]) -> Taken:
    """The case, then the village's own note of it: a form sent again finds both. Raises what `open_visit` raises."""
    urgent = typed["urgent"]
    text = typed["what"] + (
        "" if urgent == "normal" or not typed["what"] else f"\n（多急：{URGENCY[urgent]}）"
    )
    taken = open_visit(
        tools(), holder(), origin="village", sector="", place=typed["where"], enterprise=typed["enterprise"],
        text=text, uploads=uploads, once=once, held=held, danger_now=urgent == "now",
    )  # fmt: skip
    entry = Entry(
        number=taken.number, day=taken.day.isoformat(), what=typed["what"], where=typed["where"],
        enterprise=typed["enterprise"], by=holder().name, photos=len(held) + len(uploads) - len(taken.refused),
        form=hashlib.sha256(b"anshao-village-form" + once).hexdigest()[:32],
    )  # fmt: skip
    note_entry(tools(), holder(), entry)
    return taken


def page(
    typed: dict[str, str], problem: str = "", pages: Pages | None = None, done: Taken | None = None
) -> str:
    note_listing(tools(), holder(), "village")
    today = tools().now.today()
    with tools().database.work() as session:
        entries = entries_of(session, tools(), holder(), today.year)
    return render_template(
        "staff/village.html",
        typed=typed,
        problem=problem,
        urgency=URGENCY,
        pages=pages.shown(tools()) if pages else [],
        page_problems=pages.problems if pages else [],
        most=MAX_PHOTOS,
        done=done,
        entries=entries,
        year=today.year,
    )


@signed_in("village")
def register_of_year() -> str:
    """The register (登记簿) of a year, to be printed."""
    note_listing(tools(), holder(), "village")
    today = tools().now.today()
    year = request.args.get("year", default=today.year, type=int)
    year = year if 2000 <= year <= today.year else today.year
    with tools().database.work() as session:
        desk = session.get_one(Desk, village_desk(session, holder()))
        entries = entries_of(session, tools(), holder(), year)
    return render_template(
        "staff/village_register.html", entries=entries, year=year, desk=desk, today=today, years=today.year
    )


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/village", view_func=village, methods=["GET", "POST"])
    staff.add_url_rule("/desk/village/register", view_func=register_of_year)
