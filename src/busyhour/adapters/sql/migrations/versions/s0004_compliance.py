"""Compliance: the answered calls of a campaign are found by their time, for the law's windows.

One entry for each answered call, written with its final record: until then the entry's condition does not hold, so the
steps of a call before its end write no index.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX attempt_reached ON attempt (tenant_id, campaign_id, intent_utc_s) "
        "WHERE outcome IN ('HANDLED', 'IVR_COMPLETED', 'IVR_LEFT', 'ABANDONED', 'MAX_DURATION')"
    )
