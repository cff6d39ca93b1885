"""Rows as the API and the screens see them. Made by a store, shown by http and cli; the core never sees them.

Times are UTC epoch seconds (`_utc_s`); JSON carries the same numbers. Ids are per tenant; a foreign id is not found."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import Audited, LegMode, ListRole, PhoneKind, Role


class Record(Struct, frozen=True, kw_only=True):
    """Base of all rows."""


class Tenant(Record, frozen=True, kw_only=True):
    tenant_id: int
    name: str
    time_zone: str
    country: str  # ISO 3166 alpha-2: region for numbers without a country code


class SupervisionRule(Record, frozen=True, kw_only=True):
    listening_shown: bool  # to the agents who are listened to: some laws ask for it


class User(Record, frozen=True, kw_only=True):
    user_id: int
    tenant_id: int
    login: str
    name: str
    role: Role
    disabled: bool
    created_utc_s: float
    agent_id: int | None = None
    must_change_password: bool = False


class Credentials(Record, frozen=True, kw_only=True):
    """What a log-in is checked against. Never leaves the service."""

    user: User
    password_hash: str


class Session(Record, frozen=True, kw_only=True):
    """A logged-in browser or an API token, as found by its hash."""

    user: User
    tenant: Tenant
    csrf: str
    expires_utc_s: float
    kind: str  # session | token


class ApiToken(Record, frozen=True, kw_only=True):
    token_id: int
    name: str
    prefix: str
    user_id: int
    created_utc_s: float
    expires_utc_s: float | None
    last_used_utc_s: float | None


class Agent(Record, frozen=True, kw_only=True):
    agent_id: int
    user_id: int
    name: str
    login: str
    phone_kind: PhoneKind
    sip_address: str
    leg_mode: LegMode
    disabled: bool
    may_dial: bool = False  # by hand
    acw_s: float = 0.0  # of wrap-up, within that of the queue or campaign; 0 = the usual time
    skills: dict[str, int] = {}  # each with its level


class PauseReason(Record, frozen=True, kw_only=True):
    pause_reason_id: int
    name: str
    time_max_s: int  # 0 = no limit


class Disposition(Record, frozen=True, kw_only=True):
    disposition_id: int
    campaign_id: int | None  # None = offered in every campaign
    code: str
    label: str
    position: int


class TrunkRow(Record, frozen=True, kw_only=True):
    trunk_id: int
    name: str
    host: str  # host[:port] of the carrier; empty for the demo carrier
    login: str
    has_password: bool
    prefix: str
    strip_plus: bool
    capacity: int
    calls_per_s_max: int
    endpoint: str
    demo: bool


def demo_trunk(name: str, *, capacity: int, calls_per_s_max: int = 0) -> TrunkRow:
    """To the telephone network that is pretended; not saved yet."""
    return TrunkRow(
        trunk_id=0,
        name=name,
        host="",
        login="",
        has_password=False,
        prefix="",
        strip_plus=True,
        capacity=capacity,
        calls_per_s_max=calls_per_s_max,
        endpoint="",
        demo=True,
    )


class Prompt(Record, frozen=True, kw_only=True):
    prompt_id: int
    name: str
    text: str
    language: str  # that it is spoken in; empty: a file that somebody recorded
    media: str  # the name that the PBX plays, made by us: p<tenant>-<id>-<hash>, or p<tenant>-file-<hash>
    duration_s: float


class ContactList(Record, frozen=True, kw_only=True):
    list_id: int
    name: str
    hidden: bool
    created_utc_s: float
    contacts: int
    numbers: int


class Contact(Record, frozen=True, kw_only=True):
    contact_id: int
    list_id: int
    position: int
    name: str
    numbers: tuple[str, ...]  # E.164, in order
    attributes: dict[str, str]
    output: dict[str, str]
    time_zone: str | None
    schedule_utc_s: float | None
    schedule_extension: str | None


class ImportJob(Record, frozen=True, kw_only=True):
    import_id: int
    list_id: int
    file_name: str
    state: str  # running | done | failed
    rows_read: int
    rows_total: int | None
    contacts_added: int
    rows_rejected: int
    error: str | None
    started_utc_s: float
    ended_utc_s: float | None


class Reject(Record, frozen=True, kw_only=True):
    line: int
    reason: str
    text: str


class DncEntry(Record, frozen=True, kw_only=True):
    number: str
    added_utc_s: float
    source: str


class CampaignList(Record, frozen=True, kw_only=True):
    list_id: int
    name: str
    role: ListRole
    position: int


class CampaignRow(Record, frozen=True, kw_only=True):
    """A campaign with what the core does not need."""

    campaign: Campaign
    status: str  # runnable | closed | hidden
    lists: tuple[CampaignList, ...]
    run_id: int | None  # the active run, if any
    run_state: str | None
    created_utc_s: float
    faults: tuple[str, ...] = ()  # what keeps it from starting, each with what to do


class RunRow(Record, frozen=True, kw_only=True):
    run_id: int
    campaign_id: int
    campaign_name: str
    state: str
    started_utc_s: float
    ended_utc_s: float | None
    placed: int
    finished: int
    waiting: int  # members with a retry or callback due later
    fresh: int  # members never taken
    next_due_utc_s: float | None
    halted: str = ""  # why it stopped by itself


class AttemptRow(Record, frozen=True, kw_only=True):
    """One line of the attempts report (5.6, WD-178)."""

    call: str
    run_id: int
    campaign_id: int
    campaign_name: str
    list_name: str
    contact_id: int
    contact_name: str
    number: str
    attempt_no: int
    state: str
    outcome: str | None
    disposition: str | None
    note: str | None
    agent_name: str | None
    trunk_name: str
    intent_utc_s: float
    ringing_utc_s: float | None
    answered_utc_s: float | None
    joined_utc_s: float | None
    ended_utc_s: float | None
    wait_pre_ms: int | None
    wait_after_ms: int | None
    talk_ms: int | None
    next_due_utc_s: float | None
    cause: str | None
    why: str
    retry_why: str | None
    attributes: dict[str, str]
    message_ms: int | None = None  # no agent: from the answer to the beginning of the message
    opted_out_utc_s: float | None = None  # when the callee pressed the key that asks for no more calls
    heard: str | None = None  # who answered, by the detector: human | machine | unsure; None: it was not asked
    analysis_ms: int | None = None  # how long it listened


class AttemptFilter(Record, frozen=True, kw_only=True):
    """Allow-listed filters of the attempts report; None = any."""

    campaign_id: int | None = None
    run_id: int | None = None
    list_id: int | None = None
    agent_id: int | None = None
    contact_id: int | None = None
    outcome: str | None = None
    number: str | None = None  # digits, matches anywhere
    from_utc_s: float | None = None
    until_utc_s: float | None = None
    open_only: bool = False


class Page(Record, frozen=True, kw_only=True):
    """Newest first; `cursor` is opaque, None at the end."""

    rows: tuple[Any, ...]
    cursor: str | None


class AuditFilter(Record, frozen=True, kw_only=True):
    """None = any."""

    agent_id: int | None = None
    user_id: int | None = None
    what: Audited | None = None
    from_utc_s: float | None = None
    until_utc_s: float | None = None


class AuditDetail(Record, frozen=True, kw_only=True):
    """Of a change: what differs, as it was and as it is; of many rows at once how many, and the first of them."""

    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    rows: int | None = None
    first: tuple[dict[str, Any], ...] = ()


class AuditRow(Record, frozen=True, kw_only=True):
    """Kept for good: what `agent` did at a desk, or `user`, from `address`, to `subject`. None: deleted since."""

    entry_id: int
    at_utc_s: float
    agent_id: int | None
    agent_name: str | None
    user_id: int | None = None
    user_name: str | None = None
    address: str | None = None
    subject: str | None = None
    detail: AuditDetail | None = None
    what: Audited
    call: str
    number: str
    contact_id: int | None
    contact_name: str | None
    campaign_id: int | None
    campaign_name: str | None


class OutcomeCount(Record, frozen=True, kw_only=True):
    outcome: str
    disposition: str | None
    count: int
    talk_ms: int


class Summary(Record, frozen=True, kw_only=True):
    """Campaign report (WD-204): totals in ms."""

    attempts: int
    contacts: int
    talk_ms: int
    wait_pre_ms: int
    wait_after_ms: int
    outcomes: tuple[OutcomeCount, ...]
    trunks: tuple[tuple[str, int], ...]


class ComplianceDay(Record, frozen=True, kw_only=True):
    """What proves how one campaign kept the law on one day (of its own time zone)."""

    day: str  # 2027-01-15
    campaign_id: int
    campaign_name: str
    preset: str  # the law it is judged by
    wait_max_s: float
    ring_min_s: float
    dials: int
    still_open: int  # calls without a final record
    answered: int
    connected: int  # to an agent in time, or to the message that the campaign is there to play
    abandoned: int
    abandoned_share: float
    late: int  # abandoned although an agent came: too late
    messages: int  # abandoned calls that heard who had called
    machines: int  # answered calls that the detector took for machines, and hung up on
    false_share: float  # of these, estimated to be people: they count as abandoned in the share
    analysis_max_ms: int | None  # the longest that the detector took
    met_max_ms: int | None  # from the answer to the agent or the message
    met_p95_ms: int | None
    rang_short: int  # unanswered calls that ended before the least ringing time
    rang_min_ms: int | None  # the shortest ringing of an unanswered call
    opted_out: int = 0  # calls in which the callee pressed the key that asks for no more


class MemberPicture(Record, frozen=True, kw_only=True):
    """What `explain` needs of one contact in one run."""

    run_id: int
    campaign: Campaign
    run_state: str
    member_state: str | None  # None: not yet taken from the list
    attempts: int
    due_utc_s: float | None
    last_outcome: str | None
    last_why: str | None
    number: str
    zones: tuple[str, ...]
    on_dnc: bool
    live_call: str | None


class NewContact(Record, frozen=True, kw_only=True):
    """A checked row on its way into a list."""

    name: str
    numbers: tuple[str, ...]
    zones: tuple[tuple[str, ...], ...]  # possible zones of each number
    attributes: dict[str, str]
    time_zone: str | None = None
    schedule_utc_s: float | None = None
    schedule_extension: str | None = None


class AgentEdit(Record, frozen=True, kw_only=True):
    """Only what is set is changed."""

    name: str | UnsetType = UNSET
    phone_kind: PhoneKind | UnsetType = UNSET
    sip_address: str | UnsetType = UNSET
    leg_mode: LegMode | UnsetType = UNSET
    may_dial: bool | UnsetType = UNSET
    acw_s: float | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
