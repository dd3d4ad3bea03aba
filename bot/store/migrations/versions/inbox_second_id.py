"""A second id of an input, the room where its person is answered alone, and finding a message by its platform's id."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_second_id"
down_revision = "cases_at_the_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("also", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("alone", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_inbox_channel_also"), ["channel", "also"], unique=True)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_external_id"), ["external_id"], unique=False)
