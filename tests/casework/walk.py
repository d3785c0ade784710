"""Random walks over the flow: a step is judged by the table and by what then lies in the database, not by `steps`."""

import io
import random
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from PIL import Image
from sqlalchemy import func, select

from app.casework.context import Desktop, lay_out
from app.casework.edges import take_edge
from app.casework.facts import clear_columns, events_in, open_facts, situation
from app.casework.flow import EDGES, TABLE, Edge, Field
from app.casework.models import Case
from app.casework.needs import Unmet, colleagues, may_countersign, may_receive, possible
from app.casework.reporting import read_follow, say
from app.casework.signing import sign_record, waiting_for_signature
from app.db.base import Base
from app.db.versions import Outrun
from app.intake.take import take
from app.intake.visits import open_visit
from app.jobs.work import move_on
from app.ledger.models import LedgerEntry
from app.people.grants import NoKey, Subject, holders_of
from app.people.holder import Holder
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.intake.test_take import GAS, sent
from tests.makers import Town, add_member

OFFICIAL = Report(what="安全办的人收厂里的钱，检查前通风报信", where="和兴园区", about_official=True)
LEADER = Report(what="副镇长收了老板的红包，没人管", where="和兴园区", about_official=True)
DEATH = Report(what="厂里轧死一个人没报，那台机器还在转", deaths=True, still_dangerous=True)
ALL_SORTS = (
    GAS,
    replace(GAS, insider=True, visit="later"),
    replace(GAS, not_these="城建办的王某"),
    OFFICIAL,
    DEATH,
)
DESKS = ("chengjian", "anjian", "zhifa", "dispatch", "office", "jijian")
OTHERS = ("admin", "custodian", "approver", "signer", "cashier", "clerk", "duty")
REFUSED = (Unmet, NoKey, Outrun)
ALSO_TO = {
    "unmerge": "verifying",  # back to where it was when it was merged
    "reopen": "received",  # a death is handed over anew
}
OF_A_DEATH = ("received", "handed_up", "concluded", "closed")
FIRST = 6  # cases that most steps are about
HAND_OVERS = ("transfer", "hand_back", "assign")
OTHER_CASES = {
    "merge": 1,
    "unmerge": 1,
    "split": 2,
    "assist": 2,
}  # entries about another case; a new one has two
BY_ANOTHER = ("merge", "unmerge")  # what the other case is, and who has it, the page does not know
ONWARD = {
    "assign": 3,
    "act_first": 2,
    "accept": 4,
    "plan_visit": 2,
    "verify": 3,
    "countersign": 6,
    "conclude": 9,
    "answer": 4,
    "rectify": 6,
    "report_done": 4,
    "reinspect": 9,
    "strike_off": 9,
    "merge": 2,
}
ASIDE = {
    "split": 0.3,
    "hand_up": 0.5,
    "decline": 0.3,
    "ask": 0.7,
    "transfer": 0.7,
    "close": 0.5,
    "record_decision": 0.5,
}
WEIGHTS = {**ONWARD, **ASIDE}  # so that a walk gets to the end of a case
NONSENSE = ("", "   ", "x" * 5000, "nobody", "2026-13-45", "-1", "\0", "</script>")


@dataclass(frozen=True)
class Seen:
    """A case as its row and its key say it."""

    row: dict[str, Any]
    key: bytes = field(repr=False)
    state: str
    desk: str
    events: int
    verifiers: frozenset[str]
    provisional: str
    tips: tuple[str, ...]


def nameless(held: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Who holds a tip's key; the reporter without the id."""
    return [(kind, "" if kind == "reporter" else name) for kind, name in held]


def small_picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 80).save(out, "JPEG")
    return out.getvalue()


class Walk:
    """One town with cases of every sort, and somebody who tries things."""

    def __init__(self, town: Town, seed: int, reports: Sequence[Report] = ALL_SORTS) -> None:
        self.town, self.random = town, random.Random(seed)
        self.picture = small_picture()
        add_member(town, "jijian_2", list(town.holder("jijian").epochs.values()), "jijian")
        self.holders = {name: town.holder(name) for name in town.members}
        self.taken, self.refused = Counter[str](), Counter[str]()
        sent_in = [take(town.tools, sent(report)) for report in reports]
        self.cases = [one.case_id for one in sent_in]
        self.visits = [look_up(town.tools, one.receipt) for one in sent_in if one.receipt is not None]
        self.open_patrol()

    def open_patrol(self) -> None:
        opened = open_visit(
            self.town.tools,
            self.holders["chengjian"],
            origin="patrol",
            sector="gas",
            place="大集",
            enterprise="",
            text="软管老化",
            uploads=[],
            once=secrets.token_bytes(32),
        )
        self.cases.append(opened.case_id)

    # ------------------------------------------------------------------------------------ what is there

    def dump(self) -> dict[str, set[tuple[Any, ...]]]:
        """Every row of every table but staging: photos are staged before a step is judged."""
        with self.town.tools.database.reader.connect() as connection:
            return {
                table.name: {tuple(row) for row in connection.execute(select(table))}
                for table in Base.metadata.sorted_tables
                if table.name != "objects"
            }

    def entries(self) -> int:
        with self.town.tools.database.work() as session:
            return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0

    def recipients(self, subject_id: str, kind: str = "case") -> list[tuple[str, str]]:
        with self.town.tools.database.work() as session:
            return holders_of(session, Subject(kind, subject_id))

    def lead(self, case_id: str) -> tuple[str, str]:
        """Who has the case: the one that holds its key, or the dispatch desk beside whoever gave it back."""
        held = self.recipients(case_id)
        return held[0] if len(held) == 1 else ("desk", "dispatch")

    def reader(self, case_id: str) -> Holder:
        """Somebody who leads the case."""
        kind, recipient = self.lead(case_id)
        if kind == "desk":
            return self.random.choice([one for one in self.holders.values() if one.sits_at(recipient)])
        return next(one for one in self.holders.values() if one.member_id == recipient)

    def lay_out(self, case_id: str, holder: Holder) -> Desktop:
        with self.town.tools.database.work() as session:
            return lay_out(session, self.town.tools, holder, case_id)

    def see(self, case_id: str) -> Seen:
        now = self.lay_out(case_id, self.reader(case_id))
        row = {column.name: getattr(now.case, column.name) for column in Case.__table__.columns}
        _, hidden = open_facts(now.case, now.key)
        verifiers = frozenset(str(one.value["author_id"]) for one in now.recorded("site"))
        facts, events = now.now.facts, len(events_in(hidden))
        provisional = str(facts.extra.get("provisional", ""))
        return Seen(row, now.key, now.now.state, now.now.desk, events, verifiers, provisional, facts.tips)

    # -------------------------------------------------------------------------------------- one step

    def step(self) -> None:
        """Somebody does something."""
        act = self.random.choices(
            (self.try_edge, self.try_as_reporter, self.sign, self.pass_time), (70, 12, 14, 4)
        )[0]
        act()

    def try_edge(self) -> None:
        case_id = self.random.choice(self.cases[:FIRST] if self.random.random() < 0.9 else self.cases)
        before, held, who = self.see(case_id), self.recipients(case_id), self.reader(case_id).username
        if before.provisional in DESKS and self.random.random() < 0.4:
            who = before.provisional
        elif self.random.random() < 0.15:
            who = self.random.choice((*DESKS, *OTHERS))
        edge, sensible, offered = self.choose_edge(case_id, self.holders[who])
        values = {
            one.name: self.value(one, case_id, self.holders[who], sensible)
            for one in edge.asked
            if one.kind != "photos"
        }
        if sensible:
            values |= self.receiver(edge, case_id, self.holders[who])
        uploads = [self.picture] * (sensible or self.random.random() < 0.3)
        by_opening = edge.name == "sign_for" and self.random.random() < 0.9
        rows, entries = self.dump(), self.entries()
        try:
            take_edge(
                self.town.tools, self.holders[who], case_id, edge.name, values, uploads, by_opening=by_opening
            )
        except REFUSED as why:
            self.refused[edge.name] += 1
            passable = offered and sensible and edge.name not in BY_ANOTHER
            assert not passable, f"{edge.name} is offered and cannot be taken: {why}"
            assert self.dump() == rows, f"{edge.name} was refused and changed something"
            return
        self.taken[edge.name] += 1
        assert edge.page or by_opening
        self.check_taken(edge, self.holders[who], before, self.see(case_id))
        self.check_dispute(edge, case_id, held)
        assert self.entries() - entries == 1 + OTHER_CASES.get(edge.name, 0)
        self.check_clear(case_id)
        self.check_keys(case_id)
        self.find_new_cases()

    def choose_edge(self, case_id: str, holder: Holder) -> tuple[Edge, bool, bool]:
        """Mostly one that could be taken, with sensible values; else any. And whether the page offers it."""
        if self.random.random() < 0.2:
            return self.random.choice(EDGES), self.random.random() < 0.5, False
        try:
            open_to = [edge for edge, missing in possible(self.lay_out(case_id, holder)) if missing is None]
        except NoKey:
            open_to = []
        sensible = self.random.random() < 0.9
        if self.see(case_id).state == "received" and self.random.random() < 0.3:
            return TABLE["sign_for"], sensible, False
        likely = [WEIGHTS.get(edge.name, 1) for edge in open_to]
        (edge,) = self.random.choices(open_to or EDGES, likely or None)
        return edge, sensible, bool(open_to)

    def value(self, one: Field, case_id: str, holder: Holder, sensible: bool) -> str:
        if not sensible and self.random.random() < 0.5:
            return self.random.choice(NONSENSE)
        if one.name == "exits" and sensible:  # blocked: then no day but today would do
            return ""
        if one.choices:
            return self.random.choice(one.choices)[0]
        pick: dict[str, Callable[[], str]] = {
            "desk": lambda: self.random.choice(DESKS if sensible else (*DESKS, *OTHERS)),
            "member": lambda: self.some_member(case_id, holder) if sensible else "anjian",
            "bureau": lambda: self.random.choice(("qu_yingji", "qu_xiaofang")),
            "sector": lambda: self.random.choice(("gas", "trade_industry")),
            "into": self.some_number,
            "tip": lambda: "",
            "also": lambda: "",
            "criterion": lambda: self.random.choice(("", "gas")),
            "record": lambda: self.some_record(case_id, holder),
        }
        kinds = {
            "day": lambda: (self.town.now.today() + timedelta(days=self.random.randrange(40))).isoformat(),
            "yuan": lambda: str(self.random.randrange(100_000)),
        }
        found = pick.get(one.name) or kinds.get(one.kind)
        return found() if found else "另写的话，与来信无关。"

    def receiver(self, edge: Edge, case_id: str, holder: Holder) -> dict[str, str]:
        """A desk that may get the case or a part of it; one member of it alone where somebody must not know."""
        try:
            now = self.lay_out(case_id, holder)
        except NoKey:
            return {}
        may = DESKS if edge.name in ("split", "assist") else sorted({*DESKS} & {*may_receive(now)})
        may = [desk for desk in may if edge.name != "assist" or desk != "jijian"]
        may = [desk for desk in may if not now.tools.rules.names_desk(desk, now.unwanted)]
        if edge.name not in ("transfer", "assign", "split", "assist") or not may:
            return {}
        desk = self.random.choice(may)
        alone = (now.unwanted and desk != "dispatch") or self.random.random() < 0.2
        return {"desk": desk} | (
            {"member": desk if alone else ""} if edge.name in ("transfer", "assign") else {}
        )

    def some_member(self, case_id: str, holder: Holder) -> str:
        """Somebody of the desk, or nobody."""
        try:
            return self.random.choice(["", *(one for one, _ in colleagues(self.lay_out(case_id, holder)))])
        except NoKey:
            return ""

    def some_record(self, case_id: str, holder: Holder) -> str:
        """One that the holder may sign, if any."""
        try:
            found = may_countersign(self.lay_out(case_id, holder))
        except NoKey:
            found = []
        return self.random.choice(found).id if found else "nothing"

    def some_number(self) -> str:
        with self.town.tools.database.work() as session:
            numbers = {case.id: case.number for case in session.scalars(select(Case))}
        return self.random.choice([numbers[one] or "" for one in self.cases])

    def find_new_cases(self) -> None:
        with self.town.tools.database.work() as session:
            known = session.scalars(select(Case.id)).all()
        self.cases += [one for one in known if one not in self.cases]

    def check_taken(self, edge: Edge, holder: Holder, before: Seen, after: Seen) -> None:
        """What the table says of this edge, and nothing else, has happened."""
        lead = before.desk in holder.desks
        may = {
            "lead": lead,
            "dispatch": lead and holder.sits_at("dispatch"),
            "provisional": before.provisional in holder.desks,
            "other": lead and holder.member_id not in before.verifiers,
        }
        assert any(may.get(who, False) for who in edge.who)
        assert before.state in edge.frm
        assert after.state in {edge.to or before.state, ALSO_TO.get(edge.name)}
        assert after.row["version"] == before.row["version"] + 1
        assert after.events > before.events
        assert edge.name in HAND_OVERS or after.desk == before.desk
        self.check_death(after.row["sector"], after.state)
        settled = bool(before.provisional) and after.state != "received"
        assert (after.key != before.key) == (edge.name in HAND_OVERS or settled), (
            "a hand-over makes a new key, and the end of a dispute, nothing else"
        )

    def check_dispute(self, edge: Edge, case_id: str, held: list[tuple[str, str]]) -> None:
        """Who gave a case back keeps its key, tips and all, until somebody leads it, and no longer."""
        after, now = self.recipients(case_id), self.see(case_id)
        if len(held) > 1 or len(after) > 1:
            tips = [nameless(self.recipients(one, "tip")) for one in now.tips]
            assert all(sorted([*after, ("reporter", "")]) == sorted(one) for one in tips)
        if edge.name == "hand_back":
            assert sorted(after) == sorted([*held, ("desk", "dispatch")])
        elif edge.name in HAND_OVERS or now.state != "received":
            assert len(after) == 1
        assert bool(now.provisional) == (len(after) > 1)

    def check_death(self, sector: str | None, state: str | None) -> None:
        """The town verifies no death, whatever anybody tries."""
        assert sector != self.town.tools.rules.escalated("death").id or state in OF_A_DEATH

    def check_keys(self, case_id: str) -> None:
        """The row says what its sealed facts say; who leads it opens it, and nobody else."""
        kind, recipient = self.lead(case_id)
        held = [one for _, one in self.recipients(case_id)]
        for holder in self.holders.values():
            if {*held} & {*holder.desks, holder.member_id}:
                now = self.lay_out(case_id, holder)
            else:
                try:
                    self.lay_out(case_id, holder)
                except NoKey:
                    continue
                raise AssertionError(f"{holder.username} opened what {held} hold")
        sealed = situation(now.case, now.key)
        assert kind == "member" or sealed.desk == recipient
        assert now.desks[sealed.desk].role in ("handling", "dispatch", "office", "discipline")
        if now.case.reserved:
            names = ("number", "desk_id", "sector", "state", "conclude_due", "accept_due", "accepted_on")
            assert [getattr(now.case, name) for name in names] == [None] * len(names)
            assert now.desks[sealed.desk].role == "discipline"

    def check_clear(self, case_id: str) -> None:
        """Right after an edge the clear columns are what the sealed facts give."""
        now = self.lay_out(case_id, self.reader(case_id))
        for name, value in clear_columns(self.town.tools, situation(now.case, now.key)).items():
            assert getattr(now.case, name) == value, name

    # ----------------------------------------------------------------------------- what happens beside

    def try_as_reporter(self) -> None:
        """The reporter says something: overlays and due days may change, never a state."""
        visit = self.random.choice(self.visits)
        read_follow(self.town.tools, visit)
        states, rows = self.states(), self.dump()
        kind = self.random.choice(("message", "reply", "reply", "objection", "objection", "withdrawal"))
        try:
            say(self.town.tools, visit, kind, "我再说一句", once=self.random.choice(("", "a")))
        except REFUSED:
            assert self.dump() == rows, f"{kind} was refused and changed something"
        assert self.states() == states

    def states(self) -> list[str | None]:
        """The states in clear; a reserved case has none."""
        with self.town.tools.database.work() as session:
            found = {case.id: case.state for case in session.scalars(select(Case))}
        return [found[case_id] for case_id in self.cases]

    def sign(self) -> None:
        signer, states = self.holders["signer"], self.states()
        for record in waiting_for_signature(self.town.tools, signer):
            sign_record(self.town.tools, signer, record.id, "同意")
        assert self.states() == states

    def pass_time(self) -> None:
        """Days pass, and silence becomes acceptance."""
        self.town.now.pass_days(self.random.choice((0, 1, 3, 10, 40)))
        before = self.states()
        move_on(self.town.tools)
        for old, new in zip(before, self.states(), strict=True):
            assert new == old or (old, new) == ("received", TABLE["accept"].to)
        with self.town.tools.database.work() as session:
            for case in session.scalars(select(Case)):
                self.check_death(case.sector, case.state)
