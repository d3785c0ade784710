"""The command of the scheduler process."""

import click
from flask import Flask

from app.jobs.scheduler import run
from app.photos.pool import Cleaner
from app.web.services import make_tools, settings


@click.command("scheduler")
def scheduler() -> None:
    """Remind, mark overdue, accept by silence, lapse, sweep; one process does, others wait."""
    run(make_tools(settings(), Cleaner(processes=1)))


def register(app: Flask) -> None:
    app.cli.add_command(scheduler)
