"""What one decision of routing by skill costs, alone: as many calls wait as there are agents, over 200 queues that ask
for 200 skills.

Both lines are full at once: half of the agents are free, and none of them may take any call that waits, for half of
the skills are scarce. So whoever comes or becomes free has to be found among thousands who will not do. Each round has
four events: a call comes for whom many are free; its agent is free again; an agent with a scarce skill becomes free,
for whom many wait; and another call comes to wait. One of these in ten asks for a skill of its own, beside its queue's.

Times are this thread's: to ask for the whole process's costs as much as a decision, on some machines.
"""

from collections.abc import Callable
from random import Random
from statistics import quantiles
from time import thread_time
from typing import Final

from busyhour.core.acd.pool import Standing
from busyhour.core.acd.routing import Pairing, Routing
from busyhour.core.model.queue import Match, Medium, Queue, SkillNeed, Strategy

SIZES: Final = (10, 100, 1_000, 10_000)  # agents, and calls that wait
SKILLS: Final = 200
ROUNDS: Final = 1_500
SKILLS_OF_AGENT: Final = 8
OWN_SHARE: Final = 0.1
UTC_S: Final = 1_790_078_400.0
AUDIO: Final = Medium.AUDIO


class _Center:
    def __init__(self, size: int) -> None:
        self.routing = Routing(ageing_s=10.0)
        self.size = size
        self.now_s = 0.0
        self.calls = 0
        self.spent_us: list[float] = []
        self.decided_us: list[float] = []
        self._dice = Random(size)  # noqa: S311 the same work each time
        for n in range(SKILLS):
            self.routing.set_queue(_queue(n))
        for agent_id in range(2 * size):
            common = agent_id < size
            self.routing.set_agent(agent_id, self._skills(scarce=not common))
            if common:
                self.routing.free(agent_id, AUDIO, Standing(self.now_s))
        for _ in range(size):
            self.come(scarce=True)
        self.settle()

    def round(self) -> None:
        served = self.timed(lambda: self.come(scarce=False))
        assert served is not None, "somebody was free for it"
        self.timed(lambda: self.frees(served.agent_ids[0]))
        busy = self._dice.randrange(self.size, 2 * self.size)
        taken = self.timed(lambda: self.frees(busy))
        if taken is None:  # nobody waits for what they can do
            self.routing.take(busy, AUDIO)
        else:
            self.timed(lambda: self.come(scarce=True))

    def timed(self, event: Callable[[], None]) -> Pairing | None:
        self.now_s += 0.01
        began_s = thread_time()
        event()
        pairing = self.settle()
        spent_us = (thread_time() - began_s) * 1e6
        self.spent_us.append(spent_us)
        if pairing is not None:
            self.decided_us.append(spent_us)
        return pairing

    def settle(self) -> Pairing | None:
        found = None
        while (pairing := self.routing.next_pairing()) is not None:
            self.routing.remove(pairing.call)
            for agent_id in pairing.agent_ids:
                self.routing.take(agent_id, AUDIO)
            found = pairing
        return found

    def come(self, *, scarce: bool) -> None:
        self.calls += 1
        queue_id = self._dice.randrange(SKILLS // 2) + (SKILLS // 2 if scarce else 0)
        own = (
            (SkillNeed(_name(self._dice.randrange(SKILLS // 2) + (SKILLS // 2)), 1),) if scarce and self._own() else ()
        )
        self.routing.add(f"c1-{self.calls:032x}", queue_id, UTC_S + self.now_s, skills=own)

    def frees(self, agent_id: int) -> None:
        self.routing.free(agent_id, AUDIO, Standing(self.now_s))

    def _own(self) -> bool:
        return self._dice.random() < OWN_SHARE

    def _skills(self, *, scarce: bool) -> dict[str, int]:
        first = SKILLS // 2 if scarce else 0
        if self.size < SKILLS and not scarce:  # few agents know all, so that there is somebody for each queue
            return {_name(n): 10 for n in range(SKILLS // 2)}
        kept = self._dice.sample(range(first, first + SKILLS // 2), SKILLS_OF_AGENT)
        return {_name(n): self._dice.randint(1, 10) for n in kept}


def _name(n: int) -> str:
    return f"skill-{n}"


def _queue(n: int) -> Queue:
    """Each asks for one skill at some level; the strategies and kinds of match in turn."""
    strategies = (Strategy.LONGEST_IDLE, Strategy.LEAST_CALLS, Strategy.RRMEMORY, Strategy.FILL)
    return Queue(
        queue_id=n,
        name=str(n),
        priority=n % 5,
        skills=(SkillNeed(_name(n), 1 + n % 3),),
        match=Match.BEST if n % 7 == 0 else Match.ALL,
        strategy=strategies[n % len(strategies)],
    )


def _figures(size: int) -> dict[str, float]:
    center = _Center(size)
    for _ in range(ROUNDS):
        center.round()
    cuts = quantiles(center.decided_us, n=100)
    mean_us = sum(center.spent_us) / len(center.spent_us)
    return {
        "us_per_event": round(mean_us, 2),
        "events_per_s": round(1e6 / mean_us),
        "decision_us_p50": round(cuts[49], 2),
        "decision_us_p99": round(cuts[98], 2),
        "decision_us_max": round(max(center.decided_us), 2),
        "decisions": len(center.decided_us),
        "waiting": len(center.routing.waiting),
    }


def bench_routing() -> dict[str, dict[str, float]]:
    """Figures by number of agents who are free and calls that wait."""
    return {f"skills_{size}": _figures(size) for size in SIZES}
