"""Routing by index says what brute force says, on small floors, whatever happens on them."""

from dataclasses import dataclass, field
from random import Random

import pytest

from busyhour.core.acd.needs import next_step
from busyhour.core.acd.pool import Standing
from busyhour.core.acd.routing import Routing
from busyhour.core.model.queue import Match, Medium, Queue, QueueMember, RelaxStep, SkillNeed, Strategy
from busyhour.sim.routing_oracle import Caller, Oracle, Worker

AGENTS, QUEUES, SKILLS = 6, 3, ("en", "de", "tech")
MOVES = 40  # of each floor


def some_skills(dice: Random) -> dict[str, int]:
    return {skill: dice.randint(1, 3) for skill in SKILLS if dice.random() < 0.4}


def some_queue(dice: Random, queue_id: int) -> Queue:
    steps = [
        RelaxStep(
            after_s=10.0 * n,
            levels_less=dice.randint(0, 2),
            without=tuple(skill for skill in SKILLS if dice.random() < 0.3),
            tier=dice.randint(0, 1),
        )
        for n in range(1, dice.randint(1, 3))
    ]
    return Queue(
        queue_id=queue_id,
        name=str(queue_id),
        priority=dice.randint(0, 2),
        skills=tuple(SkillNeed(skill, level) for skill, level in some_skills(dice).items()),
        match=dice.choice(list(Match)),
        relax=tuple(steps),
        members=tuple(QueueMember(n, dice.randint(0, 1)) for n in range(1, AGENTS + 1) if dice.random() < 0.3),
        strategy=dice.choice(list(Strategy)),
    )


def some_move(dice: Random) -> tuple[object, ...]:
    agent_id, queue_id = dice.randint(1, AGENTS), dice.randint(1, QUEUES)
    match dice.choices(
        ("call", "free", "busy", "gives up", "others", "skills", "queue", "time"), (8, 6, 2, 2, 1, 1, 1, 3)
    )[0]:
        case "call":
            own = some_skills(dice) if dice.random() < 0.3 else {}
            only = agent_id if dice.random() < 0.2 else None
            return "call", queue_id, own, dice.choice([None, None, 0, 1, 2]), only
        case "free":
            return "free", agent_id, dice.randint(0, 2), dice.randint(0, 2)
        case "skills":
            return "skills", agent_id, some_skills(dice)
        case "queue":
            return "queue", some_queue(dice, queue_id)
        case "time":
            return "time", dice.choice([1, 5, 10])
        case "busy":
            return "busy", agent_id
        case what:
            return what, dice.randint(0, 50)


@dataclass
class Both:
    """The index and the oracle, told the same."""

    index: Routing
    oracle: Oracle
    now_s: float = 0.0
    calls: int = 0
    given: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def do(self, move: tuple[object, ...]) -> None:
        match move:
            case ("call", int(queue_id), dict(skills), priority, only):
                self.call(queue_id, skills, priority, only)
            case ("free", int(agent_id), int(calls), int(ongoing)):
                worker = self.oracle.workers[agent_id]
                worker.free, worker.since_s, worker.calls, worker.ongoing = True, self.now_s, calls, ongoing
                self.index.free(agent_id, Medium.AUDIO, Standing(self.now_s, calls, ongoing))
            case ("busy", int(agent_id)):
                self.oracle.workers[agent_id].free = False
                self.index.take(agent_id, Medium.AUDIO)
            case ("skills", int(agent_id), dict(skills)):
                self.oracle.workers[agent_id].skills = skills
                self.index.set_agent(agent_id, skills)
            case ("gives up" | "others" as what, int(n)) if self.oracle.callers:
                self.of_caller(str(what), list(self.oracle.callers)[n % len(self.oracle.callers)])
            case ("queue", Queue() as queue):
                self.queue(queue)
            case ("time", int(seconds)):
                self.now_s += seconds
                self.relax()

    def queue(self, queue: Queue) -> None:
        self.oracle.queues[queue.queue_id] = queue
        for caller in self.oracle.callers.values():
            if caller.queue_id == queue.queue_id:
                caller.step = min(caller.step, len(queue.relax))
        self.index.set_queue(queue)

    def call(self, queue_id: int, skills: dict[str, int], priority: object, only: object) -> None:
        assert priority is None or isinstance(priority, int)
        assert only is None or isinstance(only, int)
        self.calls += 1
        name = f"c{self.calls}"
        urgency = self.oracle.queues[queue_id].priority if priority is None else priority
        self.oracle.callers[name] = Caller(name, queue_id, self.now_s, urgency, dict(skills), only=only)
        own = [SkillNeed(skill, level) for skill, level in skills.items()]
        self.index.add(name, queue_id, self.now_s, skills=own, priority=priority, agent_id=only)

    def of_caller(self, what: str, name: str) -> None:
        if what == "gives up":
            del self.oracle.callers[name]
            self.index.remove(name)
        else:
            self.oracle.callers[name].only = None
            self.index.ask_others(name)

    def relax(self) -> None:
        for caller in self.oracle.callers.values():
            need = self.index.waiting[caller.call].need
            waited_s = self.now_s - caller.since_s
            caller.step, _ = next_step(self.oracle.queues[caller.queue_id], need, waited_s)
            self.index.relax(caller.call, self.now_s)

    def settle(self) -> None:
        """Until nobody is left to be paired; each time both must say the same."""
        while True:
            found, wanted = self.index.next_pairing(), self.oracle.next_pairing()
            assert (None if found is None else (found.call, found.agent_ids)) == wanted
            if found is None or wanted is None:
                return
            self.given.append(wanted)
            self.index.remove(found.call)
            del self.oracle.callers[found.call]
            for agent_id in found.agent_ids:
                self.index.take(agent_id, Medium.AUDIO)
                self.oracle.workers[agent_id].free = False


def both(ageing_s: float, at_first: list[Queue]) -> Both:
    told = Both(Routing(ageing_s=ageing_s), Oracle(ageing_s))
    for queue in at_first:
        told.queue(queue)
    for agent_id in range(1, AGENTS + 1):
        told.oracle.workers[agent_id] = Worker(agent_id, agent_id, {})
        told.index.set_agent(agent_id, {})
    return told


@pytest.mark.covers("OC-011", "OC-107", "OC-010", "CP-049", "U-09", "I42")
@pytest.mark.parametrize("seed", range(200))
def test_the_index_pairs_whom_brute_force_pairs(seed: int) -> None:
    dice = Random(seed)
    told = both(dice.choice([0.0, 5.0]), [some_queue(dice, n) for n in range(1, QUEUES + 1)])
    for _ in range(MOVES):
        told.do(some_move(dice))
        if dice.random() < 0.3:
            told.settle()
    told.settle()
    for queue_id in told.oracle.queues:
        waiting = [c for c in told.oracle.callers.values() if c.queue_id == queue_id]
        in_order = [c.call for c in sorted(waiting, key=told.oracle.place)]
        assert told.index.line_of(queue_id) == in_order
        assert [told.index.position(call) for call in in_order] == list(range(len(in_order)))
