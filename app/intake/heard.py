"""What somebody told a clerk or a hotline, as it is handed in: from words and ticks to `Sent`, for any door."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.intake.sent import Sent
from app.rules.privacy import privacy_notice
from app.tips.content import WISHES, Photo, Report
from app.tips.identity import Person

WORDS = (
    "what",
    "where",
    "enterprise",
    "when",
    "external_number",
    "external_due",
    "not_these",
    "danger_note",
)
TICKS = ("insider", "about_official", "deaths", "danger_now", "still_dangerous")


def heard(
    words: Mapping[str, str],
    ticks: Mapping[str, bool],
    *,
    channel: str,
    sector: str,
    wish: str,
    person: Person,
    once: bytes,
    photos: Sequence[bytes] = (),
    held: Sequence[Photo] = (),
    receipt: bool = False,
    phrase: str = "",
) -> Sent:
    """The report. Without `receipt` nobody gets one; with it the first password was heard by a clerk (代报): digits, or
    the `phrase` that the caller chose.

    A name or telephone stands for the consent (单独同意) to this version of the notice: the door asks for it.
    """
    mode = "named" if person.name else "callback" if person.phone else "anonymous"
    told: dict[str, Any] = {name: words.get(name, "") for name in WORDS}
    told |= {name: bool(ticks.get(name)) for name in TICKS}
    report = Report(
        **told,
        sector=sector,
        mode=mode,
        channel=channel,
        visit=wish if ticks.get("insider") and wish in WISHES else "",
        consent=privacy_notice().stamp if mode != "anonymous" else "",
    )
    handed = "clerk" if receipt else ""
    return Sent(report, once, photos, person, give_receipt=receipt, handed=handed, held=held, phrase=phrase)
