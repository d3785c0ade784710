"""For a WSGI server: the application, checked before it serves.

Also found by the `flask` command, whose set-up commands must run before there is anything to check.
"""

import math
import os

from app import create_app
from app.photos.pool import Cleaner
from app.sealing.hygiene import harden_process
from config import load

SERVING = os.environ.get("FLASK_RUN_FROM_CLI") != "true"


def cleanings_at_once() -> int:
    """Photos that this process cleans at once: the machine's processors, shared out among the workers.

    More at once finish no sooner, and each takes its 120 MB.
    """
    return max(1, math.ceil((os.cpu_count() or 1) / int(os.environ.get("ANSHAO_WORKERS", "1"))))


cleaner = Cleaner(cleanings_at_once())
if SERVING:
    harden_process()
    cleaner.start()  # a fresh process, before any setting or key is read

app = create_app(load(os.environ), serving=SERVING, cleaner=cleaner)
