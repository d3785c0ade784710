"""Notices leave the house: sealed addresses, how each turn went, the duty roster, and a notice of its empty days"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'danger', 'alarm')"
AFTER = "kind IN ('arrived', 'reply', 'due_soon', 'overdue', 'unopened', 'split', 'vault', 'reward', 'danger', 'alarm', 'roster')"


def check_kinds(kinds: str) -> None:
    """On SQLite the table is made anew: it still has no row numbers."""
    with op.batch_alter_table("notices", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_constraint(op.f("ck_notices_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notices_kind"), kinds)


def upgrade() -> None:
    check_kinds(AFTER)
    op.create_table(
        "notice_addresses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("desk_id", sa.String(length=32), nullable=False),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_notice_addresses_desk_id_desks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_addresses")),
    )
    op.create_table(
        "notice_sends",
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('trying', 'again', 'failed', 'sent', 'skipped')", name=op.f("ck_notice_sends_state")
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["notice_addresses.id"], name=op.f("fk_notice_sends_address_id_notice_addresses")
        ),
        sa.PrimaryKeyConstraint("address_id", "day", "turn", name=op.f("pk_notice_sends")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duty_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("deputy_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["members.id"], name=op.f("fk_duty_days_person_id_members")),
        sa.ForeignKeyConstraint(["deputy_id"], ["members.id"], name=op.f("fk_duty_days_deputy_id_members")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_duty_days")),
    )
    op.create_table(
        "duty_phones",
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_duty_phones_member_id_members")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_duty_phones")),
    )


def downgrade() -> None:
    """The version before knows no roster; what it says each day anew is said without."""
    for table in ("duty_phones", "duty_days", "notice_sends", "notice_addresses"):
        op.drop_table(table)
    op.execute("DELETE FROM notices WHERE kind = 'roster'")
    check_kinds(BEFORE)
