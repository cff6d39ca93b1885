"""The rule of routing, reckoned by brute force: every waiting call against every free agent, each time anew.

Of all calls that wait, the first in place for whom somebody free may be asked; of those who may, whom the strategy
asks.
Nothing of `core/acd` is used here but the values that are given to it.
"""

from dataclasses import dataclass, field

from busyhour.core.model.queue import Match, Queue, SkillNeed, Strategy


@dataclass
class Caller:
    call: str
    queue_id: int
    since_s: float
    priority: int
    skills: dict[str, int]
    step: int = 0
    only: int | None = None


@dataclass
class Worker:
    agent_id: int
    order: int  # in which they were put in: whose turn comes after whose
    skills: dict[str, int]
    free: bool = False
    since_s: float = 0.0
    calls: int = 0
    ongoing: int = 0


@dataclass
class Oracle:
    ageing_s: float
    queues: dict[int, Queue] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    workers: dict[int, Worker] = field(default_factory=dict)
    turn: dict[int, int] = field(default_factory=dict)  # queue -> order of who was asked last

    def next_pairing(self) -> tuple[str, tuple[int, ...]] | None:
        for caller in sorted(self.callers.values(), key=self.place):
            able = [w for w in self.workers.values() if w.free and self.may(w, caller)]
            if able:
                return caller.call, self.asked(self.queues[caller.queue_id], caller, able)
        return None

    def place(self, caller: Caller) -> tuple[float, float, str]:
        if self.ageing_s:
            return 0.0, caller.since_s + self.ageing_s * caller.priority, caller.call
        return caller.priority, caller.since_s, caller.call

    def may(self, worker: Worker, caller: Caller) -> bool:
        queue = self.queues[caller.queue_id]
        if caller.only not in (None, worker.agent_id):
            return False
        step = queue.relax[caller.step - 1] if caller.step else None
        less, without = (step.levels_less, step.without) if step else (0, ())
        tier = step.tier if step else 0

        def has(skill: str, level: int) -> bool:
            return worker.skills.get(skill, 0) >= max(1, level - less)

        if not all(has(s, level) for s, level in caller.skills.items() if s not in without):
            return False
        if any(m.agent_id == worker.agent_id and m.tier <= tier for m in queue.members):
            return True
        wanted = [need for need in queue.skills if need.skill not in without]
        if not wanted:
            return bool(queue.skills)
        return (all if queue.match is Match.ALL else any)(has(n.skill, n.level) for n in wanted)

    def asked(self, queue: Queue, caller: Caller, able: list[Worker]) -> tuple[int, ...]:
        if queue.match is Match.BEST:
            sums = {w.agent_id: self.level_sum(w, queue, caller) for w in able}
            able = [w for w in able if sums[w.agent_id] == max(sums.values())]
        match queue.strategy:
            case Strategy.LONGEST_IDLE:
                chosen = [min(able, key=lambda w: (w.since_s, w.agent_id))]
            case Strategy.LEAST_CALLS:
                chosen = [min(able, key=lambda w: (w.calls, w.since_s, w.agent_id))]
            case Strategy.FILL:
                chosen = [min(able, key=lambda w: (-w.ongoing, w.agent_id))]
            case Strategy.RING_ALL:
                chosen = sorted(able, key=lambda w: (w.since_s, w.agent_id))
            case Strategy.RRMEMORY:
                last = self.turn.get(queue.queue_id, -1)
                chosen = [min(able, key=lambda w: (w.order <= last, w.order))]
        self.turn[queue.queue_id] = chosen[-1].order
        return tuple(w.agent_id for w in chosen)

    def level_sum(self, worker: Worker, queue: Queue, caller: Caller) -> int:
        step = queue.relax[caller.step - 1] if caller.step else None
        without = step.without if step else ()
        own = [SkillNeed(skill, level) for skill, level in caller.skills.items()]
        return sum(worker.skills.get(n.skill, 0) for n in (*queue.skills, *own) if n.skill not in without)
