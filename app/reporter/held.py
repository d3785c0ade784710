"""Photos that are sent before their report: one by one by a phone's script, or with a form that came back."""

from dataclasses import dataclass, field

from flask import Blueprint, request
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from app.intake.held import hold, release
from app.intake.sent import RefusedPhoto
from app.reporter.forms import ReportForm
from app.sealing.once import read_once
from app.tips.content import MAX_PHOTOS, Photo
from app.web.errors import failed, words
from app.web.request import photos_sent
from app.web.services import tools

Answer = tuple[dict[str, object], int]


@dataclass(frozen=True)
class Waiting:
    """What the form shows of photos: tickets of those that are here, those refused, how many have to be chosen anew."""

    tickets: tuple[str, ...] = field(default=(), repr=False)
    refused: tuple[RefusedPhoto, ...] = ()
    lost: int = 0


NONE = Waiting()


def keep(page: ReportForm, uploads: list[bytes], before: dict[str, Photo], lost: int = 0) -> Waiting:
    """Keep the photos of a form that goes back to be mended. On a full disk they have to be chosen anew.

    `lost`: how many tickets came that were no good.
    """
    if len(uploads) + len(before) > MAX_PHOTOS:
        return Waiting(tuple(before)[:MAX_PHOTOS], (), len(uploads) + lost)
    try:
        tickets, refused = hold(tools(), read_once(page.once.data or ""), uploads)
    except (OperationalError, OSError) as error:
        failed(error)
        return Waiting(tuple(before), (), len(uploads) + lost)
    return Waiting((*before, *tickets), refused, lost)


def send_photo() -> Answer:
    """Take one photo of a form that is being filled in: a ticket, or advice."""
    uploads = photos_sent()
    try:
        once = read_once(request.form.get("once", ""))
    except ValueError:
        return {"advice": words(400)[1]}, 400
    if len(uploads) != 1:
        return {"advice": words(400)[1]}, 400
    try:
        tickets, refused = hold(tools(), once, uploads)
    except (OperationalError, OSError) as error:
        status = failed(error)
        return {"advice": words(status)[1]}, status
    if refused:
        return {"advice": _(refused[0].why.advice)}, 422
    return {"ticket": tickets[0]}, 200


def drop_photo() -> tuple[str, int]:
    """Take back a photo that was sent and is not wanted after all, or was blacked out since."""
    try:
        once = read_once(request.form.get("once", ""))
        release(tools(), once, request.form.getlist("held"))
    except (ValueError, OperationalError, OSError):
        return "", 400  # the night takes it
    return "", 204


def register(reporter: Blueprint) -> None:
    reporter.add_url_rule("/report/photos/drop", view_func=drop_photo, methods=["POST"])
    reporter.add_url_rule("/report/photos", view_func=send_photo, methods=["POST"], endpoint="send_photo")
