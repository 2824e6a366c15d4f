"""What officers and cafés were told about a bulletin, and the showings that cafés confirm."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "nudges",
        sa.Column("bulletin", sa.Integer, sa.ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("who", sa.String(40), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", when, nullable=False),
    )
    op.create_table(
        "showings",
        sa.Column("member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", when, nullable=False),
    )


def downgrade() -> None:
    for table in ("showings", "nudges"):
        op.drop_table(table)
