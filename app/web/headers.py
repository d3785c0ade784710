"""Headers of every answer: nothing is stored, framed, sent on or run that is not ours."""

import base64
import gzip
import hashlib
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from markupsafe import Markup
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

STATIC_SECONDS = 86400
INLINE = "web/load_report.js"  # a script that stands in a page: it fetches the rest at the first touch
LEAVE = Path(__file__).with_name("static") / "js" / "leave.js"  # the other one
INLINE_SOURCE = "INLINE_SOURCE"  # in the configuration: their hashes, as the policy names them
HARMLESS_COOKIES = {"type", "language"}
PACK_BYTES = 1024


def csp_nonce() -> str:
    """The nonce of this answer's inline style."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def add_headers(response: Response) -> Response:
    style = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'{style}; img-src 'self' data: blob:; "
        f"script-src 'self' {current_app.config[INLINE_SOURCE]}; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["X-Robots-Tag"] = "noindex"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}"
    elif not response.cache_control.public:
        response.headers["Cache-Control"] = "no-store"
    return response


def pack(response: Response) -> Response:
    """A page that is the same for everybody, packed: on one bar of signal a third of the bytes.

    Never one that belongs to a visit or a session: the length of what is packed tells of what is in it (BREACH).
    """
    if (
        request.method == "GET"
        and response.status_code == 200
        and response.mimetype == "text/html"
        and "Set-Cookie" not in response.headers
        and set(request.cookies) <= HARMLESS_COOKIES
        and request.accept_encodings["gzip"] > 0
        and len(response.data) >= PACK_BYTES
    ):
        response.data = gzip.compress(response.data, 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def stay_here() -> AnyResponse | None:
    """Answer an address that lacks its slash, or has one too many, by path alone: Werkzeug would name the host that the
    request claims to be for, and a cache in between keep somebody else's.
    """
    wrong = request.routing_exception
    if not isinstance(wrong, RequestRedirect):
        return None
    right = urlsplit(wrong.new_url)
    path = "/" + right.path.lstrip("/")
    return redirect(f"{path}?{right.query}" if right.query else path, wrong.code)


def register(app: Flask) -> None:
    leave = shortened(LEAVE.read_text("utf-8"))
    app.jinja_env.globals["leave_script"] = Markup(leave)  # noqa: S704 - our own file
    app.config[INLINE_SOURCE] = " ".join(
        map(source_hash, (app.jinja_env.get_template(INLINE).render(), leave))
    )
    app.after_request(pack)
    app.before_request(stay_here)
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = CallOnPrint()


def shortened(script: str) -> str:
    """Without comments on lines of their own and without indentation: it comes with every first view."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line.partition(" // ")[0] for line in lines if line and not line.startswith("//"))


def source_hash(script: str) -> str:
    """How a content security policy names a script that may stand in a page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


class CallOnPrint:
    """Lets a template write `{{ csp_nonce }}`."""

    def __str__(self) -> str:
        return csp_nonce()

    def __html__(self) -> str:
        return csp_nonce()
