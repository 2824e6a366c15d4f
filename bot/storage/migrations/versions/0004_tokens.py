"""The tokens of an account that renews them, and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "tokens",
        sa.Column("account", sa.String(60), primary_key=True),
        sa.Column("oa_id", sa.String(40)),
        sa.Column("access", sa.Text, nullable=False),
        sa.Column("refresh", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("expires_at", when, nullable=False),
        sa.Column("refreshed_at", when),
        sa.Column("refreshing_since", when),
        sa.Column("unsure", sa.Boolean, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_try", when),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("seed", sa.String(64)),
    )
    op.create_table(
        "token_history",
        sa.Column("account", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("access", sa.Text, nullable=False),
        sa.Column("refresh", sa.Text, nullable=False),
        sa.Column("ended_at", when, nullable=False),
    )


def downgrade() -> None:
    for name in ("token_history", "tokens"):
        op.drop_table(name)
