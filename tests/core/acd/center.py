"""A small center on virtual time: callers, agents, and a ledger of its own that says what each caller lived through.

Nothing here decides who gets whom; it rings, answers, hangs up, and writes down. Agents let calls ring now and then;
callers give up, call again, take a callback; the engine dies and is begun anew from what was kept.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from random import Random

from busyhour.core.acd.capacity import after_miss
from busyhour.core.acd.entries import Entries, Entry
from busyhour.core.acd.leavers import Leavers
from busyhour.core.acd.overflow import Overflow
from busyhour.core.acd.pool import Standing
from busyhour.core.acd.promises import CallbackPicture, Promises
from busyhour.core.acd.routing import Routing
from busyhour.core.life.callback import CallbackState
from busyhour.core.model.callers import Callback
from busyhour.core.model.campaign import Hours
from busyhour.core.model.queue import CallbackRule, Medium, OverflowAction, Queue
from tests.core.acd.offer import Offer
from tests.core.acd.turns import turn_came
from tests.core.story import NOON_UTC_S

AUDIO = Medium.AUDIO
MESSAGE_S = 5.0
KEEP_S = 120.0


@dataclass
class Lived:
    """What became of one caller: one line of the ledger."""

    queue_id: int
    came_s: float
    number: str
    end: str = ""  # answered, gave up, turned away, promised, called back
    end_s: float = 0.0
    rung: int = 0  # offers


@dataclass
class Center:
    dice: Random
    queues: list[Queue]
    skills: dict[int, dict[str, int]]
    calls_per_s: float
    talk_s: float = 60.0
    patience_s: float = 90.0
    misses: float = 0.1  # offers that ring out
    dies_every_s: float = 0.0
    now_s: float = NOON_UTC_S
    no: int = 0
    entries: Entries = field(init=False)
    ledger: dict[str, Lived] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    missed: dict[int, int] = field(default_factory=dict)
    agenda: list[tuple[float, int, str, str]] = field(default_factory=list)
    looked: dict[str, float] = field(default_factory=dict)  # call -> when its next look is due
    dialed: dict[str, int] = field(default_factory=dict)  # callback -> how often its number rang
    taken: deque[tuple[str, float, str]] = field(default_factory=deque)  # call, since, of which queue: as offered

    def __post_init__(self) -> None:
        self.begin()
        for agent_id in self.skills:
            self.entries.routing.free(agent_id, AUDIO, Standing(self.now_s))
        self.at(0.0, "comes", "")
        if self.dies_every_s:
            self.at(self.dies_every_s, "dies", "")

    def begin(self) -> None:
        """An engine: its agents and queues as configured, nobody in line."""
        self.entries = Entries(Routing(), Leavers(KEEP_S))
        for agent_id, skills in self.skills.items():
            self.entries.routing.set_agent(agent_id, skills)
            self.entries.routing.log_on(agent_id)
        for queue in self.queues:
            self.entries.routing.set_queue(queue)

    def run(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.agenda and self.agenda[0][0] <= until_s:
            self.now_s, _, what, name = heappop(self.agenda)
            getattr(self, f"on_{what}")(name)
            self.settle()

    def at(self, after_s: float, what: str, name: str) -> None:
        self.no += 1
        heappush(self.agenda, (self.now_s + after_s, self.no, what, name))

    def settle(self) -> None:
        while (pairing := self.entries.routing.next_pairing()) is not None:
            for agent_id in pairing.agent_ids:
                self.entries.routing.take(agent_id, AUDIO)
            if pairing.call in self.entries.promises.callbacks:
                self.turn_came(pairing.call, pairing.agent_ids[0])
                continue
            entry = self.entries.offered(pairing.call, self.now_s)
            self.taken.append((entry.call, entry.since_s, str(entry.queue_id)))
            self.ledger[entry.call].rung += 1
            self.offers[entry.call] = Offer.to(entry.call, pairing.agent_ids)
            for agent_id in pairing.agent_ids:
                late = self.dice.random() < self.misses
                self.at(20.0 if late else self.dice.uniform(1, 8), "rings", f"{entry.call} {agent_id} {int(late)}")

    # Callers

    def on_comes(self, _: str) -> None:
        self.at(self.dice.expovariate(self.calls_per_s), "comes", "")
        self.comes(f"+{self.dice.randrange(40)}")

    def comes(self, number: str) -> None:
        self.no += 1
        call, queue = f"c{self.no}", self.dice.choice(self.queues)
        self.ledger[call] = Lived(queue.queue_id, self.now_s, number)
        entry = Entry(call, queue.queue_id, number, self.now_s, self.now_s)
        self.follow(call, self.entries.enter(entry, self.now_s))
        self.at(self.dice.expovariate(1 / self.patience_s), "gives_up", call)

    def follow(self, call: str, found: Overflow | None) -> None:
        """Do what a rule wants; else wait for the next look."""
        if found is None:
            if (later_s := self.entries.next_look_s(call, self.now_s)) is not None:
                self.looked[call] = self.now_s + later_s
                self.at(later_s, "look", call)
        elif found.action is OverflowAction.ANNOUNCE_THEN_QUEUE:
            self.at(MESSAGE_S, "message_over", call)
        elif found.action is OverflowAction.OFFER_CALLBACK:
            self.at(MESSAGE_S, "chooses", call)
        else:
            self.end(call, "turned away")

    def on_look(self, call: str) -> None:
        if self.looked.get(call) == self.now_s and call in self.entries.routing.waiting:
            self.follow(call, self.entries.due(call, self.now_s))

    def on_message_over(self, call: str) -> None:
        if call in self.entries.entries:
            self.follow(call, self.entries.went_on(call, self.now_s))

    def on_chooses(self, call: str) -> None:
        """A callback, or to go on waiting."""
        entry = self.entries.entries.get(call)
        if entry is None:
            return
        if self.dice.random() < 0.5:
            self.on_message_over(call)
            return
        rule = CallbackRule(hours=Hours(), attempts_max=2, retry_s=60.0)
        asked = Callback(
            callback=f"k{call}",
            queue_id=entry.queue_id,
            number=entry.number,
            rule=rule,
            since_utc_s=entry.since_s,
            promised_utc_s=self.now_s,
        )
        if self.entries.promised(call, asked, self.now_s) is not None:
            self.end(call, "promised")  # else an agent is being rung for them: a new engine asked nobody to wait

    def on_gives_up(self, call: str) -> None:
        if call not in self.entries.entries:
            return
        self.entries.hung_up(call, self.now_s)
        self.end(call, "gave up")
        offer = self.offers.pop(call, None)
        for agent_id in offer.ringing if offer is not None else ():
            self.on_free(str(agent_id))
        if self.dice.random() < 0.3:
            self.at(self.dice.uniform(1, 2 * KEEP_S), "again", self.ledger[call].number)

    def on_again(self, number: str) -> None:
        self.comes(number)

    def end(self, call: str, how: str) -> None:
        lived = self.ledger[call]
        assert not lived.end, f"{call} ended twice: {lived.end}, {how}"
        lived.end, lived.end_s = how, self.now_s

    # Agents

    def on_rings(self, name: str) -> None:
        call, agent_id, late = name.split()
        offer = self.offers.get(call)
        if offer is None or int(agent_id) not in offer.ringing:
            return
        if not int(late) and offer.answered(int(agent_id)):
            del self.offers[call]
            self.missed[int(agent_id)] = 0
            self.entries.answered(call, self.now_s)
            self.end(call, "answered")
            self.at(self.dice.expovariate(1 / self.talk_s), "free", agent_id)
            for loser in offer.losers:
                self.on_free(str(loser))
        elif int(late):
            self.misses_one(offer, int(agent_id))

    def misses_one(self, offer: Offer, agent_id: int) -> None:
        self.missed[agent_id] = self.missed.get(agent_id, 0) + 1
        rest = after_miss(self.queues[0].miss, self.missed[agent_id]).rest_s
        self.at(60.0 if rest is None else rest, "free", str(agent_id))  # paused: they come back by themselves
        if offer.missed(agent_id):
            del self.offers[offer.call]
            self.entries.withdrawn(offer.call, self.now_s)
            self.follow(offer.call, None)

    def on_free(self, name: str) -> None:
        self.entries.routing.free(int(name), AUDIO, Standing(self.now_s))

    # Callbacks

    def turn_came(self, callback: str, agent_id: int) -> None:
        self.entries.callback_taken(callback, self.now_s)
        picture = CallbackPicture(utc_s=self.now_s, zones=("UTC",), on_dnc=False, number_live=False)
        promise = self.entries.promises.callbacks[callback]
        if not turn_came(self.entries.promises, callback, picture):
            self.put_off(promise)
            self.on_free(str(agent_id))
            return
        self.dialed[callback] = self.dialed.get(callback, 0) + 1
        self.at(10.0, "dial_ends", f"{callback} {agent_id} {int(self.dice.random() < 0.6)}")

    def on_dial_ends(self, name: str) -> None:
        callback, agent_id, reached = name.split()
        promise = self.entries.promises.callbacks.get(callback)
        if promise is None:  # the caller called again meanwhile
            self.on_free(agent_id)
            return
        if int(reached):
            self.entries.promises.reached(callback)
            self.entries.callback_over(callback, self.now_s, back=True)
            self.at(self.dice.expovariate(1 / self.talk_s), "free", agent_id)
        else:
            self.entries.promises.unreached(callback, self.now_s)
            self.put_off(promise)
            self.on_free(agent_id)

    def put_off(self, promise: Callback) -> None:
        if promise.state is CallbackState.PUT_OFF:
            assert promise.due_utc_s is not None
            self.at(promise.due_utc_s - self.now_s, "callback_due", promise.callback)
        else:
            self.entries.callback_over(promise.callback, self.now_s, back=False)

    def on_callback_due(self, callback: str) -> None:
        if self.entries.promises.due(callback, self.now_s):
            self.entries.callback_waits(callback, self.now_s)

    # The engine dies

    def on_dies(self, _: str) -> None:
        """A new one has what was kept: entries, callbacks, figures, who left, and who is free or not."""
        self.at(self.dies_every_s, "dies", "")
        old, lines = self.entries, self.lines()
        in_line = {call for line in lines for call in line}
        free = [a for a in self.skills if old.routing.is_free(a, AUDIO)]
        self.begin()
        self.entries.counts, self.entries.leavers = old.counts, old.leavers
        self.entries.promises = Promises()
        for callback in old.promises.callbacks.values():
            self.entries.promises.restore(callback)
        for agent_id in free:
            self.on_free(str(agent_id))
        offered = {agent_id for offer in self.offers.values() for agent_id in offer.ringing}
        self.offers.clear()
        for entry in old.entries.values():
            callback = old.promises.callbacks.get(entry.call)
            if callback is None or callback.state is CallbackState.WAITING:
                self.entries.restore(replace(entry), self.now_s)
                self.follow(entry.call, None)
            else:
                self.entries.entries[entry.call] = entry  # its dial, or the time it was put off to, goes on
        assert [[c for c in line if c in in_line] for line in self.lines()] == lines, "each one where they were"
        for agent_id in sorted(offered):
            self.on_free(str(agent_id))

    def lines(self) -> list[list[str]]:
        return [self.entries.routing.line_of(queue.queue_id) for queue in self.queues]
