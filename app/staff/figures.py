"""Figures: the dashboard, a desk's quarterly statement, the quarter's report, publishing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.casework.flow import LEADS, state_names
from app.casework.models import ENDS
from app.casework.needs import Unmet
from app.casework.reading import note_listing
from app.casework.records import keep_keys
from app.figures.hazards import Hazards, hazards
from app.figures.quarters import NoQuarter, Quarter, months_until
from app.figures.releases import COLUMNS, preview, publish, releases
from app.figures.rewards import reward_totals
from app.figures.statements import CHANNELS, hand_in, state_figures, statements
from app.figures.totals import FOUND, RECTIFIED, Counted, Totals, totals
from app.people.desks import NoLivingKey, all_desks
from app.rules.committees import committee_of
from app.staff.words import committee_names
from app.web.services import tools
from app.web.sessions import holder, signed_in

READERS = ("office", "signer", "handling", "dispatch")
ALL = ("office", "signer")
MONTHS = 12
END_NAMES = {
    "true": "属实",
    "partly": "部分属实",
    "untrue": "不属实",
    "unclear": "无法核实",
    "handed_up": "移送区里办结",
    "declined": "不予办理",
    "merged": "并案",
    "assisted": "协办回复",
}
WITH_WHOM = {"us": "在我们", "district": "在区里（该催办）", "enterprise": "在企业（整改逾期）"}
Page = str | AnyResponse | tuple[str, int]


@dataclass(frozen=True)
class Chart:
    """One chart and the table beside it: names of the columns, and (name, numbers) rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    upright: bool = False  # bars side by side over time, else lying

    @property
    def most(self) -> int:
        return max((number for _, numbers in self.rows for number in numbers), default=0) or 1


def chart(
    title: str, names: Mapping[str, str], *columns: tuple[str, Mapping[str, int]], upright: bool = False
) -> Chart:
    """A row for each name that has anything; over time, for each month."""
    rows = [(name, tuple(counts.get(key, 0) for _, counts in columns)) for key, name in names.items()]
    return Chart(
        title,
        tuple(name for name, _ in columns),
        tuple(row for row in rows if upright or any(row[1])),
        upright,
    )


def quarter_in(text: str) -> Quarter:
    try:
        return Quarter.read(text)
    except NoQuarter:
        abort(404)


@signed_in(*READERS)
def figures() -> str:
    """Twelve months and what is open; a desk sees its own."""
    for page in ("figures", *(("rewards", "signing") if sees_all() else ())):
        note_listing(tools(), holder(), page)
    keep_keys(tools(), holder())
    today = tools().now.today()
    money = None
    months, this = months_until(today, MONTHS), Quarter.of(today)
    with tools().database.work() as session:
        found = totals(session, tools(), holder(), months)
        desks = {desk.id: desk.name for desk in all_desks(session).values()}
        charts = charts_of(found, months, desks)
        handed = [
            (one, statements(session, tools(), holder(), one)) for one in (this.before, this.before.before)
        ]
        published = {str(one.quarter) for one in releases(session)}
        if sees_all():
            money = reward_totals(session, tools(), holder(), this)
            charts += charts_of_hazards(hazards(session, tools(), holder(), this), desks)
    return render_template(
        "staff/figures.html", charts=charts, quarters=[this, this.before, this.before.before], handed=handed,
        published=published, ended=lambda one: one.ended(today), today=today, everything=sees_all(), desks=desks,
        money=money, own=own_desks(desks),
    )  # fmt: skip


def sees_all() -> bool:
    return bool(holder().roles & set(ALL))


def own_desks(desks: Mapping[str, str]) -> dict[str, str]:
    with tools().database.work() as session:
        led = {
            desk.id
            for desk in all_desks(session).values()
            if desk.role in LEADS and desk.role != "discipline"
        }
    return {desk: desks[desk] for desk in holder().desks if desk in led}


def charts_of(found: Totals, months: Sequence[str], desks: Mapping[str, str]) -> list[Chart]:
    sectors = {sector.id: sector.name for sector in tools().rules.sectors.values()}
    came, ended = ("登记", "办结")
    by_month = {month: month for month in months}
    rectified = found.ends(lambda one: one.month, only=(RECTIFIED,))
    proven = found.ends(lambda one: one.month, only=FOUND)
    return [
        chart(
            "每月登记和办结", by_month, (came, found.arrivals(month_of)), (ended, found.ends(month_of)),
            upright=True,
        ),
        chart("在办，按状态", state_names(tools().authority), ("件", found.open(lambda one: one.state))),
        chart("超期，在谁那里", WITH_WHOM, ("件", found.open(lambda one: one.with_whom if one.late else None))),
        chart("按行业领域（十二个月）", sectors, (came, found.arrivals(sector_of)), (ended, found.ends(sector_of))),
        chart("按岗位（十二个月）", desks, (came, found.arrivals(desk_of)), (ended, found.ends(desk_of))),
        chart(
            "按专业委员会（十二个月）", committee_names(),
            (came, found.arrivals(lambda one: committee_of(one.sector))),
            (ended, found.ends(lambda one: committee_of(one.sector))),
        ),
        chart("办结的结果（十二个月）", END_NAMES, ("件", found.ends(lambda one: one.end))),
        chart("查实和整改销号", by_month, ("属实、部分属实", proven), ("整改销号", rectified), upright=True),
    ]  # fmt: skip


def charts_of_hazards(found: Hazards, desks: Mapping[str, str]) -> list[Chart]:
    """Of what the office and the leader hold site records of: this quarter's findings, and what is open."""
    places = {name: name or "别的地方" for name in sorted(found.found)}
    return [
        chart("没有销号的重大事故隐患，按岗位", desks, ("件", found.major_open)),
        chart("本季度查出的隐患，按村、社区", places, ("查出", found.found), ("其中重大", found.major)),
    ]


def month_of(one: object) -> str:
    return str(getattr(one, "month"))  # noqa: B009 - of both kinds


def sector_of(one: object) -> str:
    return str(getattr(one, "sector"))  # noqa: B009 - likewise


def desk_of(one: object) -> str:
    return str(getattr(one, "desk"))  # noqa: B009 - likewise


@signed_in(*ALL)
def quarter(text: str) -> str:
    """The report to the party committee and the government, each sentence made from figures."""
    asked = quarter_in(text)
    for page in ("figures", "rewards", "signing"):
        note_listing(tools(), holder(), page)
    keep_keys(tools(), holder())
    with tools().database.work() as session:
        found = totals(session, tools(), holder(), (*asked.before.months, *asked.months))
        stated = statements(session, tools(), holder(), asked)
        desks = all_desks(session)
        money = reward_totals(session, tools(), holder(), asked)
        found_where = hazards(session, tools(), holder(), asked)
    total = added(stated.values())
    waited = [
        desk.name for desk in desks.values()
        if desk.active and desk.kind == "inside" and desk.role in ("handling", "dispatch", "office")
        and desk.id not in stated and found.arrivals(desk_of, asked.months)[desk.id]
    ]  # fmt: skip
    return render_template(
        "staff/quarter.html", quarter=asked, came=sum(found.arrivals(month_of, asked.months).values()),
        came_before=sum(found.arrivals(month_of, asked.before.months).values()),
        ends=found.ends(lambda one: one.end, asked.months), end_names=END_NAMES, found=FOUND, all_ends=ENDS,
        ended=sum(found.ends(month_of, asked.months).values()),
        ended_before=sum(found.ends(month_of, asked.before.months).values()),
        rectified=sum(found.ends(month_of, asked.months, (RECTIFIED,)).values()),
        open=sum(found.standing.values()), late=found.open(lambda one: one.with_whom if one.late else None),
        whom=WITH_WHOM, late_desks=found.open(lambda one: one.desk if one.late and one.with_whom == "us" else None),
        desks=desks, committees=committee_names(),
        sectors={one.id: one.name for one in tools().rules.sectors.values()},
        desk_names={desk.id: desk.name for desk in desks.values()},
        by_committee=counted_by(found, lambda one: committee_of(one.sector), asked),
        by_sector=counted_by(found, sector_of, asked), by_desk=counted_by(found, desk_of, asked),
        stated=stated, total=total, waited=waited, money=money, hazards=found_where,
        took={desk: one["days"] for desk, one in stated.items() if one["days"] is not None},
        listed={channel: name for channel, name in CHANNELS.items() if channel in total},
        today=tools().now.today(),
    )  # fmt: skip


def counted_by(found: Totals, name_of: Callable[[Counted], str], asked: Quarter) -> dict[str, Counter[str]]:
    """What came and ended in the quarter and is late now, under what `name_of` says of each."""
    return {
        "came": found.arrivals(name_of, asked.months),
        "ended": found.ends(name_of, asked.months),
        "late": found.open(lambda one: name_of(one) if one.late else None),
    }


def added(stated: object) -> dict[str, int]:
    """The statements added up; what a desk withheld counts as nothing, and the page says so."""
    total: dict[str, int] = {}
    for one in stated:  # type: ignore[attr-defined]  # values of statements
        for name, value in {**one, **(one["channels"] or {})}.items():
            if isinstance(value, int):
                total[name] = total.get(name, 0) + value
    return total


@signed_in("handling", "dispatch", "office")
def statement(text: str, desk: str, problem: str = "") -> str:
    """What the desk would hand in, or has."""
    asked = quarter_in(text)
    note_listing(tools(), holder(), "statement")
    with tools().database.work() as session:
        try:
            value = statements(session, tools(), holder(), asked).get(desk)
            shown = value or asdict(state_figures(session, tools(), holder(), desk, asked))
        except Unmet:
            abort(403)
        name = all_desks(session)[desk].name
    if not holder().sits_at(desk):
        abort(403)
    return render_template(
        "staff/statement.html", quarter=asked, desk=desk, name=name, figures=shown, handed=value is not None,
        channels=CHANNELS, ended=asked.ended(tools().now.today()), problem=problem,
    )  # fmt: skip


@signed_in("handling", "dispatch", "office")
def hand_in_statement(text: str, desk: str) -> Page:
    asked = quarter_in(text)
    try:
        hand_in(tools(), holder(), desk, asked)
    except (Unmet, NoLivingKey) as unmet:
        if not holder().sits_at(desk):
            abort(403)
        return statement(text, desk, str(unmet)), 422
    return redirect(url_for("staff.statement", text=text, desk=desk), 303)


@signed_in("office")
def publish_page(text: str, problem: str = "") -> str:
    """The table as everybody would read it, before it is published for good."""
    asked = quarter_in(text)
    note_listing(tools(), holder(), "figures")
    with tools().database.work() as session:
        done = next((one for one in releases(session) if one.quarter == asked), None)
        shown = done or preview(session, tools(), holder(), asked)
    return render_template(
        "staff/release.html", shown=shown, done=done is not None, names=committee_names(), columns=COLUMNS,
        ended=asked.ended(tools().now.today()), problem=problem,
    )  # fmt: skip


@signed_in("office")
def publish_it(text: str) -> Page:
    try:
        publish(tools(), holder(), quarter_in(text))
    except Unmet as unmet:
        return publish_page(text, str(unmet)), 422
    return redirect(url_for("staff.publish_page", text=text), 303)


def register(staff: Blueprint) -> None:
    staff.add_url_rule("/desk/figures", view_func=figures)
    staff.add_url_rule("/desk/figures/quarter/<text>", view_func=quarter)
    staff.add_url_rule("/desk/figures/statement/<text>/<desk>", view_func=statement)
    staff.add_url_rule("/desk/figures/statement/<text>/<desk>", view_func=hand_in_statement, methods=["POST"])
    staff.add_url_rule("/desk/figures/publish/<text>", view_func=publish_page)
    staff.add_url_rule("/desk/figures/publish/<text>", view_func=publish_it, methods=["POST"])
