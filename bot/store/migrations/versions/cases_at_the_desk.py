"""Cases with an owner, a clock and a conversation of their own; what was decided before a takeover."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "cases_at_the_desk"
down_revision = "ignored_gaps"
branch_labels = None
depends_on = None

# The types as they were when this was written: a migration must not change with the program.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)

CASE_TIMES = (
    "first_due",
    "next_due",
    "solution_due",
    "replied_at",
    "unanswered_since",
    "waiting_since",
    "waiting_until",
    "remind_at",
    "resolved_at",
    "reopen_until",
)


def upgrade() -> None:
    columns: list[sa.Column[Any]] = [
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.Text(), server_default="", nullable=False),
        sa.Column("silent_from", sa.Integer(), nullable=True),
        sa.Column("consent", sa.Boolean(), nullable=True),
        sa.Column("employee_name", sa.Text(), nullable=True),
        sa.Column("alarm", sa.String(length=10), server_default="none", nullable=False),
        sa.Column("resolution", sa.String(length=20), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        *(sa.Column(name, UTC_TIME, nullable=True) for name in CASE_TIMES),
    ]
    for column in columns:
        op.add_column("cases", column)
    for column in (
        sa.Column("voice", sa.String(length=10), server_default="bot", nullable=False),
        sa.Column("case_number", NUMBER, nullable=True),
        sa.Column("case_version", sa.Integer(), nullable=True),
        sa.Column("revises", sa.String(length=36), nullable=True),
    ):
        op.add_column("outbox", column)
    for name in ("edited_at", "deleted_at"):
        op.add_column("transcript", sa.Column(name, UTC_TIME, nullable=True))
    op.add_column("timers", sa.Column("case_number", NUMBER, nullable=True))

    op.create_table(
        "case_events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_number", NUMBER, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_case_events_case_number_id"), "case_events", ["case_number", "id"])
    op.create_table(
        "case_messages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_number", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("transcript_id", NUMBER, nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=True),
        sa.Column("values", JSON, nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.CheckConstraint(
            "kind NOT IN ('note', 'remark') OR transcript_id IS NULL", name=op.f("ck_case_messages_notes_stay_inside")
        ),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=op.f("fk_case_messages_case_number"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_case_messages_person_id")),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_case_messages_transcript_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_messages")),
        sa.UniqueConstraint("case_number", "key", name=op.f("uq_case_messages_case_number_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_case_messages_case_number_id"), "case_messages", ["case_number", "id"])
    op.create_index(op.f("ix_case_messages_transcript_id"), "case_messages", ["transcript_id"])
    op.create_index(op.f("ix_case_messages_person_id"), "case_messages", ["person_id"])
