"""A Redis of its own, and a folder in memory."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

RunRedis = Callable[..., str]

FORGETFUL = ("--save", "", "--appendonly", "no")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[str]:
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("Ready to accept connections" in line for line in process.stdout), "Redis did not start"
        yield f"redis://127.0.0.1:{port}"
        process.kill()


@pytest.fixture
def run_redis(tmp_path: Path) -> Iterator[RunRedis]:
    """Starts Redis servers with the given options; returns the address."""
    if shutil.which("redis-server") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Redis in CI")
        pytest.skip("no Redis here")
    with ExitStack() as running:
        yield lambda *options: running.enter_context(running_redis(tmp_path, *options))


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder on tmpfs."""
    folder = Path(f"/dev/shm/anshao-test-store-{secrets.token_hex(4)}")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
