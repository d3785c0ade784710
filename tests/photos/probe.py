"""Stands in for the cleaner's worker and tries, under the same confinement, what a hostile photo's code might try.

Started as the worker is started. Each line on the pipe is one attempt and its outcome: `refused` or `done`.
"""

import os
import socket
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _bare(name: str, folder: Path) -> None:
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


if __name__ == "__main__":
    _bare("app", ROOT / "app")
    _bare("app.photos", ROOT / "app" / "photos")

from app.photos import clean, confine  # noqa: E402 - only now can the packages be found


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def attempt(name: str, act: Callable[[], object]) -> None:
    try:
        act()
    except (OSError, MemoryError, ValueError) as error:
        say(f"{name} refused {type(error).__name__}")
    else:
        say(f"{name} done")


def be_hostile(zygote: int, target: str) -> None:
    attempt("write", lambda: os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    attempt("read", lambda: os.open(__file__, os.O_RDONLY))
    attempt("delete", Path(target).with_name("victim").unlink)
    attempt("folder", Path(target + ".d").mkdir)
    attempt("socket", socket.socket)
    attempt("fork", os.fork)
    attempt("program", lambda: os.execv("/bin/true", ["true"]))  # noqa: S606 - the attempt itself
    attempt("spawn", lambda: subprocess.run(["/bin/true"], check=True))
    attempt("signal", lambda: os.kill(zygote, 0))
    attempt("memory", lambda: bytearray(2 << 30))
    attempt("pipe", os.pipe)


def main() -> None:
    target = os.read(0, 4096).decode()
    given = Path("/proc/self/environ").read_bytes()
    inherited = sorted(int(path.name) for path in Path("/proc/self/fd").iterdir())[:-1]
    clean.prepare()
    confine.confine_zygote()
    say(f"environment {dict(os.environ)} {given!r}")
    say(f"open {inherited}")
    say(f"user {os.geteuid()}")
    say(f"web {'flask' in sys.modules}")
    zygote = os.getpid()
    photo = os.fork()
    if photo == 0:
        confine.confine_photo(zygote)
        be_hostile(zygote, target)
        os._exit(0)
    say(f"ended {os.waitstatus_to_exitcode(os.waitpid(photo, 0)[1])}")


if __name__ == "__main__":
    main()
