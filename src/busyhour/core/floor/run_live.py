"""The floor's records of a run and of a trunk."""

from collections import deque
from dataclasses import dataclass, field

from busyhour.core.dialer.compliance.budget import Budget
from busyhour.core.dialer.pacing import Pace
from busyhour.core.dialer.watch import Result
from busyhour.core.floor.bound import Bounds
from busyhour.core.floor.predictor import Predictor
from busyhour.core.floor.waiting import WaitingCalls
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign, Trunk
from busyhour.core.model.pictures import HopperItem


@dataclass(slots=True)
class RunLive:
    run_id: int
    campaign: Campaign
    state: RunState
    started_utc_s: float
    hopper: deque[HopperItem] = field(default_factory=deque)
    filling: bool = False
    fill_no: int = 0  # of the last filling
    doubtful: bool = False  # the answer to a filling was lost: the store may have taken members that are not here
    prepared: bool = False
    fresh_left: bool = True
    next_due_utc_s: float | None = None
    noted_due_utc_s: float | None = None  # the earliest that came up since the hopper was asked for
    hours_open: bool = True
    calls: dict[str, None] = field(default_factory=dict)  # all calls not yet forgotten, in order
    planned: int = 0
    dialing: int = 0  # those that will need an agent when they are answered
    accompanied: int = 0  # those on their way that have theirs
    waiting: WaitingCalls = field(default_factory=WaitingCalls)
    live: int = 0
    placed: int = 0  # these four as the store counts them
    finished: int = 0
    answered: int = 0  # of the calls that are over
    abandoned: int = 0
    machines_heard: int = 0  # by this engine
    turn: int = 0  # when it last placed a call: fairness at equal priority
    starts_s: deque[float] = field(default_factory=deque)  # within the last minute
    bounds: Bounds = field(default_factory=Bounds)  # what its calls to each destination are
    results: deque[Result] = field(default_factory=deque)  # of the last attempts, while they are watched
    halted: str = ""  # why it stopped by itself
    why: str | Pace = ""
    paced: Pace | None = None  # at the last look
    predictor: Predictor | None = None  # of a predictive campaign
    budget: Budget | None = None  # what the law leaves to it, at the last look


@dataclass(slots=True)
class TrunkLive:
    trunk: Trunk
    up: int = 0
    starts_s: deque[float] = field(default_factory=deque)  # within the last second
    callers: dict[str, None] = field(default_factory=dict)  # who are sent outside by its next calls, before campaigns'
