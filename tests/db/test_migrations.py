"""The schema: the history in `migrations/` makes what the models say, goes back and forth, and keeps little in clear.

A new column fails here until somebody has written down on which side it stands.
"""

import re
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Engine,
    Float,
    Interval,
    LargeBinary,
    Numeric,
    Time,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

import app.casework.models
import app.figures.models
import app.ledger.models
import app.notices.models
import app.people.models
import app.rewards.models
import app.rulebook.models
import app.tips.models
import app.vault.models  # noqa: F401 - imported so that their tables are known
from app.db.base import Base, Utc, new_id
from app.db.engine import Database
from app.db.schema import HEAD, SchemaNotAtHead, check_at_head, config_for, downgrade, upgrade
from app.intake.take import take
from app.tips.models import Tip
from tests.intake.test_take import sent
from tests.makers import Town
from tests.rewards.test_way import offered

CLEAR = {
    "centres": "id name channel token_check active day",
    "handed_in": "id",
    "village_books": "desk_id month epoch",
    "cases": "id reserved day month next_due conclude_due accept_due accepted_on number desk_id sector state version",
    "desk_epochs": "desk_id epoch public_key verify_key signature day",
    "desk_keys": "desk_id epoch member_id",
    "desks": "id name kind role active",
    "duty_days": "day person_id deputy_id",
    "duty_phones": "member_id",
    "grants": "recipient_kind recipient_id subject_kind subject_id part epoch form month",
    "identities": "id tip_id",
    "installation": "id pepper_check root_public",
    "invitations": "id desk_id epoch username name deputy expires",
    "ledger_checkpoints": "day size leaf root",
    "ledger_entries": "index version day kind actor subject commitment previous leaf",
    "ledger_head": "id size leaf",
    "ledger_openings": "id subject_tag",
    "letter_counts": "year last",
    "member_settings": "member_id",
    "members": "id username name public_key otp_step active version",
    "memberships": "member_id desk_id deputy",
    "monthly_counts": "month desk_id sector outcome count",
    "notice_addresses": "id desk_id danger",
    "notice_sends": "address_id day turn state tries failed",
    "notices": "id desk_id kind day done mark",
    "objects": "id state month worker",
    "posters": "slug place sector active scope people",
    "records": "id day month version",
    "recovery_keys": "kind public_key signature",
    "recovery_seals": "desk_id epoch",
    "releases": "quarter day figures",
    "retention_months": "month",
    "statements": "quarter desk_id record_id",
    "rewards": "id state frozen day month lapse_due tip_number version",
    "rule_sets": "id number state body day author_id reason version",
    "tips": "id number day month state public_key once_digest version",
    "vault_requests": "id kind state day expires month asker_id one_time_public version",
}
"""What may stand in clear, public halves and digests among it (design §3)."""

SEALED = {
    "member_settings": "settings",
    "cases": "ledger_key facts",
    "handed_in": "sealed",
    "village_books": "book",
    "desk_keys": "sealed_secret",
    "grants": "sealed_key line",
    "duty_phones": "phone",
    "identities": "blob",
    "invitations": "sealed_secret",
    "ledger_openings": "sealed",
    "members": "locked ledger_key",
    "notice_addresses": "body",
    "records": "ledger_key body",
    "recovery_seals": "sealed_secret",
    "retention_months": "key_check",
    "rewards": "payment ledger_key body",
    "tips": "locked_private content sequence thread once_receipt",
    "vault_requests": "one_time_private first_share second_share ledger_key body",
}

CLEAR_IN_RESERVED = {"id", "reserved", "day", "month", "next_due", "version"}  # of a case on an official

WITH_ROWID = {  # of the town itself; a rowid elsewhere would keep the order in which reports came
    "alembic_version",
    "centres",
    "desk_epochs",
    "desk_keys",
    "desks",
    "duty_days",
    "duty_phones",
    "installation",
    "invitations",
    "ledger_checkpoints",
    "ledger_entries",
    "ledger_head",
    "letter_counts",
    "member_settings",
    "members",
    "memberships",
    "monthly_counts",
    "notice_addresses",
    "posters",
    "recovery_keys",
    "recovery_seals",
    "retention_months",
    "rule_sets",
}

TABLES = list(Base.metadata.sorted_tables)
COLUMNS = [column for table in TABLES for column in table.columns]


def differences(database: Database) -> list[Any]:
    """What Alembic would still change to make the database as the models are."""
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def described(engine: Engine) -> dict[str, Any]:
    """All tables with columns, keys and constraints by name, also what Alembic does not compare (CHECK, defaults)."""
    seen = inspect(engine)
    found: dict[str, Any] = {}
    for name in set(seen.get_table_names()) - {"alembic_version"}:
        columns = [
            (one["name"], str(one["type"]), one["nullable"], one["default"]) for one in seen.get_columns(name)
        ]
        lists = (seen.get_check_constraints, seen.get_indexes, seen.get_foreign_keys)
        found[name] = {
            "columns": columns,
            "key": seen.get_pk_constraint(name),
            "unique": in_order(seen.get_unique_constraints(name)),
            **{get.__name__: in_order(get(name)) for get in lists},
        }
    return found


def in_order(constraints: list[Any]) -> list[Any]:
    for one in constraints:  # a partial index's condition comes as an object
        one["dialect_options"] = {name: str(value) for name, value in one.get("dialect_options", {}).items()}
    return sorted(constraints, key=lambda one: str(one["name"]))


def tables_in(database: Database) -> set[str]:
    return set(inspect(database.reader).get_table_names())


def scripts(database: Database) -> ScriptDirectory:
    with database.reader.connect() as connection:
        return ScriptDirectory.from_config(config_for(connection))


def test_the_history_makes_what_the_models_say(empty: Database) -> None:
    """A new town would get another schema than the code expects: a missing column, index or CHECK."""
    upgrade(empty)
    check_at_head(empty)
    assert differences(empty) == []
    made = described(empty.reader)
    downgrade(empty, "base")
    Base.metadata.create_all(empty.writer)
    assert made == described(empty.reader)
    assert set(made) == {table.name for table in TABLES}


def test_the_history_is_one_line_to_the_named_head(empty: Database) -> None:
    """A worker would refuse a good schema, or two towns of one version would differ."""
    assert scripts(empty).get_heads() == [HEAD]
    assert len(scripts(empty).get_bases()) == 1
    assert not any(script.is_merge_point for script in scripts(empty).walk_revisions())


def test_the_schema_goes_down_and_up_again_with_data(town: Town) -> None:
    """A failed update could not be taken back, because rows that refer to each other stand in its way."""
    take(town.tools, sent())
    offered(town)
    database = town.tools.database
    for script in scripts(database).walk_revisions():
        downgrade(database, "-1")
        if script.down_revision is not None:
            upgrade(database, "+1")
            downgrade(database, "-1")
    assert tables_in(database) == {"alembic_version"}
    with pytest.raises(SchemaNotAtHead):
        check_at_head(database)
    upgrade(database)
    check_at_head(database)
    assert differences(database) == []
    with database.work() as session:
        assert session.scalar(select(func.count()).select_from(Tip)) == 0


def test_posters_of_the_first_version_are_looked_at_before_they_are_printed(empty: Database) -> None:
    """A poster for three people, made before anybody was asked, would go on being printed; or its address be lost."""
    upgrade(empty, "0002")
    with empty.writer.connect() as connection, connection.begin():
        rows: list[dict[str, str | None]] = [
            {"slug": "market", "place": "大集", "sector": None},
            {"slug": "g", "place": "", "sector": "gas"},
        ]
        connection.execute(
            text("INSERT INTO posters (slug, place, sector, active) VALUES (:slug, :place, :sector, true)"),
            rows,
        )
    upgrade(empty, "0003")
    with empty.reader.connect() as connection:
        found = connection.execute(
            text("SELECT slug, place, sector, active, scope, people FROM posters ORDER BY slug")
        )
        assert [tuple(row) for row in found] == [
            ("g", "", "gas", False, "sector", 0),
            ("market", "大集", None, False, "town", 0),
        ]
    downgrade(empty, "0002")
    with empty.reader.connect() as connection:
        assert set(connection.scalars(text("SELECT slug FROM posters"))) == {"market", "g"}


def test_word_of_danger_becomes_an_alarm_for_the_version_before(empty: Database) -> None:
    """An update that is taken back would stop at the first danger that somebody told, or lose it."""
    upgrade(empty, "0004")
    add_notice(empty, "danger")
    downgrade(empty, "0003")
    with empty.reader.connect() as connection:
        assert connection.scalars(text("SELECT kind FROM notices")).all() == ["alarm"]
    with pytest.raises(IntegrityError):
        add_notice(empty, "danger")
    upgrade(empty, "0004")
    add_notice(empty, "danger")


def test_replies_told_before_they_had_marks_end_with_the_update(empty: Database) -> None:
    """A desk would have news that no opening ends."""
    upgrade(empty, "0004")
    for kind in ("reply", "arrived"):
        add_notice(empty, kind)
    upgrade(empty, "0005")
    with empty.reader.connect() as connection:
        assert connection.scalars(text("SELECT kind FROM notices")).all() == ["arrived"]
    downgrade(empty, "0004")
    add_notice(empty, "reply")


def test_numbers_of_letters_are_not_given_again(empty: Database) -> None:
    """An update taken back and made again would begin at 1, and a second letter bear a number that has left."""
    upgrade(empty, "0006")
    with empty.writer.connect() as connection, connection.begin():
        connection.execute(text("INSERT INTO letter_counts (year, last) VALUES (2026, 7)"))
    with pytest.raises(RuntimeError, match="again"):
        downgrade(empty, "0005")
    with empty.reader.connect() as connection:
        assert connection.scalar(text("SELECT last FROM letter_counts")) == 7


def test_word_of_an_empty_roster_goes_with_the_update(empty: Database) -> None:
    """An update that is taken back would stop at the first day without anybody on duty."""
    upgrade(empty, "0008")
    add_notice(empty, "roster")
    add_notice(empty, "danger")
    downgrade(empty, "0007")
    with empty.reader.connect() as connection:
        assert connection.scalars(text("SELECT kind FROM notices")).all() == ["danger"]
    with pytest.raises(IntegrityError):
        add_notice(empty, "roster")


def test_a_quarter_that_was_published_is_not_made_anew(empty: Database) -> None:
    """An update taken back and made again would publish a quarter twice, and the difference tell a single case."""
    upgrade(empty, "0009")
    with empty.writer.connect() as connection, connection.begin():
        connection.execute(
            text("INSERT INTO releases (quarter, day, figures) VALUES ('2026-3', '2026-10-08', '{}')")
        )
    with pytest.raises(RuntimeError, match="anew"):
        downgrade(empty, "0008")
    with empty.reader.connect() as connection:
        assert connection.scalar(text("SELECT figures FROM releases")) == "{}"


def test_word_of_a_broken_rule_set_goes_with_the_update(empty: Database) -> None:
    """An update that is taken back would stop at a notice that the version before does not know."""
    upgrade(empty, "0011")
    add_notice(empty, "rules")
    add_notice(empty, "roster")
    downgrade(empty, "0010")
    with empty.reader.connect() as connection:
        assert connection.scalars(text("SELECT kind FROM notices")).all() == ["roster"]
    with pytest.raises(IntegrityError):
        add_notice(empty, "rules")


def test_word_of_what_waits_for_the_leader_goes_with_the_update(empty: Database) -> None:
    """Likewise, of records that wait for a signature or were sent back."""
    upgrade(empty, "0012")
    for kind in ("signing", "returned", "rules"):
        add_notice(empty, kind)
    downgrade(empty, "0011")
    with empty.reader.connect() as connection:
        assert connection.scalars(text("SELECT kind FROM notices")).all() == ["rules"]


def add_notice(database: Database, kind: str) -> None:
    """As the versions from the first on know one."""
    with database.writer.connect() as connection, connection.begin():
        if connection.scalar(text("SELECT count(*) FROM desks")) == 0:
            desk = (
                "INSERT INTO desks (id, name, kind, role, active) VALUES ('duty', '', 'inside', 'duty', true)"
            )
            connection.execute(text(desk))
        row = "INSERT INTO notices (id, desk_id, kind, day, done) VALUES (:id, 'duty', :kind, '2026-11-24', false)"
        connection.execute(text(row), {"id": new_id(), "kind": kind})


def test_a_migration_that_breaks_changes_nothing(empty: Database) -> None:
    """An update that stopped half-way would leave a schema that is neither old nor new."""
    with empty.writer.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE tips (id INTEGER)"))  # in the way of ours
    with pytest.raises(Exception, match="tips"):
        upgrade(empty)
    assert tables_in(empty) == {"tips"}


def test_no_start_below_or_above_the_head(empty: Database) -> None:
    """A worker would run on a schema of another version and write what the other cannot read."""
    with pytest.raises(SchemaNotAtHead):
        check_at_head(empty)
    upgrade(empty)
    for version in ("0000", "9999"):
        with empty.writer.connect() as connection, connection.begin():
            connection.execute(
                text("UPDATE alembic_version SET version_num = :version"), {"version": version}
            )
        with pytest.raises(SchemaNotAtHead):
            check_at_head(empty)


def test_every_column_is_known_to_be_clear_or_sealed() -> None:
    """Something that a stolen disk must not tell would stand in clear, and nobody would have decided it."""
    known = {name: sorted([*CLEAR[name].split(), *SEALED.get(name, "").split()]) for name in CLEAR}
    assert {table.name: sorted(table.columns.keys()) for table in TABLES} == known
    assert [column for column in COLUMNS if sealed(column) and not isinstance(column.type, LargeBinary)] == []


def test_what_names_a_reserved_case_may_be_left_out() -> None:
    """A case on an official could not be stored without its desk, number or state in clear."""
    clear = [column for column in COLUMNS if column.table.name == "cases" and not sealed(column)]
    assert {column.name for column in clear if not column.nullable} == CLEAR_IN_RESERVED


def sealed(column: Column[Any]) -> bool:
    return column.name in SEALED.get(str(column.table), "").split()


def test_the_models_leave_no_value_to_the_database() -> None:
    """A default or a counter of the database would write a time or an order that nobody asked for."""
    given = [
        one for one in COLUMNS if one.server_default or one.server_onupdate or one.identity or one.computed
    ]
    assert given == []
    assert [table.autoincrement_column for table in TABLES if table.autoincrement_column is not None] == []


def test_no_column_keeps_a_time_of_day() -> None:
    """The minute at which somebody reported or was answered could be read from a row."""
    assert [one for one in COLUMNS if isinstance(one.type, (DateTime, Time, Interval, Utc))] == []
    assert [one for one in COLUMNS if re.search("(^|_)(at|created|updated|seen|stamp)($|_)", one.name)] == []


def test_money_and_answers_are_exact() -> None:
    """An amount would be rounded, or a value read differently by the two databases."""
    assert [one for one in COLUMNS if isinstance(one.type, (Float, Numeric, JSON))] == []


def test_the_databases_make_no_counters_or_defaults(empty: Database) -> None:
    """The same as above, in what the history really made: a serial or a rowid would number the reports."""
    upgrade(empty)
    seen = inspect(empty.reader)
    names = set(seen.get_table_names())
    assert [one for name in names for one in seen.get_columns(name) if one["default"] is not None] == []
    assert seen.get_sequence_names() == [] if not empty.is_sqlite else "sqlite_sequence" not in names
    if empty.is_sqlite:
        with empty.reader.connect() as connection:
            rows = connection.execute(text("SELECT name, wr FROM pragma_table_list WHERE schema = 'main'"))
            assert {name for name, without in rows if not without} - {"sqlite_schema"} == WITH_ROWID


def test_every_constraint_has_a_name(empty: Database) -> None:
    """A later migration could not drop or change what it cannot name."""
    upgrade(empty)
    for table in described(empty.reader).values():
        named = [
            one
            for kind, some in table.items()
            if isinstance(some, list) and kind != "columns"
            for one in some
        ]
        assert all(one["name"] for one in [*named, table["key"]])
