"""Lists and their members, bulletins, and what the outbox needs to carry one text to many."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.add_column("outbox", sa.Column("bulletin", sa.Integer))
    op.add_column("outbox", sa.Column("shared", sa.Integer))
    op.drop_index("ix_outbox_open", "outbox")
    op.create_index("ix_outbox_next", "outbox", ["channel", "state", "lane", "id"])
    op.create_index("ix_outbox_bulletin", "outbox", ["bulletin", "state", "channel", "chat"])
    flying = sa.text("state = 'sending'")
    op.create_index("ix_outbox_flying", "outbox", ["until"], sqlite_where=flying, postgresql_where=flying)
    op.create_table(
        "bodies",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("bulletin", sa.Integer, index=True),
        sa.Column("channel", sa.String(20)),
        sa.Column("person", sa.Boolean),
    )
    op.create_table(
        "faults",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("since", when, nullable=False),
        sa.Column("told_at", when),
    )
    _lists(when)
    _bulletins(when)


def _lists(when: sa.DateTime) -> None:
    officer = sa.ForeignKey("officers.id", ondelete="SET NULL")
    op.create_table(
        "lists",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
        sa.Column("unit", sa.String(48), nullable=False, index=True),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("officer", sa.Integer, officer),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("created_at", when, nullable=False),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("list", sa.Integer, sa.ForeignKey("lists.id", ondelete="CASCADE"), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("person", sa.Boolean, nullable=False),
        sa.Column("officer", sa.Integer, sa.ForeignKey("officers.id", ondelete="SET NULL")),
        sa.Column("people", sa.Integer),
        sa.Column("counted_on", sa.Date),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("joined_at", when, nullable=False),
        sa.Column("last_post", when),
        sa.UniqueConstraint("list", "channel", "address"),
    )
    op.create_index("ix_members_address", "members", ["channel", "address"])
    op.create_table(
        "slots",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("list", sa.Integer, sa.ForeignKey("lists.id", ondelete="CASCADE"), nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("next_at", when, nullable=False, index=True),
        sa.UniqueConstraint("list", "weekday", "at"),
    )


def _bulletins(when: sa.DateTime) -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("link", sa.String(500)),
        sa.Column("film", sa.String(500)),
        sa.Column("long", sa.String(6), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("urgent_by", sa.String(40)),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("author", sa.String(40), nullable=False),
        sa.Column("approver", sa.String(40)),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("corrects", sa.Integer, sa.ForeignKey("bulletins.id", ondelete="SET NULL"), index=True),
        sa.Column("schedule_at", when),
        sa.Column("held_since", when),
        sa.Column("created_at", when, nullable=False),
        sa.Column("changed_at", when, nullable=False),
        sa.Column("approved_at", when),
        sa.Column("queued_at", when),
        sa.Column("sent_at", when, index=True),
        sa.Column("recalled_at", when),
        sa.Column("tally", sa.JSON),
    )
    bulletin = sa.ForeignKey("bulletins.id", ondelete="CASCADE")
    op.create_table(
        "bulletin_lists",
        sa.Column("bulletin", sa.Integer, bulletin, primary_key=True),
        sa.Column("list", sa.Integer, sa.ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True, index=True),
        sa.Column("results", sa.JSON),
    )
    op.create_table(
        "bulletin_pictures",
        sa.Column("bulletin", sa.Integer, sa.ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("alt", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    for table in (
        "bulletin_pictures",
        "bulletin_lists",
        "bulletins",
        "slots",
        "members",
        "lists",
        "faults",
        "bodies",
    ):
        op.drop_table(table)
    op.drop_index("ix_outbox_flying", "outbox")
    op.drop_index("ix_outbox_bulletin", "outbox")
    op.drop_index("ix_outbox_next", "outbox")
    op.create_index("ix_outbox_open", "outbox", ["state", "channel", "lane", "not_before"])
    with op.batch_alter_table("outbox") as table:
        table.drop_column("shared")
        table.drop_column("bulletin")
