"""Out of the house (发出): each batch is sent by a process of its own, which is ended when it takes too long.

Apprise costs some 0.4 s and 30 MB to load: the scheduler and the web workers do without it, and whatever hangs in it
blocks neither a job nor a page.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.notices.sender import COMMAND, PHONE

CHILD = Path(__file__).with_name("sender.py")
SECONDS = 40.0  # for a whole batch: a job that comes each minute ends before the next
KEPT = (  # of the environment: how to get out, and whom to trust
    "PATH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
)

__all__ = ["COMMAND", "PHONE", "Checked", "Message", "check", "send"]


@dataclass(frozen=True)
class Message:
    """One thing to send."""

    url: str = field(repr=False)
    title: str
    body: str
    phone: str = field(default="", repr=False)


@dataclass(frozen=True)
class Checked:
    """What an address is, or why it is none (`scheme`, `form`, `busy`)."""

    kind: str = ""
    secure: bool = False
    why: str = ""


def check(url: str) -> Checked:
    """Whether notices can be sent there, by its form alone; nothing is sent."""
    for answer in ask({"check": url}, SECONDS):
        return Checked(str(answer.get("kind", "")), answer.get("secure") is True, str(answer.get("why", "")))
    return Checked(why="busy")


def send(messages: Sequence[Message], command: str, seconds: float = SECONDS) -> list[bool]:
    """Which of them were taken, all at once and within `seconds`; what did not answer by then counts as not taken."""
    taken = [False] * len(messages)
    if messages:
        asked = {"send": [asdict(one) for one in messages], "command": command}
        for answer in ask(asked, seconds):
            n = answer.get("n")
            if isinstance(n, int) and 0 <= n < len(taken):
                taken[n] = answer.get("ok") is True
    return taken


def ask(asked: object, seconds: float) -> list[dict[str, object]]:
    """The lines the process answered until it ended or its time was over."""
    child = subprocess.Popen(  # noqa: S603 - our own program; -I: nothing but it and the installed packages
        [sys.executable, "-I", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        start_new_session=True,
    )
    try:
        out, _ = child.communicate(json.dumps(asked).encode(), timeout=seconds)
    except subprocess.TimeoutExpired as late:
        out = late.output or b""
    finally:
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # and whatever it had started
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
    answers = []
    for line in out.splitlines():
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict):
                answers.append(said)
    return answers
