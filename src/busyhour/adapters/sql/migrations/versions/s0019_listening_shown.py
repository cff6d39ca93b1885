"""Whether agents see that a supervisor listens to them."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("ALTER TABLE tenant ADD COLUMN listening_shown boolean NOT NULL DEFAULT true")
