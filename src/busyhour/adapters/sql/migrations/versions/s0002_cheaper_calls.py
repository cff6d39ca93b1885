"""Cheaper calls: what happens to an attempt, a member and a run writes fewer index entries and checks.

* The redial barrier asks for `ended_utc_s`, which changes once. It asked for `state`, which changes with each step of a
  call: every step had to write all of the table's indexes anew.
* A member's run is held by the transaction that writes the member, and runs with members are never deleted: the foreign
  key was one more look-up and row lock for each member of a hopper.
* Small rows that change all the time (runs, agents, leases) get room to change in place.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    "ALTER TABLE attempt ADD CONSTRAINT attempt_final CHECK ((state = 'final') = (ended_utc_s IS NOT NULL))",
    "DROP INDEX attempt_open_contact",
    "DROP INDEX attempt_open_number",
    "CREATE UNIQUE INDEX attempt_open_contact ON attempt (tenant_id, contact_id) WHERE ended_utc_s IS NULL",
    "CREATE UNIQUE INDEX attempt_open_number ON attempt (tenant_id, number) WHERE ended_utc_s IS NULL",
    "ALTER TABLE member DROP CONSTRAINT member_tenant_id_run_id_fkey",
    "ALTER TABLE run SET (fillfactor = 50)",
    "ALTER TABLE run_list SET (fillfactor = 50)",
    "ALTER TABLE agent SET (fillfactor = 50)",
    "ALTER TABLE shard_lease SET (fillfactor = 50)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
