"""The inbox, the outbox and the contacts of channels; the language of a talk."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.add_column("conversations", sa.Column("lang", sa.String(2)))
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("until", when),
        sa.Column("at", when, nullable=False, index=True),
        sa.UniqueConstraint("channel", "key"),
    )
    op.create_index("ix_inbox_open", "inbox", ["state", "channel", "chat", "id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("lane", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("not_before", when, nullable=False),
        sa.Column("expires", when),
        sa.Column("until", when),
        sa.Column("message_id", sa.String(120)),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("received", sa.Integer),
        sa.Column("at", when, nullable=False),
        sa.Column("settled", when),
    )
    op.create_index("ix_outbox_open", "outbox", ["state", "channel", "lane", "not_before"])
    op.create_index("ix_outbox_chat", "outbox", ["channel", "chat", "state", "id"])
    op.create_table(
        "contacts",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("chat", sa.String(64), primary_key=True),
        sa.Column("sender", sa.String(80), index=True),
        sa.Column("is_group", sa.Boolean, nullable=False),
        sa.Column("title", sa.String(200)),
        sa.Column("reachable", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("last_at", when),
        sa.Column("replies", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("conversations") as table:
        table.drop_column("lang")
    for name in ("contacts", "outbox", "inbox"):
        op.drop_table(name)
