"""What the cleaner's processes give up before they look at a stranger's photo.

Two steps: the zygote, once its libraries are loaded, leaves root, core dumps and its environment; each photo's own
process then leaves files, sockets, new processes, memory and time beyond its bounds. Whole on Linux; elsewhere, for
development only, the limits that exist are set and the rest is left out.
"""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys

from app.photos.syscalls import forbid_syscalls

MEMORY_BYTES = 1 << 30
"""Address space of one cleaning: a 200 MP progressive JPEG or an 80 MP PNG needs about 700 MB."""

CPU_SECONDS = 20

_NOBODY = 65_534
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
# The same numbers on every architecture.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_LANDLOCK_VERSION = 1
# What each version of Landlock can forbid: actions on files, on TCP ports, and (from 6) abstract sockets and signals.
_FILES_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        _libc.prctl(option, value, 0, 0, 0)


def confine_zygote() -> None:
    """Leave root (where started as root), the environment, core dumps and being read by others of the same user."""
    os.environ.clear()  # Python sets LC_CTYPE by itself, even for an empty environment
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        # a container may know no such user; the bounds below hold all the same
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
    # whoever a photo's process leaves behind becomes the zygote's child, and is seen
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    _prctl(_PR_SET_DUMPABLE, 0)


def confine_photo(parent: int) -> None:
    """Leave everything but the open pipes. `parent` is the zygote's process id; without it there is nothing to do."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _shut_out_files()
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),  # nothing can be opened any more: no file, no socket; the pipes stay
    ):
        if sys.platform == "linux" or limit != resource.RLIMIT_AS:
            resource.setrlimit(limit, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    forbid_syscalls()


def _shut_out_files() -> None:
    """Landlock with no rule at all: no file, no TCP, no signal to a process outside. An older kernel goes without."""
    if sys.platform != "linux":
        return
    version = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)
    if version < 1:
        return
    files = (1 << _FILES_BY_VERSION.get(version, 16)) - 1
    rules = struct.pack("=Q", files)
    if version >= 4:
        rules += struct.pack("=Q", 0b11)
    if version >= 6:
        rules += struct.pack("=Q", 0b11)
    ruleset = _libc.syscall(_LANDLOCK_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset >= 0:
        _libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)
