"""A form makes one draft, however often it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulletins", sa.Column("once", sa.String(43)))
    op.create_index("ix_bulletins_once", "bulletins", ["once"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_bulletins_once", table_name="bulletins")
    with op.batch_alter_table("bulletins") as bulletins:
        bulletins.drop_column("once")
