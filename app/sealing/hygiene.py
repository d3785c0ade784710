"""Process hygiene: no core dumps, and no other process of the same user reads this one's memory."""

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4


def harden_process() -> list[str]:
    """Forbid core dumps; on Linux also PR_SET_DUMPABLE = 0. Returns what was done."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    done = ["no core dumps"]
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
        done.append("not dumpable")
    return done
