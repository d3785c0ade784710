"""What the page of one case shows, part by part: the log, the days, what was said and found, the forms of the steps."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from app.casework.answering import answered
from app.casework.context import Desktop
from app.casework.facts import dues_of
from app.casework.flow import LEADS, LEVELS, PLANS, SYSTEMS, Edge, Field
from app.casework.lateness import late_dues
from app.casework.needs import colleagues, is_alone, may_countersign, may_receive, nobody_to_recheck, possible
from app.casework.outside import ready_for
from app.casework.papers import CHANNELS
from app.casework.records import is_waiting
from app.casework.reporting import is_retaliation
from app.casework.ticketed import Ticket
from app.casework.tickets import ready_text, tickets_of
from app.casework.visiting import wishes
from app.ledger.write import Opening, history
from app.people.models import Desk, Member, Membership
from app.rules.canned import load_canned
from app.rules.criteria import load_criteria
from app.rules.insider import insider_words
from app.staff.words import EDGE_NAMES, INSIDE, KIND_NAMES, MEASURES, ONWARD
from app.tips.content import Photo, photos_of
from app.web.services import tools

Choices = list[tuple[str, str]]
Asked = list[tuple[Field, Choices]]
Step = tuple[Edge, str | None, Asked, Asked]  # what it still misses, what its form asks first, and what more


def log_of(now: Desktop) -> list[Opening]:
    with tools().database.work() as session:
        return history(session, now.ledger_key, now.history)


def days_of(now: Desktop) -> dict[str, object]:
    """What is due, and which of it is late."""
    due = dues_of(tools(), now.now)
    return {"due": due, "late": late_dues(tools(), now.case, due)}


def said_of(now: Desktop) -> dict[str, object]:
    """What reporters answered and wish, what other houses wait for, and whether anybody else may act."""
    questions = now.tools.rules.questions
    return {
        "answered": {one.tip.id: answered(questions, one.content, one.thread) for one in now.tips},
        "wishes": wishes(now),
        "is_retaliation": is_retaliation,
        "inspect": insider_words().inspect,
        "tickets": tickets_of(now),
        "outside": ready_for(now) if now.is_lead else (),
        "ready_text": ready_text,
        "channel_names": CHANNELS,
        "alone": is_alone(now),
        "no_recheck": nobody_to_recheck(now),
        "unsigned": [one for one in now.records if is_waiting(one)],
    }


# ------------------------------------------------------------------------------------------------ steps


def steps_of(now: Desktop) -> list[Step]:
    """The steps in the order of the page, each with the choices of its fields."""
    return [
        (one, missing, asked(now, one.fields), asked(now, one.more))
        for one, missing in sorted(possible(now), key=onward)
    ]


def asked(now: Desktop, fields: Sequence[Field]) -> Asked:
    return [(field, choices(now, field)) for field in fields]


def onward(one: tuple[Edge, str | None]) -> int:
    """Where a step stands on the page: what brings the case on comes first, and of it what can be taken now."""
    edge, missing = one
    if edge.name not in ONWARD:
        return 2 * len(ONWARD)
    return ONWARD.index(edge.name) + (len(ONWARD) if missing else 0)


def offers(steps: list[Step], edge: str) -> bool:
    """Whether the page still has the form of this step, with what was typed for it."""
    return any(one.name == edge and missing is None for one, missing, *_ in steps)


def forms_of(now: Desktop, steps: list[Step]) -> dict[str, object]:
    """The steps, and what their forms offer and are called."""
    return {
        "steps": steps,
        "canned": canned_for(now),
        "systems": SYSTEMS,
        "plans": PLANS,
        "levels": LEVELS,
        "releasable": all_photos(now) if offers(steps, "assist") else [],
        "edges": EDGE_NAMES,
        "measures": MEASURES,
        "inside": INSIDE,
        "asides": (*MEASURES, *INSIDE),
        "kinds": KIND_NAMES,
    }


def tried(steps: list[Step], edge: str, typed: dict[str, str]) -> dict[str, object]:
    """What was typed for a step that could not be taken; `lost` where the page has no form for it any more."""
    lost = () if offers(steps, edge) else [words for words in typed.values() if words.strip()]
    return {"tried": edge, "typed": typed, "lost": lost}


def canned_for(now: Desktop) -> dict[str, list[str]]:
    """Ready sentences by step, in the language that the reporters read."""
    english = bool(now.reports) and all(one.content.report.language == "en" for one in now.reports)
    return {
        step: [one["en" if english else "zh"] for one in sentences]
        for step, sentences in load_canned().items()
    }


# ---------------------------------------------------------------------------------------------- choices


def choices(now: Desktop, field: Field) -> Choices:
    """What a select offers in this case."""
    offered = OFFERED.get(field.source)
    return offered(now) if offered else list(field.choices)


def other_desks(now: Desktop) -> Choices:
    led = [one for one in sorted(now.known) if now.desks[one].role in LEADS]
    return [(one, now.desk_name(one)) for one in led if one != now.now.desk]


def receivers(now: Desktop) -> Choices:
    return [(one, now.desk_name(one)) for one in may_receive(now)]


def unsigned_records(now: Desktop) -> Choices:
    return [(one.id, f"{one.day.isoformat()} {KIND_NAMES[one.kind]}") for one in may_countersign(now)]


def reporters(now: Desktop) -> Choices:
    numbers = [one.tip.number for one in now.reports]
    if len(numbers) < 2:
        return [("", "举报人")]
    return [("", "全部举报人"), *((number, number) for number in numbers)]


def colleagues_or_nobody(now: Desktop) -> Choices:
    return [("", "没有分"), *colleagues(now)]


def open_tickets(now: Desktop) -> Choices:
    return [(one.tip_id, ticket_name(one)) for one in tickets_of(now) if not one.done]


def ticket_name(one: Ticket) -> str:
    return f"{CHANNELS[one.channel]} {one.number}"


def criteria(_now: Desktop) -> Choices:
    return [("", "没有对照"), *load_criteria().items()]


def bureaus(now: Desktop) -> Choices:
    return [(desk.id, desk.name) for desk in now.desks.values() if desk.kind == "outside"]


def ordinary_sectors(_now: Desktop) -> Choices:
    sectors = tools().rules.sectors.values()
    return [(sector.id, sector.name) for sector in sectors if sector.escalate != "official"]


def members(_now: Desktop) -> Choices:
    """Who sits at a desk that may lead: nobody else can get a case."""
    seated = (
        select(Member.username, Member.name)
        .join(Membership, Membership.member_id == Member.id)
        .join(Desk, Desk.id == Membership.desk_id)
        .where(Member.active, Desk.active, Desk.role.in_(LEADS))
        .order_by(Member.username)
        .distinct()
    )
    with tools().database.work() as session:
        return [("", "—"), *((row[0], row[1]) for row in session.execute(seated))]


OFFERED: Mapping[str, Callable[[Desktop], Choices]] = {
    "desks": other_desks,
    "receivers": receivers,
    "unsigned": unsigned_records,
    "tips": reporters,
    "colleagues": colleagues_or_nobody,
    "tickets": open_tickets,
    "criteria": criteria,
    "bureaus": bureaus,
    "sectors": ordinary_sectors,
    "members": members,
}


# ----------------------------------------------------------------------------------------------- photos


def all_photos(now: Desktop) -> list[Photo]:
    found = [photo for one in now.tips for photo in one.content.photos]
    found += [photo for one in now.tips for line in one.thread for photo in line.photos]
    for record in now.records:
        for name in ("photos", "before", "after"):
            found += photos_of(record.value.get(name, []))
    return found
