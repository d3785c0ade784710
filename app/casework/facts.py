"""What a case holds sealed under its key, as typed values.

Steps and overlays are sealed in every case. An ordinary case keeps number, desk, sector and state in clear columns, a
reserved one keeps them here too. Whoever reads a case asks `situation` and need not know which.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from app.casework.models import NEVER, Case
from app.clock.dues import Dues, Event, dues
from app.people.tools import Tools
from app.sealing.fields import Place, canonical_json, open_json, seal_steps

STEP = 2048  # bytes: a case with a tip and one without must not differ in length
ORIGINS = ("tip", "patrol", "superior", "department", "village", "split", "assist")


@dataclass(frozen=True)
class Facts:
    """The sealed part of a case."""

    origin: str  # tip, or a visit of some kind
    tips: tuple[str, ...] = ()  # ids of the tips that stand behind it, a visit's own among them
    rule: str = ""  # why it came here
    reason: str = ""
    rule_version: int = 0  # of the rules that decided; 0: the files, as in old cases
    guesses: tuple[str, ...] = ()
    assist: tuple[str, ...] = ()
    title: str = ""  # newly written by the desk; empty until then
    parent: str = ""
    children: tuple[str, ...] = ()
    records: tuple[tuple[str, str], ...] = ()  # id and key (hexadecimal), in the order they were written
    rewards: tuple[tuple[str, str], ...] = ()  # likewise
    tip_keys: dict[str, str] = field(
        default_factory=dict
    )  # so that the second way to the case is one to its tips
    history: str = ""  # hexadecimal key under which the ledger says what was done to this case
    handovers: int = 0
    split_due: str = ""  # ISO day by which the hazard that is still there must be its own case
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """A case as the flow sees it, whichever way it is stored."""

    case_id: str
    reserved: bool
    number: str
    desk: str
    sector: str
    state: str
    asked: bool
    objected: bool
    events: tuple[Event, ...]
    facts: Facts
    version: int
    day: date


PROVISIONAL = "provisional"  # 暂定牵头: the desk that gave the case back, while nobody is assigned


def newly_led(facts: Facts) -> Facts:
    """As a case comes to another desk: whoever of the last one had it does not sit there, and nothing is disputed."""
    ended = ("allotted", PROVISIONAL)
    return replace(facts, extra={name: value for name, value in facts.extra.items() if name not in ended})


def facts_place(case_id: str) -> Place:
    return Place("cases", case_id, "facts")


def seal_facts(case_id: str, key: bytes, facts: Facts, hidden: dict[str, Any]) -> bytes:
    """The sealed column: the facts, and what must not stand in clear (see `hidden_of`), in steps of 2 KB."""
    said = canonical_json({"facts": asdict(facts), "hidden": hidden})
    return seal_steps(key, said, facts_place(case_id), STEP)


def open_facts(case: Case, key: bytes) -> tuple[Facts, dict[str, Any]]:
    """Raises SealError for another case's key."""
    value = open_json(key, case.facts, facts_place(case.id))
    raw = value["facts"]
    lists = {name: tuple(raw[name]) for name in ("tips", "guesses", "assist", "children")}
    pairs = {name: tuple((one, key) for one, key in raw[name]) for name in ("records", "rewards")}
    return Facts(**{**raw, **lists, **pairs}), value["hidden"]


def situation(case: Case, key: bytes) -> Situation:
    """The case as the flow sees it. Raises SealError for another case's key."""
    facts, hidden = open_facts(case, key)
    clear = hidden if case.reserved else {name: getattr(case, name) for name in ("number", "sector", "state")}
    now = Situation(
        case_id=case.id,
        reserved=case.reserved,
        number=clear["number"],
        desk=hidden["desk"] if case.reserved else case.desk_id or "",
        sector=clear["sector"],
        state=clear["state"],
        asked=hidden["asked"],
        objected=hidden["objected"],
        events=events_in(hidden),
        facts=facts,
        version=case.version,
        day=case.day,
    )
    silent = case.accepted_on
    if silent is not None and not any(event.edge == "accept" and event.day >= silent for event in now.events):
        now = with_event(now, Event("accept", silent))
    return now


def events_in(hidden: dict[str, Any]) -> tuple[Event, ...]:
    return tuple(Event(edge, date.fromisoformat(day), note) for edge, day, note in hidden["events"])


def hidden_of(now: Situation) -> dict[str, Any]:
    """What is sealed away: steps and overlays always, of a reserved case all."""
    hidden: dict[str, Any] = {
        "asked": now.asked,
        "objected": now.objected,
        "events": [[event.edge, event.day.isoformat(), event.note] for event in now.events],
    }
    if now.reserved:
        hidden |= {"number": now.number, "desk": now.desk, "sector": now.sector, "state": now.state}
    return hidden


def with_event(now: Situation, event: Event, **changes: Any) -> Situation:
    """The situation after one more event."""
    return replace(now, events=(*now.events, event), **changes)


def last_limit(now: Situation) -> str:
    """The day by which the enterprise has to put it right (整改期限), as it was set last; empty where none was."""
    limits = [event.note for event in now.events if event.edge in ("rectify", "not_fixed")]
    return limits[-1] if limits else ""


def dues_of(tools: Tools, now: Situation) -> Dues:
    """What is due. One clock for all, so that due days do not tell a tip from a visit."""
    reported = now.facts.origin == "tip" or len(now.facts.tips) > 1
    return dues(now.events, tools.calendar, tools.limits, tipped=reported)


def clear_columns(tools: Tools, now: Situation) -> dict[str, Any]:
    """The columns of `cases` for this situation; of a reserved case only its next due day.

    Not the day to ask an authority again (催办): it is not ours to be late for, and nothing in clear could tell it
    from the end of the 60 days. Nor the day to answer a reporter once something is demanded of the enterprise: only a
    report has one beside the limit, which office and leader read. Both stay sealed, and the queue, which opens the
    case, shows them.
    """
    due = dues_of(tools, now)
    if now.state in ("rectifying", "reinspecting"):
        due = replace(due, feedback=None)
    if now.reserved:
        ours = replace(due, watch=None).next
        return {"next_due": ours[1] if ours else NEVER}
    next_due = due.next[1] if due.next else NEVER
    return {
        "desk_id": now.desk,
        "sector": now.sector,
        "state": now.state,
        "next_due": next_due,
        "conclude_due": due.conclude.day if due.conclude else None,
        "accept_due": due.accept.day if due.accept else None,
    }
