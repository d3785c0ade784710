"""Views of the reporter's pages: they translate between form and acts."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectChoice

from app.casework.identities import WrongIdentity
from app.casework.needs import Unmet
from app.casework.reporting import Follow, read_follow, say
from app.intake.held import read_tickets
from app.intake.sent import CannotTake, PhotosGone, Sent
from app.intake.take import take
from app.people.desks import NoLivingKey, desks_with_keys
from app.people.grants import NoKey
from app.photos.pool import Refused
from app.reporter import (
    extras,
    held,
    leaving,
    ledger,
    password,
    public,
    questions,
    revisits,
    sealing,
    timeline,
)
from app.reporter.forms import LookUpForm, ReportForm, SayForm, check_content
from app.reporter.thread import in_words
from app.reporter.visits import (
    NOT_READ,
    Visits,
    current_visits,
    end_visit,
    every_visit,
    fits,
    keep_others,
    keep_visits,
    open_visit,
)
from app.rewards.holding import hold_offered
from app.rewards.payment import offers_of
from app.rules.insider import insider_words
from app.rules.routing import JIWEI
from app.sealing.errors import SealError
from app.sealing.once import new_once, read_once
from app.sealing.receipt import (
    Receipt,
    clean_digits,
    clean_phrase,
    is_number,
    is_password,
    is_phrase,
)  # fmt: skip
from app.tips.models import SLUG, Poster
from app.tips.objects import open_photo
from app.tips.receipts import look_up
from app.web.errors import failed
from app.web.language import told
from app.web.request import photos_sent
from app.web.services import tools

reporter = Blueprint("reporter", __name__, template_folder="templates")
extras.register(reporter)
held.register(reporter)
leaving.register(reporter)
ledger.register(reporter)
password.register(reporter)
public.register(reporter)
questions.register(reporter)
revisits.register(reporter)
sealing.register(reporter)
timeline.register(reporter)

KINDS = ("message", "reply", "objection", "satisfied", "withdrawal", "retaliation", revisits.KIND)


@reporter.get("/")
def home() -> str:
    return render_template("reporter/home.html")


@reporter.get("/report")
@reporter.get("/q/<slug>", endpoint="by_poster")
def form(slug: str = "") -> str:
    page = empty_form(insider=bool(request.args.get("insider")))
    page.sector.data = poster_sector(slug)
    return show_form(page, slug)


@reporter.post("/report")
def send() -> Response | str | tuple[str, int]:
    page = with_sectors(ReportForm())
    uploads, slug = photos_sent(), request.form.get("poster", "")
    fine = page.validate()
    before = read_tickets(tools(), read_once(page.once.data or ""), request.form.getlist("held"))
    check_content(page, len(uploads) + len(before))
    if not fine or page.errors:
        lost = len(request.form.getlist("held")) - len(before)
        return show_form(page, slug, held=held.keep(page, uploads, before, lost)), 422
    if shown := extras.marks(page):
        page.checked.data = "yes"
        return show_form(page, slug, held=held.keep(page, uploads, before), marks=shown)
    sent = page.sent(uploads, poster_sector(slug), frozenset(tools().rules.sectors))
    return hand_in(page, replace(sent, held=tuple(before.values())), slug, tuple(before))


def hand_in(page: ReportForm, sent: Sent, slug: str, tickets: tuple[str, ...]) -> str | tuple[str, int]:
    waiting = held.Waiting(tickets, (), len(sent.photos))
    try:
        taken = take(tools(), sent)
    except CannotTake as refused:
        return render_template("reporter/elsewhere.html", refer=refused.refer), 422
    except PhotosGone:
        return show_form(page, slug, held=held.Waiting((), (), len(sent.photos) + len(tickets))), 422
    except WrongIdentity as wrong:
        sealing.refuse(page, wrong)
        before = dict(zip(tickets, sent.held, strict=True))
        return show_form(page, slug, held=held.keep(page, list(sent.photos), before)), 422
    except (NoLivingKey, OperationalError, OSError) as error:
        status = 503 if isinstance(error, NoLivingKey) else failed(error)
        general = _("现在收不了，请打电话报告。写的内容都在这一页。")
        return show_form(page, slug, general, waiting), status
    if taken.receipt is None:
        return render_template("reporter/known.html"), 200
    return render_template("reporter/receipt.html", taken=taken, receipt=taken.receipt, sent=sent)


def empty_form(*, insider: bool) -> ReportForm:
    page = with_sectors(ReportForm(formdata=None))
    page.once.data, page.insider.data = new_once(), insider
    return page


def with_sectors(page: ReportForm) -> ReportForm:
    sectors = [sector for sector in tools().rules.sectors.values() if sector.id != "unknown"]
    known = [SelectChoice(sector.id, _(sector.name)) for sector in sectors]
    page.sector.choices = [SelectChoice("", _("不知道，请帮我看")), *known]
    return page


def show_form(
    page: ReportForm,
    slug: str,
    general: str = "",
    held: held.Waiting = held.NONE,
    marks: Sequence[extras.Mark] = (),
) -> str:
    return render_template(
        "reporter/report.html",
        form=page,
        poster=slug,
        general=general,
        held=held,
        marks=marks,
        upper=takes_leaders(),
        identity=insider_words().identity,
    )


def takes_leaders() -> bool:
    """Whether what accuses a town leader can be taken here; where that cannot be known, the page gives 12388."""
    with suppress(OperationalError), tools().database.work() as session:
        return JIWEI in desks_with_keys(session)
    return False


def poster_sector(slug: str) -> str:
    """The sector a poster stands for; a withdrawn or unknown poster still leads to the form."""
    if not SLUG.fullmatch(slug):
        return ""
    with tools().database.work() as session:
        found = session.get(Poster, slug)
    return (found.sector or "") if found else ""


@reporter.get("/follow")
def follow() -> str | AnyResponse:
    """What the shown receipt opens; the cookie then knows how much of it was read before this visit."""
    found = current_visits()
    if found is None and every_visit():
        return redirect(url_for("reporter.new_password"), 303)
    if found is None or "more" in request.args:
        page = LookUpForm(formdata=None)
        page.secret.data = found.secret if found else ""
        return render_template("reporter/look_up.html", form=page, wrong="")
    try:
        seen = read_follow(tools(), found.shown.visit)
    except NoKey:
        return gone(found)
    if found.shown.read == NOT_READ:
        found = found.with_shown(replace(found.shown, read=seen.fresh_from))
    say_form = SayForm(formdata=None)
    say_form.once.data = new_once()
    response = make_response(show_follow(found, seen, say_form))
    keep_visits(response, found)
    return response


@reporter.post("/follow")
def follow_post() -> Response | str | tuple[str, int]:
    if "number" in request.form:
        return look_up_post()
    found = current_visits()
    if found is None or not fits(request.form.get("secret", ""), found.secret):
        return render_template("reporter/look_up.html", form=LookUpForm(formdata=None), wrong="late"), 403
    if "show" in request.form:
        return go_to(found.show(request.form["show"]))
    if (written_to := found.named(request.form.get("tip", found.shown.number))) is None:
        return render_template("reporter/look_up.html", form=LookUpForm(formdata=None), wrong="late"), 403
    found = found.with_shown(written_to)  # another window may show another one since
    if request.form.get("kind") == questions.KIND:
        questions.take_answers(found.shown.visit)
        return go_to(found)
    return speak(found)


def go_to(visits: Visits, page: str = "follow") -> Response:
    response = make_response(redirect(url_for(f"reporter.{page}"), 303))
    keep_visits(response, visits)
    return response


def look_up_post() -> Response | tuple[str, int]:
    """Open a receipt; beside those that are open only when their own page asked for it: the next person on a shared
    phone does not see what the last one looked after.
    """
    page, secret, before = LookUpForm(), request.form.get("secret", ""), current_visits()
    before = before if before and fits(secret, before.secret) else None
    page.secret.data = before.secret if before else ""
    clean, fitting = (clean_phrase, is_phrase) if "phrase" in request.form else (clean_digits, is_password)
    receipt = Receipt(clean_digits(page.number.data or ""), clean(page.password.data or ""))
    if not is_number(receipt.number) or not fitting(receipt.password):
        return render_template("reporter/look_up.html", form=page, wrong="slip"), 422
    try:
        visit = look_up(tools(), receipt)
    except SealError:
        return render_template("reporter/look_up.html", form=page, wrong="wrong"), 422
    return go_to(open_visit(visit, receipt.number, before), "new_password" if visit.first else "follow")


def speak(found: Visits) -> Response | tuple[str, int]:
    """Add what the reporter says, of whatever kind; what was typed stays on the page when something is wrong."""
    page, visit = SayForm(), found.shown.visit
    kind = page.kind.data if page.kind.data in KINDS else "message"
    uploads = photos_sent()
    refused: tuple[Refused, ...] = ()
    problem = "" if page.validate() else _("请看下面标出的地方，写的内容都在。")
    if not problem:
        try:
            if kind == revisits.KIND:
                revisits.take_revisit(visit, page.message.data or "", page.once.data or "")
            else:
                refused = say(tools(), visit, kind, page.message.data or "", uploads, page.once.data or "")
            if kind == "objection":
                hold_offered(tools(), read_follow(tools(), visit).number)
        except Unmet as unmet:
            problem = told(str(unmet))
        except (OperationalError, OSError) as error:
            failed(error)
            problem = _("现在收不了，请打电话报告。写的内容都在这一页。")
    if not problem and not refused:
        return go_to(found)
    seen = read_follow(tools(), visit)
    if not problem:
        page.message.data, page.once.data = "", new_once()
    return show_follow(found, seen, page, problem, refused), 422 if problem else 200


def show_follow(
    found: Visits,
    seen: Follow,
    page: SayForm,
    problem: str = "",
    refused: tuple[Refused, ...] = (),
) -> str:
    return render_template(
        "reporter/follow.html",
        seen=in_words(seen),
        form=page,
        found=found,
        secret=found.secret,
        problem=problem,
        refused=refused,
        offers=offers_of(tools(), found.shown.visit),
        counter_open=tools().counter_open,
        rights=insider_words().retaliation,
    )


@reporter.get("/follow/photo/<object_id>")
def photo(object_id: str) -> Response:
    found = current_visits()
    if found is None:
        abort(404)
    seen = read_follow(tools(), found.shown.visit)
    photos = [*seen.content.photos, *(photo for line in seen.lines for photo in line.photos)]
    wanted = next((one for one in photos if object_id == one.thumb), None)
    if wanted is None:
        abort(404)
    return Response(open_photo(tools().store, wanted, thumbnail=True), mimetype="image/jpeg")


@reporter.post("/follow/leave")
def leave() -> Response:
    response = make_response(redirect(url_for("reporter.home"), 303))
    end_visit(response)
    return response


def gone(found: Visits) -> Response:
    """A tip that is destroyed; its receipt makes room for the others."""
    response = make_response(render_template("reporter/gone.html"))
    keep_others(response, found, found.shown.visit)
    return response
