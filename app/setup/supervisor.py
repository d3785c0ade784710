"""The supervisor: starts web and scheduler as children, restarts neither quietly, ends both when told to."""

import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import segno

from app.setup.demonstration import OTP_SECRET, PASSWORD
from config import Settings

ACCOUNTS = (
    "anjian zhifa chengjian paichusuo shichang dispatch duty jijian office "
    "custodian approver signer cashier clerk village admin"
)


def welcome(settings: Settings, port: int) -> Iterator[str]:
    """What a stranger needs to know, line by line."""
    yield f"Anshao 安哨 · {settings.title()}"
    yield f"http://127.0.0.1:{port}"
    if settings.demonstration and (settings.address or lan_address()):
        yield f"手机和海报用的网址 for phones (same network) and posters: {public_address(settings, port)}"
        yield qr(f"{public_address(settings, port)}/")
    if settings.demonstration:
        yield "演示 demonstration: 用户名 / user name = 岗位 desk"
        yield "  " + ACCOUNTS
        yield f"  口令 password: {PASSWORD}"
        yield f"  验证码密钥 one-time-code secret: {OTP_SECRET}  (岗位登录 sign in at /desk/login)"
        yield "  现在的验证码 code now: .venv/bin/flask code"
        yield f"  一张有奖励可领的回执 a receipt with a reward to claim: {settings.demonstration_receipt}"


def public_address(settings: Settings, port: int) -> str:
    """What posters carry: the address in the settings; a demonstration without one is on the local network."""
    if settings.address or not settings.demonstration:
        return settings.address
    return f"http://{lan_address() or '127.0.0.1'}:{port}"


def lan_address() -> str:
    """This machine's address on the local network, or nothing; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def qr(text: str) -> str:
    drawn = io.StringIO()
    segno.make(text, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()


def run(settings: Settings, port: int) -> int:
    """Run both children until one ends or we are told to stop; returns the exit status.

    A demonstration is there for phones on the same network too; a real one listens here alone, behind a proxy.
    """
    root = Path(__file__).parents[2]
    web = [sys.executable, "-m", "gunicorn", "-c", str(root / "deploy" / "gunicorn.conf.py"), "wsgi:app"]
    jobs = [sys.executable, "-m", "flask", "scheduler"]
    environ = {**os.environ, "PORT": str(port), "ANSHAO_ADDRESS": public_address(settings, port)}
    if settings.demonstration:
        environ.setdefault("ANSHAO_BIND", f"0.0.0.0:{port}")
    environ.pop("FLASK_RUN_FROM_CLI", None)  # the web process is no command: it must check before it serves
    children = [subprocess.Popen(command, cwd=root, env=environ) for command in (web, jobs)]  # noqa: S603 - our own

    def stop(_signal: int, _frame: FrameType | None) -> None:
        for child in children:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return wait(children)


def wait(children: list["subprocess.Popen[bytes]"]) -> int:
    """Wait for the first child to end, then end the other."""
    pid, status = os.wait()
    for child in children:
        if child.pid == pid:
            child.returncode = os.waitstatus_to_exitcode(status)
        elif child.poll() is None:
            child.terminate()
            child.wait()
    return max((abs(child.returncode or 0) for child in children), default=0)
