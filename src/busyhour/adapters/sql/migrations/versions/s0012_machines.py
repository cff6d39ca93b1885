"""What the detector of answering machines heard, and how long it listened; its machines count for the law, too."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE attempt ADD COLUMN heard text, ADD COLUMN analysis_ms bigint")
    op.execute("DROP INDEX attempt_reached")
    op.execute(
        "CREATE INDEX attempt_reached ON attempt (tenant_id, campaign_id, intent_utc_s) WHERE outcome IN "
        "('HANDLED', 'IVR_COMPLETED', 'IVR_LEFT', 'ABANDONED', 'MAX_DURATION', 'ANSWERING_MACHINE')"
    )
