"""Tell routing what happens, as text, and read what it does. A test reads like the log of a call.

    0   free ann              an event: seconds, verb, words
        > c1 to ann           what must follow, in order

A call that is given to an agent leaves the queue, and the agent is busy, until the story says otherwise. Agents are
numbered in the order of their names; queues in the order in which they are given.
"""

from dataclasses import dataclass, field

from busyhour.core.acd.needs import skills_of
from busyhour.core.acd.pool import Standing
from busyhour.core.acd.routing import Routing
from busyhour.core.model.queue import Medium, Queue, QueueMember

NAMES = ("ann", "bob", "cid", "dee", "eve")


def members(*names: str, tier: int = 0) -> tuple[QueueMember, ...]:
    return tuple(QueueMember(NAMES.index(name) + 1, tier) for name in names)


@dataclass
class Log:
    queues: list[Queue]
    agents: dict[str, str]  # name -> skills
    ageing_s: float = 0.0
    routing: Routing = field(default_factory=Routing)
    now_s: float = 0.0
    since_s: dict[str, float] = field(default_factory=dict)  # of the calls
    queue_of: dict[str, int] = field(default_factory=dict)
    calls_of: dict[str, int] = field(default_factory=dict)
    chats_of: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    whys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.routing.ageing_s = self.ageing_s
        for name, skills in self.agents.items():
            needs, left_out = skills_of(skills)
            assert not left_out
            self.routing.set_agent(self.id_of(name), {need.skill: need.level for need in needs})
            self.routing.log_on(self.id_of(name))
        for queue in self.queues:
            self.routing.set_queue(queue)

    def id_of(self, name: str) -> int:
        return NAMES.index(name) + 1

    def run(self, story: str) -> None:
        """Fails with the whole story as it went, beside the one that was wanted."""
        wanted = [line.strip() for line in story.strip().splitlines() if line.strip()]
        for line in wanted:
            if not line.startswith(">"):
                self.event(line)
        assert self.told == wanted

    def event(self, line: str) -> None:
        seconds, verb, *words = line.split()
        self.told.append(line)
        self.now_s = float(seconds)
        getattr(self, f"on_{verb.replace('-', '_')}")(*words)
        self.settle()

    def settle(self) -> None:
        while (pairing := self.routing.next_pairing()) is not None:
            names = [NAMES[agent_id - 1] for agent_id in pairing.agent_ids]
            self.told.append(f"> {pairing.call} to {' '.join(names)}")
            self.whys.append(str(pairing))
            self.routing.remove(pairing.call)
            medium = self.routing.queues[pairing.queue_id].medium
            for name in names:
                self.calls_of[name] = self.calls_of.get(name, 0) + 1
                self.routing.take(self.id_of(name), medium)

    # Events

    def on_free(self, name: str, medium: str = "audio") -> None:
        standing = Standing(self.now_s, self.calls_of.get(name, 0), self.chats_of.get(name, 0))
        self.routing.free(self.id_of(name), Medium(medium), standing)

    def on_has_chats(self, name: str, chats: str) -> None:
        self.chats_of[name] = int(chats)

    def on_busy(self, name: str) -> None:
        for medium in Medium:
            self.routing.take(self.id_of(name), medium)

    def on_logs_off(self, name: str) -> None:
        self.routing.log_off(self.id_of(name))

    def on_call(self, call: str, queue: str, *words: str) -> None:
        """`call c1 sales [skills=de:2] [priority=0] [for=ann]`"""
        said = dict(word.split("=") for word in words)
        queue_id = next(q.queue_id for q in self.queues if q.name == queue)
        self.since_s[call], self.queue_of[call] = self.now_s, queue_id
        self.routing.add(
            call,
            queue_id,
            self.now_s,
            skills=skills_of(said.get("skills", ""))[0],
            priority=int(said["priority"]) if "priority" in said else None,
            agent_id=self.id_of(said["for"]) if "for" in said else None,
        )

    def on_back(self, call: str) -> None:
        """Nobody answered the offer: it is where it was, with its age."""
        self.routing.add(call, self.queue_of[call], self.since_s[call])

    def on_hangs_up(self, call: str) -> None:
        self.routing.remove(call)

    def on_waits(self, call: str) -> None:
        """Its next deadline has come."""
        self.routing.relax(call, self.now_s)

    def on_others(self, call: str) -> None:
        self.routing.ask_others(call)

    def on_settings(self, queue: str) -> None:
        """The queue is as `queues` says now."""
        self.routing.set_queue(next(q for q in self.queues if q.name == queue))
