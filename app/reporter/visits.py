"""The reporter's visit on /follow: no server session; a cookie that is an AEAD box of what its receipts opened.

It holds up to five receipts, each with its own half hour, and how much of the thread was read before: so the page can
mark what is new, and neither the server nor the phone keeps a word of when somebody looked.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request

from app.sealing.errors import SealError
from app.sealing.sessions import Box
from app.tips.receipts import Visit
from app.web.services import tools

COOKIE = "visit"
LASTS_SECONDS = 30 * 60
MOST = 5  # receipts looked after at once; the one not shown for longest makes room
PURPOSE = "follow"
NOT_READ = -1


@dataclass(frozen=True)
class Opened:
    """One receipt that is open: its tip, its number, until when, and how many lines were read before."""

    visit: Visit
    number: str
    until: int
    read: int = NOT_READ


@dataclass(frozen=True)
class Visits:
    """The receipts that are open, the shown one first, and the secret that their forms must carry."""

    opened: tuple[Opened, ...]
    secret: str

    @property
    def shown(self) -> Opened:
        return self.opened[0]

    def with_shown(self, one: Opened) -> "Visits":
        """Put a receipt first; it is there once."""
        rest = [other for other in self.opened if other.visit.tip_id != one.visit.tip_id]
        return replace(self, opened=(one, *rest)[:MOST])

    def show(self, number: str) -> "Visits":
        """Put the receipt of that number first; an unknown one changes nothing."""
        return self.with_shown(self.named(number) or self.shown)

    def named(self, number: str) -> Opened | None:
        return next((one for one in self.opened if one.number == number), None)


def open_visit(visit: Visit, number: str, before: Visits | None) -> Visits:
    """A receipt that was just looked up, beside those `before` it where the reporter asked to keep them."""
    one = Opened(visit, number, int(tools().now.instant().timestamp()) + LASTS_SECONDS)
    return before.with_shown(one) if before else Visits((one,), secrets.token_hex(16))


def box() -> Box:
    return Box(tools().keyring.standing_key("follow"))


def keep_visits(response: Response, visits: Visits) -> None:
    """Set the cookie: for this browser session and this path; each receipt ends by its own half hour."""
    opened = [
        [visit.tip_id, visit.private.hex(), visit.lock, visit.first, one.number, one.until, one.read]
        for one in visits.opened
        for visit in [one.visit]
    ]
    response.set_cookie(
        COOKIE,
        box().seal({"opened": opened, "secret": visits.secret}, PURPOSE),
        path="/follow",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


def current_visits() -> Visits | None:
    """Who came back; None when the cookie is gone, forged or too old. A first password, which somebody else saw, opens
    nothing here: see `every_visit`.
    """
    found = every_visit()
    own = tuple(one for one in found.opened if not one.visit.first) if found else ()
    return replace(found, opened=own) if found and own else None


def every_visit() -> Visits | None:
    """As `current_visits`, with receipts whose first password is still to be changed."""
    try:
        value = box().open(request.cookies.get(COOKIE, ""), PURPOSE)
        opened = tuple(opened_of(*one) for one in value["opened"])
        secret = str(value["secret"])
    except (SealError, KeyError, ValueError, TypeError):
        return None
    instant = tools().now.instant().timestamp()
    left = tuple(one for one in opened if one.until >= instant)
    return Visits(left, secret) if left else None


def opened_of(tip_id: Any, private: Any, lock: Any, first: Any, number: Any, until: Any, read: Any) -> Opened:
    """Raises ValueError, TypeError."""
    visit = Visit(str(tip_id), bytes.fromhex(str(private)), str(lock), bool(first))
    return Opened(visit, str(number), int(until), int(read))


def fits(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def keep_others(response: Response, found: Visits | None, ended: Visit) -> None:
    """Close one receipt, and leave the others that are open."""
    left = tuple(one for one in found.opened if one.visit != ended) if found else ()
    if found and left:
        keep_visits(response, replace(found, opened=left))
    else:
        end_visit(response)


def end_visit(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/follow")
