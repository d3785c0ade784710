"""What is due when: a pure function of (events, calendar, limits), reckoned anew from the whole history each time.

Only the position in the list orders the events; their days may repeat. An edge that has no clock changes nothing, and
no history raises: a job that reckons thousands of cases must not stop at one odd one.

Three clocks run side by side: arrival (sign, hand back, acceptance by silence), the 60 days from the first acceptance
(they run on over transfers, end with the conclusion, move by 30 days once and by the days waited for the reporter), and
rectification. An objection's 30 days run in any of them and outlive the closing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from app.clock.calendar import Calendar, Due
from app.clock.limits import Limit, Limits

OFFICIAL = "official"  # note of `register`: a hazard is still there, and an official is accused
LEFT = "left"  # note of `split`: another matter still waits to be split off

NOT_AWAITED_FROM_US = (
    "hand_back",
    "ask_lapse",
    "objection",
)  # our right; the reporter's turn; the reporter's right
NEVER_OVERDUE = (
    *NOT_AWAITED_FROM_US,
    "accept",  # silence accepts by itself
    "watch",  # the day to ask again (催办); what is late is the authority's
)


@dataclass(frozen=True)
class Event:
    """One step: its edge and day. `note`: the limit an edge sets, as ISO date (rectify, not_fixed), or a word above."""

    edge: str
    day: date
    note: str = ""


@dataclass(frozen=True)
class Dues:
    """The due days now running; None where nothing is."""

    sign: Due | None = None  # 签收
    hand_back: Due | None = None  # 退回: the last day the desk may
    accept: Due | None = None  # the same day, where silence becomes acceptance (逾期不退视为接收)
    assign: Due | None = None  # 指定: given back, the dispatch desk says in writing who leads
    conclude: Due | None = None  # 查清: 60 days from the first acceptance
    ask_lapse: Due | None = None  # the reporter's answer is awaited until then
    feedback: Due | None = None  # 答复
    finish: Due | None = None  # 提出整改要求或者办结, once answered: nothing may stand without a day
    objection: Due | None = None  # 异议: the reporter may until then
    recheck: Due | None = None  # 复查, after an objection or a reopening
    rectify: Due | None = None  # 整改期限
    reinspect: Due | None = None  # 整改后复查
    strike_off: Due | None = None  # 销号, once it was seen mended
    watch: Due | None = None  # 移送后催办
    split: Due | None = None  # 仍在的隐患另立一件

    @property
    def next(self) -> tuple[str, date] | None:
        """The nearest thing awaited from us: its name and day."""
        ours = [(due.day, name) for name, due in self.running().items() if name not in NOT_AWAITED_FROM_US]
        return (min(ours)[1], min(ours)[0]) if ours else None

    def running(self) -> dict[str, Due]:
        """What is due, by name."""
        found = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: due for name, due in found if due is not None}


@dataclass(frozen=True)
class Run:
    """The reckoning under way: what the events so far left behind."""

    calendar: Calendar
    limits: Limits
    tipped: bool
    dues: Dues = Dues()
    accepted: date | None = None  # the first time only
    settled: bool = True  # False from the conclusion until something is demanded or the case closed
    concluded: bool = False  # the 60 days have ended for good; a reopening has its own 30
    assigned: bool = False  # by the dispatch desk: no hand-back after
    extended: int = 0  # days
    waited: int = 0  # days
    paused: bool = False  # the one pause has been used
    asked: date | None = None
    answered: date | None = None
    taken_over: Due | None = None  # until when whoever took the case over (接手) has time for what had passed
    before_merge: "Run | None" = None

    def after(self, day: date, limit: Limit) -> Due:
        """The due day of `limit` counted from `day`."""
        if limit.unit == "workday":
            return self.calendar.add_working(day, limit.value)
        return self.calendar.add_days(day, limit.value)

    def due(self, **changes: Due | None) -> "Run":
        """With these due days set or, by None, ended."""
        return replace(self, dues=replace(self.dues, **changes))


def dues(events: Sequence[Event], calendar: Calendar, limits: Limits, *, tipped: bool = True) -> Dues:
    """What is due after these events, in their order.

    `tipped`: somebody waits for an answer. Without (a patrol, a superior) the day after a conclusion is the same, so
    that it does not tell the one from the other, and is for what is demanded of the enterprise, or for closing.
    """
    run = Run(calendar, limits, tipped)
    for event in events:
        handler = HANDLERS.get(event.edge)
        run = handler(run, event) if handler else run
    return run.dues


def overdue(now: Dues, today: date) -> list[str]:
    """Names of what we should have done before `today`. What silence or the reporter decides is never overdue."""
    return [name for name, due in now.running().items() if due.day < today and name not in NEVER_OVERDUE]


def objection_until(answered: date, shown: date | None, calendar: Calendar, limits: Limits) -> Due:
    """The last day to object: 10 days from when the answer was first shown, 60 from its posting at most."""
    most = calendar.add_days(answered, limits.objection_most.value)
    if shown is None:
        return most
    return min(calendar.add_days(max(shown, answered), limits.objection.value), most, key=lambda due: due.day)


def days_left(due: Due, today: date) -> int:
    """Calendar days until a due day; negative when it has passed."""
    return (due.day - today).days


# ------------------------------------------------------------------------------------------------ arrival


def register(run: Run, event: Event) -> Run:
    run = arrive(run, event)
    official = event.note == OFFICIAL
    return run.due(split=run.after(event.day, run.limits.split_official)) if official else run


def arrive(run: Run, event: Event) -> Run:
    """A desk gets it: it has to sign; the 60 days, if begun, run on. What was given back has to be assigned too."""
    run = replace(run, assigned=event.edge == "assign")
    assign = run.after(event.day, run.limits.assign) if event.edge == "hand_back" else None
    return run.due(**NO_ARRIVAL | {"sign": run.after(event.day, run.limits.sign), "assign": assign})


def sign_for(run: Run, event: Event) -> Run:
    """One working day to hand back. The source (热线办法修订送审稿) grants two for 复杂事项 and does not say what those
    are; no rule of the routing marks one, so nobody is granted them.
    """
    if run.dues.assign is not None:  # a dispute does not end by silence: somebody is named
        return run.due(sign=None)
    until = run.after(event.day, run.limits.hand_back)
    return run.due(sign=None, accept=until, hand_back=None if run.assigned else until)


def accept(run: Run, event: Event) -> Run:
    run = run.due(**NO_ARRIVAL)
    return conclude_by(replace(run, accepted=run.accepted or event.day))


# ------------------------------------------------------------------------------------- the 60 days


def conclude_by(run: Run) -> Run:
    """The end of the 60 days: from the first acceptance, with the extension and the days waited, each counted once.

    While the one pause runs, its whole length counts: the desk is not late for the reporter's silence.
    """
    if run.accepted is None or run.concluded:
        return run
    waiting = 0 if run.paused or run.asked is None else pause_days(run, run.asked, None)
    days = run.limits.conclude.value + run.extended + run.waited + waiting
    end = run.calendar.add_days(run.accepted, days)
    if run.taken_over is not None:
        end = max(end, run.taken_over, key=lambda due: due.day)
    return run.due(conclude=end)


def pause_days(run: Run, asked: date, ended: date | None) -> int:
    """Calendar days that the question held up, at most the pause's ten working days; none before acceptance."""
    start = max(asked, run.accepted or asked)
    most = run.after(asked, run.limits.pause).day
    return max(0, (min(ended or most, most) - start).days)


def ask(run: Run, event: Event) -> Run:
    run = replace(run, asked=event.day).due(ask_lapse=run.after(event.day, run.limits.pause))
    return conclude_by(run)


def reply(run: Run, event: Event) -> Run:
    """The question has ended, by an answer or by its lapse. A pause is used up once it has moved the 60 days."""
    if run.asked is None:
        return run
    waited = 0 if run.paused or run.accepted is None else pause_days(run, run.asked, event.day)
    run = replace(run, asked=None, waited=run.waited + waited, paused=run.paused or waited > 0)
    return conclude_by(run.due(ask_lapse=None))


def extend(run: Run, _event: Event) -> Run:
    return conclude_by(replace(run, extended=run.limits.extend.value))


def hand_up(run: Run, event: Event) -> Run:
    """Ours stop; the authority's answer is watched for."""
    still_dangerous = run.dues.split
    run = replace(stopped(run), concluded=True)
    return run.due(watch=run.after(event.day, run.limits.watch), split=still_dangerous)


def chase(run: Run, event: Event) -> Run:
    """The authority was asked again (催办)."""
    return run.due(watch=run.after(event.day, run.limits.watch_again)) if run.dues.watch else run


def conclude(run: Run, event: Event) -> Run:
    run = replace(run.due(**NO_ARRIVAL, conclude=None, ask_lapse=None, watch=None, recheck=None), asked=None)
    run, until = replace(run, concluded=True, settled=False), run.after(event.day, run.limits.feedback)
    return run.due(feedback=until) if run.tipped else run.due(finish=until)


# ------------------------------------------------------------------------- answer, objection, reopening


def answer(run: Run, event: Event) -> Run:
    until = objection_until(event.day, None, run.calendar, run.limits)
    finish = None if run.settled else run.after(event.day, run.limits.finish)
    return replace(run, answered=event.day).due(feedback=None, objection=until, finish=finish)


def shown(run: Run, event: Event) -> Run:
    """The answer was first seen; a later look changes nothing, and neither does one after the objection."""
    if run.answered is None or run.dues.objection is None:
        return run
    until = objection_until(run.answered, event.day, run.calendar, run.limits)
    return run.due(objection=min(until, run.dues.objection, key=lambda due: due.day))


def object_(run: Run, event: Event) -> Run:
    return run.due(objection=None, recheck=run.dues.recheck or run.after(event.day, run.limits.recheck))


def uphold(run: Run, _event: Event) -> Run:
    return run.due(recheck=None)


def reopen(run: Run, event: Event) -> Run:
    """Verified anew within the objection's 30 days, or 30 days of its own; the 60 days do not begin again."""
    recheck = run.dues.recheck or run.after(event.day, run.limits.recheck)
    return replace(run, concluded=True, settled=True).due(
        recheck=recheck,
        feedback=None,
        objection=None,
        rectify=None,
        reinspect=None,
        strike_off=None,
        finish=None,
    )


# ------------------------------------------------------------------------------------------ rectification


def rectify(run: Run, event: Event) -> Run:
    """Until the day that was set. One that is missing, unreadable or past counts as due at once: seen, not lost."""
    try:
        day = max(date.fromisoformat(event.note), event.day)
    except ValueError:
        day = event.day
    fresh = replace(run, settled=True)
    return fresh.due(rectify=Due(day, certain=True), reinspect=None, strike_off=None, finish=None)


def report_done(run: Run, event: Event) -> Run:
    return run.due(rectify=None, reinspect=run.after(event.day, run.limits.reinspect))


def reinspect(run: Run, event: Event) -> Run:
    """Seen mended; one that is written anew, because the leader sent it back, wins no days."""
    until = run.dues.strike_off or run.after(event.day, run.limits.strike_off)
    return run.due(rectify=None, reinspect=None, strike_off=until)


# ------------------------------------------------------------------------------------------- taking over


def hand_on(run: Run, event: Event) -> Run:
    """Another desk took it over (接手): what had passed by then is due anew, by a limit that is this project's own. Who
    just got it is not late for who had it, and nobody may take it on again meanwhile.
    """
    fresh = run.after(event.day, run.limits.take_over)
    passed = [name for name, due in run.dues.running().items() if due.day < event.day]
    anew = {name: fresh for name in passed if name not in NEVER_OVERDUE}
    return replace(run, taken_over=fresh).due(**anew) if anew else run


# ----------------------------------------------------------------------------------------- ends and joins

NO_ARRIVAL: dict[str, Due | None] = {"sign": None, "hand_back": None, "accept": None, "assign": None}


def stopped(run: Run) -> Run:
    """Everything of ours ends, but the reporter's right to object and a recheck that is owed."""
    return replace(run, asked=None, dues=Dues(objection=run.dues.objection, recheck=run.dues.recheck))


def end(run: Run, _event: Event) -> Run:
    return replace(stopped(run), concluded=True, settled=True)


def merge(run: Run, _event: Event) -> Run:
    """The case goes on under another, whose clock rules."""
    return replace(run, dues=Dues(), before_merge=run)


def unmerge(run: Run, _event: Event) -> Run:
    """Its own clock again, as if it had run on."""
    return run.before_merge or run


def split(run: Run, event: Event) -> Run:
    return run if event.note == LEFT else run.due(split=None)


def unchanged(run: Run, _event: Event) -> Run:
    """No clock: a withdrawal does not end the verifying of what is dangerous, a decision only bears on the reward."""
    return run


HANDLERS: dict[str, Callable[[Run, Event], Run]] = {
    "register": register,
    "sign_for": sign_for,
    "accept": accept,
    "decline": end,
    "transfer": arrive,
    "hand_back": arrive,
    "act_first": unchanged,
    "assign": arrive,
    "hand_on": hand_on,
    "ask": ask,
    "reply": reply,
    "lapse": reply,
    "extend": extend,
    "hand_up": hand_up,
    "chase": chase,
    "record_outcome": conclude,
    "plan_visit": unchanged,
    "verify": unchanged,
    "conclude": conclude,
    "answer": answer,
    "shown": shown,
    "rectify": rectify,
    "report_done": report_done,
    "reinspect": reinspect,
    "not_fixed": rectify,
    "strike_off": end,
    "close": end,
    "object": object_,
    "uphold": uphold,
    "reopen": reopen,
    "record_decision": unchanged,
    "interview": unchanged,
    "record_document": unchanged,
    "ask_listing": unchanged,
    "suggest_blacklist": unchanged,
    "assist": unchanged,
    "report_back": end,
    "allot": unchanged,
    "note": unchanged,
    "link_number": unchanged,
    "summarize": unchanged,
    "message": unchanged,
    "fill_back": unchanged,
    "countersign": unchanged,
    "merge": merge,
    "unmerge": unmerge,
    "split": split,
    "withdraw": unchanged,
}
