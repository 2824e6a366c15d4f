"""How officers get in: invitations, sessions, codes, and the count of guesses."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)

    def officer(**more: bool) -> sa.Column:
        return sa.Column("officer", sa.Integer, sa.ForeignKey("officers.id", ondelete="CASCADE"), **more)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        officer(nullable=False, index=True),
        sa.Column("link", sa.String(64), unique=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_at", when, nullable=False),
    )
    op.create_table(
        "officer_sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        officer(nullable=False, index=True),
        sa.Column("device", sa.String(60), nullable=False),
        sa.Column("created_at", when, nullable=False),
        sa.Column("seen_at", when, nullable=False),
        sa.Column("expires_at", when, nullable=False),
    )
    op.create_table(
        "login_codes",
        officer(primary_key=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("expires_at", when, nullable=False),
    )
    op.create_table(
        "guesses",
        sa.Column("who", sa.String(80), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("until", when, nullable=False),
    )
    for column in ("failures", "locked_until"):  # guesses count names, so that an unknown one is locked no sooner
        op.drop_column("officers", column)


def downgrade() -> None:
    op.add_column("officers", sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
    op.add_column("officers", sa.Column("locked_until", sa.DateTime(timezone=True)))
    for table in ("guesses", "login_codes", "officer_sessions", "invitations"):
        op.drop_table(table)
