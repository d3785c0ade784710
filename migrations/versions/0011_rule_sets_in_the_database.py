"""Rule sets: drafts and versions of the duty list with its examples, and a notice that one cannot be read"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'danger', 'alarm', 'roster')"
AFTER = "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'danger', 'alarm', 'roster', 'rules')"


def check_kinds(kinds: str) -> None:
    """On SQLite the table is made anew: it still has no row numbers."""
    with op.batch_alter_table("notices", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_constraint(op.f("ck_notices_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notices_kind"), kinds)


def upgrade() -> None:
    check_kinds(AFTER)
    op.create_table(
        "rule_sets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'live', 'old')", name=op.f("ck_rule_sets_state")),
        sa.ForeignKeyConstraint(["author_id"], ["members.id"], name=op.f("fk_rule_sets_author_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_sets")),
        sa.UniqueConstraint("number", name=op.f("uq_rule_sets_number")),
    )
    for state in ("draft", "live"):
        where = sa.text(f"state = '{state}'")
        op.create_index(
            f"ix_rule_sets_one_{state}",
            "rule_sets",
            ["state"],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def downgrade() -> None:
    """The version before routes by its files alone."""
    op.drop_table("rule_sets")
    op.execute("DELETE FROM notices WHERE kind = 'rules'")
    check_kinds(BEFORE)
