"""Officers, their roles and chats, and the log of who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "officers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("password", sa.String(200)),
        sa.Column("totp", sa.String(200)),
        sa.Column("totp_step", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", when),
        sa.Column("disabled_at", when),
        sa.Column("created_at", when, nullable=False),
    )
    officer = sa.ForeignKey("officers.id", ondelete="CASCADE")
    op.create_table(
        "officer_roles",
        sa.Column("officer", sa.Integer, officer, primary_key=True),
        sa.Column("role", sa.String(10), primary_key=True),
        sa.Column("unit", sa.String(48), primary_key=True),
    )
    op.create_table(
        "officer_chats",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("chat", sa.String(64), primary_key=True),
        sa.Column(
            "officer", sa.Integer, sa.ForeignKey("officers.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("bound_at", when, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", when, nullable=False, index=True),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False, index=True),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    _append_only()


def downgrade() -> None:
    for table in ("audit", "officer_chats", "officer_roles", "officers"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{deed.lower()} BEFORE {deed} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
