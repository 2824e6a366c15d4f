"""Conversations, people, overlays, unanswered questions, thumbs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("sender", sa.String(80), primary_key=True),
        sa.Column("item", sa.String(64)),
        sa.Column("kind", sa.String(20)),
        sa.Column("unit", sa.String(48)),
        sa.Column("offered", sa.String(300), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "people",
        sa.Column("sender", sa.String(80), primary_key=True),
        sa.Column("lang", sa.String(2)),
        sa.Column("elder", sa.Boolean, nullable=False),
    )
    op.create_table(
        "overlays",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_overlays_item_field", "overlays", ["item", "field"])
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
    )
    op.create_table(
        "thumbs",
        sa.Column("item", sa.String(64), primary_key=True),
        sa.Column("helpful", sa.Integer, nullable=False),
        sa.Column("unhelpful", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("thumbs", "questions", "overlays", "people", "conversations"):
        op.drop_table(table)
