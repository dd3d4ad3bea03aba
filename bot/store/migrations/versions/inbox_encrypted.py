"""Whether an input came from an encrypted room, so that its writer is told where a case goes."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_encrypted"
down_revision = "away_until"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("encrypted", sa.Boolean(), nullable=True))
