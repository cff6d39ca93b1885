"""What a campaign has taught its pacer outlives its runs and the engine."""

from alembic import op

revision = "0006"
down_revision = "0005"

OWN = "tenant_id = current_setting('busyhour.tenant')::bigint"
STATEMENTS = (
    """CREATE TABLE campaign_learned (
        tenant_id bigint NOT NULL DEFAULT current_setting('busyhour.tenant')::bigint, campaign_id bigint NOT NULL,
        learned bytea NOT NULL, saved_utc_s double precision NOT NULL,
        PRIMARY KEY (tenant_id, campaign_id),
        FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign ON DELETE CASCADE)""",
    "ALTER TABLE campaign_learned ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE campaign_learned FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY of_tenant ON campaign_learned USING ({OWN}) WITH CHECK ({OWN})",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_learned TO busyhour_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
