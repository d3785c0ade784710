"""Attacks from inside: code that a hostile photo runs in the cleaner's child."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.photos.child import Child
from app.photos.pool import Cleaner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the confinement is Linux's")

ATTEMPTS = (
    "write",
    "read",
    "delete",
    "folder",
    "socket",
    "fork",
    "program",
    "spawn",
    "signal",
    "memory",
    "pipe",
)


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What the probe, started as the worker is, reports of its attempts."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)  # so that only the confinement can stand in the way
    (folder / "victim").touch()
    child = Child(Path(__file__).with_name("probe.py"))
    process = child._process
    assert process.stdin is not None
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), True)
    process.stdin.write(str(folder / "stolen").encode())
    lines = process.stdout.read().decode().splitlines()
    child.end()
    left = [path.name for path in folder.iterdir()]
    shutil.rmtree(folder)
    assert left == ["victim"]
    return dict(line.split(" ", 1) for line in lines)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_attempt_is_refused(said: dict[str, str], attempt: str) -> None:
    """A hostile photo's code could reach files, the network, other processes or all memory."""
    assert said[attempt].startswith("refused")


def test_probe_ran_to_its_end(said: dict[str, str]) -> None:
    """The attempts would count as refused only because the probe had died."""
    assert said["ended"] == "0"


def test_child_knows_nothing(said: dict[str, str]) -> None:
    """Settings, keys or open files of the web worker would be in reach of a hostile photo."""
    assert said["environment"].startswith("{} b''")
    assert said["open"] == "[0, 1, 2]"
    assert said["web"] == "False"


def test_child_is_not_root(said: dict[str, str]) -> None:
    """A cleaner started by root would keep root's powers over its own limits."""
    assert said["user"] != "0"


def test_environment_is_empty_from_outside(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process started after the settings are there would inherit them."""
    monkeypatch.setenv("ANSHAO_PEPPER", "canary")
    with Cleaner(processes=1) as late:
        (pid,) = late.pids()
        try:
            seen = Path(f"/proc/{pid}/environ").read_bytes()
        except PermissionError:
            return  # not even we may look: stronger still
        assert seen == b""


def test_worker_loads_no_web_framework() -> None:
    """The child would carry the whole application, and read settings while importing it."""
    worker = Path(__file__).resolve().parents[2] / "app" / "photos" / "worker.py"
    script = (
        "import runpy, sys\n"
        f"try: runpy.run_path({str(worker)!r}, run_name='__main__')\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(sorted(sys.modules)))"
    )
    command = [sys.executable, "-I", "-c", script]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    loaded = ran.stderr.decode().split()
    assert "app.photos.clean" in loaded
    assert not {"flask", "sqlalchemy", "config", "cryptography", "app.photos.pool"} & set(loaded)
