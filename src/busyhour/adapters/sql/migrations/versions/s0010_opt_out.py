"""Who pressed the key that asks for no more calls, and why a run stopped by itself."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("ALTER TABLE attempt ADD COLUMN opted_out_utc_s double precision")
    op.execute("ALTER TABLE run ADD COLUMN halted text NOT NULL DEFAULT ''")
