"""The live view: a snapshot, then numbered changes, of what a floor has (`views.py`).

The floor names what it touched; this makes the views and sends them. Screens for the whole tenant get changes at most
four times a second; an agent's own desk at once, and only that agent's, so that an event does not cost a look at each
of a thousand open desks. A program that must not miss a state which lasts a moment asks to be told of agents and calls
at once. The proof that both ways agree is `tests/service/test_live.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Self

import msgspec
import structlog

from busyhour.core.floor.call_live import CallerCall, CallLive
from busyhour.core.floor.machine import Floor
from busyhour.core.floor.state import ALL
from busyhour.service.live_views import agent_view, call_view, run_view, system_view
from busyhour.service.queue_views import caller_call_view, queue_ids, queue_view
from busyhour.service.views import View

AT_ONCE = ("agents", "calls")
BACKLOG_MAX = 500  # messages that may wait for a slow reader; beyond it the reader is dropped and comes anew
FLUSH_S = 0.25  # screens of the whole tenant are refreshed this often

Key = tuple[str, str]
_encode = msgspec.json.Encoder().encode

log = structlog.get_logger("live")


class Subscription:
    """One reader. `async with` it, then iterate: JSON messages, the snapshot first. Ends when the reader is too slow
    or the view is closed."""

    def __init__(self, live: "LiveView", agent_id: int | None, *, at_once: bool = False) -> None:
        self.agent_id, self.at_once = agent_id, at_once
        self._live = live
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._seq = 0
        self._shown: set[Key] = set()

    async def __aenter__(self) -> Self:
        self._live.enter(self)
        self.restart()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._queue.get()) is not None:
            yield message

    def restart(self) -> None:
        """Send a snapshot: at the beginning, and when the floor itself was begun anew."""
        state = self._live.state(self.agent_id)
        self._shown = {(kind, name) for kind, things in state.items() for name in things}
        self._send({"type": "snapshot", "state": state})

    def change(self, keys: Iterable[Key]) -> None:
        """Send what became of these."""
        changes: list[tuple[str, str, View | None]] = []
        for kind, name in keys:
            view = self._live.view(kind, name, self.agent_id)
            if view is not None:
                self._shown.add((kind, name))
                changes.append((kind, name, view))
            elif (kind, name) in self._shown:
                self._shown.discard((kind, name))
                changes.append((kind, name, None))
        if changes:
            self._send({"type": "changes", "changes": changes})

    def _send(self, message: dict[str, Any]) -> None:
        if self._queue.qsize() >= BACKLOG_MAX:
            self.end()
            return
        self._seq += 1
        self._queue.put_nowait(_encode({**message, "seq": self._seq}))

    def end(self) -> None:
        if self in self._live.readers:
            self._live.leave(self)
        self._queue.put_nowait(None)


class LiveView:
    """The views of one floor and their readers."""

    def __init__(self, lag_ms: Callable[[], float]) -> None:
        self.readers: list[Subscription] = []
        self._floor: Floor | None = None
        self._lag_ms = lag_ms
        self._desks: dict[int, list[Subscription]] = {}  # those readers who are an agent's
        self._pending: dict[Key, None] = {}
        self._flush: asyncio.TimerHandle | None = None

    def watch(self, floor: Floor) -> None:
        """This is the floor now; readers begin anew."""
        self._floor = floor
        self._pending.clear()
        for reader in list(self.readers):
            reader.restart()

    @property
    def readers_at_once(self) -> list[Subscription]:
        return [reader for reader in self.readers if reader.at_once]

    def enter(self, reader: Subscription) -> None:
        self.readers.append(reader)
        if reader.agent_id is not None:
            self._desks.setdefault(reader.agent_id, []).append(reader)

    def leave(self, reader: Subscription) -> None:
        self.readers.remove(reader)
        if reader.agent_id is not None:
            self._desks[reader.agent_id].remove(reader)
            if not self._desks[reader.agent_id]:
                del self._desks[reader.agent_id]

    def note(self, touched: list[Key]) -> None:
        """These have changed."""
        if not self.readers or not touched:
            return
        for agent_id in self._whose(touched):
            for desk in tuple(self._desks.get(agent_id, ())):
                desk.change(touched)
        for reader in self.readers_at_once:
            reader.change([key for key in touched if key[0] in AT_ONCE])
        self._pending.update(dict.fromkeys(self._each(touched)))
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(FLUSH_S, self.flush)

    def _each(self, touched: Iterable[Key]) -> Iterator[Key]:
        """All queues by name, where any of them may be shown otherwise."""
        for kind, name in touched:
            if name == ALL and self._floor is not None:
                yield from ((kind, str(queue_id)) for queue_id in queue_ids(self._floor))
            else:
                yield kind, name

    def _whose(self, touched: Iterable[Key]) -> dict[int, None]:
        """On whose desks this may show. The floor touches an agent with whatever comes to them or leaves them."""
        assert self._floor is not None
        found: dict[int, None] = {}
        for kind, name in touched:
            if kind == "agents":
                found[int(name)] = None
            elif kind == "calls" and (call := self._floor.call_of(name)) is not None:
                if call.agent_id is not None:
                    found[call.agent_id] = None
                if isinstance(call, CallerCall):
                    found |= call.ringing
                if call.handed_on or isinstance(call, CallerCall):
                    found |= self._who_had(call)
        return found

    def _who_had(self, call: CallLive) -> dict[int, None]:
        """Those who still wrap up a customer whom somebody else has by now."""
        if self._floor is None or call.joined_utc_s is None:
            return {}
        agents = self._floor.agents
        return {one: None for one in self._desks if one in agents and agents[one].acw_call == call.call}

    def flush(self) -> None:
        """Send what has gathered to the screens of the whole tenant, and to desks how the system is."""
        self._flush = None
        keys = list(self._pending)
        system = [key for key in keys if key[0] == "system"]
        self._pending.clear()
        for reader in list(self.readers):
            try:
                reader.change(keys if reader.agent_id is None else system)
            except Exception:  # shown untrue, it would stay so: it comes anew (A15)
                log.exception("a screen could not be told", agent_id=reader.agent_id)
                reader.end()

    def close(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        for reader in list(self.readers):
            reader.end()

    def snapshot(self, agent_id: int | None = None) -> bytes:
        return _encode({"type": "snapshot", "seq": 1, "state": self.state(agent_id)})

    def state(self, agent_id: int | None = None) -> dict[str, dict[str, View]]:
        f = self._floor
        names: dict[str, Iterable[object]] = {
            "agents": (),
            "calls": (),
            "runs": (),
            "queues": (),
            "system": ("system",),
        }
        if f is not None:
            calls = [*f.calls, *f.callers]
            names = {"agents": f.agents, "calls": calls, "runs": f.runs, "queues": queue_ids(f), "system": ("system",)}
        state: dict[str, dict[str, View]] = {}
        for kind, things in names.items():
            views = ((str(name), self.view(kind, str(name), agent_id)) for name in things)
            state[kind] = {name: view for name, view in views if view is not None}
        return state

    def view(self, kind: str, name: str, agent_id: int | None = None) -> View | None:
        """What there is to show of this thing; with `agent_id`, only what is this agent's own."""
        f = self._floor
        if f is None:
            return None
        match kind:
            case "agents":
                agent = f.agents.get(int(name))
                own = agent_id is not None
                return agent_view(f, agent, own=own) if agent and agent_id in (None, agent.agent_id) else None
            case "calls":
                call = f.call_of(name)
                if call is None or (agent_id is not None and not _in_hand(f, agent_id, name)):
                    return None
                if isinstance(call, CallerCall):
                    return caller_call_view(f, call, agent_id)
                return call_view(f.calls[name])
            case "queues":
                return queue_view(f, int(name)) if agent_id is None and name != ALL else None
            case "runs":
                run = f.runs.get(int(name))
                return run_view(f, run) if run and agent_id is None else None
            case _:
                return system_view(f, self._lag_ms())


def _in_hand(f: Floor, agent_id: int, call: str) -> bool:
    agent = f.agents.get(agent_id)
    return agent is not None and call in (agent.call, agent.acw_call)
