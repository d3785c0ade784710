"""Process hygiene, tried on a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import ctypes, resource
from app.sealing.hygiene import harden_process
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
done = harden_process()
print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE), ",".join(done))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_DUMPABLE is Linux's")
def test_a_hardened_process_leaves_no_core_and_cannot_be_read() -> None:
    """A crash would write keys to the disk, or another process of the same user could read them from memory."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.strip() == "1 0 (0, 0) no core dumps,not dumpable"
