"""Bulletins that officers dictate in a chat, and how far officers have been told what became of each bulletin."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dictations",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("chat", sa.String(64), primary_key=True),
        sa.Column("officer", sa.Integer, sa.ForeignKey("officers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("serial", sa.String(8), nullable=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("lists", sa.JSON, nullable=False),
        sa.Column("about", sa.Integer),
        sa.Column("offered", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "bulletin_news",
        sa.Column("bulletin", sa.Integer, sa.ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("deed", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("bulletin_news", "dictations"):
        op.drop_table(table)
