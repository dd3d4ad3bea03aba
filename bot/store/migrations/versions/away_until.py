"""Which opening an employee who wrote while nobody was there was told of last."""

import sqlalchemy as sa
from alembic import op

revision = "away_until"
down_revision = "inbox_second_id"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("away_until", sa.DateTime(timezone=True), nullable=True))
