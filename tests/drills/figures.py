"""Figures on very many cases: `python -m tests.drills.figures` fills one million on PostgreSQL and 100,000 on SQLite.

Most rows are written by the database itself, with short padding in place of what is sealed (which PostgreSQL keeps
outside of the row): figures read clear columns alone.
The desk whose queue is asked for has real cases, as in `many`.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from app.casework.access import may_count
from app.casework.models import OPEN, Case
from app.casework.reading import queue
from app.casework.records import MOST_KEPT, keep_keys, prepare_record
from app.db.base import Base
from app.figures.hazards import hazards
from app.figures.quarters import Quarter, months_until
from app.figures.statements import state_figures, statements
from app.figures.totals import totals
from app.people.desks import desk_recipients
from app.people.holder import Holder
from tests.conftest import postgres_database
from tests.drills.bench import DESK, line, median_of
from tests.drills.many import fill
from tests.drills.server import Site, make_site

REAL = 20_000
DISPUTED = 300  # cases that wait at the dispatch desk, none of which the measured desk gave back
RECORDS = 10_000
SERIES = {"postgresql": "generate_series(1, :count) AS s(n)", "sqlite": "s"}
FIRST = {
    "postgresql": "",
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count) ",
}
DAY = {"postgresql": "CURRENT_DATE + ({})", "sqlite": "date('now', ({}) || ' days')"}
MONTH = {"postgresql": "to_char({}, 'YYYY-MM')", "sqlite": "strftime('%Y-%m', {})"}
ID = {"postgresql": "md5(n::text)", "sqlite": "printf('%032x', n)"}
PAD = {"postgresql": "decode(repeat('00', {}), 'hex')", "sqlite": "zeroblob({})"}
NUMBER = {"postgresql": "lpad(n::text, 8, '0')", "sqlite": "printf('%08d', n)"}
DESKS = ("anjian", "zhifa", "paichusuo", "shichang", "nongye", "shehui", "jingji")
SECTORS = ("gas", "fire", "hazchem", "construction", "road_transport", "trade_industry", "ebike", "school")


def one_of(names: tuple[str, ...], step: int) -> str:
    whens = " ".join(f"WHEN {at} THEN '{name}'" for at, name in enumerate(names))
    return f"CASE n / {step} % {len(names)} {whens} END"


def fill_clear(site: Site, count: int) -> None:
    """Cases of the other desks: one in ten open, the rest closed within three years."""
    database = site.town.tools.database
    kind = "sqlite" if database.is_sqlite else "postgresql"
    day = DAY[kind].format("CASE WHEN n % 10 = 0 THEN -(n % 50) ELSE -(60 + n % 1000) END")
    state = one_of(("received", "verifying", "handed_up", "concluded", "rectifying"), 10)
    due = DAY[kind].format("n % 60 - 5")
    never = "'9999-12-31'" if kind == "sqlite" else "DATE '9999-12-31'"
    yes, pad = ("0", PAD[kind].format(40)) if kind == "sqlite" else ("false", PAD[kind].format(40))
    rows = (
        f"INSERT INTO cases (id, reserved, day, month, next_due, number, desk_id, sector, state, ledger_key, facts,"  # noqa: S608 - ours
        f" version) {FIRST[kind]}SELECT {ID[kind]}, {yes}, {day}, {MONTH[kind].format(day)},"
        f" CASE WHEN n % 10 = 0 THEN {due} ELSE {never} END, {NUMBER[kind]}, {one_of(DESKS, 1)},"
        f" {one_of(SECTORS, 3)}, CASE WHEN n % 10 = 0 THEN {state} ELSE 'closed' END, {pad},"
        f" {PAD[kind].format(200)}, 1 FROM {SERIES[kind]}"
    )
    counts = (
        "INSERT INTO monthly_counts (month, desk_id, sector, outcome, count)"
        " SELECT month, desk_id, sector, 'true', count(*) FROM cases WHERE state = 'closed' GROUP BY 1, 2, 3"
    )
    disputed = (
        "UPDATE cases SET desk_id = 'dispatch' WHERE id IN (SELECT id FROM cases WHERE desk_id = 'jingji'"  # noqa: S608
        f" AND state = 'received' ORDER BY id LIMIT {DISPUTED})"
    )
    for words in (rows, counts, disputed):
        with database.work(write=True) as session:
            session.execute(text(words), {"count": count} if ":count" in words else {})


def fill_records(site: Site, count: int) -> None:
    """Signed site records of the desk's cases, as the office holds them: two thousand a year for five years."""
    tools = site.town.tools
    today = tools.now.today()
    with tools.database.work() as session:
        cases = session.scalars(select(Case.id).where(Case.desk_id == DESK).limit(count)).all()
        known = desk_recipients(session, tools.keyring, (DESK,))
    for start in range(0, count, 1000):
        rows: list[Base] = []
        for at in range(start, start + 1000):
            value = {
                "enterprise": "某饭店", "place": f"第{at % 60}村", "found": "后厨四个钢瓶，软管老化开裂",
                "level": "major" if at % 40 == 0 else "general", "case": cases[at % len(cases)], "desk": DESK,
                "number": f"{at:08d}", "sector": "gas", "signed_by": "镇长", "signed_on": today.isoformat(),
            }  # fmt: skip
            day = today - timedelta(days=at % 1800)
            rows += prepare_record(tools, known, kind="site", value=value, holders=list(known), day=day).rows
        with tools.database.work(write=True) as session:
            session.add_all(rows)


def timed(act: Callable[[], object], rounds: int = 11) -> str:
    def once() -> float:
        began = time.perf_counter()
        act()
        return (time.perf_counter() - began) * 1000

    once()
    least, median, most = median_of(once, rounds)
    return f"{median:.1f} ms ({least:.1f} to {most:.1f})"


def overdue_board(site: Site, holder: Holder) -> None:
    """What the office looks at: the first 500 by what is due."""
    with site.town.tools.database.work() as session:
        wanted = select(Case).where(may_count(holder), OPEN).order_by(Case.next_due, Case.id).limit(500)
        assert len(session.scalars(wanted).all()) == 500


def measure(site: Site, count: int) -> None:
    fill(site, DESK, REAL)
    fill_clear(site, count - REAL)
    fill_records(site, RECORDS)
    tools, desk = site.town.tools, site.town.holder(DESK)
    office = replace(desk, roles=frozenset({"office"}))  # with the desk's keys, which hold the records here
    today = tools.now.today()
    this = Quarter.of(today)

    def listed(**asked: str) -> Callable[[], object]:
        def act() -> None:
            with tools.database.work() as session:
                queue(session, tools, desk, **asked)

        return act

    def quarter() -> None:
        with tools.database.work() as session:
            totals(session, tools, office, (*this.before.months, *this.months))
            statements(session, tools, office, this)
            hazards(session, tools, office, this)

    def found_where() -> None:
        with tools.database.work() as session:
            hazards(session, tools, office, this)

    def dashboard() -> None:
        with tools.database.work() as session:
            totals(session, tools, office, months_until(today, 12))

    def statement() -> None:
        with tools.database.work() as session:
            state_figures(session, tools, desk, DESK, this.before)

    for _ in range(RECORDS // MOST_KEPT):  # as the pages do when somebody looks
        keep_keys(tools, office)
    with tools.database.writer.connect() as connection, connection.begin():
        connection.execute(text("ANALYZE"))  # as PostgreSQL does by itself some minutes later
    line("queue", timed(listed()), "≤ 50 ms")
    line("queue, closed", timed(listed(state="closed")), "≤ 50 ms")
    line("queue, what is late", timed(listed(due="late")), "≤ 50 ms")
    line("queue, one sector", timed(listed(sector="gas")), "≤ 50 ms")
    line("queue, a state and a sector", timed(listed(state="verifying", sector="gas")), "≤ 50 ms")
    line("overdue board", timed(lambda: overdue_board(site, office)), "≤ 50 ms")
    line("quarterly report", timed(quarter, 5), "≤ 3,000 ms")
    line(f"of it what was found, {RECORDS:,} records opened", timed(found_where, 3), "")
    line("dashboard, twelve months", timed(dashboard, 5), "")
    line(f"a desk's statement, {REAL:,} cases opened", timed(statement, 3), "")


def main() -> None:
    for name, count in (("PostgreSQL", 1_000_000), ("SQLite", 100_000)):
        folder = Path(tempfile.mkdtemp(prefix="anshao-figures-"))
        print(f"{name}, {count:,} cases", flush=True)
        if name == "SQLite":
            with make_site(folder) as site:
                measure(site, count)
        else:
            with postgres_database() as address, make_site(folder, address) as site:
                measure(site, count)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
