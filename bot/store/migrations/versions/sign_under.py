"""The words a sign stands under, so that it can be taken away once another one stands there."""

import sqlalchemy as sa
from alembic import op

revision = "sign_under"
down_revision = "desk_second_id"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("desk_posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("under", NUMBER, nullable=True))
        batch_op.create_index(batch_op.f("ix_desk_posts_under"), ["under"], unique=False)

    posts = sa.table("desk_posts", *map(sa.column, ("id", "kind", "key", "external_id", "under")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(posts.c.id, posts.c.key).where(posts.c.kind == "sign")).all():
        # The key was sign:ROW:SIGN, and the id that of the words; that of a sign which stands there already nobody knows.
        under = int(row.key.split(":")[1])
        connection.execute(posts.update().where(posts.c.id == row.id).values(under=under, external_id=None))
