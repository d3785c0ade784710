"""Papers printed from what is typed: the letter to the district (移送函) with its return slip (回执)."""

from flask import Blueprint, abort, render_template

from app.casework.context import lay_out
from app.casework.flow import LEADS
from app.casework.reading import note_reading
from app.web.services import tools
from app.web.sessions import holder, signed_in


@signed_in(*LEADS)
def paper(case_id: str, record_id: str) -> str:
    """One paper of a case; it never says 举报 and never quotes a report."""
    with tools().database.work() as session:
        now = lay_out(session, tools(), holder(), case_id)
    note_reading(tools(), holder(), now)
    found = next((one for one in now.recorded("paper") if one.id == record_id), None)
    if found is None:
        abort(404)
    return render_template("staff/paper.html", paper=found, now=now)


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/cases/<case_id>/paper/<record_id>", view_func=paper)
