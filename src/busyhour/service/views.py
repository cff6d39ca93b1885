"""What the live screens show, one record for each live thing. Made from the floor by `live.py`; sent as JSON.

The feed: first `{"type": "snapshot", "seq": n, "state": {"agents": {id: AgentView}, "calls": {...}, "runs": {...},
"queues": {...}, "system": {"system": SystemView}}}`, then `{"type": "changes", "seq": n + 1,
"changes": [[kind, id, view | null]]}`: null takes the thing away. Ids are strings. A gap in `seq` means: ask for a new
snapshot.
An agent's own feed (`/api/desk/socket`) has the same form, cut down to that agent and their call.
"""

from msgspec import Struct

from busyhour.core.model.pacing_view import PacingView
from busyhour.core.model.queue_counts import QueueCounts


class View(Struct, frozen=True, kw_only=True):
    """Base of all views."""


class TriedView(View, frozen=True, kw_only=True):
    """What came of an agent's last contact without a conversation."""

    number: str
    name: str
    contact_id: int
    campaign_id: int
    result: str  # an Outcome, a Refusal; or skipped | time_over | given_back | no_phone
    at_utc_s: float


class ConsultView(View, frozen=True, kw_only=True):
    """A consultation, on the desk of either of the two."""

    call: str  # the customer's
    state: str  # ConsultState
    asker: bool  # this agent asked; else they are asked
    with_name: str  # the other one, or the number outside
    customer: str  # their name, or number
    note: str
    since_utc_s: float


class SupervisesView(View, frozen=True, kw_only=True):
    """The call that a supervisor is on."""

    agent_id: int  # whose
    name: str
    mode: str  # listen | whisper | barge
    state: str  # SupervisionState
    since_utc_s: float


class AgentView(View, frozen=True, kw_only=True):
    agent_id: int
    name: str
    state: str  # AgentState
    reason: str | None  # of NOT_READY
    since_utc_s: float
    deadline_utc_s: float | None  # when the state ends by itself
    call: str | None
    phone: str  # up | ringing | registered | gone
    linked: bool  # the desk is open
    next_pause: str | None  # pause asked for during a call: takes effect after it
    handled: int  # calls since log-in
    talk_s: float
    campaign_ids: tuple[int, ...]
    tried: TriedView | None = None
    supervises: SupervisesView | None = None
    supervised_by: str = ""  # the name of who is on this agent's call
    leaving: bool = False  # log-off was asked for during a call
    offered: int = 0  # callers, since log-in: each time that they were rung for one, or joined with one
    missed: int = 0  # of these, those that they let ring or turned down
    answered: int = 0  # conversations with callers that are over
    caller_talk_s: float = 0.0  # in all
    consult: ConsultView | None = None


class RecordingView(View, frozen=True, kw_only=True):
    """Of a talk that is recorded, or may be."""

    state: str  # off | starting | on | held | pausing | paused | stopping | stopped
    policy: str  # RecordingPolicy
    why: str
    fault: str  # what is missing of it, in words
    remind: bool  # it is paused for long
    may: tuple[str, ...]  # wishes that make sense now: start | stop | pause | resume


class CallView(View, frozen=True, kw_only=True):
    call: str
    state: str  # CallState
    attempt_state: str
    campaign_id: int
    run_id: int
    contact_id: int
    contact_name: str
    number: str
    attempt_no: int
    trunk_id: int
    agent_id: int | None
    placed_utc_s: float
    answered_utc_s: float | None
    joined_utc_s: float | None
    held: bool
    outcome: str | None  # set while the agent wraps up
    disposition: str | None
    by_hand: bool = False
    caller: "CallerView | None" = None  # of a call that came in, or a callback: then campaign, run, contact are 0
    decide_until_utc_s: float | None = None  # while its agent looks at it: when the preview ends
    recording: RecordingView | None = None
    slot: int = 0  # parked: in this place
    parked_by: int = 0  # the agent who did
    parked_until_utc_s: float | None = None


class CallerView(View, frozen=True, kw_only=True):
    """What an agent is shown of a caller, beside the number."""

    queue_id: int
    queue_name: str
    shown: str  # prefix and caller, as the phone shows it (OC-016)
    dialed: str
    arrived_utc_s: float
    waited_s: float  # in the queues that they have left
    callback: bool  # we called back
    url: str = ""  # of the screen to open, as the caller's header says (CP-044)
    transfer_to: str = ""
    note: str = ""  # of whoever had them before


class WindowView(View, frozen=True, kw_only=True):
    """One window of the law: what was abandoned in it, and what still may be. None = not counted yet."""

    window: str  # "the last 24 hours"
    limit: float  # share of the calls that people answer
    live: float | None  # calls that people answered
    abandoned: float | None
    rate: float | None
    left: int  # more abandoned calls that fit
    taken_for_machines: float = 0.0  # people among these, estimated, whom the detector hung up on


class LawView(View, frozen=True, kw_only=True):
    """What the law leaves to a run; the tightest window decides."""

    preset: str
    name: str
    progressive: bool  # nothing is left: no call without a free agent
    why: str
    windows: tuple[WindowView, ...]


class RunView(View, frozen=True, kw_only=True):
    run_id: int
    campaign_id: int
    name: str
    dial_mode: str
    state: str  # RunState
    priority: int
    started_utc_s: float
    placed: int
    finished: int
    answered: int
    abandoned: int
    in_hopper: int
    dialing: int
    waiting: int
    talking: int
    agents_free: int
    next_due_utc_s: float | None
    why: str  # why this many calls are being placed now, or why none
    halted: str = ""  # why it stopped by itself: somebody has to look
    law: LawView | None = None
    pacing: PacingView | None = None  # the same in figures; None while nothing is decided


class SystemView(View, frozen=True, kw_only=True):
    pbx_up: bool
    store_up: bool
    calls_up: int
    trunks: dict[str, tuple[int, int]]  # name: (calls up, capacity)
    engine_lag_ms: float
    recording_room: bool = True  # False: the disk is nearly full, and nothing new is recorded


class WaitingView(View, frozen=True, kw_only=True):
    """One place in a queue."""

    entry: str  # the call, or the callback that keeps the place
    state: str  # EntryState
    number: str
    name: str
    since_utc_s: float  # from when the place counts
    priority: int
    agent_id: int | None  # who is being rung, or whom they are to have
    callback: bool  # nobody is on the line
    skills: dict[str, int] = {}  # that the call itself asks for, beside its queue


class QueueView(View, frozen=True, kw_only=True):
    """A queue as it is now, and since midnight UTC what came of its callers."""

    queue_id: int
    name: str
    medium: str
    closed: str  # why: emergency | holiday | hours; empty = open
    waiting: tuple[WaitingView, ...]  # best first, at most `WAITING_SHOWN_MAX`
    waiting_count: int
    longest_since_utc_s: float | None
    talking: int
    agents_logged: int
    agents_free: int
    wait_s: float  # estimated, for a caller who comes now
    entered: int
    answered: int
    abandoned: int
    sent_on: int
    answer_wait_mean_s: float
    counts: QueueCounts  # all of them, also in sums
    levels: tuple[float | None, float | None]  # service level at the queue's two thresholds; None = nobody counts
    level_s: tuple[float, float]
