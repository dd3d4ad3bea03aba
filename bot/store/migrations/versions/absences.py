"""Absences of the staff, and messages to a team at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "absences"
down_revision = "0002_signing_in"
branch_labels = None
depends_on = None


# The types as they were when this was written: a migration must not change with the program.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("since", UTC_TIME, nullable=False),
        sa.Column("until", UTC_TIME, nullable=False),
        sa.Column("deputy", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_until"), ["until"], unique=False)

    op.create_table(
        "desk_notices",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("replies", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notices")),
        sa.UniqueConstraint("team", "kind", "key", name=op.f("uq_desk_notices_team_kind_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("desk_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_notices_at"), ["at"], unique=False)
