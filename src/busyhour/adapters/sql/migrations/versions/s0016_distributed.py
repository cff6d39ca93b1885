"""How often callers of a queue were offered to an agent, counted as it happens (OC-057, OC-064)."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("ALTER TABLE queue_counts ADD COLUMN distributed bigint NOT NULL DEFAULT 0")
