"""The tables as SQLAlchemy Core sees them, for the statements in this package.

The schema itself (keys, indexes, row-level security) is made by `migrations/`; a test compares the two. Every primary
key begins with `tenant_id`; statements neither filter by it nor fill it: row-level security and its default do.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

METADATA = sa.MetaData()


def _table(name: str, key: str, /, **columns: Any) -> sa.Table:
    """`key`: the columns of the primary key after `tenant_id`, separated by spaces."""
    keys = {"tenant_id", *key.split()}
    made: list[sa.Column[Any]] = [
        sa.Column("tenant_id", sa.BigInteger, primary_key=True, server_default=CURRENT_TENANT)
    ]
    for column, kind in columns.items():
        numbered = sa.FetchedValue() if column == key and kind is INT else None
        made.append(sa.Column(column, kind, primary_key=column in keys, server_default=numbered))
    return sa.Table(name, METADATA, *made)


CURRENT_TENANT = sa.text("current_setting('busyhour.tenant')::bigint")
INT, TEXT, TIME, BOOL = sa.BigInteger, sa.Text, sa.Double, sa.Boolean

# People

tenant = _table(
    "tenant",
    "",
    name=TEXT,
    time_zone=TEXT,
    country=TEXT,
    created_utc_s=TIME,
    ageing_s=TIME,
    acw_s=TIME,
    recording=TEXT,
    recording_days=sa.Integer,
    listening_shown=BOOL,
)
app_user = _table(
    "app_user",
    "user_id",
    user_id=INT,
    login=TEXT,
    name=TEXT,
    role=TEXT,
    password_hash=TEXT,
    disabled=BOOL,
    must_change_password=BOOL,
    created_utc_s=TIME,
)
user_session = _table(
    "user_session",
    "token_hash",
    token_hash=sa.LargeBinary,
    user_id=INT,
    csrf=TEXT,
    created_utc_s=TIME,
    expires_utc_s=TIME,
    address=TEXT,
    browser=TEXT,
)
api_token = _table(
    "api_token",
    "token_id",
    token_id=INT,
    user_id=INT,
    name=TEXT,
    prefix=TEXT,
    token_hash=sa.LargeBinary,
    created_utc_s=TIME,
    expires_utc_s=TIME,
    last_used_utc_s=TIME,
)
agent = _table(
    "agent",
    "agent_id",
    agent_id=INT,
    user_id=INT,
    phone_kind=TEXT,
    sip_address=TEXT,
    leg_mode=TEXT,
    may_dial=BOOL,
    acw_s=TIME,
    disabled=BOOL,
    state=TEXT,
    state_utc_s=TIME,
    pause_reason=TEXT,
    acw_until_utc_s=TIME,
    acw_call=TEXT,
    session_open=BOOL,
)
agent_state_change = _table(
    "agent_state_change", "agent_id at_utc_s state", agent_id=INT, at_utc_s=TIME, state=TEXT, reason=TEXT, call=TEXT
)
agent_skill = _table("agent_skill", "agent_id skill", agent_id=INT, skill=TEXT, level=sa.Integer)
pause_reason = _table("pause_reason", "pause_reason_id", pause_reason_id=INT, name=TEXT, time_max_s=sa.Integer)

# Telephony

trunk = _table(
    "trunk",
    "trunk_id",
    trunk_id=INT,
    name=TEXT,
    host=TEXT,
    login=TEXT,
    prefix=TEXT,
    strip_plus=BOOL,
    capacity=sa.Integer,
    calls_per_s_max=sa.Integer,
    demo=BOOL,
)
trunk_secret = _table("trunk_secret", "trunk_id", trunk_id=INT, sealed=sa.LargeBinary)
prompt = _table("prompt", "prompt_id", prompt_id=INT, name=TEXT, text=TEXT, language=TEXT, media=TEXT, duration_s=TIME)
dnc_entry = _table("dnc_entry", "number", number=TEXT, added_utc_s=TIME, source=TEXT)
shard_lease = _table(
    "shard_lease",
    "",
    owner=TEXT,
    fence=INT,
    history=TEXT,
    written_no=INT,
    **dict.fromkeys(("taken_utc_s", "written_utc_s", "missed_since_utc_s"), TIME),
)

# Lists

contact_list = _table(
    "contact_list", "list_id", list_id=INT, name=TEXT, hidden=BOOL, created_utc_s=TIME, contacts=INT, numbers=INT
)
list_import = _table(
    "list_import",
    "import_id",
    import_id=INT,
    list_id=INT,
    file_name=TEXT,
    state=TEXT,
    rows_read=INT,
    rows_total=INT,
    contacts_added=INT,
    rows_rejected=INT,
    error=TEXT,
    started_utc_s=TIME,
    ended_utc_s=TIME,
)
import_reject = _table("import_reject", "import_id line", import_id=INT, line=INT, reason=TEXT, text=TEXT)
contact = _table(
    "contact",
    "contact_id",
    contact_id=INT,
    list_id=INT,
    position=INT,
    name=TEXT,
    attributes=JSONB,
    output=JSONB,
    time_zone=TEXT,
    schedule_utc_s=TIME,
    schedule_extension=TEXT,
)
contact_point = _table(
    "contact_point",
    "contact_id position",
    contact_id=INT,
    position=sa.SmallInteger,
    list_id=INT,
    number=TEXT,
    zones=ARRAY(TEXT),
)

# Campaigns

campaign = _table(
    "campaign", "campaign_id", campaign_id=INT, name=TEXT, status=TEXT, settings=JSONB, created_utc_s=TIME
)
campaign_learned = _table("campaign_learned", "campaign_id", campaign_id=INT, learned=sa.LargeBinary, saved_utc_s=TIME)
disposition = _table(
    "disposition", "disposition_id", disposition_id=INT, campaign_id=INT, code=TEXT, label=TEXT, position=sa.Integer
)
campaign_trunk = _table("campaign_trunk", "campaign_id trunk_id", campaign_id=INT, trunk_id=INT, position=sa.Integer)
campaign_agent = _table("campaign_agent", "campaign_id agent_id", campaign_id=INT, agent_id=INT)
campaign_list = _table(
    "campaign_list", "campaign_id list_id", campaign_id=INT, list_id=INT, role=TEXT, position=sa.Integer
)
retry_rule = _table(
    "retry_rule",
    "campaign_id position",
    campaign_id=INT,
    position=sa.Integer,
    outcome=TEXT,
    disposition=TEXT,
    max_attempts=sa.Integer,
    delay_s=sa.Integer,
    mode=TEXT,
)

# Runs and calls

run = _table(
    "run",
    "run_id",
    run_id=INT,
    campaign_id=INT,
    state=TEXT,
    started_utc_s=TIME,
    ended_utc_s=TIME,
    placed=INT,
    finished=INT,
    answered=INT,
    abandoned=INT,
    halted=TEXT,
)
run_list = _table("run_list", "run_id list_id", run_id=INT, list_id=INT, high_water=INT)
member = _table(
    "member",
    "member_id",
    member_id=INT,
    run_id=INT,
    contact_id=INT,
    list_id=INT,
    state=TEXT,
    attempts=sa.Integer,
    due_utc_s=TIME,
    last_call=TEXT,
    last_outcome=TEXT,
    last_number=sa.Integer,
    why=TEXT,
    taken_as=TEXT,
)
attempt = _table(
    "attempt",
    "call",
    call=TEXT,
    run_id=INT,
    campaign_id=INT,
    member_id=INT,
    contact_id=INT,
    list_id=INT,
    trunk_id=INT,
    agent_id=INT,
    number=TEXT,
    contact_name=TEXT,
    attempt_no=sa.Integer,
    variables=JSONB,
    state=TEXT,
    outcome=TEXT,
    cause=TEXT,
    disposition=TEXT,
    note=TEXT,
    why=TEXT,
    retry_why=TEXT,
    intent_utc_s=TIME,
    ringing_utc_s=TIME,
    answered_utc_s=TIME,
    joined_utc_s=TIME,
    ended_utc_s=TIME,
    talk_ms=INT,
    next_due_utc_s=TIME,
    opted_out_utc_s=TIME,
    heard=TEXT,
    analysis_ms=INT,
)
reservation = _table(
    "reservation", "call", call=TEXT, run_id=INT, member_id=INT, agent_id=INT, item=JSONB, until_utc_s=TIME
)
audit_entry = _table(
    "audit_entry",
    "entry_id",
    entry_id=INT,
    at_utc_s=TIME,
    agent_id=INT,
    what=TEXT,
    call=TEXT,
    number=TEXT,
    user_id=INT,
    address=TEXT,
    subject=TEXT,
    detail=JSONB,
    run_id=INT,
)
interaction = _table(
    "interaction",
    "interaction_id",
    interaction_id=TEXT,
    channel=TEXT,
    direction=TEXT,
    opened_utc_s=TIME,
    closed_utc_s=TIME,
    outcome=TEXT,
    cause=TEXT,
    talk_ms=INT,
)
segment = _table(
    "segment",
    "interaction_id segment_no",
    interaction_id=TEXT,
    segment_no=sa.Integer,
    kind=TEXT,
    agent_id=INT,
    started_utc_s=TIME,
    ended_utc_s=TIME,
    hold_s=TIME,
)

# Queues and callers

queue = _table("queue", "queue_id", queue_id=INT, name=TEXT, hidden=BOOL, definition=JSONB, created_utc_s=TIME)
dialed_number = _table("dialed_number", "number_id", number_id=INT, pattern=TEXT, label=TEXT, treatment=JSONB)
caller = _table(
    "caller",
    "call",
    call=TEXT,
    dialed=TEXT,
    number=TEXT,
    reads_as=TEXT,
    name=TEXT,
    headers=JSONB,
    callback=TEXT,
    queue_id=INT,
    trunk_id=INT,
    out_trunk_id=INT,
    outside=TEXT,
    agent_id=INT,
    state=TEXT,
    outcome=TEXT,
    cause=TEXT,
    disposition=TEXT,
    note=TEXT,
    why=TEXT,
    arrived_utc_s=TIME,
    ringing_utc_s=TIME,
    answered_utc_s=TIME,
    joined_utc_s=TIME,
    ended_utc_s=TIME,
    wait_s=TIME,
    talk_s=TIME,
    call_no=INT,
)
queue_entry = _table(
    "queue_entry",
    "entry queue_id entered_utc_s",
    entry=TEXT,
    queue_id=INT,
    entered_utc_s=TIME,
    number=TEXT,
    since_utc_s=TIME,
    state=TEXT,
    picture=JSONB,
    changed_utc_s=TIME,
    ended_utc_s=TIME,
)
callback = _table(
    "callback",
    "callback",
    callback=TEXT,
    queue_id=INT,
    number=TEXT,
    since_utc_s=TIME,
    promised_utc_s=TIME,
    state=TEXT,
    picture=JSONB,
    changed_utc_s=TIME,
    ended_utc_s=TIME,
)
queue_counts = _table(
    "queue_counts",
    "bucket queue_id",
    **dict.fromkeys(("bucket", "queue_id", "entered", "answered", "abandoned", "sent_on", "distributed"), INT),
    **dict.fromkeys(("in_time_first", "in_time_second", "short_first", "short_second"), INT),
    **dict.fromkeys(("wait_s", "wait_max_s", "abandoned_wait_s", "talk_s"), TIME),
)
recording = _table(
    "recording",
    "recording",
    recording=TEXT,
    call=TEXT,
    agent_id=INT,
    campaign_id=INT,
    queue_id=INT,
    policy=TEXT,
    why=TEXT,
    fault=TEXT,
    began_utc_s=TIME,
    ended_utc_s=TIME,
    picture=JSONB,
    state=TEXT,
    length_s=TIME,
    size_bytes=INT,
    sha256=TEXT,
    peaks=sa.LargeBinary,
    marks=JSONB,
    held=BOOL,
    erased_utc_s=TIME,
)
