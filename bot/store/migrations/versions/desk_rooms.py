"""What is said in rooms of coordinators, and what Lotse shows there."""

import sqlalchemy as sa
from alembic import op

revision = "desk_rooms"
down_revision = "staff_accounts"
branch_labels = None
depends_on = None


# The types as they were when this was written: a migration must not change with the program.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "desk_inbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("alone", sa.Text(), nullable=True),
        sa.Column("external_user", sa.Text(), nullable=False),
        sa.Column("payload", JSON, nullable=True),
        sa.Column("received_at", UTC_TIME, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_inbox")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_desk_inbox_channel_external_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("desk_inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_inbox_status_id"), ["status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_inbox_done_at"), ["done_at"], unique=False)

    op.create_table(
        "desk_posts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("outbox_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_number", NUMBER, nullable=True),
        sa.Column("line", NUMBER, nullable=True),
        sa.Column("lines_to", NUMBER, nullable=False, server_default="0"),
        sa.Column("reply", JSON, nullable=True),
        sa.Column("sign", sa.String(length=8), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", UTC_TIME, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_posts")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_desk_posts_outbox_id")),
        sa.UniqueConstraint("channel", "room", "key", name=op.f("uq_desk_posts_channel_room_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("desk_posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_posts_case_number_id"), ["case_number", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_posts_status_id"), ["status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_posts_external_id"), ["external_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_posts_line"), ["line"], unique=False)
