"""What a village reported, for itself; hotline centres and what they handed in, under names that are chance to a thief"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "village_books",
        sa.Column("desk_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("book", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_village_books_desk_id_desks")),
        sa.PrimaryKeyConstraint("desk_id", "month", name=op.f("pk_village_books")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "centres",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("token_check", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("channel IN ('12345', '12350')", name=op.f("ck_centres_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centres")),
    )
    op.create_table(
        "handed_in",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_in")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """What a village or a centre could look up is gone with it; the cases stay."""
    for name in ("handed_in", "centres", "village_books"):
        op.drop_table(name)
