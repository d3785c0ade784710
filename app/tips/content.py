"""What a tip says, as typed values, and how it is sealed and opened again. Always explicit: a key in, words out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.db.versions import change
from app.sealing.fields import Place, canonical_json, derive_key, open_json, seal_steps
from app.tips.models import Tip

STEP = 4096  # bytes: nine photos or none, the columns have one length
MAX_PHOTOS = 9  # sent at once, with a report or a message
MOST_PHOTOS = 45  # of one reporter, all in all: the report and four messages full of them
WISHES = (
    "together",
    "later",
    "any",
)  # 和附近几家一起查 | 过几天再查 | 随便: how an insider wants it inspected
MODES = ("anonymous", "callback", "named")  # 匿名 | 代联系 | 留名封存
HANDS = ("other", "clerk")  # 代报: who sent it for somebody | a clerk read the receipt out
CHANNELS = ("web", "12345", "12350", "phone", "letter", "visit")
VISITS = (
    "patrol",
    "superior",
    "department",
    "village",
)  # 日常巡查 | 上级交办 | 部门移来 | 村居、网格员: no report


@dataclass(frozen=True)
class Report:
    """What the reporter wrote and ticked (field names as on the form)."""

    what: str = ""
    where: str = ""
    enterprise: str = ""
    when: str = ""
    sector: str = ""
    insider: bool = False
    about_official: bool = False
    deaths: bool = False
    danger_now: bool = False
    still_dangerous: bool = False
    danger_note: str = ""
    not_these: str = ""
    mode: str = "anonymous"
    channel: str = "web"
    external_number: str = ""
    external_due: str = ""  # ISO day by which whoever passed it on (12345, a superior) wants an answer
    consent: str = ""  # the version of the privacy notice agreed to where a name or telephone was left
    visit: str = ""  # one of WISHES; empty where nobody asked, and in old tips
    answers: dict[str, str] = field(
        default_factory=dict
    )  # to questions that fit, by field name; old tips have none
    language: str = ""  # that the reporter reads: "en", or empty for Chinese


@dataclass(frozen=True)
class Photo:
    """A cleaned photo: ids of two sealed objects, size in pixels, and its own key.

    The key lies wherever the photo is named, so that a tip can be re-keyed without touching the store.
    """

    id: str
    thumb: str
    width: int
    height: int
    key: str = field(repr=False)  # hexadecimal
    look: str = ""  # a perceptual hash, hexadecimal; old photos have none


@dataclass(frozen=True)
class Routing:
    """Why the tip went where it went."""

    desk: str
    sector: str
    rule: str
    reason: str
    guesses: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    assist: tuple[str, ...] = ()
    rule_version: int = 0  # of the rules that decided; old tips were decided by the files


@dataclass(frozen=True)
class Content:
    """All that a tip holds."""

    report: Report
    photos: tuple[Photo, ...]
    routing: Routing
    case_id: str
    receipt: bool = True  # whether somebody holds the receipt: nobody does where a clerk typed a letter
    handed: str = ""  # who else saw the first password, one of HANDS; empty: nobody
    own: bool = False  # whether a handed receipt's holder has since taken a password of their own

    @property
    def first_password(self) -> bool:
        """Whether the password is still the one that somebody else saw."""
        return bool(self.handed) and not self.own

    @property
    def is_report(self) -> bool:
        """Whether somebody reported: otherwise it is what a patrol, a superior, a department or a village found."""
        return self.report.channel not in VISITS


@dataclass(frozen=True)
class Line:
    """One line of the thread between reporter and desk.

    `by` is `reporter`, `desk`, `custodian` or `notice` (what the reporter is told of a step); `kind` is `message`,
    `question`, `reply`, `answer`, `answers` (to questions that fit; without text they were skipped), `told`,
    `objection`, `satisfied`, `withdrawal`, `retaliation`, `revisit`, `call` or `opened`; `shown` is when the reporter
    first saw it.
    """

    day: date
    by: str
    kind: str
    text: str
    photos: tuple[Photo, ...] = ()
    shown: date | None = None
    once: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def mark_of_reply(key: bytes, day: date) -> bytes:
    """What a notice bears that a reporter wrote on `day`: 32 bytes that only the tip key gives."""
    return derive_key(key, f"reply:{day.isoformat()}")


def content_place(tip_id: str) -> Place:
    return Place("tips", tip_id, "content")


def thread_place(tip_id: str) -> Place:
    return Place("tips", tip_id, "thread")


def seal_content(tip_id: str, key: bytes, content: Content) -> bytes:
    return seal_steps(key, canonical_json(asdict(content)), content_place(tip_id), STEP)


def open_content(tip: Tip, key: bytes) -> Content:
    """What the tip holds. Raises SealError when the bytes are not this tip's."""
    value = open_json(key, tip.content, content_place(tip.id))
    routing = value["routing"]
    return Content(
        report=Report(**value["report"]),
        photos=photos_of(value["photos"]),
        routing=Routing(**{**routing, **{n: tuple(routing[n]) for n in ("guesses", "matters", "assist")}}),
        case_id=value["case_id"],
        receipt=value["receipt"],
        handed=value.get("handed", ""),
        own=value.get("own", False),
    )


def photos_of(values: Sequence[dict[str, Any]]) -> tuple[Photo, ...]:
    return tuple(Photo(**value) for value in values)


def seal_thread(tip_id: str, key: bytes, lines: Sequence[Line]) -> bytes:
    said = canonical_json([line_value(line) for line in lines])
    return seal_steps(key, said, thread_place(tip_id), STEP)


def line_value(line: Line) -> dict[str, Any]:
    value = asdict(line)
    value["day"] = line.day.isoformat()
    value["shown"] = line.shown.isoformat() if line.shown else None
    return value


def open_thread(tip: Tip, key: bytes) -> list[Line]:
    """The thread, oldest first."""
    lines = []
    for value in open_json(key, tip.thread, thread_place(tip.id)):
        shown = date.fromisoformat(value["shown"]) if value["shown"] else None
        day, photos = date.fromisoformat(value["day"]), photos_of(value["photos"])
        lines.append(Line(**{**value, "day": day, "shown": shown, "photos": photos}))
    return lines


def write_thread(session: Session, tip: Tip, key: bytes, lines: Sequence[Line], **values: Any) -> None:
    """Replace the thread (and other columns) if nobody was faster. Raises Outrun."""
    change(session, tip, thread=seal_thread(tip.id, key, lines), **values)


def add_line(session: Session, tip: Tip, key: bytes, line: Line, **values: Any) -> bool:
    """Add a line; False when a line with the same `once` is there already (sent twice is one message)."""
    lines = open_thread(tip, key)
    if line.once and any(known.once == line.once for known in lines):
        return False
    write_thread(session, tip, key, [*lines, line], **values)
    return True


def sequence_place(tip_id: str) -> Place:
    return Place("tips", tip_id, "sequence")


def open_sequence(tip: Tip, key: bytes) -> int:
    """The tip's place in the order of all tips: who was first."""
    value = open_json(key, tip.sequence, sequence_place(tip.id))
    if not isinstance(value, int):
        raise TypeError("a place in the order is a number")
    return value
