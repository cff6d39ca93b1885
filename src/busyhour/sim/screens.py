"""Screens that are watched: the live page of the tenant and the desk of each agent, fed as browsers are.

After each turn of the engine, what a screen shows (its snapshot, and all changes since) must be what a fresh snapshot
would show now.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from busyhour.core.floor.machine import Floor
from busyhour.service.engine import Engine
from busyhour.service.live import Key, Subscription
from busyhour.sim.checks_floor import FloorChecks
from busyhour.sim.ledger import Violation
from busyhour.sim.process import Process

if TYPE_CHECKING:
    from busyhour.sim.world import World

LAG = "engine_lag_ms"  # measured at each look, so never twice the same

State = dict[str, dict[str, Any]]
_decode = msgspec.json.Decoder().decode


class Screen:
    """What one browser shows."""

    def __init__(self, feed: Subscription) -> None:
        self.feed = feed
        self.state: State = {}
        self._seq = 0

    def read(self) -> None:
        while not self.feed._queue.empty():
            content = self.feed._queue.get_nowait()
            if content is None:
                continue  # the engine is gone, and the feed with it
            message = _decode(content)
            if message["seq"] != self._seq + 1:
                raise Violation(f"I24: a screen got message {message['seq']} after {self._seq}")
            self._seq = message["seq"]
            if message["type"] == "snapshot":
                self.state = message["state"]
                continue
            for kind, name, view in message["changes"]:
                if view is None:
                    self.state[kind].pop(name, None)
                else:
                    self.state[kind][name] = view


class ScreenChecks(FloorChecks):
    """Takes the place of an engine's live view, with readers."""

    def __init__(self, world: "World", engine: Engine, process: Process, agent_ids: list[int]) -> None:
        super().__init__(world, engine, process)
        self.looks = 0
        self._screens = [Screen(Subscription(self, agent_id)) for agent_id in (None, *agent_ids)]
        for screen in self._screens:
            self.enter(screen.feed)

    def watch(self, floor: Floor) -> None:
        super().watch(floor)
        self._compare_all()

    def leave_all(self) -> None:
        """The browsers are closed."""
        self._screens.clear()
        for reader in list(self.readers):
            self.leave(reader)

    def note(self, touched: list[Key]) -> None:
        super().note(touched)
        if self._engine.floor is not None:
            self._compare_all()

    def _compare_all(self) -> None:
        if self._process.dead:
            return  # it serves nobody any more, and what it had in memory is let go of (`process.forget`)
        self.flush()
        try:
            for screen in self._screens:
                screen.read()
                self._compare(screen)
        except Violation as found:
            self._world.broken(found)

    def _compare(self, screen: Screen) -> None:
        self.looks += 1
        who = screen.feed.agent_id
        fresh: State = _decode(self.snapshot(who))["state"]
        for state in (fresh, screen.state):
            for view in state["system"].values():
                view[LAG] = 0
        if fresh == screen.state:
            return
        wrong = [
            (kind, name, screen.state[kind].get(name), fresh[kind].get(name))
            for kind in fresh
            for name in {**fresh[kind], **screen.state[kind]}
            if fresh[kind].get(name) != screen.state[kind].get(name)
        ]
        shown = "the live page" if who is None else f"the desk of agent {who}"
        raise Violation(f"I24: {shown} shows of {wrong[0][0]} {wrong[0][1]}: {wrong[0][2]}, not {wrong[0][3]}")
