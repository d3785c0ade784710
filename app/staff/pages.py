"""Photographed pages (一页一张) of a clerk's or a village's form: kept while it is filled in, in the order chosen, each
can be taken anew or left out. They are photos that came before their report: see `app.intake.held`.
"""

import base64
from dataclasses import dataclass, field

from flask import request

from app.intake.held import hold, read_tickets, release
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.tips.content import MAX_PHOTOS, Photo
from app.tips.objects import open_photo
from app.web.request import photos_sent


@dataclass
class Pages:
    """The pages that are here, with their tickets in order, and what to say about those that are not."""

    kept: dict[str, Photo] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def shown(self, tools: Tools) -> list[tuple[str, str]]:
        """(ticket, a small picture as data) of each page: nobody else can open it, so it has no address."""
        found = []
        for ticket, photo in self.kept.items():
            try:
                jpeg = open_photo(tools.store, photo, thumbnail=True)
            except (OSError, SealError):
                continue  # the night has taken it
            found.append((ticket, "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()))
        return found


def pages_named(tools: Tools, once: bytes) -> tuple[Photo, ...]:
    """The pages that this request names and does not leave out; nothing is kept anew, so that a second tap on "save"
    is the same report.
    """
    asked = request.form.getlist("held")[:MAX_PHOTOS]
    wanted = [ticket for place, ticket in enumerate(asked, start=1) if not request.form.get(f"drop-{place}")]
    return tuple(read_tickets(tools, once, wanted).values())


def pages_change() -> bool:
    """Whether pages are to be kept or taken anew before anything is saved."""
    retaken = [name for name, file in request.files.items() if name.startswith("retake-") and file.filename]
    return bool(request.form.get("add") or retaken)


def pages_sent(tools: Tools, once: bytes, uploads: list[bytes]) -> Pages:
    """The pages after this request: kept ones in their places, retaken ones in the place of the old, `uploads` last.

    A page that cannot be cleaned is said and left out; a retaken one that cannot leaves the old in its place.
    """
    asked = request.form.getlist("held")[:MAX_PHOTOS]
    known = read_tickets(tools, once, asked)
    pages = Pages()
    for place, ticket in enumerate(asked, start=1):
        if ticket not in known:
            pages.problems.append(f"第 {place} 页放得太久，已经清掉了，请重新拍。")
            continue
        again = photos_sent(f"retake-{place}")[:1]
        new = add(tools, once, again, f"第 {place} 页重拍的", pages) if again else {}
        gone = bool(new or request.form.get(f"drop-{place}"))
        if gone:
            release(tools, once, [ticket])
        pages.kept |= new or ({} if gone else {ticket: known[ticket]})
    room = MAX_PHOTOS - len(pages.kept)
    if len(uploads) > room:
        pages.problems.append(f"照片最多 {MAX_PHOTOS} 张，后面 {len(uploads) - room} 张没有收下。")
    for upload in uploads[:room]:
        pages.kept |= add(tools, once, [upload], f"第 {len(pages.kept) + 1} 页", pages)
    return pages


def add(tools: Tools, once: bytes, upload: list[bytes], name: str, pages: Pages) -> dict[str, Photo]:
    """One more page; its advice where it cannot be cleaned."""
    tickets, refused = hold(tools, once, upload)
    pages.problems += [f"{name}没收下：{one.why.advice}" for one in refused]
    return read_tickets(tools, once, tickets)
