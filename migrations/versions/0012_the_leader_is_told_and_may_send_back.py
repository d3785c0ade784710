"""Notices that records wait for a signature, and that the leader sent one back"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'danger', 'alarm', 'roster', 'rules')"
AFTER = "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'danger', 'alarm', 'roster', 'signing', 'returned', 'rules')"


def check_kinds(kinds: str) -> None:
    """On SQLite the table is made anew: it still has no row numbers."""
    with op.batch_alter_table("notices", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_constraint(op.f("ck_notices_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notices_kind"), kinds)


def upgrade() -> None:
    check_kinds(AFTER)


def downgrade() -> None:
    """The version before has no words for these two."""
    op.execute("DELETE FROM notices WHERE kind IN ('signing', 'returned')")
    check_kinds(BEFORE)
