"""Accounts on chat platforms that belong to somebody of the staff, and the codes they are linked with."""

import sqlalchemy as sa
from alembic import op

revision = "staff_accounts"
down_revision = "inbox_encrypted"
branch_labels = None
depends_on = None


# The types as they were when this was written: a migration must not change with the program.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account_codes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=60), nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_account_codes_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_accounts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("staff", sa.String(length=60), nullable=False),
        sa.Column("linked_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_staff_accounts_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_accounts")),
        sa.UniqueConstraint("person_id", name=op.f("uq_staff_accounts_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_staff_accounts_staff"), "staff_accounts", ["staff"])
