"""A kind of notice for danger to life that was just told, beside the alarm that nobody signed for it"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = (
    "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'alarm')"
)
AFTER = "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'danger', 'alarm')"


def check_kinds(kinds: str) -> None:
    """On SQLite the table is made anew: it still has no row numbers."""
    with op.batch_alter_table("notices", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_constraint(op.f("ck_notices_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notices_kind"), kinds)


def upgrade() -> None:
    check_kinds(AFTER)


def downgrade() -> None:
    """The version before called both an alarm."""
    op.execute("UPDATE notices SET kind = 'alarm' WHERE kind = 'danger'")
    check_kinds(BEFORE)
