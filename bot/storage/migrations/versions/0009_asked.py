"""How often what was asked, counted without people; and which lists residents may join by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("unit", sa.String(48), primary_key=True),
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    op.create_table(
        "reminders",
        sa.Column("what", sa.String(40), primary_key=True),
        sa.Column("week", sa.Date, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("lists", sa.Column("open", sa.Boolean, nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("lists", "open")
    op.drop_table("reminders")
    op.drop_table("asked")
