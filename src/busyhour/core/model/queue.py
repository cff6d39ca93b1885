"""What a queue is told to do: whom it needs, who is asked first, what happens to callers who wait too long (U-08).

Numbers of priority: lower is more urgent, 0 to 256 (OC-011, 5.3-12). Times in seconds.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from busyhour.core.model.campaign import Hours
from busyhour.core.model.opening import Opening
from busyhour.core.model.recordings import RecordingPolicy
from busyhour.core.model.values import AcwMode

LEVEL_MAX: Final = 10  # of a skill; 1 is the lowest
SKILLS_MAX: Final = 64  # of an agent, and of a queue (OC-022)
PRIORITY_USUAL: Final = 256


class Medium(StrEnum):
    """By what means a contact speaks with us (OC-023)."""

    AUDIO = "audio"
    CHAT = "chat"


class Strategy(StrEnum):
    """Which of several agents who may take a call gets it (5.3-11)."""

    LONGEST_IDLE = "longest_idle"
    RRMEMORY = "rrmemory"  # in turn; the queue remembers whose turn was last
    LEAST_CALLS = "least_calls"
    RING_ALL = "ring_all"  # all of them ring, one wins
    FILL = "fill"  # the busiest of those who can take more; else in a fixed order


class Match(StrEnum):
    ALL = "all"  # an agent needs every skill at its level
    BEST = "best"  # one of them is enough, and the highest levels together go first


class Dispatch(StrEnum):
    """Who gives calls to agents (5.3-13)."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class SkillNeed(Struct, frozen=True):
    skill: str
    level: int = 1


class RelaxStep(Struct, frozen=True, kw_only=True):
    """After so long a wait the queue asks for less. Each step counts from the queue's own needs, not from the last."""

    after_s: float
    levels_less: int = 0  # no level is asked for below 1
    without: tuple[str, ...] = ()  # these skills are not asked for any more
    tier: int = 0  # members up to this tier are asked


class QueueMember(Struct, frozen=True):
    """An agent who serves a queue whatever their skills (U-09). Tiers above 0 are asked only by a `RelaxStep`."""

    agent_id: int
    tier: int = 0


class DestinationKind(StrEnum):
    """Where a call can be sent (U-31)."""

    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"
    PROMPT = "prompt"
    CALLBACK = "callback"


class Destination(Struct, frozen=True):
    """`target`: a queue's or an agent's id, a number, or the name of a prompt."""

    kind: DestinationKind
    target: str = ""


class OverflowTrigger(StrEnum):
    EWT = "ewt"  # estimated wait, on arrival
    SIZE = "size"  # calls in the queue, on arrival
    WAITED = "waited"  # while in the queue
    NO_AGENTS = "no_agents"  # nobody is logged on who serves the queue
    FULL = "full"  # the queue takes no more at all
    CLOSED = "closed"  # out of its hours


class OverflowAction(StrEnum):
    ANNOUNCE_THEN_QUEUE = "announce_then_queue"
    ANNOUNCE_THEN_HANGUP = "announce_then_hangup"
    TRANSFER = "transfer"
    OFFER_CALLBACK = "offer_callback"
    REJECT = "reject"


class OverflowScope(StrEnum):
    """Whose callers a rule of size counts (OC-014)."""

    QUEUE = "queue"
    GLOBAL = "global"  # of all queues


class OverflowRule(Struct, frozen=True, kw_only=True):
    """What is done with a caller of an overloaded queue (U-42, 5.3-8). `threshold`: seconds or calls; 0 = off, where
    the trigger has one (OC-013)."""

    trigger: OverflowTrigger
    threshold: float = 0.0
    scope: OverflowScope = OverflowScope.QUEUE
    action: OverflowAction
    prompt: str | None = None
    destination: Destination | None = None  # of a transfer
    waiting_too: bool = False  # NO_AGENTS and CLOSED: also those who wait already
    to_tail: bool = False  # after the message their place counts anew (OC-103); else it is kept


class Sticky(Struct, frozen=True, kw_only=True):
    """How long a caller waits for the agent they are to have, before anybody else is asked."""

    wait_s: float = 30.0
    window_s: float = 86_400.0  # who had them last counts for so long; 0 = off


class MissRule(Struct, frozen=True, kw_only=True):
    """What becomes of an agent who let a call ring (OC-101)."""

    ring_timeout_s: float = 20.0
    rest_s: float = 10.0  # before the next call
    pause_after: int = 2  # misses in a row; 0 = never paused


class CallbackRule(Struct, frozen=True, kw_only=True):
    """How a caller who does not wait on the line is called back."""

    hours: Hours = Hours(from_s=8 * 3600, until_s=21 * 3600)  # where the caller is
    attempts_max: int = 3
    retry_s: float = 300.0
    expires_s: float = 86_400.0  # after the promise; then nobody is called any more
    agent_first: bool = True
    lost: bool = False  # who gave up is called back without having asked, once a day


class Announce(Struct, frozen=True, kw_only=True):
    """What callers of a queue hear while they wait, by the names of prompts; None = nothing (U-43)."""

    welcome: str | None = None  # once, on arrival; their place counts already (OC-017)
    place_every_s: float = 0.0  # between two announcements of the place; 0 = never
    place: bool = True  # says which place in line they have
    wait: bool = False  # says how long it will take
    whisper: str | None = None  # to the agent, before the caller is joined (OC-020)
    callback: str | None = None  # to a caller who was promised a call back
    music: str | None = None  # while they wait or are on hold: a prompt over and over; None = the usual music (OC-018)
    language: str = ""  # of what is said about their place and wait; empty = English (OC-019)
    farewell: str | None = None  # to a caller whose agent was lost and does not come back


ANNOUNCE_PROMPTS: Final = ("welcome", "music", "whisper", "callback", "farewell")
"""What of `Announce` names a prompt."""


class Queue(Struct, frozen=True, kw_only=True):
    queue_id: int
    name: str
    medium: Medium = Medium.AUDIO
    priority: int = PRIORITY_USUAL
    skills: tuple[SkillNeed, ...] = ()
    match: Match = Match.ALL
    relax: tuple[RelaxStep, ...] = ()
    members: tuple[QueueMember, ...] = ()
    strategy: Strategy = Strategy.LONGEST_IDLE
    dispatch: Dispatch = Dispatch.INTERNAL
    acw_mode: AcwMode = AcwMode.MAX
    acw_max_s: float = 30.0  # of wrap-up after its calls, at most (OC-021)
    call_max_s: float = 0.0  # 0 = no limit
    waiting_max: int = 0  # calls it takes at most; 0 = only the tenant's bound
    overflow: tuple[OverflowRule, ...] = ()
    sticky: Sticky = Sticky()
    miss: MissRule = MissRule()
    callback: CallbackRule = CallbackRule()
    opening: Opening = Opening()
    announce: Announce = Announce()
    callback_key: str = ""  # pressed while waiting, it asks for a callback; empty = none is offered
    trunk_ids: tuple[int, ...] = ()  # over which callbacks are dialed and callers sent on
    caller_id: str = ""  # shown to those who are called back
    level_s: tuple[float, float] = (20.0, 60.0)  # the two thresholds of the service level
    prefix: str = ""  # of the caller's name, as the agent sees it (OC-016)
    recording: RecordingPolicy | None = None  # None: as the contact center's rule says
    recording_days: int | None = None  # kept no longer than that; None: as the contact center's rule says
