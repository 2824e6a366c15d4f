"""What a metered channel has used of its month, and what only one process may do at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usage",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("what", sa.String(10), primary_key=True),
        sa.Column("period", sa.String(7), primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for name in ("leases", "usage"):
        op.drop_table(name)
