"""The audit log keeps log-ins, and each change of what people configure, with what it was before.

A change is noted by triggers, in the transaction that makes it: no way to change a setting can forget to. They note
what people do, not what engines keep: who asks is said by the transaction (`adapters/sql/database.py`), and an engine
is nobody. Nothing secret is copied: a secret that changed is said to have changed.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

COLUMNS = """
ALTER TABLE audit_entry ADD COLUMN IF NOT EXISTS user_id bigint, ADD COLUMN IF NOT EXISTS address text,
    ADD COLUMN IF NOT EXISTS subject text, ADD COLUMN IF NOT EXISTS detail jsonb
"""
# `subject`: the table and the rest of its key. `detail`: of the columns that differ, and of those within settings.
NOTE_ROW = """
CREATE FUNCTION note_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    now jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    whole jsonb := was || now;
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['password_hash', 'token_hash', 'sealed'] LOOP
        IF was ? one AND now ? one AND was -> one IS DISTINCT FROM now -> one THEN
            was := was || jsonb_build_object(one, 'secret');
            now := now || jsonb_build_object(one, 'another secret');
        ELSE
            was := was - one;
            now := now - one;
        END IF;
    END LOOP;
    FOREACH one IN ARRAY ARRAY['definition', 'settings', 'treatment'] LOOP
        was := (was - one) || coalesce(was -> one, '{}');
        now := (now - one) || coalesce(now -> one, '{}');
    END LOOP;
    was := was - 'tenant_id';
    now := now - 'tenant_id';
    IF was = now THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(key, value) FILTER (WHERE value IS DISTINCT FROM now -> key), '{}'),
            coalesce((SELECT jsonb_object_agg(n.key, n.value) FROM jsonb_each(now) n
                WHERE n.value IS DISTINCT FROM was -> n.key), '{}')
        INTO was, now FROM jsonb_each(was);
    END IF;
    INSERT INTO audit_entry (at_utc_s, user_id, address, what, call, number, subject, detail)
    VALUES (extract(epoch FROM clock_timestamp()), current_setting('busyhour.user')::bigint,
        current_setting('busyhour.address', true),
        CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END, '', '',
        TG_TABLE_NAME || coalesce(' ' || (whole ->> TG_ARGV[0]), ''),
        jsonb_build_object('before', was, 'after', now));
    RETURN NULL;
END $$
"""
# Of links and numbers there may be thousands in one statement: one entry says how many, and the first of them.
NOTE_ROWS = """
CREATE FUNCTION note_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rows jsonb;
    many bigint;
BEGIN
    SELECT count(*), jsonb_agg(to_jsonb(r) - 'tenant_id') FILTER (WHERE r.n <= 20) INTO many, rows
    FROM (SELECT *, row_number() OVER () AS n FROM changed) r;
    IF many > 0 THEN
        INSERT INTO audit_entry (at_utc_s, user_id, address, what, call, number, subject, detail)
        VALUES (extract(epoch FROM clock_timestamp()), current_setting('busyhour.user')::bigint,
            current_setting('busyhour.address', true), CASE TG_OP WHEN 'INSERT' THEN 'added' ELSE 'removed' END,
            '', '', TG_TABLE_NAME, jsonb_build_object('rows', many, 'first', rows));
    END IF;
    RETURN NULL;
END $$
"""
BY_SOMEBODY = "coalesce(current_setting('busyhour.user', true), '') <> ''"
ROWS = {  # table: the rest of its key, and the columns that people set, where engines set others
    "tenant": ("", ""),
    "app_user": ("login", ""),
    "agent": ("agent_id", "phone_kind, sip_address, leg_mode, may_dial, disabled"),
    "api_token": ("name", "name, expires_utc_s"),
    "pause_reason": ("name", ""),
    "trunk": ("name", ""),
    "trunk_secret": ("trunk_id", ""),
    "prompt": ("name", ""),
    "contact_list": ("name", "name, hidden"),
    "campaign": ("name", ""),
    "queue": ("name", ""),
    "dialed_number": ("pattern", ""),
}
LINKS = ("agent_skill", "campaign_trunk", "campaign_agent", "campaign_list", "retry_rule", "disposition", "dnc_entry")


def of_rows(table: str, key: str, columns: str) -> str:
    update = f"UPDATE OF {columns}" if columns else "UPDATE"
    return f"""CREATE TRIGGER note AFTER INSERT OR {update} OR DELETE ON {table}
        FOR EACH ROW WHEN ({BY_SOMEBODY}) EXECUTE FUNCTION note_row('{key}')"""


def of_links(table: str, kind: str, rows: str) -> str:
    return f"""CREATE TRIGGER note_{kind.lower()} AFTER {kind} ON {table} REFERENCING {rows} TABLE AS changed
        FOR EACH STATEMENT WHEN ({BY_SOMEBODY}) EXECUTE FUNCTION note_rows()"""


def upgrade() -> None:
    triggers = [of_rows(table, key, columns) for table, (key, columns) in ROWS.items()]
    triggers += [
        of_links(table, kind, rows) for table in LINKS for kind, rows in (("INSERT", "NEW"), ("DELETE", "OLD"))
    ]
    for statement in (COLUMNS, NOTE_ROW, NOTE_ROWS, *triggers):
        op.execute(statement)
