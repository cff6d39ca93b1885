"""To which number outside a caller was sent on, and over which trunk."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("ALTER TABLE caller ADD COLUMN out_trunk_id bigint, ADD COLUMN outside text")
