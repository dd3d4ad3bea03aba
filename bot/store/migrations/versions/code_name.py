"""The name of whom a code was made for: employees read it once the cases of the account are theirs."""

import sqlalchemy as sa
from alembic import op

revision = "code_name"
down_revision = "sign_under"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account_codes", sa.Column("name", sa.Text(), server_default="", nullable=False))
