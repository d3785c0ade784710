"""For a WSGI server: the application, checked before it serves.

Also found by the `flask` command, whose set-up commands must run before there is anything to check.
"""

import os

from app import create_app
from app.photos.pool import Cleaner
from app.sealing.hygiene import harden_process
from config import load

SERVING = os.environ.get("FLASK_RUN_FROM_CLI") != "true"

cleaner = Cleaner()
if SERVING:
    harden_process()
    cleaner.start()  # a fresh process, before any setting or key is read

app = create_app(load(os.environ), serving=SERVING, cleaner=cleaner)
