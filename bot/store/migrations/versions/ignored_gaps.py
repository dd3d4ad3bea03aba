"""Groups of unanswered questions that are ignored for good."""

import sqlalchemy as sa
from alembic import op

revision = "ignored_gaps"
down_revision = "absences"
branch_labels = None
depends_on = None


# The types as they were when this was written: a migration must not change with the program.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ignored_gaps",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("fingerprints", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ignored_gaps")),
        sqlite_autoincrement=True,
    )
