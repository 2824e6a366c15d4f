"""Printing orders of the console, and their finished files."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "print_orders",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "officer", sa.Integer, sa.ForeignKey("officers.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(48), nullable=False),
        sa.Column("campaign", sa.String(60), nullable=False),
        sa.Column("labels", sa.String(20), nullable=False),
        sa.Column("caption", sa.String(500), nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("file", sa.String(120), nullable=False),
        sa.Column("csv", sa.LargeBinary),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("created_at", when, nullable=False),
        sa.Column("heard_at", when, nullable=False),
        sa.Column("maker", sa.String(40), nullable=False),
    )
    op.create_table(
        "print_parts",
        sa.Column(
            "print_order", sa.String(40), sa.ForeignKey("print_orders.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("print_parts")
    op.drop_table("print_orders")
