"""Commands: setup, serve, upgrade, backup, restore, recover, retention, code, route, photo, ledger, letters …"""

import json
import os
import sys
import time
from pathlib import Path

import click
from flask import Flask

from app.casework.letters import Backward, set_last
from app.db.engine import Database
from app.db.schema import upgrade as to_head
from app.ledger.verify import verify, verify_known
from app.ledger.write import append
from app.people.codes import STEP_SECONDS, code_at
from app.people.keyring import Keyring, KeyringBroken
from app.people.recovery import recover as open_again
from app.photos.files import clean_files
from app.rules.reward import RewardError, try_file
from app.rules.routing import RuleError, route_lines
from app.rules.selfcheck import selfcheck_lines
from app.sealing.errors import SealError
from app.setup import demonstration, supervisor
from app.setup.backup import NoBackup, back_up
from app.setup.backup import restore as put_back
from app.setup.install import NoVillage, is_installed
from app.setup.real import HasDesk, add_villages, seat_later, set_up
from app.setup.subjects import known_subjects
from app.web.services import WallClock, settings
from config import Settings, load

NOT_THE_ROOT = "these halves are not the root's; nothing was changed"
NO_VILLAGE = (
    "{}: not a village's full name (…村, …社区, …居委会), or it has a post already; nothing was changed"
)
NOTHING = "nothing is set up here; run flask setup, or name its folder in ANSHAO_DATA"


def register(app: Flask) -> None:
    for command in (
        setup,
        serve,
        upgrade,
        backup,
        restore,
        recover,
        seat_discipline,
        add_village,
        retention,
        code,
        route,
        selfcheck,
        reward,
        photo,
        ledger,
        letters,
    ):
        app.cli.add_command(command)


def installed() -> Settings:
    """The settings of what is set up here; a sentence instead of a traceback where nothing is."""
    given = settings()
    if not is_installed(given):
        raise click.ClickException(NOTHING)
    return given


@click.command("setup")
@click.option("--town", prompt="乡镇名称", help="name of the town")
@click.option("--district", prompt="市、区", help="city and district")
@click.option(
    "--district-discipline", is_flag=True, help="also a desk of the district's discipline (区纪委监委)"
)
@click.option("--village", "villages", multiple=True, help="a village's full name (村居全名), once for each")
def setup(town: str, district: str, district_discipline: bool, villages: tuple[str, ...]) -> None:
    """Set an installation up: keys, database, desks; prints each desk's invitation once, on paper's behalf."""
    try:
        given = Settings(**{**vars(settings()), "town": town, "district": district})
        for line in set_up(
            given, WallClock().today(), district_discipline=district_discipline, villages=villages
        ):
            click.echo(line)
    except NoVillage as error:
        raise click.ClickException(NO_VILLAGE.format(error)) from None
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
        given = load(os.environ)
    elif not is_installed(given):
        raise click.ClickException(NOTHING)
    if given.demonstration:
        bring_to_head(
            given
        )  # what a demonstration of an older version holds is made up: nobody needs to be asked
    for line in supervisor.welcome(given, port):
        click.echo(line)
    sys.exit(supervisor.run(given, port))


@click.command("upgrade")
def upgrade() -> None:
    """Bring the database of an older version to this one's schema, all of it or nothing; back it up first."""
    bring_to_head(installed())


def bring_to_head(given: Settings) -> None:
    database = Database(given.database)
    try:
        to_head(database)
    finally:
        database.dispose()


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a backup to a new FILE, sealed to the backup key that lies on paper; without the retention keys."""
    try:
        back_up(installed(), file)
    except NoBackup as error:
        raise click.ClickException(str(error)) from error


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="a new data folder")
@click.option("--first", prompt="备份密钥上半 first half", hide_input=True)
@click.option("--second", prompt="备份密钥下半 second half", hide_input=True)
def restore(file: Path, folder: Path, first: str, second: str) -> None:
    """Put a backup back into a new data folder with both halves of the backup key."""
    try:
        put_back(file, folder, (first, second))
    except NoBackup as error:
        raise click.ClickException(str(error)) from error
    except SealError:
        raise click.ClickException("these halves do not open this file, or it is damaged") from None
    click.echo("now copy the retention keys to keys/retention in it")


@click.command("recover")
@click.argument("desk")
@click.option("--username", prompt=True, help="who is invited to the desk")
@click.option("--first", prompt="上半 first half", hide_input=True)
@click.option("--second", prompt="下半 second half", hide_input=True)
def recover(desk: str, username: str, first: str, second: str) -> None:
    """Open a desk whose members are all gone with both paper halves; prints one invitation."""
    given = installed()
    keyring = Keyring(given.keys, given.root_fingerprint)
    database = Database(given.database)
    try:
        with database.work(write=True) as session:
            code = open_again(session, keyring, desk, (first, second), username, WallClock().today())
    except SealError:
        raise click.ClickException("these halves do not open this desk; nothing was changed") from None
    click.echo(f"邀请 invitation {desk} ({username}): {code}")


@click.command("seat-district-discipline")
@click.option("--first", prompt="根钥上半 first half", hide_input=True)
@click.option("--second", prompt="根钥下半 second half", hide_input=True)
def seat_discipline(first: str, second: str) -> None:
    """Give the district's discipline (区纪委监委) a desk here, with both halves of the root; prints one invitation."""
    given = installed()
    try:
        click.echo(seat_later(given, (first, second), WallClock().today()))
    except SealError:
        raise click.ClickException(NOT_THE_ROOT) from None
    except HasDesk:
        raise click.ClickException("it has a desk already") from None


@click.command("add-village")
@click.argument("names", nargs=-1, required=True)
@click.option("--first", prompt="根钥上半 first half", hide_input=True)
@click.option("--second", prompt="根钥下半 second half", hide_input=True)
def add_village(names: tuple[str, ...], first: str, second: str) -> None:
    """Give each village of NAMES (村居全名) a post of its own, with both halves of the root; prints the invitations."""
    given = installed()
    try:
        for line in add_villages(given, (first, second), names, WallClock().today()):
            click.echo(line)
    except SealError:
        raise click.ClickException(NOT_THE_ROOT) from None
    except NoVillage as error:
        raise click.ClickException(NO_VILLAGE.format(error)) from None


@click.group("retention")
def retention() -> None:
    """Monthly retention keys (到期销毁)."""


@retention.command("list")
def retention_list() -> None:
    """Print the months whose key is there."""
    given = installed()
    for month in Keyring(given.keys, given.root_fingerprint).months():
        click.echo(month)


@retention.command("destroy")
@click.argument("month")
@click.confirmation_option(prompt="Everything received in this month becomes unreadable for ever. Destroy?")
def retention_destroy(month: str) -> None:
    """Shred the key of MONTH ("2024-01"): nothing of it opens again, from any copy. An entry goes in the ledger."""
    given = installed()
    keyring = Keyring(given.keys, given.root_fingerprint)
    if month not in keyring.months():
        raise click.ClickException(f"no key of {month}")
    with Database(given.database).work(write=True) as session:
        subject = keyring.standing_key("retention")
        day = WallClock().today()
        append(
            session, day=day, kind="month_destroyed", actor=subject, subject=subject, detail={"month": month}
        )
    keyring.destroy_month(month)


@click.command("route")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def route(file: Path) -> None:
    """Say where each report in a JSON list would go, one JSON line each; writes nothing."""
    try:
        for line in route_lines(file):
            click.echo(line)
    except RuleError as error:
        raise click.ClickException(str(error)) from error


@click.command("selfcheck")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def selfcheck(file: Path) -> None:
    """Say what in each report of a JSON list would give its writer away, one JSON line each; writes nothing."""
    try:
        for line in selfcheck_lines(file):
            click.echo(line)
    except RuleError as error:
        raise click.ClickException(str(error)) from error


@click.group("reward")
def reward() -> None:
    """Rewards (举报奖励)."""


@reward.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def reward_try(file: Path) -> None:
    """Print the calculation (奖励测算) for facts in JSON, amounts in yuan; writes nothing."""
    try:
        click.echo(try_file(file))
    except RewardError as error:
        raise click.ClickException(str(error)) from error


@click.command("code")
def code() -> None:
    """The one-time code of this moment for the accounts of a demonstration: their secret is public."""
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


@click.command("letters")
@click.option("--year", required=True, type=click.IntRange(2000, 9999))
@click.option(
    "--last", required=True, type=click.IntRange(1, 99_999), help="number of the last letter that left"
)
def letters(year: int, last: int) -> None:
    """Go on numbering the letters (移送函) of a year after the last that left: on paper, or since a restored backup."""
    try:
        with Database(installed().database).work(write=True) as session:
            set_last(session, year, last)
    except Backward:
        raise click.ClickException(
            f"a letter {last} of {year} has left already; numbers only go up"
        ) from None
    click.echo(f"the next letter of {year} is number {last + 1}")


@click.group("ledger")
def ledger() -> None:
    """The ledger (操作留痕)."""


@ledger.command("verify")
def ledger_verify() -> None:
    """Walk the whole ledger, compare what the server's keys open with what was committed to; prints what is wrong and
    where, and fails then.
    """
    given = installed()
    keyring = Keyring(given.keys, given.root_fingerprint)
    with Database(given.database).work() as session:
        problems = verify(session) + verify_known(session, known_subjects(session, keyring))
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo("ok")
