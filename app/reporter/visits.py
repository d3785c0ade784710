"""The reporter's visit on /follow: no server session; a cookie that is an AEAD box of (tip, key, expiry, secret)."""

import hmac
import secrets

from flask import Response, request

from app.sealing.errors import SealError
from app.sealing.sessions import Box
from app.tips.receipts import Visit
from app.web.services import tools

COOKIE = "visit"
LASTS_SECONDS = 30 * 60
PURPOSE = "follow"


def box() -> Box:
    return Box(tools().keyring.standing_key("follow"))


def keep_visit(response: Response, visit: Visit) -> None:
    """Set the cookie: for this browser session, this path and at most half an hour."""
    value = {
        "tip": visit.tip_id,
        "key": visit.private.hex(),
        "until": int(tools().now.instant().timestamp()) + LASTS_SECONDS,
        "secret": secrets.token_hex(16),
    }
    response.set_cookie(
        COOKIE,
        box().seal(value, PURPOSE),
        path="/follow",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


def current_visit() -> tuple[Visit, str] | None:
    """Who came back, and the secret their forms must carry; None when the cookie is gone, forged or too old."""
    try:
        value = box().open(request.cookies.get(COOKIE, ""), PURPOSE)
        until, secret = int(value["until"]), str(value["secret"])
        visit = Visit(str(value["tip"]), bytes.fromhex(str(value["key"])))
    except (SealError, KeyError, ValueError):
        return None
    return (visit, secret) if until >= tools().now.instant().timestamp() else None


def fits(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def end_visit(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/follow")
