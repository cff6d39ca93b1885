"""The audit log keeps who started, paused, went on with or removed a run: which run it was tells the campaign."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("ALTER TABLE audit_entry ADD COLUMN run_id bigint")
