"""A demonstration served by real processes, as a user starts it; its output and data are kept for searching."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from app.people.codes import STEP_SECONDS, code_at
from app.setup.demonstration import OTP_SECRET, PASSWORD

ROOT = Path(__file__).parents[2]
START_SECONDS = 90


@dataclass
class Served:
    """Where it is served, its data folder and what it wrote to its log."""

    address: str
    data: Path
    log: Path

    def signed_in(self, browser: Browser, username: str, **options: object) -> tuple[BrowserContext, Page]:
        """A member signed in, in a browser of their own. A code works once, so the next one is used then."""
        context = browser.new_context(**options)  # type: ignore[arg-type]  # viewport and the like
        page = context.new_page()
        for ahead in (0, 1, -1):
            page.goto(f"{self.address}/desk/login")
            page.fill("#username", username)
            page.fill("#password", PASSWORD)
            page.fill("#otp", code_at(OTP_SECRET, int(time.time()) // STEP_SECONDS + ahead))
            page.click("button.go")
            if not page.url.endswith("/desk/login"):
                return context, page
        raise AssertionError(f"{username} cannot sign in")


@contextmanager
def serve(folder: Path, database: str = "", public: str = "") -> Iterator[Served]:
    """`flask serve --demonstration` on a free port, ended in order; `public` is the address that posters carry."""
    port = free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSHAO_", "FLASK_"))},
        "ANSHAO_DATA": str(folder / "data"),
        "ANSHAO_MEMORY": f"/dev/shm/anshao-test-{secrets.token_hex(6)}",
        "ANSHAO_WORKERS": "1",
        "PORT": str(port),
    }
    if database:
        environ["ANSHAO_DATABASE"] = database
    if public:
        environ["ANSHAO_ADDRESS"] = public
    log = folder / "server.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "flask", "serve", "--demonstration"]
        child = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}/", child)
            yield Served(f"http://127.0.0.1:{port}", folder / "data", log)
        finally:
            child.terminate()
            child.wait(30)


def wait_for(address: str, child: "subprocess.Popen[bytes]") -> None:
    """Until the first page answers; fails at once when the server has ended."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if child.poll() is not None:
            raise AssertionError("the server ended at start")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own server
                return
        except OSError:  # not yet listening, or not yet answering
            time.sleep(0.2)
    raise AssertionError("the server did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
