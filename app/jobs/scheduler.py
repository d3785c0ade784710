"""The scheduler: one process, one leader; jobs are idempotent and driven by due days.

It raises alarms, closes pauses, accepts by silence, lapses claims, sweeps staging, makes the night's checkpoint. It
never opens or seals anything again.
"""

import logging
import signal
import threading
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from app.jobs import work
from app.notices.roster import warn_empty
from app.notices.sending import ring, send_digests
from app.people.tools import Tools

log = logging.getLogger("anshao.jobs")
LEADER = "scheduler"
WAIT_SECONDS = 1.0
LATE = {
    "misfire_grace_time": None,
    "coalesce": True,
}  # a machine that slept does a job once, late, and not never


def run(tools: Tools) -> None:
    """Run until told to stop. Several may run: only the one that holds the lock works."""
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    while not tools.locks.take(LEADER):
        if stopped.wait(WAIT_SECONDS):
            return
    scheduler = BackgroundScheduler(timezone="Asia/Shanghai", job_defaults=LATE)
    scheduler.add_job(guarded(work.each_minute, tools), "interval", minutes=1, id="minute")
    scheduler.add_job(guarded(work.each_hour, tools), "interval", hours=1, id="hour")
    scheduler.add_job(guarded(work.each_night, tools), "cron", hour=0, minute=10, id="night")
    for job in (ring, send_digests):  # by themselves: what waits for a mail server holds up nothing else
        scheduler.add_job(guarded(job, tools), "interval", minutes=1, id=job.__name__)
    scheduler.add_job(guarded(warn_empty, tools), "interval", hours=1, id="roster")
    scheduler.start()
    for job in (work.each_hour, warn_empty):
        guarded(job, tools)()
    stopped.wait()
    scheduler.shutdown(wait=True)


def guarded(job: Callable[[Tools], None], tools: Tools) -> Callable[[], None]:
    """A failed job says so without content, and runs again next time."""

    def run_it() -> None:
        try:
            job(tools)
        except Exception as error:
            log.error("%s failed: %s", job.__name__, type(error).__name__)

    return run_it
