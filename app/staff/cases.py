"""The queue, the case page, one address per edge, photos, search."""

from contextlib import suppress
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.casework.alarms import seen_life
from app.casework.context import Desktop, lay_out
from app.casework.edges import take_edge
from app.casework.flow import COLOURS, LEADS, TABLE, state_names
from app.casework.needs import (
    Unmet,
    possible,
)
from app.casework.presence import look
from app.casework.reading import (
    COUNTED,
    counts,
    end_news,
    note_listing,
    note_reading,
    outside_dues,
    outside_soon,
    queue,
    search,
)
from app.casework.similar import similar
from app.db.versions import Outrun
from app.notices.write import mark_done
from app.people.desks import NoLivingKey, colleagues_of
from app.people.filters import keep_filter, saved_filters
from app.people.grants import NoKey
from app.rewards.holding import settle
from app.staff.case_page import all_photos, days_of, forms_of, log_of, said_of, steps_of, tried
from app.staff.news import news_of, seen
from app.staff.words import DUE_NAMES, committee_names
from app.tips.objects import open_photo
from app.web.request import photos_sent
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

FILTERS = ("state", "sector", "committee", "due", "whose", "after")
MOST_AT_ONCE = 50  # cases allotted together: a page
FASTER = "别人刚刚改过这一件，这一步还没有办成。请看一遍再点一次；写的字都在，照片要重新选。"
SOON = timedelta(days=3)  # from when on the queue says that another house waits for an answer


@signed_in(*LEADS)
def cases() -> str:
    """The queue: most urgent first, counts by state, filters, keyset pages."""
    return show_queue()


def show_queue(problem: str = "") -> str:
    asked = {name: request.args.get(name, "")[:80] for name in FILTERS}
    note_listing(tools(), holder())
    with tools().database.work() as session:
        page = queue(session, tools(), holder(), **asked)
        totals, news = counts(session, holder()), news_of(session)
        people, saved = colleagues_of(session, holder()), saved_filters(session, tools(), holder())
        soon = tools().now.today() + SOON
        waited = [] if any(asked.values()) else outside_soon(session, tools(), holder(), soon)
    return render_template(
        "staff/queue.html",
        page=page,
        totals=totals,
        counted=COUNTED,
        news=news,
        waited=waited,
        asked=asked,
        with_asked=lambda **new: urlencode(
            {name: value for name, value in {**asked, "after": "", **new}.items() if value}
        ),
        people=people,
        saved=saved,
        problem=problem,
        **names(),
    )


@signed_in(*LEADS)
def allot() -> str | AnyResponse | tuple[str, int]:
    """Give several cases to one member of the desk; each is a step of its own, and one that cannot be taken is told."""
    chosen = {"member": request.form.get("member", "")[:64]}
    failed = []
    for case_id in request.form.getlist("case")[:MOST_AT_ONCE]:
        try:
            take_edge(tools(), holder(), case_id, "allot", chosen)
            with tools().database.work() as session:
                note_reading(tools(), holder(), lay_out(session, tools(), holder(), case_id))
        except (Unmet, Outrun, NoKey) as why:
            failed.append(str(why) if isinstance(why, Unmet) else "有一件刚被别人动过")
    if failed:
        return show_queue(f"有 {len(failed)} 件没有分成：{failed[0]}"), 422
    return redirect(url_for("staff.cases"), 303)


@signed_in(*LEADS)
def filters() -> AnyResponse:
    """Keep the filter that is set now under a name, or forget that name."""
    name = plain_text(request.form.get("name", "")).strip()[:20]
    query = "" if "forget" in request.form else clean_query(request.form.get("query", ""))
    if name:
        keep_filter(tools(), holder(), name, query)
    return redirect(url_for("staff.cases") + (f"?{query}" if query else ""), 303)


def clean_query(text: str) -> str:
    """Only the filters of the queue, whatever was posted."""
    asked = dict(parse_qsl(text[:400]))
    return urlencode({name: asked[name][:64] for name in FILTERS if asked.get(name) and name != "after"})


@signed_in(*LEADS)
def alike(case_id: str) -> str:
    """Open cases of the desk that may be the same matter."""
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    note_reading(tools(), holder(), now)
    note_listing(tools(), holder())
    with tools().database.work() as session:
        found = similar(session, now)
    may_merge = any(edge.name == "merge" and missing is None for edge, missing in possible(now))
    return render_template("staff/similar.html", now=now, found=found, may_merge=may_merge, **names())


@signed_in(*LEADS)
def find() -> str:
    words = plain_text(request.args.get("words", ""))[:100]
    note_listing(tools(), holder())
    with tools().database.work() as session:
        rows = search(session, tools(), holder(), words)
    return render_template("staff/search.html", rows=rows, words=words, **names())


@signed_in(*LEADS)
def tickets() -> str:
    """What 12345, a superior or another department waits for, the nearest day first."""
    note_listing(tools(), holder())
    with tools().database.work() as session:
        rows = outside_dues(session, tools(), holder())
    return render_template("staff/tickets.html", rows=rows, **names())


@signed_in(*LEADS)
def case(case_id: str) -> str | AnyResponse:
    """One case; the reading is entered in the ledger before anything is shown."""
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    note_reading(tools(), holder(), now)
    settle(tools(), now)
    if first_opening(now):
        take_edge_quietly(now)
        return redirect(url_for("staff.case", case_id=case_id), 303)
    if now.is_lead:
        seen_life(tools(), case_id)
        end_news(tools(), now)
        if any(one.value.get("returned_by") for one in now.records):
            seen("returned")
    return show(now)


def first_opening(now: Desktop) -> bool:
    """Whether nobody of the leading desk has signed for what came in."""
    arrivals = ("register", "transfer", "hand_back", "assign")
    last = next(
        (event.edge for event in reversed(now.now.events) if event.edge in (*arrivals, "sign_for")), ""
    )
    return now.is_lead and now.now.state == "received" and last in arrivals


def take_edge_quietly(now: Desktop) -> None:
    """Opening is signing for (签收); where two open at once, one of them does."""
    with suppress(Unmet, Outrun):
        take_edge(tools(), holder(), now.case.id, "sign_for", {}, by_opening=True)
    with tools().database.work(write=True) as session:
        mark_done(session, (now.now.desk,), "arrived")


def show(now: Desktop, problem: str = "", edge: str = "", typed: dict[str, str] | None = None) -> str:
    """The case page; what was typed for a step that could not be taken stays on it."""
    steps = steps_of(now)
    return render_template(
        "staff/case.html",
        now=now,
        others=look(tools(), holder(), now.case.id),
        log=log_of(now),
        problem=problem,
        **days_of(now),
        **said_of(now),
        **forms_of(now, steps),
        **tried(steps, edge, typed or {}),
        **names(),
    )


@signed_in(*LEADS)
def step(case_id: str, edge: str) -> str | AnyResponse | tuple[str, int]:
    """Take one edge; what was typed stays on the page when it cannot be taken, also by who has no key any more."""
    if edge not in TABLE:
        abort(404)
    typed = {field.name: plain_text(request.form.get(field.name, "")) for field in TABLE[edge].asked}
    try:
        return taken(case_id, edge, typed)
    except NoKey:
        return render_template(
            "staff/out_of_hand.html", typed=[one for one in typed.values() if one.strip()]
        ), 404


def taken(case_id: str, edge: str, typed: dict[str, str]) -> AnyResponse | tuple[str, int]:
    """Raises NoKey."""
    uploads = photos_sent()
    version = request.form.get("version", type=int)
    try:
        take_edge(tools(), holder(), case_id, edge, typed, uploads, version)
    except (Unmet, NoLivingKey) as unmet:
        return again(case_id, str(unmet), edge, typed), 422
    except Outrun:
        return again(case_id, FASTER, edge, typed), 409
    if edge in ("transfer", "assign"):  # another desk has the key now
        return redirect(url_for("staff.cases"), 303)
    settle_rewards(case_id)
    return redirect(url_for("staff.case", case_id=case_id), 303)


def again(case_id: str, problem: str, edge: str, typed: dict[str, str]) -> str:
    """The case as it is now, with the step that was not taken and all that was typed for it."""
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    note_reading(tools(), holder(), now)
    return show(now, problem, edge, typed)


def settle_rewards(case_id: str) -> None:
    """What is not paid waits while the conclusion is looked at again."""
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    settle(tools(), now)


@signed_in(*LEADS)
def photo(case_id: str, object_id: str) -> Response:
    """A photo of the case's tips or records, opened with the case's keys."""
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    note_reading(tools(), holder(), now)
    for one in all_photos(now):
        if object_id in (one.id, one.thumb):
            return Response(
                open_photo(tools().store, one, thumbnail=object_id == one.thumb), mimetype="image/jpeg"
            )
    abort(404)


def names() -> dict[str, object]:
    """Names that the templates show for ids."""
    sectors = {sector.id: sector.name for sector in tools().rules.sectors.values()}
    return {
        "sectors": sectors,
        "committees": committee_names(),
        "states": state_names(tools().authority),
        "colours": COLOURS,
        "due_names": DUE_NAMES,
        "today": tools().now.today(),
    }


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/", view_func=cases)
    staff.add_url_rule("/desk/search", view_func=find)
    staff.add_url_rule("/desk/allot", view_func=allot, methods=["POST"])
    staff.add_url_rule("/desk/filters", view_func=filters, methods=["POST"])
    staff.add_url_rule("/desk/cases/<case_id>/similar", view_func=alike)
    staff.add_url_rule("/desk/tickets", view_func=tickets)
    staff.add_url_rule("/desk/cases/<case_id>", view_func=case)
    staff.add_url_rule("/desk/cases/<case_id>/photo/<object_id>", view_func=photo)
    staff.add_url_rule("/desk/cases/<case_id>/<edge>", view_func=step, methods=["POST"])
