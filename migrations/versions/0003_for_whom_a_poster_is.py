"""For whom a poster is, and how many people pass there"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCOPES = "scope IN ('town', 'village', 'sector', 'kind')"
posters = sa.table(
    "posters", sa.column("scope"), sa.column("people"), sa.column("sector"), sa.column("active", sa.Boolean())
)


def upgrade() -> None:
    op.add_column("posters", sa.Column("scope", sa.String(length=8), nullable=True))
    op.add_column("posters", sa.Column("people", sa.Integer(), nullable=True))
    scope = sa.case((posters.c.sector.is_not(None), "sector"), else_="town")
    # Nobody was asked how many people pass there: such a poster counts as withdrawn until somebody looks at it.
    op.execute(posters.update().values(scope=scope, people=0, active=False))
    with op.batch_alter_table("posters") as batch:
        batch.alter_column("scope", existing_type=sa.String(length=8), nullable=False)
        batch.alter_column("people", existing_type=sa.Integer(), nullable=False)
        batch.create_check_constraint(op.f("ck_posters_scope"), SCOPES)


def downgrade() -> None:
    with op.batch_alter_table("posters") as batch:
        batch.drop_constraint(op.f("ck_posters_scope"), type_="check")
        batch.drop_column("people")
        batch.drop_column("scope")
