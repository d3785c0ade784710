"""The demonstration (演示): a town of made-up desks, accounts and cases in all states. Never for real use.

Every page of it says that it is one; its passwords are printed at start.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from PIL import Image, ImageDraw

from app.casework.context import lay_out
from app.casework.edges import take_edge
from app.casework.reporting import read_follow, say
from app.casework.signing import sign_record, waiting_for_signature
from app.intake.sent import Sent
from app.intake.take import take
from app.intake.visits import open_visit
from app.ledger.verify import make_checkpoint
from app.notices.models import DutyDay
from app.people.admission import begin, make_member, seat
from app.people.holder import Holder, make_holder
from app.people.models import Desk, Member
from app.people.signin import open_ledger_key
from app.people.tools import Tools
from app.photos.pool import Cleaner
from app.rewards.decide import Decision, propose, record, sign
from app.rewards.payment import offer
from app.rules.reward import questions
from app.rules.reward_input import money
from app.rules.reward_policies import Policies
from app.rules.reward_types import Facts
from app.sealing.epochs import EpochKeys, fingerprint
from app.sealing.once import new_once, read_once
from app.sealing.receipt import Receipt, in_fours
from app.setup.install import install, write_settings
from app.setup.stories import STORIES, Step, Story
from app.tips.content import Report
from app.tips.identity import Person
from app.tips.posters import Audience, make_poster
from app.tips.receipts import Visit, look_up
from app.web.services import make_tools
from config import Settings

PASSWORD = "anshao-demo"  # noqa: S105 - the demonstration's, printed at every start
OTP_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105 - likewise


@dataclass
class PastDay:
    """A present in the past, so that the stories have a history."""

    day: date

    def today(self) -> date:
        return self.day

    def instant(self) -> datetime:
        return datetime.combine(self.day, time(2), UTC)


@dataclass
class Stage:
    """The demonstration's people while its stories are played."""

    tools: Tools
    now: PastDay
    privates: dict[str, bytes] = field(repr=False)
    ids: dict[str, str]

    def holder(self, username: str) -> Holder:
        with self.tools.database.work() as session:
            member = session.get_one(Member, self.ids[username])
            return make_holder(
                session, member, self.privates[username], open_ledger_key(self.tools.keyring, member)
            )


@dataclass
class Played:
    """One story under way."""

    story: Story
    began: date
    case_id: str = ""
    visit: Visit | None = None
    receipt: Receipt | None = None


def make_demonstration(settings: Settings, day: date) -> None:
    """Install into an empty data folder: desks, one member at each, two dozen cases in all states."""
    installed = install(settings, day - timedelta(days=90))
    mark = fingerprint(installed.root.public)
    values = {
        "demonstration": "yes",
        "root_fingerprint": mark,
        "counter_open": "yes",
        "telephone": "022-00000000",
    }
    write_settings(settings.data / "settings.toml", values)
    now = PastDay(day - timedelta(days=90))
    with Cleaner(processes=1) as cleaner:
        tools = replace(make_tools(replace(settings, root_fingerprint=mark), cleaner), now=now)
        stage = Stage(tools, now, {}, {})
        for desk_id, keys in installed.desks.items():
            seat_member(stage, desk_id, keys)
        hang_posters(stage)
        plan_duty(stage, day)
        receipt = play_all(stage, day)
        tools.locks.release_all()
        tools.database.dispose()
    said = f"{in_fours(receipt.number)} / {in_fours(receipt.password)}"
    write_settings(settings.data / "settings.toml", {"demonstration_receipt": said})


def hang_posters(stage: Stage) -> None:
    """One poster of each scope (二维码海报)."""
    for audience in (
        Audience("town", 30_000),
        Audience("village", 900, place="演示前进村"),
        Audience("sector", 400, sector="gas"),
        Audience("kind", 200, place="site"),
    ):
        make_poster(stage.tools, stage.holder("admin"), audience)


def plan_duty(stage: Stage, day: date) -> None:
    """A month of the duty roster (值班表), so that the demonstration does not begin with a warning."""
    with stage.tools.database.work(write=True) as session:
        for later in range(31):
            on = day + timedelta(days=later)
            session.add(DutyDay(day=on, person_id=stage.ids["duty"], deputy_id=None))


def seat_member(stage: Stage, desk_id: str, keys: EpochKeys) -> None:
    """A member named as their desk."""
    tools = stage.tools
    with tools.database.work() as session:
        name = session.get_one(Desk, desk_id).name
    member, private = make_member(tools.keyring, desk_id, name, PASSWORD, OTP_SECRET)
    with tools.database.work(write=True) as session:
        session.add(member)
        session.flush()
        seat(session, member, begin(session, tools.keyring, [keys], stage.now.day), desk_id)
    stage.privates[desk_id], stage.ids[desk_id] = private, member.id


def play_all(stage: Stage, today: date) -> Receipt:
    """Play all stories day by day, as they would have happened; returns the receipt with a reward to claim."""
    played = [Played(story, today - timedelta(days=story.ago)) for story in STORIES]
    for day in days(min(one.began for one in played), today):
        stage.now.day = day
        for one in played:
            if one.began == day:
                open_story(stage, one)
            for step in one.story.steps:
                if one.began + timedelta(days=step.later) == day:
                    play(stage, one, step)
        if day < today:
            with stage.tools.database.work(write=True) as session:
                make_checkpoint(session, day)
    ready = (one.receipt for one in played if any(step.edge == "reward" for step in one.story.steps))
    return next(receipt for receipt in ready if receipt is not None)


def days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def open_story(stage: Stage, one: Played) -> None:
    story, tools = one.story, stage.tools
    pictures = [picture(n) for n in range(story.photos)]
    if story.origin:
        opened = open_visit(
            tools,
            stage.holder(story.desk),
            origin=story.origin,
            sector=story.sector,
            place=story.where,
            enterprise=story.enterprise,
            text=story.what,
            uploads=pictures,
            once=read_once(new_once()),
        )
        one.case_id = opened.case_id
        return
    ticks = dict.fromkeys(story.ticks, True)
    report = Report(
        what=story.what,
        where=story.where,
        enterprise=story.enterprise,
        sector=story.sector,
        mode=story.mode,
        not_these=story.not_these,
        danger_note=f"{story.where}，{story.what}" if "danger_now" in story.ticks else "",
        **ticks,  # type: ignore[arg-type]  # names of check boxes
    )
    sent = Sent(report, read_once(new_once()), pictures, Person(story.name, story.phone))
    taken = take(tools, sent)
    one.case_id = taken.case_id
    if taken.receipt is not None:
        one.visit, one.receipt = look_up(tools, taken.receipt), taken.receipt


def play(stage: Stage, one: Played, step: Step) -> None:
    tools = stage.tools
    if step.edge == "sign":
        for record in waiting_for_signature(tools, stage.holder("signer")):
            sign_record(tools, stage.holder("signer"), record.id, "同意")
    elif step.edge == "reward":
        offer_reward(stage, one, step.who)
    elif step.who == "reporter" and one.visit is not None:
        read_follow(tools, one.visit)
        say(tools, one.visit, step.edge, step.values["text"], once=new_once())
    else:
        values = {name: dated(stage.now.day, text) for name, text in step.values.items()}
        uploads = [picture(n) for n in range(step.photos)]
        quiet = step.edge == "sign_for"
        take_edge(tools, stage.holder(step.who), one.case_id, step.edge, values, uploads, by_opening=quiet)


def offer_reward(stage: Stage, one: Played, who: str) -> None:
    """Proposed by the desk, signed, decided by the district, offered: the reporter has only to claim it."""
    tools, policies = stage.tools, Policies.load()
    with tools.database.work() as session:
        now = lay_out(session, tools, stage.holder(who), one.case_id)
    fine = money(now.recorded("decision")[-1].value["fine"], "fine")
    facts = Facts(now.tips[0].tip.day, "violation", fine_fen=fine)
    facts = replace(facts, answers={question.id: question.wanted for question in questions(facts, policies)})
    made = propose(tools, now, now.tips[0].tip.number, facts, policies)
    sign(tools, stage.holder("signer"), made)
    decided = Decision(
        money("3000", "fen") or 0, "演示奖〔2026〕1号", stage.now.day.isoformat(), earlier=False
    )
    record(tools, stage.holder("office"), made, decided)
    with tools.database.work() as session:
        offer(tools, lay_out(session, tools, stage.holder(who), one.case_id), made)


def dated(today: date, text: str) -> str:
    """A limit written as "+15" is that many days from today."""
    return (today + timedelta(days=int(text))).isoformat() if text.startswith("+") else text


def picture(n: int) -> bytes:
    """A drawn picture that says that it is one."""
    image = Image.effect_noise((960, 720), 40).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((120 + 40 * n, 200, 840, 560), fill=(11, 85, 99))
    draw.text((400, 360), "DEMO", fill=(255, 255, 255), font_size=72)
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
