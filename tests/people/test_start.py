"""What is missing or wrong stops the start; a destroyed month opens nothing any more."""

import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from app.casework.access import open_case
from app.db.schema import SchemaNotAtHead
from app.intake.take import take
from app.people.grants import NoKey
from app.people.keyring import Keyring, KeyringBroken, make_keyring
from app.people.models import Installation
from app.people.months import month_book
from app.photos.pool import Cleaner
from app.store.memory import WouldPersist
from app.tips.receipts import look_up, tip_of
from app.web.services import make_tools
from config import SettingError, Settings, load
from tests.intake.test_take import sent
from tests.makers import Town, copy_town


def start(settings: Settings) -> None:
    tools = make_tools(settings, Cleaner(processes=1))
    tools.locks.release_all()
    tools.database.dispose()


def change_pepper(town: Town) -> None:
    (town.settings.keys / "pepper").write_bytes(os.urandom(32))


def shorten_standing(town: Town) -> None:
    (town.settings.keys / "standing").write_bytes(bytes(31))


def lose(name: str) -> Callable[[Town], None]:
    return lambda town: (town.settings.keys / name).unlink()


def set_back_schema(town: Town) -> None:
    with town.tools.database.writer.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))


def lose_schema(town: Town) -> None:
    with town.tools.database.writer.connect() as connection, connection.begin():
        connection.execute(text("DELETE FROM alembic_version"))


def empty_installation(town: Town) -> None:
    with town.tools.database.work(write=True) as session:
        session.execute(delete(Installation))


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (change_pepper, KeyringBroken),
        (shorten_standing, KeyringBroken),
        (lose("pepper"), KeyringBroken),
        (lose("standing"), KeyringBroken),
        (set_back_schema, SchemaNotAtHead),
        (lose_schema, SchemaNotAtHead),
        (empty_installation, KeyringBroken),
    ],
)
def test_damage_stops_the_start(town: Town, damage: Callable[[Town], None], error: type[Exception]) -> None:
    """The service would run with keys or tables that do not fit, and lose what comes in."""
    start(town.settings)
    damage(town)
    with pytest.raises(error):
        start(town.settings)


def test_a_wrong_setting_stops_the_start(small_town: Town, tmp_path: Path) -> None:
    """A wrong root, or memory on a disk, would be noticed only after a tip came in."""
    with pytest.raises(KeyringBroken):
        start(replace(small_town.settings, root_fingerprint="00"))
    with pytest.raises(KeyringBroken):
        start(replace(small_town.settings, root_fingerprint=""))
    with pytest.raises(WouldPersist):
        start(replace(small_town.settings, memory="/var/tmp/anshao-test-disk"))
    Path("/var/tmp/anshao-test-disk").rmdir()


@pytest.mark.parametrize(
    "environ",
    [
        {"ANSHAO_AUTHORITY": "city"},
        {"ANSHAO_DEMONSTRATION": "true"},
        {"ANSHAO_COUNTER_OPEN": "1"},
        {"ANSHAO_ANONYMOUS_REWARD": "allowed"},
        {"ANSHAO_INSIDER_UPLIFT": "0"},
        {"ANSHAO_INSIDER_UPLIFT": "20%"},
        {"ANSHAO_INSIDER_UPLIFT": "101"},
        {"ANSHAO_INSIDER_UPLIFT": "NaN"},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(environ: dict[str, str], tmp_path: Path) -> None:
    """A typing mistake would silently mean something else."""
    with pytest.raises(SettingError):
        load({"ANSHAO_DATA": str(tmp_path), **environ})


def test_what_the_district_has_not_written_is_unset(tmp_path: Path) -> None:
    """Nobody's decision would be taken for a yes or a no, or 20 per cent for twenty times."""
    unset = load({"ANSHAO_DATA": str(tmp_path)})
    assert (unset.anonymous_reward, unset.insider_uplift) == (None, None)
    written = {"ANSHAO_ANONYMOUS_REWARD": "no", "ANSHAO_INSIDER_UPLIFT": "20"}
    given = load({"ANSHAO_DATA": str(tmp_path), **written})
    assert (given.anonymous_reward, given.insider_uplift) == (False, Decimal("0.2"))


@pytest.mark.parametrize("written", ["town = ", "counter_open = true", "authority = 'city'", "\x00"])
def test_a_settings_file_that_makes_no_sense_is_refused(written: str, tmp_path: Path) -> None:
    """As above, for the installation's own file."""
    (tmp_path / "settings.toml").write_text(written, "utf-8")
    with pytest.raises(SettingError):
        load({"ANSHAO_DATA": str(tmp_path)})


def test_keys_are_never_replaced(tmp_path: Path) -> None:
    """A second set-up would make every receipt and passphrase useless."""
    make_keyring(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    with pytest.raises(KeyringBroken):
        make_keyring(tmp_path / "keys")
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
    assert sorted(before) == ["pepper", "standing"]
    assert all((tmp_path / "keys" / name).stat().st_mode & 0o777 == 0o600 for name in before)


def test_a_destroyed_month_opens_nothing_from_any_copy(town: Town, tmp_path: Path) -> None:
    """Shredding would leave something that an old backup, a desk, the reporter or another process opens."""
    taken = take(town.tools, sent())
    assert taken.receipt is not None
    visit = look_up(town.tools, taken.receipt)
    elsewhere = Keyring(town.settings.keys, town.settings.root_fingerprint)
    assert elsewhere.month("2026-11")
    town.tools.keyring.destroy_month("2026-11")
    with town.tools.database.work() as session:
        with pytest.raises(NoKey):
            open_case(session, town.tools, town.holder("chengjian"), taken.case_id)
        with pytest.raises(NoKey):
            tip_of(session, town.tools, visit)
    for keyring in (elsewhere, Keyring(town.settings.keys, "")):
        with pytest.raises(KeyringBroken):
            keyring.month("2026-11")
    assert not (town.settings.keys / "retention" / "2026-11").exists()
    assert town.tools.keyring.month("2026-12")


def test_a_backup_of_the_database_is_dead_with_its_month(small_town: Town, tmp_path: Path) -> None:
    """A copy of the database made before the shredding would still open with the desk's own key."""
    taken = take(small_town.tools, sent())
    small_town.tools.database.dispose()
    copy = copy_town(small_town, tmp_path / "backup")
    try:
        with copy.tools.database.work() as session:
            assert open_case(session, copy.tools, copy.holder("chengjian"), taken.case_id)
        copy.tools.keyring.destroy_month("2026-11")
        with copy.tools.database.work() as session, pytest.raises(NoKey):
            open_case(session, copy.tools, copy.holder("chengjian"), taken.case_id)
    finally:
        copy.close()


@pytest.mark.parametrize("harm", ["lost", "another"])
def test_a_lost_month_is_never_made_anew(town: Town, harm: str) -> None:
    """A second key for a month would shut what the first one sealed, and nobody would notice until too late."""
    take(town.tools, sent())
    path = town.settings.keys / "retention" / "2026-11"
    kept = path.read_bytes()
    path.unlink()
    if harm == "another":
        path.write_bytes(bytes(32))
    fresh = Keyring(town.settings.keys, town.settings.root_fingerprint, month_book(town.tools.database))
    with pytest.raises(KeyringBroken):
        fresh.month("2026-11")
    assert path.exists() == (harm == "another")
    path.unlink(missing_ok=True)
    path.write_bytes(kept)
    assert fresh.month("2026-11") == kept
