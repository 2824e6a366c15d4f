"""Printed codes, what they were aimed at, their scans, and the rounds that handed them out."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "keys",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "codes",
        sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("target", sa.String(120), nullable=False, index=True),
        sa.Column("issued_for", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(48), nullable=False),
        sa.Column("grp", sa.String(60), nullable=False),
        sa.Column("campaign", sa.String(60), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("ref", sa.String(80)),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
        sa.Column("revoked_at", when),
        sa.Column("created_at", when, nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sqlite_autoincrement=True,  # a serial is on paper: it is never given out again
    )
    op.create_index("ix_codes_row", "codes", ["campaign", "issued_for", "unit", "ref"], unique=True)
    op.create_index("ix_codes_place", "codes", ["unit", "grp"])

    def serial() -> sa.ForeignKey:
        return sa.ForeignKey("codes.serial", ondelete="CASCADE")

    op.create_table(
        "code_targets",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("serial", sa.Integer, serial(), nullable=False, index=True),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", when, nullable=False),
    )
    op.create_table(
        "scans",
        sa.Column("serial", sa.Integer, serial(), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("channel", sa.String(10), primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("serial", sa.Integer, serial(), index=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
        sa.Column("remark", sa.String(300), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", when, nullable=False),
    )


def downgrade() -> None:
    for name in ("visits", "scans", "code_targets", "codes", "keys"):
        op.drop_table(name)
