"""Indexes of what is open only: most rows are settled for good, and need not be found by their state."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('queued', 'sending', 'paused')")
QUEUED = sa.text("state = 'queued'")
OF_BULLETIN = sa.text("bulletin IS NOT NULL")


def upgrade() -> None:
    for name in ("ix_outbox_next", "ix_outbox_chat", "ix_outbox_bulletin"):
        op.drop_index(name, "outbox")
    for name, columns, where in (
        ("ix_outbox_next", ["channel", "lane", "id"], QUEUED),
        ("ix_outbox_chat", ["channel", "chat", "id"], OPEN),
        ("ix_outbox_bulletin", ["bulletin", "state", "channel", "chat"], OF_BULLETIN),
    ):
        op.create_index(name, "outbox", columns, sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_conversations_changed_at", "conversations")


def downgrade() -> None:
    op.create_index("ix_conversations_changed_at", "conversations", ["changed_at"])
    for name in ("ix_outbox_next", "ix_outbox_chat", "ix_outbox_bulletin"):
        op.drop_index(name, "outbox")
    op.create_index("ix_outbox_next", "outbox", ["channel", "state", "lane", "id"])
    op.create_index("ix_outbox_chat", "outbox", ["channel", "chat", "state", "id"])
    op.create_index("ix_outbox_bulletin", "outbox", ["bulletin", "state", "channel", "chat"])
