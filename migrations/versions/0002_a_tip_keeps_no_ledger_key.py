"""A tip keeps no ledger key: it comes from the receipt's private key, so that the server has none

Entries of tips that were registered before keep their old pseudonym; what their reporters do from now on has the new one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("tips", "ledger_key")  # in place: a table made anew would lose that it has no row numbers


def downgrade() -> None:
    """The column comes back empty: the version before cannot enter what reporters of these tips do."""
    op.add_column(
        "tips", sa.Column("ledger_key", sa.LargeBinary(), nullable=False, server_default=sa.text("''"))
    )
