"""Lists that leave Anshao: the export of cases, and the two registers of a leading desk."""

from datetime import date
from functools import partial

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from app.casework.flow import LEADS, state_names
from app.casework.lateness import late
from app.casework.needs import Unmet
from app.casework.reading import note_listing
from app.figures.exports import (
    COLUMNS,
    MOST_ROWS,
    Asked,
    Names,
    Table,
    case_list,
    chosen_columns,
    days_between,
    give_out,
)
from app.figures.registers import REGISTERS, TITLES, Words
from app.figures.sheets import as_csv, as_xlsx
from app.people.desks import all_desks
from app.staff.words import committee_names
from app.web.services import tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

LISTED = ("office", "signer", "handling", "dispatch")
CHOOSING = (*LISTED, "discipline")  # who has a register of their own, and no list of clear columns
FORMS = {"print": "打印页", "xlsx": "XLSX（WPS、Excel）", "csv": "CSV"}
TYPES = {
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
}
Page = str | AnyResponse | tuple[str, int]


@signed_in(*CHOOSING)
def export() -> Page:
    """Choose days and columns; the copy is entered before it is given out."""
    if request.method == "GET":
        return choose()
    if not holder().roles & set(LISTED):
        abort(403)
    try:
        table = list_asked()
    except Unmet as unmet:
        return choose(str(unmet)), 422
    return copy_of(table, request.form.get("form", ""))


def list_asked() -> Table:
    typed = {
        name: plain_text(request.form.get(name, ""))[:64] for name in ("desk", "sector", "committee", "state")
    }
    first, last = days_asked(request.form)
    columns = chosen_columns(request.form.getlist("columns"))
    with tools().database.work() as session:
        known = names_of({desk.id: desk.name for desk in all_desks(session).values()})
        return case_list(session, holder(), Asked(first, last, columns, **typed), known)


def names_of(desks: dict[str, str]) -> Names:
    sectors = {sector.id: sector.name for sector in tools().rules.sectors.values()}
    return Names(desks, sectors, state_names(tools().authority), tools().now.today(), partial(late, tools()))


def choose(problem: str = "") -> str:
    with tools().database.work() as session:
        desks = {desk.id: desk.name for desk in all_desks(session).values() if desk.role in LEADS}
    known = names_of(desks if holder().roles & {"office", "signer"} else own(desks))
    first, last = days_between("", "", tools().now.today())
    registers, lists = TITLES if holder().roles & set(LEADS) else {}, bool(holder().roles & set(LISTED))
    return render_template(
        "staff/export.html", columns=COLUMNS, forms=FORMS, known=known, first=first, last=last, most=MOST_ROWS,
        problem=problem, lists=lists, registers=registers, committees=committee_names(),
    )  # fmt: skip


def own(desks: dict[str, str]) -> dict[str, str]:
    return {desk: name for desk, name in desks.items() if holder().sits_at(desk)}


@signed_in(*LEADS)
def register_page(name: str) -> Page:
    """举报台账 or 隐患整改台账 of these days, of what the holder's desks lead."""
    if name not in REGISTERS:
        abort(404)
    known = names_of({})
    note_listing(tools(), holder(), f"register-{name}")
    try:
        first, last = days_asked(request.args)
        with tools().database.work() as session:
            words = Words(known.sectors, known.states)
            table = REGISTERS[name](session, tools(), holder(), first, last, words)
    except Unmet as unmet:
        return choose(str(unmet)), 422
    return copy_of(table, request.args.get("form", "print"))


def days_asked(typed: MultiDict[str, str]) -> tuple[date, date]:
    first, last = (plain_text(typed.get(name, ""))[:10] for name in ("from", "to"))
    return days_between(first, last, tools().now.today())


def copy_of(table: Table, form: str) -> Page:
    """One marked copy in the form asked for."""
    if form not in FORMS:
        abort(404)
    mark = give_out(tools(), holder(), table, form)
    if form == "print":
        return render_template("staff/export_print.html", table=table, mark=mark)
    make, mimetype = TYPES[form]
    answer = Response(make(table, mark), mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{mark.serial}.{form}")
    return answer


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/export", view_func=export, methods=["GET", "POST"])
    staff.add_url_rule("/desk/registers/<name>", view_func=register_page)
