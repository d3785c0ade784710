"""gunicorn: two workers of four threads; no access log, no control socket, nothing of a request on a disk."""

import ctypes
import os
from typing import Any

bind = [f"127.0.0.1:{os.environ.get('PORT', '8000')}"]
if os.environ.get("ANSHAO_BIND"):
    bind = [os.environ["ANSHAO_BIND"]]
workers = int(os.environ.setdefault("ANSHAO_WORKERS", "2"))  # also read by wsgi.py, in each of them
threads = int(os.environ.get("ANSHAO_THREADS", "4"))
worker_class = "gthread"
worker_tmp_dir = "/dev/shm"  # noqa: S108 - in memory on purpose
accesslog = None
errorlog = "-"
loglevel = "error"  # a warning would quote a broken request, and whose address it came from
timeout = 120
graceful_timeout = 30
control_socket_disable = True

M_ARENA_MAX = -8  # of glibc's mallopt


def post_fork(_server: Any, _worker: Any) -> None:
    """One heap, not one for each thread: each would keep the biggest block (Argon2's 12 MB) it ever held."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, 1)
