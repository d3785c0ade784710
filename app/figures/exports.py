"""Exports (导出): lists that leave Anshao as a file or on paper. Each copy bears who made it, when, and a serial
number, and is entered in the ledger before it is given out. What can be chosen is a fixed list of clear columns.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.access import may_count
from app.casework.models import NEVER, STATES, Case
from app.casework.needs import Unmet
from app.casework.reading import of_committee
from app.ledger.write import append
from app.people.holder import Holder
from app.people.tools import Tools

MOST_ROWS = 20_000  # a list longer than this is for nobody to read; memory for a file of it is some 40 MB
HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Table:
    """A list to be given out: title, names of the columns, rows of text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Mark:
    """The watermark of one copy (水印)."""

    town: str
    name: str
    at: datetime  # of whoever exports; never of what a reporter did
    serial: str

    @property
    def words(self) -> str:
        return f"{self.town}安哨 · 导出人 {self.name} · {self.at:%Y-%m-%d %H:%M} · 编号 {self.serial}"


@dataclass(frozen=True)
class Asked:
    """Which cases, and which of their columns. Empty: all."""

    first: date
    last: date
    columns: tuple[str, ...]
    desk: str = ""
    sector: str = ""
    committee: str = ""
    state: str = ""


@dataclass(frozen=True)
class Names:
    """What ids are called."""

    desks: Mapping[str, str]
    sectors: Mapping[str, str]
    states: Mapping[str, str]
    today: date
    late: Callable[[Case], bool]


def due_of(case: Case) -> date | None:
    """Of a closed case only an objection can be due, and that would tell that somebody reported."""
    return None if case.state == "closed" or case.next_due == NEVER else case.next_due


def late_of(case: Case, names: Names) -> str:
    due = due_of(case)
    if due is None or due >= names.today:
        return ""
    if names.late(case):
        return "超期"
    return "该催办了" if case.state == "handed_up" else ""


def written(day: date | None) -> str:
    return day.isoformat() if day else ""


COLUMNS: dict[str, tuple[str, Callable[[Case, Names], str]]] = {
    "number": ("编号", lambda case, _names: f"{(case.number or '')[:4]} {(case.number or '')[4:]}"),
    "day": ("登记日期", lambda case, _names: case.day.isoformat()),
    "sector": ("行业领域", lambda case, names: names.sectors.get(case.sector or "", "")),
    "desk": ("承办岗位", lambda case, names: names.desks.get(case.desk_id or "", "")),
    "state": ("状态", lambda case, names: names.states.get(case.state or "", "")),
    "due": ("该办日期", lambda case, _names: written(due_of(case))),
    "late": ("超期", late_of),
    "conclude": (
        "查清期限",
        lambda case, _names: written(case.conclude_due if case.state != "closed" else None),
    ),
}


def case_list(session: Session, holder: Holder, asked: Asked, names: Names) -> Table:
    """The cases the holder may see, oldest first. Raises Unmet: nothing to show, too much, or a column that is none."""
    if not asked.columns or not set(asked.columns) <= COLUMNS.keys():
        raise Unmet("请从列表里选要导出的列。密封的内容不能导出。")
    wanted = [may_count(holder), Case.day.between(asked.first, asked.last), *of_committee(asked.committee)]
    if asked.state and asked.state not in STATES:
        raise Unmet("请从列表里选状态。")
    for column, value in (
        (Case.desk_id, asked.desk),
        (Case.sector, asked.sector),
        (Case.state, asked.state),
    ):
        wanted += [column == value] if value else []
    cases = session.scalars(
        select(Case).where(*wanted).order_by(Case.day, Case.id).limit(MOST_ROWS + 1)
    ).all()
    chosen = [COLUMNS[name] for name in COLUMNS if name in asked.columns]
    rows = tuple(tuple(show(case, names) for _, show in chosen) for case in cases)
    title = f"事项清单 {asked.first.isoformat()} 至 {asked.last.isoformat()}"
    return bounded(Table(title, tuple(name for name, _ in chosen), rows))


def bounded(table: Table) -> Table:
    """The table, if it is not too long. Raises Unmet."""
    if len(table.rows) > MOST_ROWS:
        raise Unmet(f"超过 {MOST_ROWS:,} 条，请把日期缩短，或者只选一个岗位、一个行业领域。")
    return table


def give_out(tools: Tools, holder: Holder, table: Table, form: str) -> Mark:
    """Enter that this copy is given out, and return its mark: durable before anything leaves."""
    serial = "-".join(secrets.token_hex(2).upper() for _ in range(3))
    mark = Mark(tools.town, holder.name, tools.now.instant().astimezone(HERE), serial)
    with tools.database.work(write=True) as session:
        append(
            session,
            day=tools.now.today(),
            kind="exported",
            actor=holder.ledger_key,
            subject=export_key(tools, serial),
            detail={
                "by": holder.name,
                "serial": serial,
                "title": table.title,
                "columns": list(table.columns),
                "rows": len(table.rows),
                "form": form,
            },
        )
    return mark


def export_key(tools: Tools, serial: str) -> bytes:
    """The ledger key of one copy: by the serial number on a leaked one its entry is found."""
    return tools.keyring.standing_key(f"export:{serial}")


def days_between(first: str, last: str, today: date) -> tuple[date, date]:
    """Two days as typed; empty: the quarter so far. Raises Unmet."""
    begin = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    try:
        found = (date.fromisoformat(first) if first else begin, date.fromisoformat(last) if last else today)
    except ValueError:
        raise Unmet("日期请写成 2026-12-01 这样。") from None
    if found[0] > found[1]:
        raise Unmet("开始的日期要在结束的日期之前。")
    return found


def chosen_columns(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
