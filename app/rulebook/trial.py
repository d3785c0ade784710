"""A draft tried before it is in force (试分派): what would go elsewhere, and why.

On the written examples, and on the cases that whoever tries can open; nothing leaves the server. Of a desk's cases
the office learns two numbers, and only when the desk hands them in, sealed to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from app.casework.access import cases_of_desks
from app.casework.facts import open_facts
from app.casework.models import Case
from app.casework.reading import contents_of
from app.casework.records import prepare_record, read_records
from app.intake.sent import Sent
from app.ledger.write import append
from app.people.desks import desk_recipients, desks_of_named, desks_with_keys
from app.people.grants import open_keys
from app.people.holder import Holder
from app.people.tools import Tools
from app.rulebook.models import RuleSet
from app.rules.drafts import read_set, rules_of
from app.rules.report import Decision
from app.rules.routing import Report, Rules, route

MOST = 500  # cases that are tried, the newest
LEAST = 5  # fewer that would go elsewhere, or stay, are not told: a draft made for it would ask for a word of a report
OFFICE, TRIAL = "office", "trial"


@dataclass(frozen=True)
class Shift:
    """One text that would go elsewhere: where now, where then, and why in words that quote nothing."""

    case_id: str
    number: str  # of the case; the example's own words where there is no case
    before: Decision
    after: Decision


@dataclass(frozen=True)
class Trial:
    """How many were tried, and those that would go elsewhere."""

    tried: int
    shifts: tuple[Shift, ...]


@dataclass(frozen=True)
class HandedIn:
    """What a desk told the office of its trial."""

    desk: str
    tried: int
    elsewhere: int | None  # None: withheld
    fresh: bool  # of the draft as it is now


def try_examples(before: Rules, text: str, number: int, keyed: frozenset[str]) -> Trial:
    """The draft's own examples, by the set in force and by the draft. Raises RuleError."""
    after = rules_of(text, number)
    examples = read_set(text).examples
    named = {name for one in after.sectors.values() for name in (one.name, *one.hints)}
    written = tuple(one for _, one in examples if one not in named)
    pairs = zip(written, decided(before, written, keyed), decided(after, written, keyed), strict=True)
    return Trial(
        len(written), tuple(Shift("", one, old, new) for one, old, new in pairs if differs(old, new))
    )


@dataclass(frozen=True)
class Asked:
    """Rules that are told apart by version alone, so that what they say can be kept."""

    rules: Rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and other.rules is self.rules


def decided(rules: Rules, written: tuple[str, ...], keyed: frozenset[str]) -> tuple[Decision, ...]:
    return _decided(Asked(rules), written, keyed)


@lru_cache(maxsize=2)
def _decided(asked: Asked, written: tuple[str, ...], keyed: frozenset[str]) -> tuple[Decision, ...]:
    return tuple(route(Report(what=one), asked.rules, desks_with_keys=keyed) for one in written)


def try_cases(session: Session, tools: Tools, holder: Holder, after: Rules) -> Trial:
    """The newest ordinary cases that the whole of the holder's desks can open, each by its first report: the numbers
    are handed in. The reading is the caller's to note.
    """
    ordinary = cases_of_desks(holder).where(Case.reserved.is_(False))
    query = ordinary.order_by(Case.day.desc(), Case.id).limit(MOST)
    cases = session.scalars(query).all()
    keys = open_keys(session, tools.keyring, holder, "case", [case.id for case in cases])
    keyed, tried, shifts = desks_with_keys(session), 0, []
    for case, seen, unwanted in texts_of(
        session, tools, holder, [one for one in cases if one.id in keys], keys
    ):
        tried += 1
        shut = desks_of_named(session, unwanted)
        old, new = (route(seen, one, desks_with_keys=keyed, shut=shut) for one in (tools.rules, after))
        if differs(old, new):
            shifts.append(Shift(case.id, case.number or "", old, new))
    return Trial(tried, tuple(shifts))


def texts_of(
    session: Session, tools: Tools, holder: Holder, cases: list[Case], keys: dict[str, bytes]
) -> Iterator[tuple[Case, Report, str]]:
    facts = {case.id: open_facts(case, keys[case.id])[0] for case in cases}
    contents = contents_of(session, tools, holder, facts.values())
    for case in cases:
        first = next((contents[one] for one in facts[case.id].tips if one in contents), None)
        if first is not None:
            report = first.report
            yield case, Sent(report=report, once=b"").seen(tools.rules.questions), report.not_these


def differs(old: Decision, new: Decision) -> bool:
    return (old.desk, old.sector) != (new.desk, new.sector)


def hand_in(tools: Tools, holder: Holder, draft: RuleSet, trial: Trial) -> None:
    """Tell the office how many were tried and how many would go elsewhere, as a record sealed to it alone. Numbers of
    cases, not of reports: how many reports stand behind a case is nobody's to count. Who writes the draft reads the
    answer: a hint like a name would tell by one case more that a report has it, so that small numbers are withheld.
    """
    day, desk, elsewhere = tools.now.today(), ",".join(holder.desks), len(trial.shifts)
    value = {
        "draft": draft.id,
        "version": draft.version,
        "desk": desk,
        "tried": trial.tried,
        "elsewhere": elsewhere if LEAST <= elsewhere <= trial.tried - LEAST else None,
    }
    with tools.database.work() as session:
        known = desk_recipients(session, tools.keyring, [OFFICE])
    record = prepare_record(tools, known, kind=TRIAL, value=value, holders=[OFFICE], day=day)
    with tools.database.work(write=True) as session:
        session.add_all(record.rows)
        session.flush()
        append(
            session,
            day=day,
            kind="rules_tried",
            actor=holder.ledger_key,
            subject=tools.keyring.standing_key("rules"),
            detail={"by": holder.name, "desk": desk, "number": draft.number},
        )


def handed_in(session: Session, tools: Tools, holder: Holder, draft: RuleSet) -> list[HandedIn]:
    """The latest of each desk for this draft; the office's key opens them. The reading is the caller's to note."""
    found: dict[str, dict[str, Any]] = {}
    for one in read_records(session, tools, holder):
        if one.kind != TRIAL or one.value["draft"] != draft.id:
            continue
        before = found.get(one.value["desk"])
        if before is None or before["version"] <= one.value["version"]:
            found[one.value["desk"]] = one.value
    return [
        HandedIn(desk, value["tried"], value["elsewhere"], value["version"] == draft.version)
        for desk, value in sorted(found.items())
    ]
