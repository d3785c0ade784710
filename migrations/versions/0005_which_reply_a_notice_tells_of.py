"""A mark on a notice that a reporter wrote: who can open the report knows it again, nobody else does

Of replies told before nobody can say which report they are about: they end here, the reports' own pages hold them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'reply'")
    op.add_column("notices", sa.Column("mark", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("notices", "mark")
