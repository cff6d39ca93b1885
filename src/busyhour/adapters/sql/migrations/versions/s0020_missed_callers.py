"""When a shard was written to last, and since when callers may have come that no engine saw."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE shard_lease ADD COLUMN written_utc_s double precision NOT NULL DEFAULT 0, "
        "ADD COLUMN missed_since_utc_s double precision"
    )
