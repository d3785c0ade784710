"""Headers of every answer: nothing is stored, framed, sent on or run that is not ours."""

import base64
import hashlib
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

STATIC_SECONDS = 86400
INLINE = "web/load_report.js"  # the one script that stands in a page
INLINE_SOURCE = "INLINE_SOURCE"  # in the configuration: its hash, as the policy names it


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
    else:
        response.headers["Cache-Control"] = "no-store"
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
    script = app.jinja_env.get_template(INLINE).render().encode()
    app.config[INLINE_SOURCE] = f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
    app.before_request(stay_here)
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = CallOnPrint()


class CallOnPrint:
    """Lets a template write `{{ csp_nonce }}`."""

    def __str__(self) -> str:
        return csp_nonce()

    def __html__(self) -> str:
        return csp_nonce()
