"""The ledger: whatever is done to its rows behind its back is found, and the place is named."""

import contextlib
import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from app.intake.take import take
from app.ledger.chain import commit, merkle_root, pseudonym
from app.ledger.models import LedgerEntry, LedgerOpening
from app.ledger.verify import make_checkpoint, verify
from app.ledger.write import STEP, append, history, place_of, read_once
from app.people.keyring import KeyringBroken
from app.people.subjects import new_subject_key, open_subject_key
from app.sealing.errors import SealError
from app.sealing.fields import derive_key, new_key, open_field, seal_steps
from tests.casework.test_way import desktop
from tests.intake.test_take import sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

ACTOR, SUBJECT = bytes(range(32)), bytes(range(32, 64))


def add(session: Session, town: Town, kind: str = "edge", subject: bytes = SUBJECT, **detail: str) -> int:
    return append(
        session, day=town.now.today(), kind=kind, actor=ACTOR, subject=subject, detail=detail or {"edge": "x"}
    )


@pytest.fixture
def start(town: Town) -> int:
    """Five entries behind what founding the desks wrote; the index of the first of them."""
    with town.tools.database.work(write=True) as session:
        indexes = [add(session, town, edge=f"step{n}") for n in range(5)]
        make_checkpoint(session, town.now.today())
    assert found(town) == []
    return indexes[0]


def found(town: Town) -> list[str]:
    with town.tools.database.work() as session:
        return verify(session)


def edit(town: Town, *statements: str, **values: object) -> None:
    """What somebody with the database alone can do."""
    with town.tools.database.writer.connect() as connection, connection.begin():
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount >= 1


COLUMNS = {
    "version": 2,
    "day": "2026-01-01",
    "kind": "note",
    "actor": bytes(32),
    "subject": bytes(32),
    "commitment": bytes(32),
    "previous": bytes(32),
    "leaf": bytes(32),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found(town: Town, start: int, column: str) -> None:
    """Somebody with the database could rewrite what was done, when or by whom."""
    edit(
        town,
        f'UPDATE ledger_entries SET {column} = :value WHERE "index" = :at',  # noqa: S608 - our own names
        value=COLUMNS[column],
        at=start + 2,
    )
    assert any(problem.startswith(f"entry {start + 2}:") for problem in found(town))


@pytest.mark.parametrize("steps", [(2,), (4,), (3, 4)], ids=["middle", "last", "tail"])
def test_a_removed_entry_is_found(town: Town, start: int, steps: tuple[int, ...]) -> None:
    """A step could vanish from the record."""
    gone = [start + step for step in steps]
    for at in gone:
        edit(town, 'DELETE FROM ledger_entries WHERE "index" = :at', at=at)
    assert found(town)[0].startswith(f"entry {gone[0]}:")


def test_a_reordering_is_found(town: Town, start: int) -> None:
    """It could be made to look as if a later step came first."""
    edit(
        town,
        'UPDATE ledger_entries SET "index" = 999 WHERE "index" = :one',
        'UPDATE ledger_entries SET "index" = :one WHERE "index" = :two',
        'UPDATE ledger_entries SET "index" = :two WHERE "index" = 999',
        one=start + 1,
        two=start + 2,
    )
    assert any(problem.startswith(f"entry {start + 1}:") for problem in found(town))


def test_a_truncation_that_mends_the_head_is_found(town: Town, start: int) -> None:
    """Somebody who also rewrites the head could cut the record short; the checkpoint holds it."""
    leaf = leaf_at(town, start + 2)
    edit(
        town,
        'DELETE FROM ledger_entries WHERE "index" > :at',
        "UPDATE ledger_head SET size = :size, leaf = :leaf",
        at=start + 2,
        size=start + 3,
        leaf=leaf,
    )
    assert found(town) == [f"checkpoint {town.now.today()}: 2 entries are gone"]


def test_a_rewritten_chain_differs_from_its_checkpoint(town: Town, start: int) -> None:
    """Somebody could replace the whole end of the chain, consistently, after the night's checkpoint."""
    edit(
        town,
        'DELETE FROM ledger_entries WHERE "index" > :at',
        "UPDATE ledger_head SET size = :size, leaf = :leaf",
        at=start,
        size=start + 1,
        leaf=leaf_at(town, start),
    )
    with town.tools.database.work(write=True) as session:
        for n in range(4):
            add(session, town, edge=f"other{n}")
    assert found(town) == [
        f"checkpoint {town.now.today()}: entries before {start + 5} are not those it fixed"
    ]


def leaf_at(town: Town, index: int) -> bytes:
    with town.tools.database.work() as session:
        return session.get_one(LedgerEntry, index).leaf


def test_commitments_open_with_the_subjects_key_alone(town: Town, start: int) -> None:
    """A commitment could not be opened by whoever may, or be opened by anybody else."""
    with town.tools.database.work() as session:
        said = history(session, SUBJECT, new_key())
        assert [(one.index, one.detail) for one in said] == [
            (start + n, {"edge": f"step{n}"}) for n in range(5)
        ]
        assert history(session, new_key(), new_key()) == []
        for row in session.scalars(select(LedgerOpening)):
            with pytest.raises(SealError):
                open_field(new_key(), row.sealed, place_of(row.id))
        opening = open_first(session, start)
        entry = session.get_one(LedgerEntry, start)
    assert commit(bytes.fromhex(opening["nonce"]), opening["detail"].encode()) == entry.commitment
    assert commit(bytes.fromhex(opening["nonce"]), b'{"edge":"other"}') != entry.commitment


def open_first(session: Session, index: int) -> dict[str, str]:
    key = derive_key(SUBJECT, "opening")
    for row in session.scalars(select(LedgerOpening)):
        try:
            value: dict[str, str] = json.loads(open_field(key, row.sealed, place_of(row.id)))
        except SealError:
            continue
        if str(value["index"]) == str(index):
            return value
    raise AssertionError("no opening")


def altered(town: Town, subject: bytes, opening: bytes, kind: str, edge: str) -> int:
    """Somebody who holds the keys writes another detail into the opening of the first `kind` entry; its index."""
    key = derive_key(opening, "opening")
    with town.tools.database.work(write=True) as session:
        at = next(one.index for one in history(session, subject, opening) if one.kind == kind)
        for row in session.scalars(select(LedgerOpening)):
            with contextlib.suppress(SealError):
                value = json.loads(open_field(key, row.sealed, place_of(row.id)))
                if value["index"] == at:
                    value["detail"] = json.dumps({"edge": edge})
                    row.sealed = seal_steps(key, json.dumps(value).encode(), place_of(row.id), STEP)
                    return at
    raise AssertionError("no opening")


def test_a_history_line_that_was_not_committed_to_is_told(town: Town, start: int) -> None:
    """Who holds a case's key could put other words into its history, or take one of its lines away, unnoticed."""
    at = altered(town, SUBJECT, SUBJECT, "edge", "other")
    with town.tools.database.work(write=True) as session:
        tag = pseudonym(SUBJECT, "tag")
        rows = session.scalars(select(LedgerOpening).where(LedgerOpening.subject_tag == tag)).all()
        row = next(row for row in rows if opened_index(row) == start + 3)
        session.delete(row)
    with town.tools.database.work() as session:
        said = history(session, SUBJECT, new_key())
    assert [one.index for one in said] == [start + n for n in range(5)]
    assert [one.index for one in said if not one.proven] == [at, start + 3]


def opened_index(row: LedgerOpening) -> int:
    return int(json.loads(open_field(derive_key(SUBJECT, "opening"), row.sealed, place_of(row.id)))["index"])


def test_the_case_page_marks_what_was_altered(town: Town) -> None:
    """A desk would read an altered step on its own page and take it for the record."""
    taken = take(town.tools, sent())
    client, _ = signed_in(app_of(town), town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}", follow_redirects=True).text
    assert "和留痕对不上" not in page
    now = desktop(town, taken.case_id)
    altered(town, now.ledger_key, now.history, "registered", "decline")
    page = client.get(f"/desk/cases/{taken.case_id}").text
    assert page.count("和留痕对不上") == 1


def test_the_same_detail_twice_gives_two_commitments(small_town: Town) -> None:
    """Entries could be linked, or their content guessed, from the database."""
    with small_town.tools.database.work(write=True) as session:
        one, two = add(session, small_town), add(session, small_town)
        rows = [session.get_one(LedgerEntry, index) for index in (one, two)]
    assert rows[0].commitment != rows[1].commitment
    assert rows[0].actor != rows[0].subject


def test_shredding_the_month_unlinks_its_entries(small_town: Town) -> None:
    """A shredded case could still be told from the others in the ledger; or shredding would break the chain."""
    keyring = small_town.tools.keyring
    key, sealed = new_subject_key(keyring, "cases", "0" * 32, "2025-01")
    with small_town.tools.database.work(write=True) as session:
        add(session, small_town, subject=key)
    assert open_subject_key(keyring, "cases", "0" * 32, "2025-01", sealed) == key
    keyring.destroy_month("2025-01")
    with pytest.raises(KeyringBroken):
        open_subject_key(keyring, "cases", "0" * 32, "2025-01", sealed)
    assert found(small_town) == []


def test_a_reading_counts_once_a_day(small_town: Town) -> None:
    """Who read what could be missing, or be written again with every click."""
    day = small_town.now.today()
    with small_town.tools.database.work(write=True) as session:
        asked = {"kind": "read", "actor": ACTOR, "subject": SUBJECT}
        assert not read_once(session, day=day, **asked)  # type: ignore[arg-type]  # bytes and text by name
        add(session, small_town, "read")
        assert read_once(session, day=day, **asked)  # type: ignore[arg-type]  # as above
        assert not read_once(session, day=day + timedelta(days=1), **asked)  # type: ignore[arg-type]  # as above


def test_an_error_leaves_no_entry(town: Town) -> None:
    """An entry could stand for something that never happened, or its place be lost."""
    with pytest.raises(ValueError, match="after"), town.tools.database.work(write=True) as session:
        before = add(session, town)
        raise ValueError("after")
    with town.tools.database.work(write=True) as session:
        assert add(session, town) == before
    assert found(town) == []


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word: split at the largest power of two smaller than n."""
    if len(leaves) == 0:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


@pytest.mark.parametrize("size", [*range(34), 63, 64, 65, 100])
def test_the_root_is_rfc_6962s(size: int) -> None:
    """No outsider's program could check our checkpoints."""
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    assert merkle_root(leaves) == naive_root(leaves)


def test_the_command_tells_well_from_ill(small_town: Town) -> None:
    """`flask ledger verify` would say ok over a damaged record, or fail over a sound one."""
    app = create_app(small_town.settings, serving=False)
    with app.app_context():
        well = app.test_cli_runner().invoke(args=["ledger", "verify"])
        edit(small_town, "UPDATE ledger_entries SET kind = 'x' WHERE \"index\" = 3")
        ill = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert (well.exit_code, well.output) == (0, "ok\n")
    assert ill.exit_code == 1
    assert "entry 3: changed after it was written" in ill.output


def test_the_command_compares_what_the_server_s_keys_open(small_town: Town) -> None:
    """What the server enters itself (desk keys made, people stopped, silence as acceptance) could be rewritten, and a
    case's openings taken away and made up for by others, with the command saying ok.
    """
    app = create_app(small_town.settings, serving=False)
    taken = take(small_town.tools, sent())
    desk = small_town.tools.keyring.standing_key("desk:zhifa")
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["ledger", "verify"]).output == "ok\n"
        at = altered(small_town, desk, desk, "epoch_made", "other")
        ill = app.test_cli_runner().invoke(args=["ledger", "verify"])
        assert ill.output == f"entry {at}: its opening does not match its commitment\n"
        tag = pseudonym(desktop(small_town, taken.case_id).ledger_key, "tag")
        edit(small_town, "UPDATE ledger_openings SET subject_tag = :other WHERE subject_tag = :tag",
             other=bytes(32), tag=tag)  # fmt: skip
        assert (
            "openings: 1 are missing or too many"
            in app.test_cli_runner().invoke(args=["ledger", "verify"]).output
        )
