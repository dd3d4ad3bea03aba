"""When a case is closed because its question was not answered; the day it waits for brings it back to its owner now."""

import sqlalchemy as sa
from alembic import op

revision = "give_up_at"
down_revision = "desk_rooms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=True))
