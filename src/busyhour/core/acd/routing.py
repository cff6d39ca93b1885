"""Who waits, who is free, and which call goes to whom next.

Nothing here searches: `next_pairing` looks only at what has changed since no pair was left (calls that came, agents who
became free), and finds each one's best partner by index. The rule that it keeps is the simple one, which a test reckons
by brute force: of all calls that wait, the first in place for whom somebody free may be asked; of those who may, the
ones whom the queue's strategy asks.

It says who is to get whom, and forgets neither: the caller takes the call out, and the agents, once it has offered.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Final

from msgspec.structs import replace

from busyhour.core.acd.choice import QueuedPlace, queued_place
from busyhour.core.acd.lines import Line, Lines
from busyhour.core.acd.needs import Need, ask_of, in_order, next_step
from busyhour.core.acd.pool import Pool, Standing
from busyhour.core.acd.roster import Roster
from busyhour.core.model.queue import Dispatch, Match, Medium, Queue, SkillNeed, Strategy

STALE_MAX: Final = 1_000  # entries of those that changed: beyond it they are swept when most of them are stale


@dataclass(slots=True)
class Waiting:
    call: str
    since_utc_s: float  # from when its place counts
    place: QueuedPlace
    need: Need
    priority: int
    line: Line | None = None  # None: another program gives it to an agent


@dataclass(frozen=True, slots=True)
class Pairing:
    """This call is to be offered to these agents; to several when all are to ring and one wins."""

    call: str
    queue_id: int
    agent_ids: tuple[int, ...]
    free: int  # how many were free who may take it
    waiting: int  # how many wait in the queue, it included
    strategy: Strategy
    step: int  # of the queue's relaxing
    only: bool  # it waited for this agent

    def __str__(self) -> str:
        """The reason in words (decision 9)."""
        if self.only:
            return "the agent whom this caller is to have is free"
        asked = f"{self.strategy.replace('_', ' ')} of {self.free} free who may take it"
        eased = f", after {self.step} easings of what it asks for" if self.step else ""
        return f"first of {self.waiting} waiting; {asked}{eased}"


@dataclass(slots=True)
class Routing:
    ageing_s: float = 0.0  # of waiting that are worth one step of priority; 0 = a more urgent call always goes first
    queues: dict[int, Queue] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    _pools: dict[Medium, Pool] = field(default_factory=lambda: {medium: Pool() for medium in Medium})
    _lines: dict[Medium, Lines] = field(default_factory=lambda: {medium: Lines() for medium in Medium})
    _of_queue: dict[int, list[QueuedPlace]] = field(default_factory=dict)
    _turn: dict[int, int] = field(default_factory=dict)  # queue -> the bit of whoever had the last call
    _logged: int = 0  # who is logged on
    _came: list[QueuedPlace] = field(default_factory=list)  # heap: calls for which nobody was looked for yet
    _freed: dict[tuple[Medium, int], None] = field(default_factory=dict)  # agents for whom no call was looked for yet
    _best: list[tuple[QueuedPlace, Medium, int]] = field(default_factory=list)  # heap: the best call of a free agent

    # Queues

    def set_queue(self, queue: Queue) -> None:
        """As it is from now on. Who waits keeps their place, and is looked at like somebody who comes."""
        queue = replace(queue, skills=in_order(queue.skills))
        waiting = [self.waiting[place[2]] for place in self._of_queue.get(queue.queue_id, ())]
        for one in waiting:
            self._leave_line(one)
        before = self.queues.get(queue.queue_id)
        if before is not None:
            self._lines[before.medium].close_queue(queue.queue_id)
        self.queues[queue.queue_id] = queue
        self._of_queue.setdefault(queue.queue_id, [])
        self.roster.set_members(queue.queue_id, queue.members)
        self._use_strategies()
        for one in waiting:
            one.need = replace_step(one.need, min(one.need.step, len(queue.relax)))
            self._enter_line(one)

    def drop_queue(self, queue_id: int) -> None:
        """Nobody may wait in it any more."""
        assert not self._of_queue[queue_id], "somebody waits in it"
        queue = self.queues.pop(queue_id)
        self._lines[queue.medium].close_queue(queue_id)
        del self._of_queue[queue_id]
        self._turn.pop(queue_id, None)
        self.roster.forget_queue(queue_id)
        self._use_strategies()

    def set_ageing(self, ageing_s: float) -> None:
        """From now on. Who waits is put into the new order, and looked at like somebody who comes."""
        if ageing_s == self.ageing_s:
            return
        self.ageing_s = ageing_s
        for line in self._of_queue.values():
            line.clear()
        for one in self.waiting.values():
            self._leave_line(one)
            one.place = queued_place(one.priority, one.since_utc_s, one.call, ageing_s)
            insort(self._of_queue[one.need.queue_id], one.place)
            self._enter_line(one)

    def _use_strategies(self) -> None:
        for medium, pool in self._pools.items():
            pool.use(queue.strategy for queue in self.queues.values() if queue.medium is medium)

    # Agents

    def set_agent(self, agent_id: int, skills: Mapping[str, int]) -> None:
        self.roster.put(agent_id, skills)
        for medium in Medium:
            self._look_at(medium, agent_id)

    def drop_agent(self, agent_id: int) -> None:
        self.log_off(agent_id)
        self.roster.remove(agent_id)

    def log_on(self, agent_id: int) -> None:
        self._logged |= 1 << self.roster.agents[agent_id].bit

    def log_off(self, agent_id: int) -> None:
        self._logged &= ~(1 << self.roster.agents[agent_id].bit)
        for medium in Medium:
            self.take(agent_id, medium)

    def free(self, agent_id: int, medium: Medium, standing: Standing) -> None:
        """This agent could take one more contact of this medium, or stands elsewhere in line now."""
        bit = self.roster.agents[agent_id].bit
        self._pools[medium].remove(bit)
        self._pools[medium].add(bit, agent_id, standing)
        self._look_at(medium, agent_id)

    def take(self, agent_id: int, medium: Medium) -> None:
        """This agent takes no more of it for now."""
        self._pools[medium].remove(self.roster.agents[agent_id].bit)

    def had_turn(self, queue_id: int, agent_id: int) -> None:
        """They had the last call of this queue, by the engine before us: whose turn is next follows from it."""
        if queue_id in self.queues and agent_id in self.roster.agents:
            self._turn[queue_id] = self.roster.agents[agent_id].bit

    # Calls

    def add(
        self,
        call: str,
        queue_id: int,
        since_utc_s: float,
        *,
        skills: Iterable[SkillNeed] = (),
        priority: int | None = None,
        agent_id: int | None = None,
        step: int = 0,
    ) -> None:
        """This call waits from now on, with the age that it has: also one that an agent let ring (OC-101).
        `agent_id`: nobody else is asked until `ask_others`."""
        assert call not in self.waiting, "it waits already"
        queue = self.queues[queue_id]
        urgency = queue.priority if priority is None else priority
        place = queued_place(urgency, since_utc_s, call, self.ageing_s)
        need = Need(queue_id, in_order(skills), step, agent_id)
        one = self.waiting[call] = Waiting(call, since_utc_s, place, need, urgency)
        insort(self._of_queue[queue_id], place)
        self._enter_line(one)

    def remove(self, call: str) -> None:
        one = self.waiting.pop(call)
        line = self._of_queue[one.need.queue_id]
        del line[bisect_left(line, one.place)]
        self._leave_line(one)

    def ask_others(self, call: str) -> None:
        """It need not be the one agent any more."""
        one = self.waiting[call]
        self._move(one, Need(one.need.queue_id, one.need.own, one.need.step))

    def relax(self, call: str, now_utc_s: float) -> float | None:
        """Ask for as little as so long a wait allows. After how much more waiting to do it again; None = never."""
        one = self.waiting[call]
        queue = self.queues[one.need.queue_id]
        step, later_s = next_step(queue, one.need, now_utc_s - one.since_utc_s)
        if step != one.need.step:
            self._move(one, replace_step(one.need, step))
        return later_s

    def _move(self, one: Waiting, need: Need) -> None:
        self._leave_line(one)
        one.need = need
        self._enter_line(one)

    def _enter_line(self, one: Waiting) -> None:
        queue = self.queues[one.need.queue_id]
        if queue.dispatch is Dispatch.INTERNAL:
            one.line = self._lines[queue.medium].add(one.need, ask_of(queue, one.need), one.place)
            heappush(self._came, one.place)
            if len(self._came) > STALE_MAX and len(self._came) > 2 * len(self.waiting):
                self._came = [place for place in self._came if place[2] in self.waiting]
                heapify(self._came)

    def _leave_line(self, one: Waiting) -> None:
        if one.line is not None:
            self._lines[self.queues[one.need.queue_id].medium].remove(one.line, one.place)
            one.line = None

    # Pairs

    def next_place(self) -> QueuedPlace | None:
        """The first place in which a call stands for whom somebody free may be asked."""
        coming, waiting = self._first_that_came(), self._first_for_freed()
        return min((found for found in (coming, waiting) if found is not None), default=None)

    def next_pairing(self) -> Pairing | None:
        """The call in that place, and who is to be asked. Ask again until None."""
        place = self.next_place()
        return self._pair(self.waiting[place[2]]) if place is not None else None

    def _first_that_came(self) -> QueuedPlace | None:
        while self._came:
            place = self._came[0]
            one = self.waiting.get(place[2])
            if one is not None and one.line is not None and one.place == place and self.who(one.call):
                return place
            heappop(self._came)
        return None

    def _first_for_freed(self) -> QueuedPlace | None:
        """An agent's best call can only be a later one while nobody comes, and who came is looked at by itself. So the
        best that was found before is a bound, and only the first of them must be true."""
        for medium, agent_id in self._freed:
            self._rank(medium, agent_id)
        self._freed.clear()
        while self._best:
            place, medium, agent_id = self._best[0]
            agent = self.roster.agents.get(agent_id)
            free = agent is not None and self._pools[medium].mask >> agent.bit & 1
            if free and agent is not None and self._lines[medium].first_for(agent) == place:
                return place
            heappop(self._best)
            if free:
                self._rank(medium, agent_id)
        return None

    def _rank(self, medium: Medium, agent_id: int) -> None:
        agent = self.roster.agents.get(agent_id)
        if agent is not None and self._pools[medium].mask >> agent.bit & 1:
            place = self._lines[medium].first_for(agent)
            if place is not None:
                heappush(self._best, (place, medium, agent_id))

    def _pair(self, one: Waiting) -> Pairing:
        queue = self.queues[one.need.queue_id]
        pool, candidates = self._pools[queue.medium], self.who(one.call)
        free = candidates.bit_count()
        if queue.match is Match.BEST and one.line is not None:
            candidates = self.roster.best(candidates, one.line.ask.wished)
        bits = pool.pick(queue.strategy, candidates, self._turn.get(queue.queue_id, -1))
        self._turn[queue.queue_id] = bits[-1]
        return Pairing(
            one.call,
            queue.queue_id,
            tuple(self.roster.agent_at(bit).agent_id for bit in bits),
            free,
            len(self._of_queue[queue.queue_id]),
            queue.strategy,
            one.need.step,
            one.need.agent_id is not None,
        )

    def _look_at(self, medium: Medium, agent_id: int) -> None:
        self._freed[medium, agent_id] = None

    # What is asked

    def who(self, call: str) -> int:
        """Those free agents who may take this call."""
        one = self.waiting[call]
        queue = self.queues[one.need.queue_id]
        ask = one.line.ask if one.line is not None else ask_of(queue, one.need)
        return self.roster.who_may(queue.queue_id, ask, one.need.agent_id) & self._pools[queue.medium].mask

    def serves(self, agent_id: int, queue_id: int, skills: Iterable[SkillNeed] = (), step: int = 0) -> bool:
        """Whether this agent may take such calls at all."""
        need = Need(queue_id, in_order(skills), step, agent_id)
        return bool(self.roster.who_may(queue_id, ask_of(self.queues[queue_id], need), agent_id))

    def is_logged_on(self, agent_id: int) -> bool:
        return bool(self._logged >> self.roster.agents[agent_id].bit & 1)

    def is_free(self, agent_id: int, medium: Medium) -> bool:
        return bool(self._pools[medium].mask >> self.roster.agents[agent_id].bit & 1)

    def position(self, call: str) -> int:
        """How many of its queue are ahead: 0 = next (OC-032)."""
        one = self.waiting[call]
        return bisect_left(self._of_queue[one.need.queue_id], one.place)

    def line_of(self, queue_id: int) -> list[str]:
        """Who waits in this queue, best first."""
        return [place[2] for place in self._of_queue[queue_id]]

    def waiting_count(self, queue_id: int) -> int:
        return len(self._of_queue[queue_id])

    def free_count(self, queue_id: int) -> int:
        return (self._serving(queue_id) & self._pools[self.queues[queue_id].medium].mask).bit_count()

    def best_free(self, queue_id: int) -> int | None:
        """Of those who serve this queue, the one who would be given its next call."""
        queue = self.queues[queue_id]
        ask = ask_of(queue, Need(queue_id))
        candidates = self.roster.who_may(queue_id, ask) & self._pools[queue.medium].mask
        if queue.match is Match.BEST:
            candidates = self.roster.best(candidates, ask.wished)
        if not candidates:
            return None
        bits = self._pools[queue.medium].pick(queue.strategy, candidates, self._turn.get(queue_id, -1))
        return self.roster.agent_at(bits[0]).agent_id

    def logged_count(self, queue_id: int) -> int:
        """How many are logged on who serve this queue, with all that it asks for at first."""
        return (self._serving(queue_id) & self._logged).bit_count()

    def _serving(self, queue_id: int) -> int:
        return self.roster.who_may(queue_id, ask_of(self.queues[queue_id], Need(queue_id)))


def replace_step(need: Need, step: int) -> Need:
    return Need(need.queue_id, need.own, step, need.agent_id)
