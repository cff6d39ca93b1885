"""How long agents work after a call: each their own time, and the usual one of all."""

from alembic import op

revision = "0021"
down_revision = "0020"

BY_SOMEBODY = "coalesce(current_setting('busyhour.user', true), '') <> ''"
STATEMENTS = (
    "ALTER TABLE agent ADD COLUMN acw_s double precision NOT NULL DEFAULT 0 CHECK (acw_s >= 0)",
    "ALTER TABLE tenant ADD COLUMN acw_s double precision NOT NULL DEFAULT 0 CHECK (acw_s >= 0)",
    "DROP TRIGGER note ON agent",
    f"""CREATE TRIGGER note AFTER INSERT OR UPDATE OF phone_kind, sip_address, leg_mode, may_dial, acw_s, disabled
        OR DELETE ON agent FOR EACH ROW WHEN ({BY_SOMEBODY}) EXECUTE FUNCTION note_row('agent_id')""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
