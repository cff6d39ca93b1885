"""True plans: the planner is told of the first calls, and cannot take the wrong index for the redial barrier.

Plans made while the tables were empty take any index that begins with the tenant for as good as any other, and are
kept: then they look through all attempts of a tenant. So `note_calls` is asked for after a store's first calls, and the
tenant comes last in the two indexes of open attempts, which always are nearly empty.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    "DROP INDEX attempt_open_contact",
    "DROP INDEX attempt_open_number",
    "CREATE UNIQUE INDEX attempt_open_contact ON attempt (contact_id, tenant_id) WHERE ended_utc_s IS NULL",
    "CREATE UNIQUE INDEX attempt_open_number ON attempt (number, tenant_id) WHERE ended_utc_s IS NULL",
    """CREATE OR REPLACE FUNCTION note_calls() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = busyhour, pg_temp AS $$
    BEGIN
        ANALYZE busyhour.attempt, busyhour.interaction, busyhour.member, busyhour.run;
    END
    $$""",
    "REVOKE EXECUTE ON FUNCTION note_calls FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION note_calls TO busyhour_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
