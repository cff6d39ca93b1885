"""A tenant's contact center as programs made for OpenSIPS know it: flows, agents, calls, and figures that only grow.

A flow is a queue. Ids are words: an agent's is their log-in, a flow's the name of its queue (`center_names.py`).
"""

from collections.abc import Mapping
from enum import StrEnum

from busyhour.service.records import Record


class AgentStatus(StrEnum):
    OFFLINE = "offline"  # gets no calls: logged off, or paused
    FREE = "free"
    INCALL = "incall"
    INCHAT = "inchat"
    WRAPUP = "wrapup"


class CallStage(StrEnum):
    WELCOME = "welcome"
    DISSUADING1 = "dissuading1"  # hears an overflow rule's message, and then goes on
    DISSUADING2 = "dissuading2"  # hears the last message
    QUEUED = "queued"
    PREAGENT = "preagent"  # an agent is being rung
    TOAGENT = "toagent"
    ENDED = "ended"


class FlowPicture(Record, frozen=True, kw_only=True):
    """`counts` by the names in `center_counters.py`: since the start, or the last reset."""

    flow: str
    chat: bool
    priority: int
    skill: str
    logged: int
    free: int
    waiting: int  # somebody is on the line
    talking: int
    counts: Mapping[str, float]


class AgentPicture(Record, frozen=True, kw_only=True):
    agent: str
    agent_id: int
    status: AgentStatus
    wrapup_ends_utc_s: float | None = None
    flow: str | None = None  # of the call in hand
    calls: int = 0  # in hand
    chats: int = 0
    chats_max: int = 0
    counts: Mapping[str, float]


class CallPicture(Record, frozen=True, kw_only=True):
    call: str
    stage: CallStage
    since_utc_s: float
    flow: str
    agent: str | None = None


class WaitingPicture(Record, frozen=True, kw_only=True):
    """One who waits for an agent, in the order in which they are served: `ahead` of them in their own flow."""

    call: str
    chat: bool
    number: str
    name: str
    since_utc_s: float
    flow: str
    ahead: int
    priority: int
    skill: str


class CenterPicture(Record, frozen=True, kw_only=True):
    """All of it, at one moment."""

    now_utc_s: float
    flows: tuple[FlowPicture, ...]
    agents: tuple[AgentPicture, ...]
    calls: tuple[CallPicture, ...]
    waiting: tuple[WaitingPicture, ...]
    counts: Mapping[str, float]  # of all flows together


class AgentReport(Record, frozen=True, kw_only=True):
    """An agent's status has changed."""

    agent: str
    status: AgentStatus
    wrapup_ends_utc_s: float | None = None
    flow: str | None = None
    chats: int = 0
