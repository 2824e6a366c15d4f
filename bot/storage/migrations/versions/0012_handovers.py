"""Talks handed to officers, their lines, the hours of duty, and until when the bot keeps quiet in a chat."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "talks",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(80), nullable=False, index=True),
        sa.Column("unit", sa.String(48)),
        sa.Column("item", sa.String(64)),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("officer", sa.Integer, sa.ForeignKey("officers.id", ondelete="SET NULL")),
        sa.Column("callback", sa.Text),
        sa.Column("proposed", sa.JSON),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("hinted", sa.Boolean, nullable=False),
        sa.Column("opened_at", when, nullable=False),
        sa.Column("last_at", when, nullable=False),
        sa.Column("closed_at", when),
    )
    op.create_index("ix_talks_open", "talks", ["state", "channel", "chat"])
    op.create_index("ix_talks_chat", "talks", ["channel", "chat", "id"])
    op.create_table(
        "talk_lines",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("talk", sa.Integer, sa.ForeignKey("talks.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("who", sa.String(10), nullable=False),
        sa.Column("officer", sa.String(40)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("at", when, nullable=False),
    )
    op.create_table(
        "duty_hours",
        sa.Column("unit", sa.String(48), primary_key=True),
        sa.Column("hours", sa.String(300), nullable=False),
    )
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("quiet_until", when))


def downgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_column("quiet_until")
    for table in ("duty_hours", "talk_lines", "talks"):
        op.drop_table(table)
