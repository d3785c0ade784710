"""The commands as an operator types them: real set-up, recovery on paper, trying rules, checking the ledger."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import Result

from app import create_app
from app.casework.reporting import read_follow
from app.db.engine import Database
from app.db.schema import SchemaNotAtHead, check_at_head, downgrade
from app.intake.take import take
from app.people.admission import accept
from app.people.keyring import Keyring
from app.people.tools import Tools
from app.sealing.paper import halves
from app.setup.install import write_settings
from app.tips.objects import open_photo
from app.tips.receipts import look_up
from app.web.services import WallClock, make_tools
from config import load
from tests.drills.client import small_photo
from tests.intake.test_take import GAS, sent
from tests.makers import Town

HALF = re.compile(r"^(\S+?)(上半|下半) (\w+): (.+)$", re.MULTILINE)
INVITATION = re.compile(r"^邀请 invitation (\w+)[^:]*: (\w+)$", re.MULTILINE)


def run(folder: Path, *words: str, typed: str = "") -> Result:
    """A command on the data folder `folder`."""
    app = create_app(load({"ANSHAO_DATA": str(folder)}), serving=False)
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(words), input=typed)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A real installation and what its set-up printed."""
    folder = tmp_path_factory.mktemp("real") / "data"
    done = run(folder, "setup", "--town", "演示镇", "--district", "演示区")
    assert done.exit_code == 0, done.output
    return folder, done.output


def join(folder: Path, username: str, code: str) -> str:
    given = load({"ANSHAO_DATA": str(folder)})
    database, keyring = Database(given.database), Keyring(given.keys, given.root_fingerprint)
    try:
        return accept(database, keyring, username, code, WallClock().today()).passphrase
    finally:
        database.dispose()


def test_set_up_prints_paper_and_keeps_none_of_it(installed: tuple[Path, str]) -> None:
    """A default key, or a printed secret left on the disk, would open a desk to whoever finds it."""
    folder, printed = installed
    papers = HALF.findall(printed)
    assert len(papers) == 12
    assert len({half for *_, half in papers}) == 12
    invitations = dict(INVITATION.findall(printed))
    assert {"anjian", "custodian", "approver", "admin"} <= set(invitations)
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (*invitations.values(), *(half for *_, half in papers)):
        assert secret.encode() not in kept
        assert secret.replace(" ", "").encode() not in kept
    assert "anshao-demo" not in printed


def test_set_up_again_changes_nothing(installed: tuple[Path, str]) -> None:
    """A second set-up would make every receipt useless."""
    folder, _ = installed
    before = (folder / "keys" / "pepper").read_bytes()
    again = run(folder, "setup", "--town", "别的镇", "--district", "别处")
    assert again.exit_code != 0
    assert "Traceback" not in again.output
    assert (folder / "keys" / "pepper").read_bytes() == before


def test_a_desk_is_joined_and_recovered(installed: tuple[Path, str]) -> None:
    """The printed invitation or the printed halves would not open the desk they are for."""
    folder, printed = installed
    join(folder, "anjian", dict(INVITATION.findall(printed))["anjian"])
    first, second = (half for _, _, name, half in HALF.findall(printed) if name == "desks")
    done = run(folder, "recover", "anjian", "--username", "laizi", "--first", first, "--second", second)
    assert done.exit_code == 0, done.output
    join(folder, "laizi", dict(INVITATION.findall(done.output))["anjian"])
    wrong = run(folder, "recover", "anjian", "--username", "x", "--first", first, "--second", first)
    assert wrong.exit_code != 0
    assert "nothing was changed" in wrong.output
    assert run(folder, "ledger", "verify").output.strip() == "ok"


def test_the_district_s_discipline_gets_a_desk_if_wanted(installed: tuple[Path, str], tmp_path: Path) -> None:
    """An accusation of a town leader could never be taken here; or a desk be made by who holds half the root."""
    folder, printed = installed
    assert "qu_jiwei" not in dict(INVITATION.findall(printed))
    assert "请人打 12388" in printed
    first, second = (half for _, _, name, half in HALF.findall(printed) if name == "root")
    for wrong in (
        (first, first),
        tuple(half for _, _, name, half in HALF.findall(printed) if name == "desks"),
    ):
        done = run(folder, "seat-district-discipline", "--first", wrong[0], "--second", wrong[1])
        assert "nothing was changed" in done.output
    done = run(folder, "seat-district-discipline", "--first", first, "--second", second)
    assert done.exit_code == 0, done.output
    join(folder, "qu_jiwei", dict(INVITATION.findall(done.output))["qu_jiwei"])
    again = run(folder, "seat-district-discipline", "--first", first, "--second", second)
    assert "it has a desk already" in again.output
    new = tmp_path / "data"
    done = run(new, "setup", "--town", "演示镇", "--district", "演示区", "--district-discipline")
    assert "12388" not in done.output
    join(new, "qu_jiwei", dict(INVITATION.findall(done.output))["qu_jiwei"])


def test_each_village_gets_a_post_of_its_own(installed: tuple[Path, str], tmp_path: Path) -> None:
    """One village would read what another reported; or half the root would make a post."""
    folder, printed = installed
    first, second = (half for _, _, name, half in HALF.findall(printed) if name == "root")
    paper = ("--first", first, "--second", second)
    assert "nothing was changed" in run(folder, "add-village", "前进村", *paper[:2], "--second", first).output
    for wrong in ("前进公司", "城建办公室", "村口"):
        assert "nothing was changed" in run(folder, "add-village", "前进村", wrong, *paper).output
    done = run(folder, "add-village", "前进村", "和平社区", *paper)
    codes = dict(INVITATION.findall(done.output))
    assert set(codes) == {"village_1", "village_2"}
    join(folder, "village_2", codes["village_2"])
    assert "nothing was changed" in run(folder, "add-village", "前进村", *paper).output
    new = tmp_path / "data"
    town = ("--town", "演示镇", "--district", "演示区")
    assert run(new, "setup", *town, "--village", "前进村", "--village", "前进村").exit_code != 0
    assert not new.exists()
    done = run(new, "setup", *town, "--village", "前进村", "--village", "和平社区")
    assert {"village_1", "village_2"} <= set(dict(INVITATION.findall(done.output)))
    assert "村居填报岗" not in done.output


def test_an_update_brings_an_older_database_to_head(small_town: Town) -> None:
    """After an update nothing would start, and the command that the message names not exist."""
    database = small_town.tools.database
    downgrade(database, "-1")
    with pytest.raises(SchemaNotAtHead, match="flask upgrade"):
        check_at_head(database)
    assert run(small_town.settings.data, "upgrade").exit_code == 0
    check_at_head(database)


@pytest.mark.parametrize(
    "words", [("ledger", "verify"), ("retention", "list"), ("serve",), ("upgrade",)], ids=lambda one: one[0]
)
def test_where_nothing_is_set_up_a_sentence_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    """An operator in the wrong folder would get a traceback, or a new empty installation."""
    done = run(tmp_path / "nothing", *words)
    assert done.exit_code != 0
    assert "nothing is set up here" in done.output
    assert not (tmp_path / "nothing").exists()


def test_the_demonstrations_code_needs_no_installation(tmp_path: Path) -> None:
    """With ANSHAO_DATA given to `make run` alone, the printed command would fail in another shell."""
    done = run(tmp_path / "nothing", "code")
    assert re.fullmatch(r"\d{6}\n", done.output)


def test_a_month_is_destroyed_only_on_a_yes(small_town: Town) -> None:
    """A slip of the hand would shred a month, or the shredding would leave no trace."""
    folder = small_town.settings.data
    small_town.tools.keyring.month("2026-11")
    assert run(folder, "retention", "list").output.split() == ["2026-11"]
    assert run(folder, "retention", "destroy", "2026-11", typed="n\n").exit_code != 0
    assert run(folder, "retention", "destroy", "2026-10", typed="y\n").exit_code != 0
    assert run(folder, "retention", "list").output.split() == ["2026-11"]
    assert run(folder, "retention", "destroy", "2026-11", typed="y\n").exit_code == 0
    assert run(folder, "retention", "list").output.split() == []
    assert run(folder, "ledger", "verify").output.strip() == "ok"


def test_letters_go_on_after_a_number_upward_only(small_town: Town) -> None:
    """Who numbered on paper had no way to say so; or one slip would give numbers that have left once more."""
    folder = small_town.settings.data
    assert "number 42" in run(folder, "letters", "--year", "2026", "--last", "41").output
    again = run(folder, "letters", "--year", "2026", "--last", "40")
    assert (again.exit_code, "only go up" in again.output) == (1, True)


def test_rules_are_tried_without_writing(tmp_path: Path) -> None:
    """Trying rules on reports would leave them on a disk, or end in a traceback for a bad file."""
    reports, facts = tmp_path / "reports.json", tmp_path / "facts.json"
    reports.write_text(json.dumps([{"what": "电梯困人"}]), "utf-8")
    facts.write_text(json.dumps({"fine": 12000}), "utf-8")
    routed = run(tmp_path / "data", "route", str(reports))
    assert json.loads(routed.output)["desk"] == "shichang"
    checked = run(tmp_path / "data", "selfcheck", str(reports))
    assert json.loads(checked.output) == {"spans": []}
    tried = run(tmp_path / "data", "reward", "try", str(facts))
    assert json.loads(tried.output.splitlines()[-1])["if_eligible_yuan"] == 3000
    for bad in ("[", "3", '{"fine": "很多"}'):
        facts.write_text(bad, "utf-8")
        for words in (("reward", "try"), ("selfcheck",)):
            done = run(tmp_path / "data", *words, str(facts))
            assert done.exit_code == 1
            assert done.output.startswith("Error: ")
    assert not (tmp_path / "data").exists()


def test_a_backup_comes_back_with_both_halves_alone(small_town: Town, tmp_path: Path) -> None:
    """A fire would take every report with it; or a backup would be a second copy for a thief, month keys and all."""
    taken = take(small_town.tools, sent(photos=[small_photo()]))
    write_settings(
        small_town.settings.data / "settings.toml", {"root_fingerprint": small_town.settings.root_fingerprint}
    )
    file, data = tmp_path / "backup", small_town.settings.data
    assert run(data, "backup", str(file)).exit_code == 0
    assert run(data, "backup", str(file)).exit_code != 0
    written = file.read_bytes()
    months = [path.read_bytes() for path in (data / "keys" / "retention").iterdir()]
    assert not [one for one in [small_town.tools.keyring.pepper, b"SQLite format", *months] if one in written]
    first, second = halves(small_town.installed.recovery["backups"].private)
    wrong = halves(small_town.installed.recovery["desks"].private)
    new = tmp_path / "new"
    for pair in ((first, first), wrong):
        done = run(data, "restore", str(file), "--to", str(new), "--first", pair[0], "--second", pair[1])
        assert "do not open this file" in done.output
        shutil.rmtree(new, ignore_errors=True)
    (tmp_path / "cut").write_bytes(written[:-5000])
    done = run(data, "restore", str(tmp_path / "cut"), "--to", str(new), "--first", first, "--second", second)
    assert done.exit_code != 0
    shutil.rmtree(new, ignore_errors=True)
    done = run(data, "restore", str(file), "--to", str(new), "--first", first, "--second", second)
    assert done.exit_code == 0, done.output
    assert not (new / "keys" / "retention").exists()
    shutil.copytree(data / "keys" / "retention", new / "keys" / "retention")
    assert run(new, "ledger", "verify").output.strip() == "ok"
    back = copy_of(small_town, new)
    assert taken.receipt is not None
    seen = read_follow(back, look_up(back, taken.receipt))
    assert (seen.content.report, len(seen.content.photos)) == (GAS, 1)
    assert open_photo(back.store, seen.content.photos[0], thumbnail=True)
    back.locks.release_all()
    back.database.dispose()


def copy_of(town: Town, data: Path) -> Tools:
    given = load({"ANSHAO_DATA": str(data), "ANSHAO_MEMORY": town.settings.memory})
    return make_tools(given, town.tools.cleaner)
