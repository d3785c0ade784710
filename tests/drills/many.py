"""Very many cases of one desk, written fast: real sealed facts, tips and keys, in the form they have once opened."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert

from app.casework.facts import Facts, Situation, clear_columns, hidden_of, seal_facts
from app.casework.models import Case
from app.clock.dues import Event
from app.db.base import Base, month_of, new_id
from app.people.grants import place_of
from app.people.models import Grant
from app.people.subjects import new_subject_key
from app.people.tools import Tools
from app.sealing.fields import Place, new_key, seal_json, wrap_key
from app.sealing.lines import LineKey
from app.sealing.retention import seal_monthly
from app.tips.content import Content, Report, Routing, seal_content, seal_thread, sequence_place
from app.tips.models import Tip
from tests.drills.server import Site

CHUNK = 2000
RARE = 250  # one case in so many is of the enterprise that is searched for
RARE_NAME = "福顺饭店"
WORDS = (
    "配电箱门掉了",
    "煤气罐放在楼道里",
    "脚手架没有护栏",
    "消防通道被货堵死",
    "电动车在屋里充电",
    "井盖没有了",
)
PLACES = ("大街东头", "村口", "市场北门", "小学对面", "工地西边", "老粮站院里")
OPEN = (("register",), ("register", "sign_for"), ("register", "sign_for", "accept"))
CLOSED = ("register", "sign_for", "accept", "verify", "conclude", "answer", "rectify", "strike_off")
OPEN_SHARE = 10  # one in so many is open, as in a town that has worked for some years
SPAN_DAYS = 1000
PADDING = bytes(1200)  # in place of the columns that no list reads


def fill(site: Site, desk: str, count: int) -> None:
    """Write `count` cases with a tip each, led by `desk`."""
    tools, made = site.town.tools, cases(site, desk, count)
    while chunk := list(islice(made, CHUNK)):
        with tools.database.work(write=True) as session:
            for table in (Case, Tip, Grant):
                rows = [row for one in chunk for kind, row in one if kind is table]
                session.execute(insert(table_of(table)), rows)


def table_of(model: type[Base]) -> Table:
    found = model.__table__
    assert isinstance(found, Table)
    return found


def cases(site: Site, desk: str, count: int) -> Iterator[list[tuple[type[Base], dict[str, Any]]]]:
    tools, today = site.town.tools, site.town.now.today()
    holder = site.town.holder(desk)
    at = max(holder.symmetric)
    maker = Maker(tools, desk, at[1], holder.symmetric[at], today)
    for n in range(count):
        yield maker.rows(n)


class Maker:
    """Makes the rows of one case after another."""

    def __init__(self, tools: Tools, desk: str, epoch: int, wrapping: bytes, today: date) -> None:
        self.tools, self.desk, self.epoch, self.wrapping, self.today = tools, desk, epoch, wrapping, today
        self.dues: dict[tuple[str, ...], dict[str, Any]] = {}

    def rows(self, n: int) -> list[tuple[type[Base], dict[str, Any]]]:
        """The `n`th case: its row, its tip's and their grants."""
        is_open = n % OPEN_SHARE == 0
        day = self.today - timedelta(days=n % 50 if is_open else 60 + n % SPAN_DAYS)
        case_id, case_key, tip_id, tip_key = new_id(), new_key(), new_id(), new_key()
        case = self.case(n, case_id, case_key, tip_id, day, is_open)
        report = self.report(n)
        words = "\n".join((case["number"], report.what, report.where, report.enterprise))
        grants = [
            self.grant("case", case_id, case_key, day) | {"line": self.line(case_id, day, words)},
            self.grant("tip", tip_id, tip_key, day) | {"line": None},
        ]
        return [
            (Case, case),
            (Tip, self.tip(n, tip_id, tip_key, case_id, day, report)),
            *((Grant, grant) for grant in grants),
        ]

    def line(self, case_id: str, day: date, words: str) -> bytes:
        key = LineKey(self.tools.keyring.month(month_of(day)), self.wrapping)
        return key.seal(words, Place("grants", f"case:{case_id}", f"line:{self.desk}"))

    def case(self, n: int, case_id: str, key: bytes, tip_id: str, day: date, is_open: bool) -> dict[str, Any]:
        edges = OPEN[n // OPEN_SHARE % len(OPEN)] if is_open else CLOSED
        state = ("received" if len(edges) < len(OPEN) else "verifying") if is_open else "closed"
        facts = Facts(
            origin="tip", tips=(tip_id,), rule="R-1", reason="写到燃气：煤气罐", guesses=("gas", "fire")
        )
        events = tuple(Event(edge, day) for edge in edges)
        now = Situation(
            case_id=case_id, reserved=False, number=f"{self.desk[0]}{n:07d}", desk=self.desk, sector="gas",
            state=state, asked=False, objected=False, events=events, facts=facts, version=1, day=day,
        )  # fmt: skip
        month = month_of(day)
        return {
            "id": case_id,
            "reserved": False,
            "day": day,
            "month": month,
            "accepted_on": None,
            "number": now.number,
            "ledger_key": new_subject_key(self.tools.keyring, "cases", case_id, month)[1],
            "facts": seal_facts(case_id, key, facts, hidden_of(now)),
            "version": 1,
            **self.clear(now),
        }

    def clear(self, now: Situation) -> dict[str, Any]:
        """Reckoned once for each history."""
        history = (now.day.isoformat(), *(event.edge for event in now.events))
        if history not in self.dues:
            self.dues[history] = clear_columns(self.tools, now)
        return {**self.dues[history], "state": now.state}

    def report(self, n: int) -> Report:
        enterprise = RARE_NAME if n % RARE == 0 else f"第{n % 997}号商户"
        what = f"{WORDS[n % len(WORDS)]}，已经好几天了，没有人管，夜里也看不见，怕出事。"
        return Report(what=what, where=PLACES[n % len(PLACES)], enterprise=enterprise)

    def tip(self, n: int, tip_id: str, key: bytes, case_id: str, day: date, report: Report) -> dict[str, Any]:
        routing = Routing(self.desk, "gas", "R-1", "写到燃气：煤气罐", ("gas", "fire"))
        month = month_of(day)
        return {
            "id": tip_id,
            "number": f"{self.desk[0]}{n:07d}",
            "day": day,
            "month": month,
            "state": "open",
            "ledger_key": new_subject_key(self.tools.keyring, "tips", tip_id, month)[1],
            "public_key": PADDING,
            "locked_private": PADDING[:80],
            "content": seal_content(tip_id, key, Content(report, (), routing, case_id)),
            "sequence": seal_json(key, n, sequence_place(tip_id)),
            "thread": seal_thread(tip_id, key, []),
            "once_digest": None,
            "once_receipt": None,
            "version": 1,
        }

    def grant(self, kind: str, subject_id: str, key: bytes, day: date) -> dict[str, Any]:
        place, month = place_of(kind, subject_id, "whole", "desk", self.desk), month_of(day)
        wrapped = wrap_key(self.wrapping, key, place)
        return {
            "subject_kind": kind,
            "subject_id": subject_id,
            "part": "whole",
            "recipient_kind": "desk",
            "recipient_id": self.desk,
            "epoch": self.epoch,
            "form": "wrap",
            "month": month,
            "sealed_key": seal_monthly(self.tools.keyring.month(month), wrapped, place),
        }
