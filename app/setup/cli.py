"""Commands: setup, serve, route, photo clean, ledger verify."""

import json
import os
import sys
import time
from pathlib import Path

import click
from flask import Flask

from app.db.engine import Database
from app.ledger.verify import verify
from app.people.codes import STEP_SECONDS, code_at
from app.people.keyring import KeyringBroken
from app.photos.files import clean_files
from app.rules.routing import RuleError, route_lines
from app.setup import demonstration, supervisor
from app.setup.install import is_installed
from app.setup.real import set_up
from app.web.services import WallClock, settings
from config import Settings


def register(app: Flask) -> None:
    for command in (setup, serve, code, route, photo, ledger):
        app.cli.add_command(command)


@click.command("setup")
@click.option("--town", prompt="乡镇名称", help="name of the town")
@click.option("--district", prompt="市、区", help="city and district")
def setup(town: str, district: str) -> None:
    """Set an installation up: keys, database, desks; prints each desk's invitation once, on paper's behalf."""
    try:
        for line in set_up(
            Settings(**{**vars(settings()), "town": town, "district": district}), WallClock().today()
        ):
            click.echo(line)
    except KeyringBroken as error:
        raise click.ClickException(str(error)) from error


@click.command("serve")
@click.option("--demonstration", "as_demonstration", is_flag=True, help="set up a made-up town first")
def serve(as_demonstration: bool) -> None:
    """Serve: one supervisor, two children (web, scheduler)."""
    port = int(os.environ.get("PORT", "8000"))
    given = settings()
    if as_demonstration and not is_installed(given):
        demonstration.make_demonstration(given, WallClock().today())
    elif not is_installed(given):
        raise click.ClickException("nothing is set up here; run flask setup")
    for line in supervisor.welcome(given, port, as_demonstration):
        click.echo(line)
    sys.exit(supervisor.run(port))


@click.command("route")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def route(file: Path) -> None:
    """Say where each report in a JSON list would go, one JSON line each; writes nothing."""
    try:
        for line in route_lines(file):
            click.echo(line)
    except RuleError as error:
        raise click.ClickException(str(error)) from error


@click.command("code")
def code() -> None:
    """The demonstration's one-time code of this moment."""
    if not settings().demonstration:
        raise click.ClickException("only a demonstration has a known secret")
    click.echo(code_at(demonstration.OTP_SECRET, int(time.time()) // STEP_SECONDS))


@click.group("photo")
def photo() -> None:
    """Photos."""


@photo.command("clean")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--long-side", type=click.Choice(["1600", "1024"]), default="1600", help="pixels")
def clean(files: tuple[Path, ...], folder: Path, long_side: str) -> None:
    """Clean photos into a folder, one JSON line a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for line in clean_files(list(files), folder, int(long_side)):
        click.echo(json.dumps(line, ensure_ascii=False))


@click.group("ledger")
def ledger() -> None:
    """The ledger (操作留痕)."""


@ledger.command("verify")
def ledger_verify() -> None:
    """Walk the whole ledger; prints what is wrong and where, and fails then."""
    database = Database(settings().database)
    with database.work() as session:
        problems = verify(session)
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo("ok")
