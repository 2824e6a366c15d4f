"""How many free replies a person may still get, as the platform says."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("replies_left", sa.Integer))


def downgrade() -> None:
    with op.batch_alter_table("contacts") as table:
        table.drop_column("replies_left")
