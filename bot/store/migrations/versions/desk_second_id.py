"""A second id of what is said in a room of coordinators."""

import sqlalchemy as sa
from alembic import op

revision = "desk_second_id"
down_revision = "telling_id"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("desk_inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("also", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_desk_inbox_channel_also"), ["channel", "also"], unique=True)
