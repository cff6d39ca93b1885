"""The live feed of a tenant (`views.py`), read for what programs made for OpenSIPS want to know of it.

It is read as its JSON, as a page reads it: what a view does not have yet is 0.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from busyhour.core.life.agent import AgentState
from busyhour.core.life.entry import EntryState
from busyhour.core.model.queue import Medium
from busyhour.service.center_pictures import AgentStatus, CallStage

AT_WORK: Final = frozenset({AgentState.RESERVED, AgentState.ON_CONTACT})


class SeenAgent(Struct, frozen=True, kw_only=True):
    """Counts since log-in, of callers only."""

    agent_id: int
    state: str
    deadline_utc_s: float | None = None
    call: str | None = None
    linked: bool = False
    leaving: bool = False
    offered: int = 0
    missed: int = 0
    answered: int = 0
    caller_talk_s: float = 0.0
    chats: int = 0
    chats_max: int = 0

    @property
    def figures(self) -> dict[str, float]:
        return {
            "distributed": self.offered,
            "answered": self.answered,
            "abandoned": self.missed,
            "talk_s": self.caller_talk_s,
        }


class SeenCaller(Struct, frozen=True, kw_only=True):
    queue_id: int
    arrived_utc_s: float


class SeenCall(Struct, frozen=True, kw_only=True):
    call: str
    state: str
    agent_id: int | None = None
    caller: SeenCaller | None = None


class SeenWaiting(Struct, frozen=True, kw_only=True):
    entry: str
    state: str
    number: str
    name: str
    since_utc_s: float
    priority: int
    agent_id: int | None = None
    callback: bool = False


class SeenCounts(Struct, frozen=True, kw_only=True):
    """Of `QueueCounts` what matters here."""

    wait_s: float = 0.0
    abandoned_wait_s: float = 0.0
    talk_s: float = 0.0
    distributed: int = 0


class SeenQueue(Struct, frozen=True, kw_only=True):
    queue_id: int
    medium: str = Medium.AUDIO
    waiting: tuple[SeenWaiting, ...] = ()
    waiting_count: int = 0
    talking: int = 0
    agents_logged: int = 0
    agents_free: int = 0
    entered: int = 0
    answered: int = 0
    abandoned: int = 0
    counts: SeenCounts = SeenCounts()

    @property
    def figures(self) -> dict[str, float]:
        return {
            "entered": self.entered,
            "distributed": self.counts.distributed,
            "answered": self.answered,
            "abandoned": self.abandoned,
            "waits": self.answered + self.abandoned,
            "wait_s": self.counts.wait_s + self.counts.abandoned_wait_s,
            "talk_s": self.counts.talk_s,
        }


class Message(Struct, frozen=True, kw_only=True):
    type: str
    state: dict[str, dict[str, msgspec.Raw]] = field(default_factory=dict)
    changes: list[tuple[str, str, msgspec.Raw]] = field(default_factory=list)


KINDS: Final[dict[str, Any]] = {
    "agents": msgspec.json.Decoder(SeenAgent | None),
    "calls": msgspec.json.Decoder(SeenCall | None),
    "queues": msgspec.json.Decoder(SeenQueue | None),
}
_message = msgspec.json.Decoder(Message)


class Seen:
    """What the feed has shown so far."""

    def __init__(self) -> None:
        self.agents: dict[int, SeenAgent] = {}
        self.queues: dict[int, SeenQueue] = {}
        self.calls: dict[str, SeenCall] = {}  # of callers

    def read(self, raw: bytes) -> set[tuple[str, str]]:
        """Take a message in. Answers which agents and queues it may have changed."""
        message = _message.decode(raw)
        if message.type == "snapshot":
            before = {("agents", str(id_)) for id_ in self.agents} | {("queues", str(id_)) for id_ in self.queues}
            self.agents, self.queues, self.calls = {}, {}, {}
            changes = [(kind, name, view) for kind, all_ in message.state.items() for name, view in all_.items()]
        else:
            before, changes = set(), message.changes
        touched = {(kind, name) for kind, name, view in changes if self._take(kind, name, view)}
        return before | touched

    def _take(self, kind: str, name: str, raw: msgspec.Raw) -> bool:
        if kind not in KINDS:
            return False
        view = KINDS[kind].decode(raw)
        if kind == "calls":
            return self._take_call(name, view)
        mine: dict[int, Any] = self.agents if kind == "agents" else self.queues
        if view is None:
            mine.pop(int(name), None)
        else:
            mine[int(name)] = view
        return True

    def _take_call(self, name: str, view: SeenCall | None) -> bool:
        self.calls.pop(name, None)
        if view is not None and view.caller is not None:
            self.calls[name] = view
        return False

    # What it means

    def status_of(self, agent: SeenAgent) -> AgentStatus:
        if agent.leaving:
            return AgentStatus.OFFLINE
        match agent.state:
            case AgentState.AVAILABLE:
                return AgentStatus.FREE
            case AgentState.RESERVED | AgentState.ON_CONTACT:
                queue_id = self.queue_of(agent)
                chat = queue_id is not None and self.is_chat(queue_id)
                return AgentStatus.INCHAT if chat else AgentStatus.INCALL
            case AgentState.ACW:
                return AgentStatus.WRAPUP
            case AgentState.NOT_READY if agent.deadline_utc_s is not None:
                return AgentStatus.WRAPUP  # rests after a call that they missed
        return AgentStatus.OFFLINE

    def queue_of(self, agent: SeenAgent) -> int | None:
        """Whose caller they have in hand."""
        call = self.calls.get(agent.call or "") if agent.state in AT_WORK else None
        return call.caller.queue_id if call is not None and call.caller is not None else None

    def is_chat(self, queue_id: int) -> bool:
        queue = self.queues.get(queue_id)
        return queue is not None and queue.medium == Medium.CHAT


STAGES: Final[Mapping[str, CallStage]] = {
    EntryState.WELCOME: CallStage.WELCOME,
    EntryState.QUEUED: CallStage.QUEUED,
    EntryState.OVERFLOW: CallStage.DISSUADING1,
    EntryState.OFFERED: CallStage.PREAGENT,
    EntryState.SERVED: CallStage.TOAGENT,
    EntryState.LEFT: CallStage.ENDED,
}
IN_QUEUE: Final = frozenset({EntryState.WELCOME, EntryState.QUEUED, EntryState.OVERFLOW, EntryState.OFFERED})
