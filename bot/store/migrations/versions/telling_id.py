"""Which message tells the employee where their case is read, so that rooms of coordinators wait until it was delivered."""

import sqlalchemy as sa
from alembic import op

revision = "telling_id"
down_revision = "give_up_at"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("telling_id", sa.String(length=36), nullable=True))
