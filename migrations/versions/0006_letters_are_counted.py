"""Letters of a year are counted; those of the versions before bore chance numbers from 1000 on"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_counts",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_letter_counts")),
    )


def downgrade() -> None:
    """Refused once a letter was counted: after the next upgrade its number would be given to another letter."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM letter_counts")):
        raise RuntimeError(
            "letters have left under counted numbers: going back would give these numbers again"
        )
    op.drop_table("letter_counts")
