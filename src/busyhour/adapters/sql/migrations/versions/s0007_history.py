"""On which history of the server a shard was opened: its system and timeline. A failover begins another one."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE shard_lease ADD COLUMN history text NOT NULL DEFAULT ''")
