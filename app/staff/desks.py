"""Pages of single posts: signing, duty, the office's overview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.casework.decisions import EDGE, decidable, record_by_office
from app.casework.flow import LEADS, LEVELS
from app.casework.models import NEVER, Case
from app.casework.needs import Unmet
from app.casework.pressing import LIGHTS, MOST, WITH, press, watched
from app.casework.reading import note_listing
from app.casework.records import SIGNABLE, Opened, cases_served, is_waiting, keep_keys, read_records
from app.casework.signing import return_record, sign_record
from app.db.base import month_of
from app.notices.write import mark_done
from app.people.desks import all_desks
from app.people.grants import chunks
from app.rules.committees import committee_of
from app.staff.cases import names
from app.staff.news import news_of, seen
from app.staff.words import KIND_NAMES
from app.tips.content import photos_of
from app.tips.objects import open_photo
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

MOST_INSTRUCTION = 500  # characters
# The last two (先到场记录, 单位报的整改情况) are read and never signed.
READ = (*SIGNABLE, "first", "rectification")


@dataclass(frozen=True)
class Wanted:
    """Which records the page shows: of one case, or what waits and a month; `month` empty: the newest that has any."""

    number: str
    month: str
    committee: str


@signed_in("signer", "office")
def signing(problem: str = "", record_id: str = "", typed: Mapping[str, str] | None = None) -> str:
    """What waits for a signature, all of it, and what is signed, a month or a case at a time; newly written, never a
    report's words. What was `typed` for a record stays where it could not be taken.
    """
    note_listing(tools(), holder(), "signing")
    seen("signing")
    keep_keys(tools(), holder())
    return render_template(
        "staff/signing.html",
        problem=problem,
        tried=record_id,
        typed=typed or {},
        **records_for_signing(wanted_records()),
        **words_for_signing(),
    )


def wanted_records() -> Wanted:
    number = "".join(filter(str.isdigit, request.args.get("number", "")))[:8]
    return Wanted(number, request.args.get("month", ""), request.args.get("committee", "")[:32])


def records_for_signing(wanted: Wanted) -> dict[str, object]:
    """The records, what waits first and of each the newest; the months to choose from; what a penalty can be put to."""
    with tools().database.work() as session:
        every = [one for one in read_records(session, tools(), holder()) if one.kind in READ]
        months = sorted({month_of(one.day) for one in every if not is_waiting(one)}, reverse=True)
        month = wanted.month or next(iter(months), "")
        numbers = numbers_of(session, every)
        found = [one for one in every if is_shown(one, month, wanted, numbers[one.id])]
        fined = decidable(session, found) if "office" in holder().roles else set()
        desks = all_desks(session)
    return {
        "records": sorted(found, key=lambda one: (is_waiting(one), one.day), reverse=True),
        "months": months,
        "month": "" if wanted.number else month,
        "number": wanted.number,
        "committee": wanted.committee,
        "numbers": numbers,
        "known": known_of(every, found),
        "decidable": fined,
        "desks": desks,
    }


def words_for_signing() -> dict[str, object]:
    return {"fields": EDGE.fields, "is_waiting": is_waiting, "kinds": KIND_NAMES, "levels": LEVELS, **names()}


def numbers_of(session: Session, records: Sequence[Opened]) -> dict[str, list[str]]:
    """By record the numbers of the cases that it belongs to, its own first."""
    wanted = {case_id for one in records for case_id in cases_served(one)[1:]}
    known: dict[str, str] = {}
    for some in chunks(sorted(wanted)):
        rows = session.execute(select(Case.id, Case.number).where(Case.id.in_(some)))
        known |= {case_id: number for case_id, number in rows if number}
    return {
        one.id: [
            one.value["number"],
            *(known[case_id] for case_id in cases_served(one)[1:] if case_id in known),
        ]
        for one in records
    }


def known_of(every: Sequence[Opened], shown: Sequence[Opened]) -> dict[str, dict[str, str]]:
    """What other records of the same case tell of one: which enterprise and where, and under a re-inspection what had
    been demanded. A leader would sign for a number alone.
    """
    found: dict[str, dict[str, str]] = {one.id: {} for one in shown}
    of_case: dict[str, list[Opened]] = {str(one.value["case"]): [] for one in shown}
    for one in every:  # in the order of their days
        for case_id in cases_served(one):
            if case_id in of_case and one.kind in ("site", "order"):
                of_case[case_id].append(one)
    for one in shown:
        for earlier in of_case[str(one.value["case"])]:
            if earlier.day <= one.day and earlier.kind == "site":
                found[one.id] |= {name: earlier.value.get(name, "") for name in ("enterprise", "place")}
            elif earlier.day <= one.day and one.kind == "reinspection":
                found[one.id]["measures"] = earlier.value["measures"]
    return found


def is_shown(one: Opened, month: str, wanted: Wanted, numbers: Sequence[str]) -> bool:
    if wanted.number:
        return wanted.number in numbers
    if wanted.committee and committee_of(str(one.value.get("sector"))) != wanted.committee:
        return False
    return is_waiting(one) or month_of(one.day) == month


@signed_in("signer")
def sign(record_id: str) -> AnyResponse | tuple[str, int]:
    instruction = plain_text(request.form.get("instruction", ""))
    if len(instruction) > MOST_INSTRUCTION:
        problem = f"批示最多 {MOST_INSTRUCTION} 个字，请删短一些。"
        return signing(problem, record_id, {"instruction": instruction}), 422
    try:
        act = return_record if "return" in request.form else sign_record
        act(tools(), holder(), record_id, instruction)
    except Unmet as unmet:
        return signing(str(unmet), record_id, {"instruction": instruction}), 422
    return redirect(url_for("staff.signing"), 303)


@signed_in("office")
def decide(record_id: str) -> AnyResponse | tuple[str, int]:
    """Record a penalty on a site record: the office has no key to the case."""
    typed = {field.name: plain_text(request.form.get(field.name, "")) for field in EDGE.fields}
    try:
        record_by_office(tools(), holder(), record_id, typed)
    except Unmet as unmet:
        return signing(str(unmet), record_id, typed), 422
    return redirect(url_for("staff.signing"), 303)


@signed_in("signer", "office")
def record_photo(record_id: str, object_id: str) -> Response:
    note_listing(tools(), holder(), "signing")
    with tools().database.work() as session:
        found = read_records(session, tools(), holder(), ids=[record_id])
    for record in found:
        for name in ("photos", "before", "after"):
            for one in photos_of(record.value.get(name, [])):
                if object_id == one.thumb:
                    return Response(open_photo(tools().store, one, thumbnail=True), mimetype="image/jpeg")
    abort(404)


@signed_in("duty")
def duty() -> str | AnyResponse:
    """Danger notes: place and what, nothing else. Opening is signing for them."""
    note_listing(tools(), holder(), "duty")
    with tools().database.work() as session:
        found = [one for one in read_records(session, tools(), holder()) if one.kind == "danger"]
        news = news_of(session)
    if request.method == "POST":
        with tools().database.work(write=True) as session:
            for kind in ("danger", "alarm", "split"):
                mark_done(session, ("duty",), kind)
        return redirect(url_for("staff.duty"), 303)
    return render_template("staff/duty.html", notes=list(reversed(found)), news=news, **names())


@signed_in("office")
def overview() -> str:
    """Numbers, sectors, desks, days: everything is handled in time, without contents; reserved cases are not there.

    Nor is a closed case that somebody objected to: it would tell that a report stands behind it.
    """
    asked = {name: request.args.get(name, "")[:32] for name in ("light", "waits_with", "desk", "committee")}
    with tools().database.work() as session:
        found = watched(session, tools(), **asked)
        desks, news = all_desks(session), news_of(session)
    return render_template(
        "staff/overview.html",
        found=found,
        asked=asked,
        lights=LIGHTS,
        whose=WITH,
        desks=desks,
        leads={one.id: one.name for one in desks.values() if one.kind == "inside" and one.role in LEADS},
        news=news,
        never=NEVER,
        **names(),
    )


@signed_in("office")
def press_cases() -> AnyResponse:
    """Press those that were ticked; pressing twice a day is once."""
    press(tools(), holder(), request.form.getlist("case")[:MOST])
    return redirect(url_for("staff.overview"), 303)


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/signing", view_func=signing)
    staff.add_url_rule("/desk/signing/<record_id>", view_func=sign, methods=["POST"])
    staff.add_url_rule("/desk/signing/<record_id>/decision", view_func=decide, methods=["POST"])
    staff.add_url_rule("/desk/signing/<record_id>/photo/<object_id>", view_func=record_photo)
    staff.add_url_rule("/desk/duty", view_func=duty, methods=["GET", "POST"])
    staff.add_url_rule("/desk/overview", view_func=overview)
    staff.add_url_rule("/desk/overview/press", view_func=press_cases, methods=["POST"])
