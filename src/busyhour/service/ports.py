"""What the service needs of the world, as Protocols. Adapters implement them; contract tests run on each.

`Store` is the engine's: few methods, batched, fenced. `Directory`, `Lists`, `Campaigns` and `Reports` are the
screens': plain reads and writes, one tenant at a time, the tenant always from the session (never from a request).
All methods may raise `StoreDown`; the `Directory` group raises `NotFound`, `Conflict`, `Invalid` for the user.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec import field

from busyhour.core.commands import Act, Dial, FillHopper, Keep, ListNumbers
from busyhour.core.events import Event, HopperFilled, Instant
from busyhour.core.model.callers import Callback, EntryPicture, MissedCaller, OpenCaller, Served
from busyhour.core.model.campaign import Campaign, Trunk
from busyhour.core.model.counts import Reckoning, ReckoningAsk
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.pictures import AgentProfile, HopperItem, OpenCall, PbxPicture, Reservation, RunPicture
from busyhour.core.model.queue import Queue
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy
from busyhour.core.model.values import LegMode, ListRole, PhoneKind, Role
from busyhour.service import caller_records as cr
from busyhour.service import records as r


class Clock(Protocol):
    """The engine's only source of time. `sleep_until` wakes at a monotonic instant."""

    def now(self) -> Instant: ...


class Kept(r.Record, frozen=True, kw_only=True):
    """What was written to a tenant's shard lately, in order, and the fence of the last of it (`journal.py`). Each
    write has its number, as the store was told it."""

    fence: int
    writes: tuple[tuple[int, tuple[Keep, ...]], ...]

    def after(self, written_no: int) -> list[Keep]:
        """What a store misses whose last write was this one. What it has is not written again: it may have newer
        states, of writes whose engine died before it heard of them."""
        return [keep for no, keeps in self.writes if no > written_no for keep in keeps]


class FloorPicture(r.Record, frozen=True, kw_only=True):
    """All that the store knows of one tenant's live state."""

    tenant: int
    fence: int
    agents: tuple[AgentProfile, ...]
    trunks: tuple[Trunk, ...]
    runs: tuple[RunPicture, ...]
    calls: tuple[OpenCall, ...]
    reservations: tuple[Reservation, ...] = ()
    queues: tuple[Queue, ...] = ()
    numbers: tuple[DialedNumber, ...] = ()
    callers: tuple[OpenCaller, ...] = ()
    entries: tuple[EntryPicture, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    queue_counts: dict[int, dict[int, QueueCounts]] = field(default_factory=dict)
    served: tuple[Served, ...] = ()  # lately, oldest first; `SERVED_MAX` at most
    lost_lately: dict[str, float] = field(default_factory=dict)
    recordings: tuple[RecordingPicture, ...] = ()  # those that have not ended
    recording_rule: RecordingPolicy = RecordingPolicy.NEVER
    listening_shown: bool = True  # to the agents who are listened to
    ageing_s: float = 0.0
    acw_usual_s: float = 0.0  # of wrap-up; 0 = as each queue and campaign says
    country: str = ""  # as whose people callers' numbers are read; empty: they are heard as they are told
    missed_since_utc_s: float | None = None  # since then callers may have come unseen; None: this is the first engine
    written_no: int = 0  # the number of the last write
    given_back: int | None = None  # None: nothing was; else how many calls the store had lost


class Store(Protocol):
    """The engine's store, for one tenant's shard at a time."""

    async def open_shard(
        self, tenant: int, owner: str, kept: Kept | None = None, mine: int | None = None
    ) -> FloorPicture:
        """Take ownership (a higher fence) and read the live state in one transaction. `owner` names the installation,
        of which one engine runs at a time, and this engine (`fences.opener`). A store that is on another history than
        at the last opening may have lost its newest commits, which `kept` has: it takes back what it misses of them, in
        the same transaction, without asking whether it is allowed (it was). `mine` is the fence of an engine that had
        opened the shard before: raises `FenceLost` when another one has opened it since. Its own opening, of which it
        did not hear, is none of another."""

    async def commit(self, tenant: int, fence: int, batch: Sequence[Keep], no: int = 0) -> list[Event]:
        """Write the batch, in order, in one transaction, as write number `no`; 0 says nothing of it. Numbers only grow.
        Idempotent: writing a batch again changes nothing and gives the same answers. Each `PlaceCall` is checked as
        `core/dialer/may_dial.py` says, on rows read and locked in this transaction, and answered by `CallCommitted` or
        `CallRefused`; then comes a `RunCounted` for each run whose counts or state changed. An empty batch asks whether
        the fence still holds. Raises `FenceLost`, `StoreRewound`, `StoreDown`."""

    async def fill_hopper(self, tenant: int, fence: int, ask: FillHopper, now: Instant) -> HopperFilled:
        """Take members: first those due by now, in order of due time, then fresh contacts in list order. A member
        taken is marked so that no other hopper takes it. Fresh contacts out of the callee's hours are put among
        the waiting, due when their hours open; contacts on a black list or do-not-call list are closed as DNC. Members
        taken for attempts that are not among `ask.held`, when that is given, are given back first."""

    async def reckon(self, tenant: int, ask: ReckoningAsk) -> Reckoning:
        """What the law counts of one campaign, from the records of its attempts (`core/dialer/compliance`)."""

    async def unknown(self, tenant: int, calls: Sequence[str]) -> list[str]:
        """Those of these callers' calls that are not in the store."""


class Telephony(Protocol):
    """The PBX. Facts come to the sink given for the tenant; sends never wait for a call's progress."""

    def attach(self, tenant: int, sink: Callable[[Event], None]) -> None:
        """All facts about channels of this tenant, and link changes, go to `sink`, in order."""

    async def place(self, call: Dial) -> Event:
        """Originate a committed call. Always answers with exactly one of `CallSent`, `CallNotSent`, `CallUnanswered`;
        never raises for the world's faults."""

    async def act(self, command: Act) -> Event | None:
        """Perform. A fault that the core must know comes back as an event (`JoinFailed`, `LegEnded`, ...)."""

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        """What the PBX has of this tenant now, and its own records of the channels in `about` that are gone.
        Raises `Unavailable` when the PBX cannot be seen."""

    async def missed(self, tenant: int, since_utc_s: float) -> Sequence[MissedCaller]:
        """Of the PBX's own records: callers who came since then and are gone, known to us or not; the youngest, when
        there are more than can be told. All times by the PBX's clock."""

    def up(self) -> bool: ...


class Phones(Protocol):
    """The agents' and trunks' places on the PBX, made and withdrawn at run time."""

    async def admit(self, tenant: int, agent_id: int, lifetime_s: float) -> "SipAccess":
        """Make the agent's endpoint with a fresh random secret; an older secret stops working."""

    def user_of(self, tenant: int, agent_id: int) -> str:
        """The SIP user of this agent's browser phone, the same for ever; the secret is what changes."""

    async def dismiss(self, tenant: int, agent_id: int) -> None:
        """Take the secret and the registration away."""

    async def set_phone(self, tenant: int, agent_id: int, sip_address: str) -> None:
        """Make the place of an agent's SIP phone at a fixed address (PhoneKind.SIP). Raises `Invalid`."""

    async def set_trunk(self, tenant: int, trunk: r.TrunkRow, password: str | None) -> None: ...

    async def drop_trunk(self, tenant: int, trunk_id: int) -> None: ...


class SipAccess(r.Record, frozen=True, kw_only=True):
    """What a browser phone needs to register. Lives in memory only."""

    user: str
    secret: str
    realm: str
    expires_utc_s: float


class Voice(Protocol):
    """Text to speech."""

    def languages(self) -> tuple[str, ...]: ...

    async def speak(self, text: str, language: str, media: str) -> float:
        """Write the prompt where the PBX plays it under the name `media`; answers its length in seconds."""

    async def read(self, media: str) -> bytes:
        """The prompt as a WAV file, for the page's player."""


class Studio(Voice, Protocol):
    """Where prompts are made: spoken, or of a file that somebody brings."""

    async def take_in(self, sound: Path, media: str) -> float:
        """As `speak`, of this file; raises `Invalid` for one that cannot be played."""


class Directory(Protocol):
    """Tenants, users, sessions, agents, trunks, prompts, reasons, dispositions, do-not-call."""

    # Before a tenant is known
    async def find_login(self, login: str) -> r.Credentials | None: ...
    async def find_session(self, token_hash: bytes) -> r.Session | None: ...
    async def open_session(
        self, user: r.User, token_hash: bytes, csrf: str, expires_utc_s: float, address: str, browser: str
    ) -> None: ...
    async def close_session(self, token_hash: bytes) -> None: ...
    async def close_sessions_of(self, tenant: int, user_id: int) -> None: ...
    async def count_failure(self, key: str, *, window_s: float) -> int: ...
    async def clear_failures(self, key: str) -> None: ...
    async def note_log_in(self, user: r.User, *, good: bool, address: str) -> None:
        """In the audit log of their tenant. A log-in that nobody has is nobody's, and is in no log."""

    async def tenants(self) -> list[r.Tenant]: ...
    async def create_tenant(self, *, name: str, time_zone: str, country: str) -> r.Tenant: ...

    # Users and tokens
    async def users(self, tenant: int) -> list[r.User]: ...
    async def create_user(
        self, tenant: int, *, login: str, name: str, role: Role, password_hash: str, must_change_password: bool = False
    ) -> r.User: ...
    async def edit_user(
        self,
        tenant: int,
        user_id: int,
        *,
        name: str | None = None,
        role: Role | None = None,
        disabled: bool | None = None,
        password_hash: str | None = None,
    ) -> r.User: ...
    async def tokens(self, tenant: int, user_id: int) -> list[r.ApiToken]: ...
    async def create_token(
        self, tenant: int, *, user_id: int, name: str, prefix: str, token_hash: bytes, expires_utc_s: float | None
    ) -> r.ApiToken: ...
    async def revoke_token(self, tenant: int, token_id: int) -> None: ...

    # Agents
    async def agents(self, tenant: int) -> list[r.Agent]: ...
    async def create_agent(
        self, tenant: int, *, user_id: int, phone_kind: PhoneKind, sip_address: str, leg_mode: LegMode
    ) -> r.Agent: ...
    async def edit_agent(self, tenant: int, agent_id: int, edit: r.AgentEdit) -> r.Agent: ...

    # Trunks. `secret` is the carrier's password, kept encrypted with the data folder's key.
    async def trunks(self, tenant: int) -> list[r.TrunkRow]: ...
    async def trunk_secret(self, tenant: int, trunk_id: int) -> str | None: ...
    async def save_trunk(self, tenant: int, trunk: r.TrunkRow, *, secret: str | None = None) -> r.TrunkRow:
        """Create (`trunk_id` 0) or change. `endpoint` is chosen here: t<tenant>-<id>."""

    async def delete_trunk(self, tenant: int, trunk_id: int) -> None: ...

    # Prompts, reasons, dispositions
    async def prompts(self, tenant: int) -> list[r.Prompt]: ...
    async def save_prompt(self, tenant: int, prompt: r.Prompt) -> r.Prompt: ...
    async def delete_prompt(self, tenant: int, prompt_id: int) -> None: ...
    async def pause_reasons(self, tenant: int) -> list[r.PauseReason]: ...
    async def save_pause_reason(self, tenant: int, reason: r.PauseReason) -> r.PauseReason: ...
    async def delete_pause_reason(self, tenant: int, pause_reason_id: int) -> None: ...
    async def dispositions(self, tenant: int, campaign_id: int | None = None) -> list[r.Disposition]: ...
    async def save_disposition(self, tenant: int, disposition: r.Disposition) -> r.Disposition: ...
    async def delete_disposition(self, tenant: int, disposition_id: int) -> None: ...

    async def supervision_rule(self, tenant: int) -> r.SupervisionRule: ...
    async def set_supervision_rule(self, tenant: int, rule: r.SupervisionRule) -> None: ...

    # Do-not-call list of the tenant
    async def dnc(self, tenant: int, *, number: str | None = None, limit: int = 100) -> list[r.DncEntry]: ...
    async def add_dnc(self, tenant: int, numbers: Sequence[str], source: str) -> int: ...
    async def remove_dnc(self, tenant: int, number: str) -> None: ...


class Lists(Protocol):
    """Contact lists and imports."""

    async def lists(self, tenant: int, *, hidden: bool = False) -> list[r.ContactList]: ...
    async def list_(self, tenant: int, list_id: int) -> r.ContactList: ...
    async def create_list(self, tenant: int, name: str) -> r.ContactList: ...
    async def edit_list(
        self, tenant: int, list_id: int, *, name: str | None = None, hidden: bool | None = None
    ) -> r.ContactList: ...
    async def delete_list(self, tenant: int, list_id: int) -> None: ...
    async def contacts(
        self, tenant: int, list_id: int, *, search: str | None = None, cursor: str | None = None, limit: int = 100
    ) -> r.Page: ...
    async def contact(self, tenant: int, contact_id: int) -> r.Contact: ...
    async def import_contacts(
        self,
        tenant: int,
        import_id: int,
        batches: AsyncIterator[Sequence[r.NewContact]],
        progress: Callable[[int], None],
    ) -> int:
        """Append all to the import's list in one transaction: all or nothing. Answers how many."""

    async def create_import(self, tenant: int, list_id: int, file_name: str) -> r.ImportJob: ...
    async def save_import(self, tenant: int, job: r.ImportJob, rejects: Sequence[r.Reject] = ()) -> None: ...
    async def import_(self, tenant: int, import_id: int) -> r.ImportJob: ...
    async def rejects(self, tenant: int, import_id: int, *, limit: int = 100_000) -> list[r.Reject]: ...
    def export_contacts(self, tenant: int, list_id: int) -> AsyncIterator[r.Contact]: ...


class Campaigns(Protocol):
    """Campaigns and their runs."""

    async def campaigns(self, tenant: int, *, hidden: bool = False) -> list[r.CampaignRow]: ...
    async def campaign(self, tenant: int, campaign_id: int) -> r.CampaignRow: ...
    async def save_campaign(
        self, tenant: int, campaign: Campaign, *, lists: Sequence[tuple[int, ListRole]], status: str = "runnable"
    ) -> r.CampaignRow:
        """Create (`campaign_id` 0) or replace, with all its links and rules, in one transaction."""

    async def learned(self, tenant: int, campaign_id: int) -> bytes:
        """What it has taught its pacer (`core/dialer/predictive/kept.py`), as last stored; empty: nothing yet."""

    async def delete_campaign(self, tenant: int, campaign_id: int) -> None: ...
    async def start_run(self, tenant: int, campaign_id: int) -> RunPicture:
        """Create the run. Raises `Conflict` while another run is active, `Invalid` naming what is missing."""

    async def dial_by_hand(
        self, tenant: int, campaign_id: int, *, contact_id: int | None, number: str | None, zones: Sequence[str]
    ) -> tuple[int, HopperItem]:
        """The active run, and its item for this contact or number; a number that is in no list of the campaign becomes
        a contact of a list of its own, with these time zones. Nothing is taken from any hopper yet. Raises `Conflict`
        when the campaign is not running, `NotFound` for a contact without this number."""

    async def runs(self, tenant: int, *, active_only: bool = False, limit: int = 50) -> list[r.RunRow]: ...
    async def run(self, tenant: int, run_id: int) -> r.RunRow: ...


class Queues(Protocol):
    """Queues, the numbers that lead to them, agents' skills, and what became of callers: for the screens. The tenant's
    floor is told of each change by the service that makes it."""

    async def queues(self, tenant: int) -> list[Queue]: ...
    async def save_queue(self, tenant: int, queue: Queue) -> Queue:
        """Create (`queue_id` 0) or replace, members included. Raises `Conflict` for a name that is taken, `NotFound`
        for an agent, a trunk or a prompt that is not there."""

    async def delete_queue(self, tenant: int, queue_id: int) -> None:
        """Raises `Conflict` while a number leads to it."""

    async def inbound(self, tenant: int) -> cr.InboundSettings: ...
    async def save_inbound(self, tenant: int, settings: cr.InboundSettings) -> None: ...
    async def dialed_numbers(self, tenant: int) -> list[cr.DialedNumberRow]: ...
    async def save_dialed_number(self, tenant: int, number: cr.DialedNumberRow) -> cr.DialedNumberRow: ...
    async def delete_dialed_number(self, tenant: int, number_id: int) -> None: ...
    async def set_skills(self, tenant: int, agent_id: int, skills: Mapping[str, int]) -> None: ...
    async def callers(
        self, tenant: int, which: cr.CallerFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page: ...
    async def caller(self, tenant: int, call: str) -> cr.CallerRow: ...
    async def callbacks(self, tenant: int, *, open_only: bool = True, limit: int = 200) -> list[Callback]: ...
    async def queue_figures(
        self, tenant: int, queue_id: int | None, *, from_utc_s: float, until_utc_s: float
    ) -> list[cr.QueueFigures]:
        """One row for each queue and quarter of an hour in which something happened, the oldest first."""


class Reports(Protocol):
    """What happened."""

    async def attempts(
        self, tenant: int, which: r.AttemptFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page: ...
    async def attempt(self, tenant: int, call: str) -> r.AttemptRow: ...
    def export_attempts(self, tenant: int, which: r.AttemptFilter) -> AsyncIterator[r.AttemptRow]: ...
    async def summary(self, tenant: int, which: r.AttemptFilter) -> r.Summary: ...
    async def compliance_days(
        self, tenant: int, campaign_id: int | None, *, from_utc_s: float, until_utc_s: float
    ) -> list[r.ComplianceDay]:
        """One row for each campaign and day on which it dialed, the newest first."""

    async def audit(
        self, tenant: int, which: r.AuditFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page: ...
    async def member_pictures(self, tenant: int, contact_id: int) -> list[r.MemberPicture]: ...
    async def contact_history(self, tenant: int, contact_id: int, *, limit: int = 20) -> list[r.AttemptRow]: ...


class Subscription(Protocol):
    """A live feed as ready-made JSON messages; the first is the snapshot. It ends by itself when its reader is too
    slow: the reader then connects again and gets a new snapshot."""

    async def __aenter__(self) -> "Subscription": ...

    async def __aexit__(self, *_: object) -> None: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...


class Floors(Protocol):
    """The engines of all tenants of this process, as http sees them."""

    async def ask(self, tenant: int, make: Callable[[str], Event]) -> None:
        """Put the event that `make` builds around a request's id to the floor, and wait for the core's answer.
        Raises what the core refuses as a `UserError`, and `Unavailable` after 5 s without an answer."""

    def tell(self, tenant: int, event: Event) -> None:
        """Put a fact to the floor; nobody answers. Raises `Unavailable` when the floor's queue is full."""

    def note_written(self, tenant: int, keep: ListNumbers) -> None:
        """The store has just acknowledged this. Should it lose its newest commits, it gets it back."""

    def subscribe(self, tenant: int, agent_id: int | None = None, *, at_once: bool = False) -> Subscription:
        """All of the tenant's live state, or one agent's own part of it (`service/views.py`). `at_once`: each state of
        agents and calls is told, also one that lasts a moment."""

    def snapshot(self, tenant: int, agent_id: int | None = None) -> bytes:
        """The first message that a subscription would give now."""

    def statistics(self) -> dict[str, Any]: ...
