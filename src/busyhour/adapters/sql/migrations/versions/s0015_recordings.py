"""Recordings: what the engine keeps of each, where its sound is, who may have it for how long."""

from alembic import op

revision = "0015"
down_revision = "0014"

OWN = "tenant_id = current_setting('busyhour.tenant')::bigint"
TENANT = "tenant_id bigint NOT NULL DEFAULT current_setting('busyhour.tenant')::bigint"
STATEMENTS = (
    """ALTER TABLE tenant ADD COLUMN recording text NOT NULL DEFAULT 'never',
        ADD COLUMN recording_days integer NOT NULL DEFAULT 90 CHECK (recording_days > 0)""",
    # `picture`: as the engine keeps it. `state`: open, ended (its sound is to be collected), kept, lost (there is
    # none), erasing (the sound may still be there), erased.
    f"""CREATE TABLE recording (
        {TENANT}, recording text COLLATE "C" NOT NULL, call text COLLATE "C" NOT NULL, agent_id bigint,
        campaign_id bigint, queue_id bigint, policy text NOT NULL, why text NOT NULL, fault text NOT NULL,
        began_utc_s double precision NOT NULL, ended_utc_s double precision, picture jsonb NOT NULL,
        state text NOT NULL, length_s double precision, size_bytes bigint, sha256 text, peaks bytea, marks jsonb,
        held boolean NOT NULL DEFAULT false, erased_utc_s double precision,
        PRIMARY KEY (tenant_id, recording)) WITH (fillfactor = 70)""",
    "CREATE INDEX recording_open ON recording (recording, tenant_id) WHERE ended_utc_s IS NULL",
    """CREATE INDEX recording_todo ON recording (state, recording, tenant_id)
        WHERE state IN ('ended', 'erasing')""",
    "CREATE INDEX recording_time ON recording (tenant_id, began_utc_s, recording)",
    "CREATE INDEX recording_call ON recording (tenant_id, call)",
    "ALTER TABLE recording ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE recording FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY of_tenant ON recording USING ({OWN}) WITH CHECK ({OWN})",
    "GRANT SELECT, INSERT, UPDATE ON recording TO busyhour_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
