"""The whole application on a town's own tools, asked over HTTP without a browser."""

import re
import time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse, encode_multipart

from app import create_app
from app.people.codes import STEP_SECONDS, code_at
from app.web.services import EXTENSION
from tests.makers import OTP_SECRET, PASSPHRASE, Town

CSRF = re.compile(r'name="csrf" value="(\w+)"')
SLIP = re.compile(r'data-tip-number="(\d{8})" data-tip-password="(\d{16})"')
ONCE = re.compile(r'name="once" type="hidden" value="([\w-]+)"')


def app_of(town: Town) -> Flask:
    """The application, with the town's tools (and so its day) in place of the process's own."""
    app = create_app(town.settings, serving=False)
    app.extensions[EXTENSION]["tools"] = town.tools
    return app


def once_on(client: FlaskClient) -> str:
    found = ONCE.search(client.get("/report").text)
    assert found is not None
    return found[1]


def report(client: FlaskClient, **fields: Any) -> TestResponse:
    """Send the form as a browser does; files are given as (bytes stream, name) pairs in `photos`."""
    typed = {"once": fields.pop("once", None) or once_on(client), "mode": "anonymous", **fields}
    edge, body = encode_multipart(MultiDict(typed))  # the client itself would put a big body into a file
    return client.post("/report", data=body, content_type=f"multipart/form-data; boundary={edge}")


def receipt_in(answer: TestResponse) -> tuple[str, str]:
    found = SLIP.search(answer.text)
    assert found is not None, f"{answer.status_code}: no receipt"
    return found[1], found[2]


def followed(app: Flask, number: str, password: str) -> FlaskClient:
    """A phone that has looked its report up."""
    client = app.test_client()
    answer = client.post("/follow", data={"number": number, "password": password})
    assert answer.status_code == 303
    return client


def signed_in(app: Flask, town: Town, username: str) -> tuple[FlaskClient, str]:
    """A browser signed in, and the form secret of its session."""
    client = app.test_client()
    step = int(town.now.instant().timestamp()) // STEP_SECONDS
    for ahead in (0, 1, -1):
        typed = {"username": username, "password": PASSPHRASE, "otp": code_at(OTP_SECRET, step + ahead)}
        if client.post("/desk/login", data=typed).status_code == 303:
            found = CSRF.search(client.get("/desk/members").text)
            assert found is not None
            return client, found[1]
    raise AssertionError(f"{username} cannot sign in at {time.time()}")
