"""Every button that was offered is kept, since a typed number may pick any of them: room for more ids."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversations") as table:
        table.alter_column("offered", type_=sa.Text, existing_type=sa.String(300), existing_nullable=False)


def downgrade() -> None:
    op.execute("DELETE FROM conversations")  # half an hour of talk; longer lists would not fit
    with op.batch_alter_table("conversations") as table:
        table.alter_column("offered", type_=sa.String(300), existing_type=sa.Text, existing_nullable=False)
