"""One campaign in pretended time: agents, calls, and a method that says how many to place.

Event-driven. A person who answers goes at once to the agent who has been idle longest; with nobody free he waits
through the grace, and the first agent to get free takes him; then he counts as abandoned.
"""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Protocol

from msgspec import Struct

from busyhour.sim.pacing.leads import Lead

WARM_UP_S = 1800.0  # not counted in utilisation and waits; abandonment counts from the first call
ENDLESS = 1_000_000_000
PROMPT_S = 2.0


Happens = Callable[[int], bool]  # to a call or an agent; False when it was nothing after all


class Method(Protocol):
    """Who decides. What it is told of is what a dialer can know."""

    tick_s: float
    at_events: bool  # asked after each event too

    def chance_of(self, call: int) -> float:
        """The chance factor of a number about to be dialed."""

    def ring_ended(self, now_s: float, rang_s: float, live: bool | None, call: int, chance: float) -> None: ...

    def talk_ended(self, talked_s: float) -> None: ...

    def wrap_ended(self, wrapped_s: float) -> None: ...

    def served(self, now_s: float) -> None: ...

    def abandoned(self, now_s: float) -> None: ...

    def detected(self, now_s: float) -> None:
        """A machine answered, or a person who was taken for one."""

    def decide(self, now_s: float, world: "World") -> int: ...


class Shape(Struct, frozen=True, kw_only=True):
    """What the world is like beside its leads."""

    agents: int
    length_s: float
    warm_up_s: float = WARM_UP_S
    grace_s: float = 2.0
    lines: int = ENDLESS
    list_size: int = ENDLESS
    session_s: float = 0.0  # mean of exponential sessions; 0 = nobody leaves
    break_s: float = 0.0
    draw: Callable[[], float] | None = None  # exponential, mean 1: sessions and breaks
    inbound_every_s: float = 0.0  # mean time between people who call us; 0 = nobody does
    inbound: Callable[[], tuple[float, Lead]] | None = None  # part of that mean until the next, and who it is


class Tally(Struct, kw_only=True):
    """What came of it. Times after the warm-up only."""

    dialed: int = 0
    answered: int = 0  # by a person, and known to be
    abandoned: int = 0
    prompt: int = 0  # answered, and with an agent within `PROMPT_S`
    missed: int = 0  # persons cut off as machines
    canceled: int = 0
    canceled_live: int = 0
    served: int = 0
    busy_s: float = 0.0
    logged_in_s: float = 0.0
    waited_s: float = 0.0
    inbound: int = 0  # served
    inbound_waited_s: float = 0.0  # for an agent
    after: list[tuple[float, bool]] = []  # each answer: when, and whether abandoned

    def add(self, other: "Tally") -> None:
        """What another world came to; its answers have a clock of their own, and stay out."""
        for name in self.__struct_fields__:
            if name != "after":
                setattr(self, name, getattr(self, name) + getattr(other, name))


class World:
    def __init__(self, shape: Shape, next_lead: Callable[[float], Lead], method: Method) -> None:
        self.shape, self.method, self.next_lead = shape, method, next_lead
        self.now_s = 0.0
        self.idle: deque[int] = deque(range(shape.agents))
        self.talking: dict[int, float] = {}  # agent: since
        self.wrapping: dict[int, float] = {}
        self.leaving: dict[int, float] = {}  # busy, and known to leave after this call
        self.ringing: dict[int, tuple[float, float]] = {}  # call: (since, chance factor)
        self.waiting: deque[int] = deque()
        self._answered_s: dict[int, float] = {}  # of those
        self.callers: deque[tuple[float, Lead]] = deque()  # who called us and waits: since when; they come first
        self.logged_in = shape.agents
        self.tally = Tally(after=[])
        self._leads: dict[int, Lead] = {}
        self._with: dict[int, Lead] = {}
        self._since = [0.0] * shape.agents  # in the present state
        self._busy_since = [0.0] * shape.agents
        self._in_since = dict.fromkeys(range(shape.agents), 0.0)
        self._heap: list[tuple[float, int, Happens, int]] = []
        self._order = 0
        for agent in range(shape.agents):
            self._next_leave(agent)
        self._next_caller: Lead | None = None
        self._await_caller()

    def run(self) -> Tally:
        method, heap, end_s = self.method, self._heap, self.shape.length_s
        decide, at_events, tick_s = method.decide, method.at_events, method.tick_s
        ends = self.shape.list_size < ENDLESS
        next_tick_s = 0.0
        while True:
            if heap and heap[0][0] <= next_tick_s:
                self.now_s, _, happens, which = heap[0]
                if self.now_s > end_s:
                    break
                heappop(heap)
                if not (happens(which) and at_events):
                    continue
            else:
                self.now_s = next_tick_s
                next_tick_s += tick_s
                if self.now_s > end_s or (ends and self._is_over()):
                    break
            if count := decide(self.now_s, self):
                self._dial(count)
        self._close(min(self.now_s, end_s))
        return self.tally

    def cancel(self, from_s: float) -> None:
        """Hang up what has been ringing for so long."""
        for call in [call for call, (since_s, _) in self.ringing.items() if self.now_s - since_s >= from_s]:
            since_s, chance = self.ringing.pop(call)
            self.tally.canceled += 1
            self.tally.canceled_live += self._leads.pop(call).live
            self.method.ring_ended(self.now_s, self.now_s - since_s, None, call, chance)

    def room(self) -> int:
        """What lines and list still allow. An agent who leaves after the call is counted until he has gone."""
        used = len(self.ringing) + len(self.waiting) + len(self.talking) + len(self.leaving)
        return max(0, min(self.shape.lines - used, self.shape.list_size - self.tally.dialed))

    def _dial(self, count: int) -> None:
        for _ in range(min(count, self.room()) if self.shape.lines < ENDLESS else count):
            call = self.tally.dialed
            if call >= self.shape.list_size:
                return
            lead = self.next_lead(self.now_s)
            self.tally.dialed += 1
            self._leads[call] = lead
            self.ringing[call] = (self.now_s, self.method.chance_of(call))
            self._later(lead.ring_s, self._ring_ends, call)

    def _later(self, after_s: float, happens: Happens, which: int) -> None:
        self._order += 1
        heappush(self._heap, (self.now_s + after_s, self._order, happens, which))

    # Calls

    def _ring_ends(self, call: int) -> bool:
        rang = self.ringing.pop(call, None)
        if rang is None:
            return False  # hung up before
        lead = self._leads[call]
        known_live = lead.live and not lead.missed
        self.method.ring_ended(self.now_s, self.now_s - rang[0], known_live, call, rang[1])
        if not known_live:
            self.tally.missed += lead.missed
            if lead.missed or lead.machine:
                self.method.detected(self.now_s)
            del self._leads[call]
            return True
        self.tally.answered += 1
        if self.idle:
            self._takes(self.idle.popleft(), call)
        elif (patience_s := self.shape.grace_s - lead.late_s) > 0.0:
            self.waiting.append(call)
            self._answered_s[call] = self.now_s - lead.late_s
            self._later(patience_s, self._lapses, call)
        else:
            self._abandon(call)
        return True

    def _lapses(self, call: int) -> bool:
        if call not in self.waiting:
            return False
        self.waiting.remove(call)
        self._abandon(call)
        return True

    def _abandon(self, call: int) -> None:
        del self._leads[call]
        self._answered_s.pop(call, None)
        self.tally.abandoned += 1
        self.tally.after.append((self.now_s, True))
        self.method.abandoned(self.now_s)

    def _takes(self, agent: int, call: int) -> None:
        now_s = self.now_s
        self.tally.prompt += now_s - self._answered_s.pop(call, now_s) <= PROMPT_S
        if now_s >= self.shape.warm_up_s:
            self.tally.served += 1
            self.tally.waited_s += now_s - self._since[agent]
        self.tally.after.append((now_s, False))
        self._talks(agent, self._leads.pop(call))
        self.method.served(now_s)

    def _talks(self, agent: int, lead: Lead) -> None:
        now_s = self.now_s
        self._with[agent] = lead
        self._since[agent] = self._busy_since[agent] = now_s
        self.talking[agent] = now_s
        self._later(lead.talk_s, self._talk_ends, agent)

    # People who call us

    def _await_caller(self) -> None:
        if self.shape.inbound is not None:
            part, self._next_caller = self.shape.inbound()
            self._later(part * self.shape.inbound_every_s, self._calls_us, 0)

    def _calls_us(self, _: int) -> bool:
        assert self._next_caller is not None
        self.callers.append((self.now_s, self._next_caller))
        self._await_caller()
        if self.idle:
            self._is_free(self.idle.popleft())
        return True

    def _serves_caller(self, agent: int) -> None:
        came_s, lead = self.callers.popleft()
        if self.now_s >= self.shape.warm_up_s:
            self.tally.inbound += 1
            self.tally.inbound_waited_s += self.now_s - came_s
        self._talks(agent, lead)

    # Agents

    def _is_free(self, agent: int) -> None:
        if self.callers:
            self._serves_caller(agent)
        elif self.waiting:
            self._takes(agent, self.waiting.popleft())
        else:
            self.idle.append(agent)

    def _talk_ends(self, agent: int) -> bool:
        now_s, lead = self.now_s, self._with[agent]
        self.method.talk_ended(now_s - self._since[agent])
        self._since[agent] = now_s
        if self.talking.pop(agent, None) is not None:
            self.wrapping[agent] = now_s
        if lead.wrap_s > 0.0:
            self._later(lead.wrap_s, self._wrap_ends, agent)
        else:
            self._wrap_ends(agent)
        return True

    def _wrap_ends(self, agent: int) -> bool:
        now_s = self.now_s
        self.method.wrap_ended(now_s - self._since[agent])
        del self._with[agent]
        self.tally.busy_s += self._counted_s(self._busy_since[agent])
        self._since[agent] = now_s
        self.wrapping.pop(agent, None)
        if self.leaving.pop(agent, None) is not None:
            self._goes(agent)
        else:
            self._is_free(agent)
        return True

    def _leaves(self, agent: int) -> bool:
        if agent in self.talking or agent in self.wrapping:
            self.leaving[agent] = self.now_s
            self.talking.pop(agent, None)
            self.wrapping.pop(agent, None)
        else:
            self.idle.remove(agent)
            self._goes(agent)
        return True

    def _goes(self, agent: int) -> None:
        assert self.shape.draw is not None
        self.logged_in -= 1
        self.tally.logged_in_s += self._counted_s(self._in_since.pop(agent))
        self._later(self.shape.draw() * self.shape.break_s, self._comes, agent)

    def _comes(self, agent: int) -> bool:
        self.logged_in += 1
        self._in_since[agent] = self._since[agent] = self.now_s
        self._next_leave(agent)
        self._is_free(agent)
        return True

    def _next_leave(self, agent: int) -> None:
        if self.shape.session_s and self.shape.draw is not None:
            self._later(self.shape.draw() * self.shape.session_s, self._leaves, agent)

    # The end

    def _counted_s(self, since_s: float) -> float:
        return max(0.0, self.now_s - max(since_s, self.shape.warm_up_s))

    def _is_over(self) -> bool:
        """A list that ends is at its end."""
        return self.tally.dialed >= self.shape.list_size and not (self._leads or self._with)

    def _close(self, now_s: float) -> None:
        self.now_s = now_s
        self.tally.busy_s += sum(self._counted_s(self._busy_since[agent]) for agent in self._with)
        self.tally.logged_in_s += sum(self._counted_s(since_s) for since_s in self._in_since.values())
