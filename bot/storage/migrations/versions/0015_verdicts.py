"""What officers decided about questions without an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("item", sa.String(64)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.Column("ended_by", sa.String(40)),
        sa.Column("ended_at", when),
    )
    op.create_index("ix_verdicts_kind", "verdicts", ["kind", "ended_at"])
    op.add_column("questions", sa.Column("verdict", sa.Integer))
    op.create_index("ix_questions_verdict", "questions", ["verdict"])


def downgrade() -> None:
    op.drop_index("ix_questions_verdict", table_name="questions")
    with op.batch_alter_table("questions") as questions:
        questions.drop_column("verdict")
    op.drop_table("verdicts")
