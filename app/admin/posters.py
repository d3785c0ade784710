"""The posters' pages (二维码海报): list, make, print on A4 and A5, take the code away, withdraw, restore."""

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.admin.codes import address_of, as_png, as_svg
from app.admin.forms import PosterForm
from app.tips.models import SLUG, Poster
from app.tips.posters import all_posters, make_poster, restore_poster, withdraw_poster
from app.web.services import settings, tools
from app.web.sessions import holder, signed_in

PAPERS = {
    "a4": range(6),
    "a5": range(4),
}  # tear-off strips (撕条) on a sheet, each wide enough for a small code
CODES = {"svg": (as_svg, "image/svg+xml"), "png": (as_png, "image/png")}
Page = str | AnyResponse | tuple[str, int]


@signed_in("admin")
def posters() -> str:
    with tools().database.work() as session:
        found = all_posters(session)
    return render_template("admin/posters.html", posters=found, name_of=name_of, missing=missing())


@signed_in("admin")
def make() -> Page:
    """A poster for few people is made only once somebody has read what it can give away, and said yes."""
    form = PosterForm().with_choices(tools().poster_rules, sector_names())
    if request.method == "GET":
        return form_page(form)
    if not form.validate():
        return form_page(form), 422
    if form.needs_confirming():
        return form_page(form, small=True), 422
    slug = make_poster(tools(), holder(), form.wanted())
    return redirect(f"/admin/posters/{slug}", 303)


def form_page(form: PosterForm, *, small: bool = False) -> str:
    least = tools().poster_rules.least_people
    return render_template("admin/poster_form.html", form=form, small=small, least=least)


@signed_in("admin")
def poster(slug: str, problem: str = "") -> str:
    return render_template("admin/poster.html", problem=problem, missing=missing(), **seen(existing(slug)))


@signed_in("admin")
def sheet(slug: str, paper: str) -> str:
    """The page to be printed; the style sheet sets the size of the paper."""
    return render_template("admin/sheet.html", paper=paper, strips=PAPERS[paper], **seen(printable(slug)))


@signed_in("admin")
def code(slug: str, kind: str) -> Response:
    written, mimetype = CODES[kind]
    return Response(written(address_of(settings(), printable(slug))), mimetype=mimetype)


@signed_in("admin")
def withdraw(slug: str) -> Page:
    withdraw_poster(tools(), holder(), existing(slug).slug)
    return redirect(f"/admin/posters/{slug}", 303)


@signed_in("admin")
def restore(slug: str) -> Page:
    """One for few people, or of which nobody ever asked for how many, is restored only on a yes."""
    if tools().poster_rules.is_small(existing(slug).people) and not request.form.get("confirmed"):
        return poster(slug, _("请先看下面的提醒，勾上再恢复。")), 422
    restore_poster(tools(), holder(), slug)
    return redirect(f"/admin/posters/{slug}", 303)


def existing(slug: str) -> Poster:
    """The poster, or "not found"."""
    if not SLUG.fullmatch(slug):
        abort(404)
    with tools().database.work() as session:
        return session.get(Poster, slug) or abort(404)


def printable(slug: str) -> Poster:
    """A poster that hangs, where all that must stand on it is known; else its page, which says what to do."""
    found = existing(slug)
    if not found.active or missing():
        abort(redirect(f"/admin/posters/{slug}", 303))
    return found


def missing() -> list[str]:
    """What a poster must carry and the settings do not know yet, as what to do."""
    asked = {
        _(
            '对外的网址：在 settings.toml 写 address = "https://…"（或 ANSHAO_ADDRESS），再重新启动。'
        ): settings().address,
        _(
            '供人核对的座机：在 settings.toml 写 telephone = "…"（或 ANSHAO_TELEPHONE），再重新启动。'
        ): settings().telephone,
    }
    return [what for what, value in asked.items() if not value]


def seen(found: Poster) -> dict[str, object]:
    """What the pages of one poster show."""
    rules = tools().poster_rules
    kind = rules.kinds.get(found.place) if found.scope == "kind" else None
    return {
        "poster": found,
        "name": name_of(found),
        "examples": kind.examples if kind else () if found.sector else rules.examples,
        "address": address_of(settings(), found),
        "base": settings().address,
        "small": rules.is_small(found.people),
        "least": rules.least_people,
    }


def name_of(found: Poster) -> str:
    """For whom it is, in words: 燃气, 建筑工地, 前进村; the town's name for all."""
    if found.scope == "sector":
        return sector_names().get(found.sector or "", found.place)
    if found.scope == "kind":
        kind = tools().poster_rules.kinds.get(found.place)
        return kind.name if kind else found.place
    return found.place or settings().town


def sector_names() -> dict[str, str]:
    """Sectors that a poster may stand for, by their short name.

    Not deaths and not officials: whatever is reported by such a poster would be led past the ordinary desks.
    """
    sectors = tools().rules.sectors.values()
    return {one.id: one.name.split("(")[0] for one in sectors if not one.escalate and one.id != "unknown"}


def register(admin: Blueprint) -> None:
    admin.add_url_rule("/posters", view_func=posters)
    admin.add_url_rule("/poster", view_func=make, methods=["GET", "POST"])
    admin.add_url_rule("/posters/<slug>", view_func=poster)
    admin.add_url_rule("/posters/<slug>/<any(a4, a5):paper>", view_func=sheet)
    admin.add_url_rule("/posters/<slug>/code.<any(svg, png):kind>", view_func=code)
    admin.add_url_rule("/posters/<slug>/withdraw", view_func=withdraw, methods=["POST"])
    admin.add_url_rule("/posters/<slug>/restore", view_func=restore, methods=["POST"])
