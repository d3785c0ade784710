"""The photo cleaner's zygote: a fresh interpreter that loads the decoders once and forks one process for each photo.

Started by path (`python -I …/worker.py`) with an empty environment and two pipes, so that neither settings nor keys are
ever in its memory. A photo is read and answered by its own process alone: the zygote never sees one, hence no later
photo's process can find an earlier photo in inherited memory. A process that ends badly takes the zygote with it, since
the pipes may stand in the middle of a message; the parent starts another.
"""

import contextlib
import os
import select
import signal
import sys
import types
from pathlib import Path


def _bare(name: str, folder: Path) -> None:
    """Make a package known without running it: importing the real `app` would load the web framework into the child."""
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


if __name__ == "__main__":
    _here = Path(__file__).resolve().parent
    _bare("app", _here.parent)
    _bare("app.photos", _here)

from app.photos import clean, confine, wire  # noqa: E402 - only now can the packages be found
from app.photos.answers import MAX_BYTES, Refused  # noqa: E402


def serve() -> int:
    """Fork a process for each photo until the parent closes the pipe. Returns the exit code."""
    waiting = select.poll()
    waiting.register(0, select.POLLIN)
    while True:
        _write(wire.READY)
        if not waiting.poll()[0][1] & select.POLLIN:
            return 0
        zygote = os.getpid()
        photo = os.fork()
        if photo == 0:
            _be_photo(zygote)
        if code := _ended(photo):
            return code


def _ended(photo: int) -> int:
    """Wait for the photo's process: 0 if it ended well and left nobody behind, else what to tell the parent."""
    os.waitid(os.P_PID, photo, os.WEXITED | os.WNOWAIT)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(photo, signal.SIGKILL)  # whoever stayed behind would hold the pipes
    _, status, used = os.wait4(photo, 0)
    if status == 0:
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 0
        return wire.CRASHED
    spent = used.ru_utime + used.ru_stime >= confine.CPU_SECONDS - 1
    ran_out = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) and spent
    return wire.TOO_LONG if ran_out else wire.CRASHED


def _be_photo(zygote: int) -> None:
    code = 1
    try:
        os.setpgid(0, 0)
        confine.confine_photo(zygote)
        _write(_answer())
        code = 0
    finally:
        os._exit(code)


def _answer() -> bytes:
    length, long_side = wire.REQUEST.unpack(_read(wire.REQUEST.size))
    if length > MAX_BYTES:
        raise ValueError("too long")
    try:
        return wire.pack_cleaned(clean.clean(_read(length), long_side))
    except Refused as refused:
        return wire.pack_refused(refused.reason)


def _read(length: int) -> bytes:
    data = bytearray(length)
    rest = memoryview(data)
    while rest:
        got = os.readv(0, [rest])
        if not got:
            raise EOFError
        rest = rest[got:]
    return bytes(data)


def _write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


if __name__ == "__main__":
    clean.prepare()
    confine.confine_zygote()
    sys.exit(serve())
