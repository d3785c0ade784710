"""Pages of the rule set (职责清单): the office edits, tries and puts a draft in force; desks try it on their cases."""

import re
from collections.abc import Callable

from flask import Blueprint, Response, abort, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.casework.reading import note_listing
from app.people.desks import all_desks, desks_with_keys
from app.people.models import Member
from app.rulebook import drafts, trial
from app.rulebook.drafts import Refused, Typed
from app.rulebook.models import RuleSet
from app.rules.drafts import (
    DUTIES,
    EXAMPLES,
    FILES,
    as_body,
    export_part,
    file_text,
    read_set,
    rules_of,
    said,
)
from app.rules.duties import MAX_CHARS, RuleError
from app.rules.routing import Rules
from app.staff.news import news_of
from app.web.services import look_for_rules, tools
from app.web.sessions import holder, signed_in
from app.web.text import plain_text

Page = str | AnyResponse | tuple[str, int]
TRIERS = ("handling", "dispatch", "office")
SPLIT = re.compile(r"[\s、，,；;]+")
SOURCE_NAMES = {
    "town": "镇里的文件",
    "found": "查到的公开来源",
    "derived": "由查到的来源推出",
    "choice": "本镇自己定的",
    "memory": "凭印象，没有核对",
}
SHOWN = 100  # of what would go elsewhere


def words_in(name: str) -> list[str]:
    return [one for one in SPLIT.split(plain_text(request.form.get(name, ""))) if one]


def text_in(name: str, longest: int = 500) -> str:
    return plain_text(request.form.get(name, ""))[:longest]


@signed_in("office")
def overview(problem: str = "") -> str:
    """Which set is in force, the draft, and what was in force before."""
    with tools().database.work() as session:
        draft, live = drafts.draft_of(session), drafts.live_of(session)
        older = drafts.editions(session)
        authors = {one.id: session.get_one(Member, one.author_id).name for one in (*older, draft) if one}
        text = draft.body if draft else live_text(session, live)
        live_body = live_text(session, live)
        news = news_of(session)
        blocked = blocked_by(session, draft)
    body = as_body(text)
    return render_template(
        "staff/rules.html",
        problem=problem,
        news=news,
        draft=draft,
        mark=drafts.mark_of(draft) if draft else "",
        live=live,
        older=[one for one in older if one is not live],
        authors=authors,
        changed=drafts.changed_sectors(live_body, text) if draft else frozenset(),
        duties=read_set(text).duties,
        counts={name: len(texts) for name, texts in body[EXAMPLES]["sectors"].items()},
        in_force=tools().rules,
        blocked=blocked,
        files=FILES,
    )


def live_text(session: Session, live: RuleSet | None) -> str:
    """The set in force; where it is damaged, the files, so that the page can be shown and a new draft begun."""
    text = live.body if live else file_text()
    try:
        read_set(text)
    except RuleError:
        return file_text()
    return text


def blocked_by(session: Session, draft: RuleSet | None) -> str:
    """What keeps the draft from being put in force, as things stand."""
    if draft is None:
        return ""
    try:
        drafts.check(session, tools(), draft.body)
    except Refused as refused:
        return str(refused)
    return ""


def acted(act: Callable[[], object], to: str = "/desk/rules") -> Page:
    """Do it and go on to `to`; where it is refused, the overview says why."""
    try:
        act()
    except Refused as refused:
        return overview(str(refused)), 422
    return redirect(to, 303)


@signed_in("office")
def begin() -> Page:
    number = edition(request.form.get("number", ""))
    return acted(lambda: drafts.begin(tools(), holder(), number))


def edition(typed: str) -> int:
    """The number of an edition; -1, which is none, for nonsense."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else -1


@signed_in("office")
def drop() -> Page:
    return acted(lambda: drafts.drop(tools(), holder(), request.form.get("mark", "")))


@signed_in("office")
def put_in_force() -> Page:
    reason = plain_text(request.form.get("reason", ""))
    try:
        drafts.put_in_force(tools(), holder(), request.form.get("mark", ""), reason)
    except Refused as refused:
        return overview(str(refused)), 422
    look_for_rules(now=True)
    return redirect("/desk/rules", 303)


@signed_in("office")
def import_file() -> Page:
    """One of the two files, in place of the draft's."""
    file = request.files.get("file")
    data = file.stream.read(4 * MAX_CHARS) if file else b""
    try:
        typed = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return overview("这个文件不是 UTF-8 文字。"), 422
    if not typed.strip():
        return overview("请选一个文件。"), 422
    mark = request.form.get("mark", "")
    return acted(
        lambda: drafts.edit(tools(), holder(), mark, "import", lambda text: drafts.imported(text, typed))
    )


@signed_in("office")
def export(number: str, part: str) -> Response:
    if part not in FILES:
        abort(404)
    with tools().database.work() as session:
        draft = drafts.draft_of(session)
        try:
            wanted = number == "draft" and draft is not None
            text = draft.body if draft and wanted else drafts.text_of(session, edition(number))
            body = export_part(text, part)
        except (Refused, RuleError):
            abort(404)
    answer = Response(body, mimetype="application/yaml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILES[part]}"'
    return answer


def need_draft(session: Session) -> RuleSet:
    draft = drafts.draft_of(session)
    if draft is None:
        abort(404)
    return draft


@signed_in("office")
def sector(sector_id: str, problem: str = "", typed: Typed | None = None) -> str:
    with tools().database.work() as session:
        draft = need_draft(session)
        desks, keyed = all_desks(session), desks_with_keys(session)
    duties = read_set(draft.body).duties
    if sector_id not in duties.sectors:
        abort(404)
    now, body = duties.sectors[sector_id], as_body(draft.body)
    power = body[DUTIES]["town_may_enforce"]["sectors"].get(sector_id, {}).get("basis", "")
    shown = typed or Typed(
        now.name, now.lead or "", now.assist, now.town_desk, now.hints, now.basis, now.src, bool(power), power
    )
    return render_template(
        "staff/rules_sector.html",
        problem=problem,
        mark=drafts.mark_of(draft),
        sector=now,
        shown=shown,
        departments=duties.departments,
        town_desks={one: desks[one].name for one in duties.town_desks if one in keyed},
        keyless=now.town_desk if now.town_desk not in keyed else "",
        sources=SOURCE_NAMES,
        samples=len(body[EXAMPLES]["sectors"].get(sector_id, [])),
    )


@signed_in("office")
def save_sector(sector_id: str) -> Page:
    form = request.form
    typed = Typed(
        name=text_in("name", 60),
        lead=text_in("lead", 40),
        assist=[plain_text(one) for one in form.getlist("assist")][:80],
        town_desk=text_in("town_desk", 40),
        hints=words_in("hints")[:500],
        basis=text_in("basis"),
        src=text_in("src", 20),
        enforce=bool(form.get("enforce")),
        enforce_basis=text_in("enforce_basis"),
    )
    try:
        drafts.edit(
            tools(),
            holder(),
            form.get("mark", ""),
            f"sectors.{sector_id}"[:60],
            lambda text: drafts.with_sector(text, sector_id, typed),
        )
    except Refused as refused:
        return sector(sector_id, str(refused), typed), 422
    return redirect("/desk/rules#sectors", 303)


@signed_in("office")
def save_place() -> Page:
    place_id, name, words = text_in("place", 40), text_in("name", 60), words_in("words")
    mark = request.form.get("mark", "")
    return acted(
        lambda: drafts.edit(
            tools(),
            holder(),
            mark,
            "places_outside",
            lambda text: drafts.with_place(text, place_id, name, words),
        ),
        "/desk/rules#places",
    )


@signed_in("office")
def examples(problem: str = "", written: str = "") -> str:
    """Written anew by whoever adds one: never filled in from a report, which the office has no key to."""
    chosen = request.values.get("sector", "")
    with tools().database.work() as session:
        draft = need_draft(session)
    body, duties = as_body(draft.body), read_set(draft.body).duties
    return render_template(
        "staff/rules_examples.html",
        problem=problem,
        written=written,
        mark=drafts.mark_of(draft),
        sectors=duties.sectors,
        chosen=chosen if chosen in duties.sectors else "",
        texts=body[EXAMPLES]["sectors"],
    )


@signed_in("office")
def save_example() -> Page:
    chosen, written = text_in("sector", 40), text_in("written", 400)
    change = drafts.without_example if request.form.get("remove") else drafts.with_example
    try:
        drafts.edit(
            tools(),
            holder(),
            request.form.get("mark", ""),
            f"examples.{chosen}",
            lambda text: change(text, chosen, written),
        )
    except Refused as refused:
        return examples(str(refused), written), 422
    return redirect(f"/desk/rules/examples?sector={chosen}", 303)


@signed_in(*TRIERS)
def try_page() -> str:
    with tools().database.work() as session:
        draft = drafts.draft_of(session)
    return tried(draft)


@signed_in(*TRIERS)
def run_trial() -> Page:
    """Try the draft: on the written examples (the office), and on the cases of the holder's own desks."""
    with tools().database.work() as session:
        draft = need_draft(session)
        keyed = desks_with_keys(session)
    try:
        after = rules_of(draft.body, draft.number)
    except RuleError as error:
        return tried(draft, problem=said(error)), 422
    note_listing(tools(), holder(), "rules")
    with tools().database.work() as session:
        cases = trial.try_cases(session, tools(), holder(), after)
    written = trial.try_examples(tools().rules, draft.body, draft.number, keyed) if is_office() else None
    handed = bool(request.form.get("hand_in")) and not is_office()
    if handed:
        trial.hand_in(tools(), holder(), draft, cases)
    return tried(draft, cases=cases, written=written, after=after, handed=handed)


def is_office() -> bool:
    return "office" in holder().roles


def tried(
    draft: RuleSet | None,
    problem: str = "",
    cases: trial.Trial | None = None,
    written: trial.Trial | None = None,
    after: Rules | None = None,
    handed: bool = False,
) -> str:
    told: list[trial.HandedIn] = []
    if draft is not None and is_office():
        note_listing(tools(), holder(), "trials")
        with tools().database.work() as session:
            told = trial.handed_in(session, tools(), holder(), draft)
    with tools().database.work() as session:
        desks = {name: desk.name for name, desk in all_desks(session).items()}
    return render_template(
        "staff/rules_try.html",
        problem=problem,
        draft=draft,
        cases=cases,
        written=written,
        handed=handed,
        told=told,
        desks=desks,
        sectors={one.id: one.name for one in (after or tools().rules).sectors.values()},
        office=is_office(),
        most=SHOWN,
        tried_at_most=trial.MOST,
    )


def register(staff: Blueprint) -> None:
    for address, view in (
        ("/desk/rules", overview),
        ("/desk/rules/sectors/<sector_id>", sector),
        ("/desk/rules/examples", examples),
        ("/desk/rules/try", try_page),
        ("/desk/rules/export/<number>/<part>", export),
    ):
        staff.add_url_rule(address, view_func=view, endpoint=f"rules_{view.__name__}")
    for address, post in (
        ("/desk/rules/begin", begin),
        ("/desk/rules/drop", drop),
        ("/desk/rules/force", put_in_force),
        ("/desk/rules/import", import_file),
        ("/desk/rules/sectors/<sector_id>", save_sector),
        ("/desk/rules/places", save_place),
        ("/desk/rules/examples", save_example),
        ("/desk/rules/try", run_trial),
    ):
        staff.add_url_rule(address, view_func=post, methods=["POST"], endpoint=f"rules_{post.__name__}")
