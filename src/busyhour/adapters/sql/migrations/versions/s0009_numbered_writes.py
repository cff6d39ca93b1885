"""The number of the last write to a shard: it tells what a server that failed over has lost, and what it has not."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("ALTER TABLE shard_lease ADD COLUMN written_no bigint NOT NULL DEFAULT 0")
