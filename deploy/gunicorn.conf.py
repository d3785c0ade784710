"""gunicorn: two workers of four threads; no access log, no control socket, nothing of a request on a disk."""

import os

bind = [f"127.0.0.1:{os.environ.get('PORT', '8000')}"]
if os.environ.get("ANSHAO_BIND"):
    bind = [os.environ["ANSHAO_BIND"]]
workers = int(os.environ.get("ANSHAO_WORKERS", "2"))
threads = int(os.environ.get("ANSHAO_THREADS", "4"))
worker_class = "gthread"
worker_tmp_dir = "/dev/shm"  # noqa: S108 - in memory on purpose
accesslog = None
errorlog = "-"
loglevel = "warning"
timeout = 120
graceful_timeout = 30
control_socket_disable = True
