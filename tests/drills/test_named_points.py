"""One kill -9 at each named point, on both databases, and a database locked for five seconds."""

import http.client
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app.sealing.receipt import Receipt
from tests.drills.armed import POINTS, SWEEP_POINTS
from tests.drills.checks import Shown, check_ledger, check_receipts, check_rows, sweep_clean
from tests.drills.client import Form, Phone, new_form, small_photo
from tests.drills.server import Server, Site, make_site

LOCKED_SECONDS = 5


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    database = request.getfixturevalue("new_postgres") if request.param == "postgres" else ""
    with make_site(tmp_path, database) as made:
        yield made


def kill_at(site: Site, point: str, shown: Shown) -> None:
    """A report with a photo, during which the server dies at `point`; before it, where the point lets it, another."""
    server = Server(site).start(point)
    if point in ("after-staging", "after-object"):  # text alone does not come past these
        answered = new_form()
        with Phone(server.port) as phone:
            shown[answered.mark] = (answered, {phone.send(answered)})
    form = new_form(small_photo())
    shown[form.mark] = (form, set())
    with Phone(server.port) as phone, pytest.raises((OSError, http.client.HTTPException)):
        phone.send(form)
    server.wait_until_dead()


def test_nothing_is_lost_at_any_named_point(site: Site) -> None:
    """A receipt would open nothing, a tip would be lost or doubled, or an orphan would stay after a crash."""
    shown: Shown = {}
    for point in POINTS:
        kill_at(site, point, shown)
    for point in SWEEP_POINTS:
        assert site.command("tests.drills.armed", point=point).returncode == -signal.SIGKILL
    with Server(site).running() as server:
        assert check_receipts(site, server, shown) >= len(shown)
        sweep_clean(site)
    check_rows(site, tips=len(shown), photos=len(POINTS))
    check_ledger(site)


def test_a_locked_database_loses_nothing(site: Site) -> None:
    """Reports would be lost or refused while a backup or a check holds the database for some seconds."""
    forms = [new_form(small_photo() if n == 0 else b"") for n in range(4)]
    with Server(site).running() as server, ThreadPoolExecutor(len(forms)) as pool:
        with locked(site):
            sending = [pool.submit(send, server.port, form) for form in forms]
            threading.Event().wait(LOCKED_SECONDS)
            assert not any(one.done() for one in sending), "a receipt was shown that could not be durable"
        shown = {form.mark: (form, {one.result()}) for form, one in zip(forms, sending, strict=True)}
        check_receipts(site, server, shown)
    check_rows(site, tips=len(forms), photos=1)
    check_ledger(site)


def send(port: int, form: Form) -> Receipt:
    with Phone(port) as phone:
        return phone.send(form)


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Another connection holds the whole database, as a backup does."""
    database = site.town.tools.database
    with database.writer.connect() as connection, connection.begin():  # on SQLite: BEGIN IMMEDIATE
        if not database.is_sqlite:
            connection.execute(text("LOCK TABLE tips, objects, ledger_head IN ACCESS EXCLUSIVE MODE"))
        yield
