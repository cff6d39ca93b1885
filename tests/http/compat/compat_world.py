"""A contact center to ask about without a floor: what is there is written down, what is asked is kept."""

import json
from typing import Any

from busyhour.http.compat.front import Front
from busyhour.http.compat.sockets import Allowed
from busyhour.service.center_pictures import (
    AgentPicture,
    AgentStatus,
    CallPicture,
    CallStage,
    CenterPicture,
    FlowPicture,
    WaitingPicture,
)
from tests.http.http_fakes import FakeClock

NOW = 1_790_000_000.0

SUPPORT = FlowPicture(
    flow="support",
    chat=False,
    priority=5,
    skill="english",
    logged=4,
    free=1,
    waiting=2,
    talking=3,
    counts={
        "entered": 20.0,
        "distributed": 17.0,
        "answered": 10.0,
        "talks": 10.0,
        "talk_s": 1215.0,
        "abandoned": 4.0,
        "waits": 14.0,
        "wait_s": 150.0,
    },
)
CHAT = FlowPicture(
    flow="chat", chat=True, priority=256, skill="", logged=0, free=0, waiting=1, talking=0, counts={"chats": 3.0}
)
AGENTS = (
    AgentPicture(
        agent="ada",
        agent_id=1,
        status=AgentStatus.FREE,
        counts={"distributed": 8.0, "answered": 6.0, "talks": 6.0, "talk_s": 605.0, "abandoned": 2.0},
    ),
    AgentPicture(agent="bob", agent_id=2, status=AgentStatus.INCALL, flow="support", calls=1, counts={}),
    AgentPicture(agent="cleo", agent_id=3, status=AgentStatus.WRAPUP, wrapup_ends_utc_s=NOW + 12.7, counts={}),
    AgentPicture(agent="dan", agent_id=4, status=AgentStatus.INCHAT, chats=2, chats_max=4, calls=2, counts={}),
    AgentPicture(agent="7", agent_id=5, status=AgentStatus.OFFLINE, counts={}),
)
WAITING = (
    WaitingPicture(
        call="i1-1",
        chat=False,
        number="+390612345678",
        name="Ada Rossi",
        since_utc_s=NOW - 61.9,
        flow="support",
        ahead=0,
        priority=5,
        skill="english",
    ),
    WaitingPicture(
        call="i1-2",
        chat=False,
        number="+390612345679",
        name="",
        since_utc_s=NOW - 3,
        flow="support",
        ahead=1,
        priority=5,
        skill="english",
    ),
    WaitingPicture(
        call="i1-3",
        chat=True,
        number="web",
        name="",
        since_utc_s=NOW - 9,
        flow="chat",
        ahead=0,
        priority=256,
        skill="",
    ),
)
CALLS = (
    CallPicture(call="i1-1", stage=CallStage.QUEUED, since_utc_s=NOW - 70, flow="support"),
    CallPicture(call="i1-9", stage=CallStage.TOAGENT, since_utc_s=NOW - 100.5, flow="support", agent="bob"),
    CallPicture(call="i1-8", stage=CallStage.ENDED, since_utc_s=NOW - 100, flow="support", agent="cleo"),
    CallPicture(call="i1-7", stage=CallStage.PREAGENT, since_utc_s=NOW - 2, flow="support", agent="ada"),
)


class FakeCenter:
    def __init__(self) -> None:
        self.shown = CenterPicture(
            now_utc_s=NOW,
            flows=(SUPPORT, CHAT),
            agents=AGENTS,
            calls=CALLS,
            waiting=WAITING,
            counts={
                "entered": 21.0,
                "distributed": 17.0,
                "answered": 13.0,
                "chats": 3.0,
                "abandoned": 4.0,
                "waits": 4.0,
                "wait_s": 50.0,
            },
        )
        self.asked: list[Any] = []
        self.internal = True
        self.fault: Exception | None = None

    async def picture(self) -> CenterPicture:
        return self.shown

    async def reload(self) -> None:
        self._note("reload")

    async def log_in(self, agent_id: int, on: bool) -> None:
        self._note("log_in", agent_id, on)

    async def release(self, agent_id: int) -> None:
        self._note("release", agent_id)

    async def assign(self, call: str, agent_id: int) -> None:
        self._note("assign", call, agent_id)

    async def dispatching(self) -> bool:
        return self.internal

    async def set_dispatching(self, internal: bool) -> None:
        self.internal = internal

    def reset(self) -> None:
        self._note("reset")

    def reset_counters(self, which: Any) -> None:
        self._note("reset_counters", which)

    def _note(self, *what: Any) -> None:
        self.asked.append(what)
        if self.fault is not None:
            raise self.fault


class CompatWorld:
    def __init__(self, folder: Any) -> None:
        self.clock = FakeClock()
        self.center = FakeCenter()
        self.front = Front(self.center, clock=self.clock, rule=Allowed(folder))

    async def send(self, raw: bytes | str, address: str | None = None) -> Any:
        said = await self.front.answer(raw if isinstance(raw, bytes) else raw.encode(), address)
        return None if said is None else json.loads(said)

    async def ask(self, method: str, params: Any = None) -> Any:
        """The whole answer."""
        self.clock.pass_s(1.0)
        return await self.send(json.dumps({"jsonrpc": "2.0", "id": "7", "method": method, "params": params or {}}))

    async def result(self, method: str, params: Any = None) -> Any:
        said = await self.ask(method, params)
        assert set(said) == {"jsonrpc", "result", "id"}, said
        return said["result"]

    async def error(self, method: str, params: Any = None) -> tuple[int, str]:
        said = await self.ask(method, params)
        assert set(said) == {"jsonrpc", "error", "id"}, said
        return said["error"]["code"], said["error"]["message"]
