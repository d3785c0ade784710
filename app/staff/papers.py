"""Papers printed from what is typed: the list of a case's papers, each sheet marked for its recipient."""

from flask import Blueprint, abort, render_template, request

from app.casework.context import Desktop, lay_out
from app.casework.copies import LONGEST, copies_of, note_copy, wording
from app.casework.flow import LEADS
from app.casework.papers import paper_at, papers_of, tells
from app.casework.reading import note_reading
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

FILE = "存卷"
TELLS = "《{}》里有“举报”两个字，别人会看到，没有印。请手写这一份，只写事情本身。"


@signed_in(*LEADS)
def papers(case_id: str) -> str:
    """What can be printed, and which copies have left for whom."""
    return page(opened(case_id))


def page(now: Desktop, problem: str = "") -> str:
    return render_template(
        "staff/papers.html", now=now, offered=papers_of(now), copies=copies_of(now), problem=problem
    )


@signed_in(*LEADS)
def sheet(case_id: str, form: str, record_id: str) -> str | tuple[str, int]:
    """One copy of one paper, for one recipient; entered before it is shown, and not printed where it tells."""
    now = opened(case_id)
    found = paper_at(now, form, record_id) or abort(404)
    to = recipient()
    if tells(found.form, found.form.build(now, found.record, wording(now, found.place, to)), to):
        return page(now, TELLS.format(found.form.title)), 422
    copy = note_copy(now, found.place, found.form.title, to)
    made = found.form.build(now, found.record, copy.words)
    dated = found.record.day if found.record else now.day  # printed again it is the same paper
    return render_template(
        "staff/sheet.html", now=now, sheet=made, copy=copy, given=found.form.given, dated=dated
    )


@signed_in(*LEADS)
def outgoing(case_id: str, record_id: str) -> str:
    """The letter to the district (移送函) with its return slip; it never says 举报 and never quotes a report."""
    now = opened(case_id)
    found = next((one for one in now.recorded("paper") if one.id == record_id), None)
    if found is None:
        abort(404)
    copy = note_copy(now, f"letter/{record_id}", found.value["form"], recipient())
    return render_template("staff/paper.html", paper=found, now=now, copy=copy)


def opened(case_id: str) -> Desktop:
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    note_reading(tools(), holder(), now)
    return now


def recipient() -> str:
    return plain_text(request.args.get("to", "")).strip()[:LONGEST] or FILE


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/cases/<case_id>/papers", view_func=papers)
    staff.add_url_rule("/desk/cases/<case_id>/papers/<form>/<record_id>", view_func=sheet)
    staff.add_url_rule("/desk/cases/<case_id>/paper/<record_id>", view_func=outgoing)
