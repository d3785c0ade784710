"""A real server process with a data folder of its own, that can be killed at a named point or at any moment.

Production code knows nothing of it: `tests.drills.armed` wraps functions in the child before it serves.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from app.clock.calendar import TIANJIN
from app.people.admission import begin, desk_key, make_member, seat
from app.people.models import Member
from app.photos.pool import Cleaner
from app.sealing.epochs import EpochKeys, fingerprint
from app.setup.install import install, write_settings
from app.web.services import make_tools
from config import Settings, load
from tests.browser.served import free_port, wait_for
from tests.makers import OTP_SECRET, PASSPHRASE, FixedDay, Town

ROOT = Path(__file__).parents[2]
POINT = "ANSHAO_DRILL_POINT"
END_SECONDS = 60
MEMBER_DESKS = ("chengjian", "zhifa")


@dataclass
class Site:
    """An installation with living keys at every desk, and what its processes are started with."""

    town: Town
    environ: dict[str, str] = field(repr=False)
    log: Path

    @property
    def settings(self) -> Settings:
        return self.town.settings

    def command(self, *words: str, point: str = "") -> "subprocess.CompletedProcess[bytes]":
        """A Python module run to its end beside the server, killed at `point` if one is named."""
        environ = {**self.environ, POINT: point}
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=ROOT, env=environ, capture_output=True, start_new_session=True
        )


@contextmanager
def make_site(folder: Path, database: str = "") -> Iterator[Site]:
    """Install into `folder`: every desk has an epoch somebody made, two of them a member who can sign in."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSHAO_", "FLASK_"))},
        "ANSHAO_DATA": str(folder / "data"),
        "ANSHAO_MEMORY": f"/dev/shm/anshao-test-{secrets.token_hex(6)}",
        "ANSHAO_WORKERS": "1",
        **({"ANSHAO_DATABASE": database} if database else {}),
    }
    given = load(environ)
    today = FixedDay(datetime.now(TIANJIN).date())
    installed = install(given, today.today())
    mark = fingerprint(installed.root.public)
    write_settings(given.data / "settings.toml", {"root_fingerprint": mark, "demonstration": "yes"})
    settings = replace(given, root_fingerprint=mark)
    tools = replace(make_tools(settings, Cleaner(processes=1)), now=today)
    town = Town(settings, installed, tools, today, {}, {})
    others = new_member(town, "others")
    for desk_id, keys in installed.desks.items():
        found_epoch(town, keys, new_member(town, desk_id) if desk_id in MEMBER_DESKS else others)
    try:
        yield Site(town, environ, folder / "server.log")
    finally:
        town.close()
        shutil.rmtree(environ["ANSHAO_MEMORY"], ignore_errors=True)


def new_member(town: Town, name: str) -> Member:
    """A member who can sign in with what all tests use."""
    member, private = make_member(town.tools.keyring, name, name, PASSPHRASE, OTP_SECRET)
    town.members[name], town.privates[name] = member, private
    with town.tools.database.work(write=True) as session:
        session.add(member)
    return member


def found_epoch(town: Town, keys: EpochKeys, member: Member) -> None:
    """A living key for a desk, held by `member`, who takes a place there if it is the member's own desk."""
    tools = town.tools
    with tools.database.work(write=True) as session:
        epochs = begin(session, tools.keyring, [keys], town.now.today())
        if member.username == keys.desk:
            seat(session, member, epochs, keys.desk)
        else:
            session.add(desk_key(epochs[-1], member))


class Server:
    """gunicorn as deployed, in a process group of its own, so that one signal ends all of it."""

    def __init__(self, site: Site, *, workers: int = 1) -> None:
        self.site = site
        self.workers = workers
        self.port = free_port()
        self.child: subprocess.Popen[bytes] | None = None

    def start(self, point: str = "") -> "Server":
        """Start and wait for the first page. With `point` it kills itself there, once it is reached."""
        config = str(ROOT / "deploy" / "gunicorn.conf.py")
        command = [sys.executable, "-m", "gunicorn", "-c", config, "tests.drills.armed:serve()"]
        environ = {**self.site.environ, POINT: point, "PORT": str(self.port)}
        environ["ANSHAO_WORKERS"] = str(self.workers)
        with self.site.log.open("ab") as out:
            self.child = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        wait_for(f"http://127.0.0.1:{self.port}/follow", self.child)
        return self

    def kill(self) -> None:
        """SIGKILL to all of it at once, as a power cut would end it."""
        assert self.child is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.wait_until_dead()

    def wait_until_dead(self) -> None:
        """Fails when it still lives after a minute: then the named point was never reached."""
        assert self.child is not None
        self.child.wait(END_SECONDS)

    def stop(self) -> None:
        """End it in order."""
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()
            self.child.wait(END_SECONDS)

    def worker_pids(self) -> list[int]:
        """Process ids of the web workers (not of the cleaners they start)."""
        assert self.child is not None
        path = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children")
        return [int(pid) for pid in path.read_text("ascii").split()]

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Started, and ended in order afterwards."""
        try:
            yield self.start()
        finally:
            self.stop()
