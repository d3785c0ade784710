"""Photos that come before their report (先传的照片): cleaned, sealed and staged, each with a ticket for the phone.

So that a bad line loses one photo and not the report, and a form that came back with an error still has its photos. The
photo's key stands in the ticket alone: the server keeps a sealed file that nobody can open, until the report names it
or the sweep takes it after a day.
"""

import errno
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from app.intake.sent import RefusedPhoto
from app.people.tools import Tools
from app.photos.pool import Cleaned, Refused
from app.sealing.errors import SealError
from app.sealing.sessions import Box
from app.tips.content import MAX_PHOTOS, Photo
from app.tips.objects import count_staged, stage, take_back

PURPOSE = "held-photo"
MOST_HELD = 4000  # sealed files, two a photo: some 3 GB at the very most


class NoRoom(OSError):
    """Too many photos wait for reports that have not come; they can still be sent with the report."""


def box(tools: Tools) -> Box:
    return Box(tools.keyring.standing_key("held-photo"))


def clean_all(tools: Tools, uploads: Sequence[bytes]) -> tuple[list[Cleaned], tuple[RefusedPhoto, ...]]:
    """Clean every photo; what cannot be cleaned is refused with advice and the rest is taken."""
    cleaned: list[Cleaned] = []
    refused: list[RefusedPhoto] = []
    for position, upload in enumerate(uploads, start=1):
        try:
            cleaned.append(tools.cleaner.clean(upload))
        except Refused as why:
            refused.append(RefusedPhoto(position, why))
    return cleaned, tuple(refused)


def hold(tools: Tools, once: bytes, uploads: Sequence[bytes]) -> tuple[list[str], tuple[RefusedPhoto, ...]]:
    """Tickets for the photos that could be cleaned, in order, and those that could not. The tickets are good for the
    form with this `once` and no other.

    Raises NoRoom while too much is held: reports themselves must not run out of disk for photos that may never be one.
    """
    if count_staged(tools.database, MOST_HELD) >= MOST_HELD:
        raise NoRoom(errno.ENOSPC, "photos that wait")
    cleaned, refused = clean_all(tools, uploads)
    photos = stage(tools.database, tools.store, tools.worker, cleaned, tools.now.today())
    tickets = [box(tools).seal({"photo": asdict(photo), "once": once.hex()}, PURPOSE) for photo in photos]
    return tickets, refused


def read_tickets(tools: Tools, once: bytes, tickets: Iterable[str]) -> dict[str, Photo]:
    """The photos of a form's tickets; one that is forged, of another form or named twice is left out."""
    found: dict[str, Photo] = {}
    for ticket in list(tickets)[: MAX_PHOTOS + 1]:
        try:
            value = box(tools).open(ticket, PURPOSE)
            photo = Photo(**value["photo"])
        except (SealError, KeyError, TypeError):
            continue
        if value.get("once") == once.hex() and photo not in found.values():
            found[ticket] = photo
    return found


def release(tools: Tools, once: bytes, tickets: Iterable[str]) -> None:
    """Take back the photos of these tickets at once; what a report has kept stays."""
    take_back(tools.database, tools.store, tuple(read_tickets(tools, once, tickets).values()))
