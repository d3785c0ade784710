"""The parent's end of one cleaner process: start it, send a photo, take the answer, end it."""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from app.photos import wire

WORKER = Path(__file__).with_name("worker.py")
PIPE_BYTES = 1 << 20


class Gone(Exception):
    """The process ended. `asked`: it had begun to take the photo. `code`: its exit code, as subprocess gives it."""

    def __init__(self, asked: bool, code: int) -> None:
        super().__init__(code)
        self.asked = asked
        self.code = code


class Child:
    """One zygote. Used by one thread at a time; starting it costs about 0.15 s, which the first photo waits for."""

    def __init__(self, script: Path = WORKER) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-I", "-B", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            close_fds=True,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        for pipe in (self._in, self._out):
            widen(pipe)
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._process.pid

    def ask(self, data: bytes, long_side: int, seconds: float) -> tuple[bytes, bytearray]:
        """Head and body of the answer. Gone if the process ends, TimeoutError after `seconds`, ValueError on nonsense.

        After any of these the child is of no more use and must be ended.
        """
        deadline = time.monotonic() + seconds
        asked = False
        try:
            if self._read(1, deadline) != wire.READY:
                raise ValueError("not ready")
            asked = True
            self._write(wire.REQUEST.pack(len(data), long_side), deadline)
            self._write(data, deadline)
            head = self._read(wire.ANSWER.size, deadline)
            return bytes(head), self._read(wire.body_length(head), deadline)
        except (EOFError, BrokenPipeError):
            raise Gone(asked, self._reap()) from None

    def end(self) -> None:
        """Kill the process and whatever it started, and close the pipes."""
        if self._process.returncode is None:
            self._kill_group()
            self._process.wait()
        self._close()

    def abandon(self) -> None:
        """In a forked copy of the parent: let go of the pipes. The process belongs to the original, which ends it."""
        self._process.returncode = (
            0  # else the copy would warn of, and try to reap, a process that is not its child
        )
        self._close()

    def _reap(self) -> int:
        """Wait for the process, kill whoever it left behind while its number is still its own, give its exit code."""
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._kill_group()
        return self._process.wait()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self, length: int, deadline: float) -> bytearray:
        data = bytearray(length)
        rest = memoryview(data)
        while rest:
            _wait(self._out, select.POLLIN, deadline)
            got = os.readv(self._out, [rest])
            if not got:
                raise EOFError
            rest = rest[got:]
        return data

    def _write(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            _wait(self._in, select.POLLOUT, deadline)
            rest = rest[os.write(self._in, rest) :]


def widen(pipe: int) -> None:
    """Let the pipe hold a megabyte: a photo then goes through in a few turns instead of fifty. Linux only."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # beyond what this user's pipes may hold together
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _wait(pipe: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError
