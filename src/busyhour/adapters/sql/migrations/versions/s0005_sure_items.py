"""Sure items: a member knows for which attempt it was taken, so that an item whose member was taken anew is not dialed,
and is not given back twice. A run counts what became of its calls, so that a restart does not begin to count anew.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    "ALTER TABLE member ADD COLUMN taken_as text",
    "ALTER TABLE run ADD COLUMN answered bigint NOT NULL DEFAULT 0, ADD COLUMN abandoned bigint NOT NULL DEFAULT 0",
    # The owner is held to the tenants' policies too, and this is about all tenants.
    "ALTER TABLE run NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE attempt NO FORCE ROW LEVEL SECURITY",
    """UPDATE run r SET answered = n.answered, abandoned = n.abandoned FROM (
        SELECT tenant_id, run_id, count(answered_utc_s) AS answered,
            count(*) FILTER (WHERE outcome = 'ABANDONED') AS abandoned
        FROM attempt WHERE state = 'final' GROUP BY tenant_id, run_id) n
    WHERE n.tenant_id = r.tenant_id AND n.run_id = r.run_id""",
    "ALTER TABLE run FORCE ROW LEVEL SECURITY",
    "ALTER TABLE attempt FORCE ROW LEVEL SECURITY",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
