"""What a door hands in, and what it gets back."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from app.db.base import Base
from app.photos.pool import Refused
from app.rules.questions import Questions
from app.rules.routing import Decision
from app.rules.routing import Report as Seen
from app.sealing.fields import canonical_json
from app.sealing.once import content_digest
from app.sealing.receipt import Receipt
from app.tips.content import Photo, Report
from app.tips.identity import NOBODY, Person
from app.tips.sealed import SealedIdentity


@dataclass(frozen=True)
class Beside:
    """A row that is written with the case, made from its id; of one name there is one row."""

    id: str
    row: Callable[[str], Base]


@dataclass(frozen=True)
class Sent:
    """A report as it came through a door: words, photos as uploaded, who sent it, and the form's `once`."""

    report: Report
    once: bytes = field(repr=False)
    photos: Sequence[bytes] = field(default=(), repr=False)
    person: Person = field(default=NOBODY, repr=False)
    sealed: SealedIdentity | None = None  # where the phone sealed who sent it: `person` is nobody then
    poster_sector: str = ""
    give_receipt: bool = True  # a clerk who heard the report gives none, unless the person is on the line
    lead: str = ""  # the desk whose own patrol found it
    by: str = ""  # the member who enters what a patrol, a superior, a department or a village brings
    held: Sequence[Photo] = field(default=(), repr=False)  # photos that came before the report
    handed: str = ""  # who beside the reporter sees the receipt: "other", "clerk" or nobody
    phrase: str = field(default="", repr=False)  # a caller's first password, cleaned; empty: digits
    beside: "Beside | None" = field(default=None, repr=False)  # a hotline's own record of it

    def fingerprint(self) -> bytes:
        """SHA-256 of all that was sent: other content with the same `once` is another tip. Copies no photo."""
        words = canonical_json(
            [
                asdict(self.report),
                asdict(self.person),
                self.poster_sector,
                self.give_receipt,
                self.handed,
                *([self.phrase] if self.phrase else []),
                [photo.id for photo in self.held],
            ]
        )
        sealed = self.sealed.digest() if self.sealed else b""
        return content_digest((words, sealed, *self.photos))

    @property
    def sealed_by(self) -> str:
        """Who sealed name and phone: "phone", "server", or "" where nobody is named."""
        return "phone" if self.sealed else "" if self.person == NOBODY else "server"

    def in_danger(self, questions: Questions) -> bool:
        """Whether life is in danger now: the box says so, or an answer."""
        return self.report.danger_now or questions.effects(self.report.answers).urgent

    def seen(self, questions: Questions) -> Seen:
        """What routing looks at; words that answers stand for only where no sector was chosen."""
        report, told = self.report, questions.effects(self.report.answers)
        return Seen(
            what=report.what,
            where=report.where,
            enterprise=report.enterprise,
            when=report.when,
            sector=report.sector,
            poster_sector=self.poster_sector,
            insider=report.insider,
            about_official=report.about_official,
            deaths=report.deaths,
            danger_now=self.in_danger(questions),
            still_dangerous=report.still_dangerous or told.still,
            not_these=report.not_these,
            hints="" if report.sector else "，".join(told.hints),
        )


@dataclass(frozen=True)
class RefusedPhoto:
    """A photo that could not be cleaned: which one (from 1), why, and what to do."""

    position: int
    why: Refused


@dataclass(frozen=True)
class Taken:
    """A tip that is durable now."""

    tip_id: str
    case_id: str  # empty where the form was sent before
    receipt: Receipt | None
    refused: tuple[RefusedPhoto, ...]
    decision: Decision
    day: date
    number: str = ""  # of the case, for staff; a reserved one's is not said
    again: bool = False  # the same form was sent before: this is its receipt


class PhotosGone(Exception):
    """A photo that came before its report is no longer there, or belongs to another report: nothing was taken."""


class NumberTaken(Exception):
    """A report was handed in under this number before: nothing was taken."""


class CannotTake(Exception):
    """This report cannot be handled here; `refer` is the number to call instead (12388)."""

    def __init__(self, refer: str) -> None:
        super().__init__(refer)
        self.refer = refer
