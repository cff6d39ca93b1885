"""Callers and their places, from the door of a queue to their one end: everything about a queue entry but the phone.

It joins the parts of this package for whoever has the call: says what an overflow rule wants done, when to look at an
entry again, and who is to be offered (`routing.next_pairing`). Each change is a step of `ENTRY_LIFE`. Who came back,
by themselves or because we called, has the place from before.

`now_s` is the wall clock: places outlive engines. A clock that was set back makes nobody wait longer (I48).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from busyhour.core.acd.figures import ENTERED, SENT_ON, abandoned, answered, distributed, talked
from busyhour.core.acd.leavers import Leavers
from busyhour.core.acd.needs import in_order, next_step
from busyhour.core.acd.overflow import CROWDED, Overflow, Path, QueueLoad, next_look_s, on_arrival, while_waiting
from busyhour.core.acd.promises import Promises
from busyhour.core.acd.routing import Routing
from busyhour.core.acd.waits import WaitEstimate
from busyhour.core.life.entry import ENTRY_LIFE, EntryCause, EntryState
from busyhour.core.life.table import step
from busyhour.core.model.callers import Callback
from busyhour.core.model.counts import bucket_of
from busyhour.core.model.queue import OverflowAction, SkillNeed
from busyhour.core.model.queue_counts import QueueCounts

BUCKETS_MAX: Final = 2 * 96  # quarters of an hour of which a queue's figures are at hand: two days
ENTRIES_MAX: Final = 20_000  # callers of a shard, waiting or promised

PROMISED: Final = EntryState.PROMISED
STAYS: Final = frozenset({OverflowAction.ANNOUNCE_THEN_QUEUE, OverflowAction.OFFER_CALLBACK})
ENDS: Final = frozenset({OverflowAction.ANNOUNCE_THEN_HANGUP, OverflowAction.REJECT})


@dataclass(slots=True)
class Entry:
    call: str
    queue_id: int
    number: str
    since_s: float  # from when the place counts
    entered_s: float  # this queue, this time: from when the wait counts
    skills: tuple[SkillNeed, ...] = ()
    priority: int | None = None
    agent_id: int | None = None  # nobody else is asked until `agent_until_s`
    agent_until_s: float = 0.0
    relaxed: int = 0  # steps, when it was last in the line
    path: Path = field(default_factory=Path)
    state: EntryState = EntryState.QUEUED
    to_tail: bool = False
    queued: bool = False  # it had to wait for an agent

    def waited_s(self, now_s: float) -> float:
        return max(0.0, now_s - self.entered_s)


@dataclass(slots=True)
class Entries:
    routing: Routing
    leavers: Leavers
    promises: Promises = field(default_factory=Promises)
    entries: dict[str, Entry] = field(default_factory=dict)
    let_in: dict[str, int] = field(default_factory=dict)  # call -> queue: there is a place for who is being answered
    estimates: dict[int, WaitEstimate] = field(default_factory=dict)
    counts: dict[int, dict[int, QueueCounts]] = field(default_factory=dict)  # queue -> quarter of an hour
    counted: dict[tuple[int, int], None] = field(default_factory=dict)  # since they were last kept
    call_s: Callable[[int], float] | None = None  # the mean call of a queue, where it is known
    is_closed: Callable[[int], bool] = lambda _: False

    # In

    def enter(self, entry: Entry, now_s: float) -> Overflow | None:
        """A caller stands at the door. What a rule wants done with them; None: they wait."""
        back_s = self._back_since(entry, now_s)
        if back_s is not None:
            entry.since_s = min(entry.since_s, back_s)
        entry.skills = in_order(entry.skills)
        if entry.agent_id is not None and not self.routing.serves(entry.agent_id, entry.queue_id, entry.skills):
            entry.agent_id = None
        entry.path = entry.path.entered(entry.queue_id)
        self.entries[entry.call] = entry
        self._count(entry.queue_id, now_s, ENTERED)
        if len(self.entries) > ENTRIES_MAX:
            load = QueueLoad(waiting=1, waiting_in_all=1, waiting_max=1, wait_s=0.0, logged=1, closed=False)
            return self._stopped(entry, on_arrival((), load, entry.path), now_s)
        return self._to_line(entry, now_s, let_in=self.let_in.pop(entry.call, None) == entry.queue_id)

    def restore(self, entry: Entry, now_s: float) -> None:
        """As stored by the engine before us, and still on the line: to the same place. Offers and messages ended with
        that engine."""
        if entry.state is not PROMISED:
            entry.state = EntryState.QUEUED
        self.entries[entry.call] = entry
        self._line_up(entry, now_s)

    def went_on(self, call: str, now_s: float) -> Overflow | None:
        """The message is over, and led back to the queue. Who is there already heard it from the engine before us."""
        entry = self.entries.get(call)
        if entry is None or entry.state is not EntryState.OVERFLOW:
            return None
        self._move(entry, EntryCause.WENT_ON)
        if entry.to_tail:
            entry.since_s, entry.to_tail = now_s, False
        return self._to_line(entry, now_s)

    def _to_line(self, entry: Entry, now_s: float, *, let_in: bool = False) -> Overflow | None:
        queue = self.routing.queues[entry.queue_id]
        found = on_arrival(queue.overflow, self.load(entry.queue_id), entry.path, let_in=let_in)
        if found is not None:
            return self._stopped(entry, found, now_s)
        self._line_up(entry, now_s)
        return None

    def _line_up(self, entry: Entry, now_s: float) -> None:
        self.routing.add(
            entry.call,
            entry.queue_id,
            entry.since_s,
            skills=entry.skills,
            priority=entry.priority,
            agent_id=entry.agent_id,
            step=entry.relaxed,
        )
        self._changed(entry.queue_id, now_s)

    # Waiting

    def due(self, call: str, now_s: float) -> Overflow | None:
        """Its next look has come: ask for less, ask others, or do what a rule wants."""
        entry = self.entries.get(call)
        if entry is None or call not in self.routing.waiting:
            return None
        if entry.agent_id is not None and now_s >= entry.agent_until_s:
            entry.agent_id = None
            self.routing.ask_others(call)
        self.routing.relax(call, now_s)
        if entry.state is PROMISED:
            return None  # nobody is on the line to be told anything
        rules = self.routing.queues[entry.queue_id].overflow
        load = self.load(entry.queue_id)
        found = while_waiting(rules, load, entry.path, entry.waited_s(now_s))
        return self._stopped(entry, found, now_s) if found is not None else None

    def next_look_s(self, call: str, now_s: float) -> float | None:
        """After how long `due` is to be asked for; None = nothing changes by waiting alone."""
        entry = self.entries[call]
        if call not in self.routing.waiting:
            return None
        queue = self.routing.queues[entry.queue_id]
        need = self.routing.waiting[call].need
        ahead = [
            next_step(queue, need, max(0.0, now_s - entry.since_s))[1],
            next_look_s(queue.overflow, entry.path, entry.waited_s(now_s)) if entry.state is not PROMISED else None,
            max(0.0, entry.agent_until_s - now_s) if entry.agent_id is not None else None,
        ]
        return min((later_s for later_s in ahead if later_s is not None), default=None)

    def told_s(self, call: str) -> float:
        """How long this caller will wait, as far as can be said."""
        entry = self.entries[call]
        return self._wait_s(entry.queue_id, self.routing.position(call))

    # Offers

    def offered(self, call: str, now_s: float, *, agents: int = 1) -> Entry:
        """To so many, whose phones ring or who are joined at once: it is in no line meanwhile."""
        entry = self.entries[call]
        self._count(entry.queue_id, now_s, distributed(agents))
        entry.queued = entry.queued or now_s > entry.entered_s
        self._leave_line(entry, now_s)
        self._move(entry, EntryCause.OFFERED)
        return entry

    def withdrawn(self, call: str, now_s: float) -> None:
        """Nobody answered: it is where it was, with its age, and rules that came due meanwhile fire now (OC-101)."""
        entry = self.entries[call]
        self._move(entry, EntryCause.WITHDRAWN)
        self._line_up(entry, now_s)

    def answered(self, call: str, now_s: float) -> Entry:
        """An agent has the caller: the end of the entry."""
        entry = self.entries.pop(call)
        self._move(entry, EntryCause.ANSWERED)
        level_s = self.routing.queues[entry.queue_id].level_s
        self._count(entry.queue_id, now_s, answered(entry.waited_s(now_s), level_s))
        if entry.queued:
            self._estimate(entry.queue_id).started(now_s)
        return entry

    def taken_over(self, entry: Entry, now_s: float) -> Entry:
        """As `answered`, by an offer of the engine before, which did not live to hear of it."""
        entry.state = EntryState.OFFERED
        self.entries[entry.call] = entry
        return self.answered(entry.call, now_s)

    # Out

    def hung_up(self, call: str, now_s: float) -> Entry:
        """The caller gave up, wherever they were. Their place is kept for a while."""
        entry = self.entries.pop(call)
        if entry.state is EntryState.QUEUED:
            self._leave_line(entry, now_s)
        self._move(entry, EntryCause.GAVE_UP)
        level_s = self.routing.queues[entry.queue_id].level_s
        self._count(entry.queue_id, now_s, abandoned(entry.waited_s(now_s), level_s))
        self._estimate(entry.queue_id).left(now_s)
        self.leavers.left(entry.queue_id, entry.number, entry.since_s, now_s)
        return entry

    def sent_away(self, call: str, now_s: float) -> Entry:
        """They leave this queue by an order, not by a rule of it: an agent or the API sends them elsewhere."""
        entry = self.entries.pop(call)
        if entry.state is EntryState.QUEUED:
            self._leave_line(entry, now_s)
        if entry.state is EntryState.OFFERED:
            self._move(entry, EntryCause.WITHDRAWN)
        self._move(entry, EntryCause.SENT_ON)
        self._count(entry.queue_id, now_s, SENT_ON)
        return entry

    def _stopped(self, entry: Entry, found: Overflow | None, now_s: float) -> Overflow | None:
        """A rule has fired: they hear something and go on, or they leave this queue."""
        assert found is not None
        if entry.call in self.routing.waiting:
            self._leave_line(entry, now_s)
        entry.path = entry.path.after(found.rule_no)
        if found.action in STAYS:
            entry.to_tail = found.rule.to_tail
            self._move(entry, EntryCause.OVERFLOWED)
        else:
            self._move(entry, EntryCause.SENT_ON)
            del self.entries[entry.call]
            self._count(entry.queue_id, now_s, SENT_ON)
        return found

    # Callbacks

    def promised(self, call: str, callback: Callback, now_s: float) -> Callback | None:
        """The caller takes a callback and may hang up: it stands in the line in their place. None: it cannot be
        promised, or an agent is being rung for them already; they are where they were."""
        entry = self.entries.get(call)
        if entry is None or EntryCause.PROMISED not in ENTRY_LIFE[entry.state]:
            return None
        kept = self.promises.promise(callback)
        if kept is None:
            return None
        del self.entries[call]
        if entry.state is EntryState.QUEUED:
            self._leave_line(entry, now_s)
        self._move(entry, EntryCause.PROMISED)
        self._count(entry.queue_id, now_s, SENT_ON)
        if kept.callback not in self.entries:
            entry.call, entry.since_s = kept.callback, kept.since_utc_s
            self.entries[entry.call] = entry
            self._line_up(entry, now_s)
        return kept

    def promise(self, callback: Callback, now_s: float) -> Callback | None:
        """A caller who never waited in this queue is promised a call back. None: it cannot be."""
        kept = self.promises.promise(callback)
        if kept is not None and kept.callback not in self.entries:
            entry = Entry(kept.callback, kept.queue_id, kept.number, kept.since_utc_s, now_s, state=PROMISED)
            self.entries[entry.call] = entry
            self._line_up(entry, now_s)
        return kept

    def callback_taken(self, callback: str, now_s: float) -> None:
        """Its turn has come, or it was put off: it is in no line until `callback_waits`."""
        self._leave_line(self.entries[callback], now_s)

    def callback_waits(self, callback: str, now_s: float) -> None:
        """It waits for its turn again, at its old place."""
        self._line_up(self.entries[callback], now_s)

    def callback_over(self, callback: str, now_s: float, *, back: bool) -> None:
        """The caller is on the line again (`back`), or the callback was given up."""
        entry = self.entries.pop(callback)
        if callback in self.routing.waiting:
            self._leave_line(entry, now_s)
        self._move(entry, EntryCause.CAME_BACK if back else EntryCause.GAVE_UP)

    def _back_since(self, entry: Entry, now_s: float) -> float | None:
        """From when the place of a caller counts who has one: they are called back no more, or hung up lately."""
        callback = self.promises.of_number(entry.queue_id, entry.number)
        left_s = self.leavers.place_of(entry.queue_id, entry.number, now_s)
        if callback is None:
            return left_s
        if callback.callback in self.entries:
            self.callback_over(callback.callback, now_s, back=True)
        promised_s = self.promises.came_back(entry.queue_id, entry.number)
        return min((since_s for since_s in (left_s, promised_s) if since_s is not None), default=None)

    def missed(self, queue_id: int, came_s: float, ended_s: float, *, closed: bool) -> None:
        """Somebody called and hung up while no engine was there. `closed`: they would not have been let in."""
        level_s = self.routing.queues[queue_id].level_s
        self._count(queue_id, came_s, ENTERED)
        self._count(queue_id, came_s, SENT_ON if closed else abandoned(ended_s - came_s, level_s))

    # Figures

    def talked(self, queue_id: int, talk_s: float, now_s: float) -> None:
        """A conversation with a caller of this queue is over."""
        self._count(queue_id, now_s, talked(talk_s))

    def at_door(self, call: str, queue_id: int, path: Path) -> Overflow | None:
        """What a rule would want done with a caller who is not answered yet; None: they have a place from now on, until
        they enter or are `gone`. Who has one already counts as waiting, unless an agent is free for them."""
        load = self.load(queue_id)
        coming = sum(to == queue_id for to in self.let_in.values()) - self.routing.free_count(queue_id)
        if coming > 0:
            waiting, in_all = load.waiting + coming, load.waiting_in_all + coming
            load = replace(load, waiting=waiting, waiting_in_all=in_all)
        found = on_arrival(self.routing.queues[queue_id].overflow, load, path.entered(queue_id))
        if found is None:
            self.let_in[call] = queue_id
        return found

    def why_no_room(self, queue_id: int) -> str:
        """Why a caller who is sent here now would be let go for want of room; empty: they would not be."""
        path = Path().entered(queue_id)
        found = on_arrival(self.routing.queues[queue_id].overflow, self.load(queue_id), path)
        return found.why if found is not None and found.action in ENDS and found.rule.trigger in CROWDED else ""

    def gone(self, call: str) -> None:
        """The call is over: its place at the door, if it had one, is free."""
        self.let_in.pop(call, None)

    def _count(self, queue_id: int, now_s: float, one: QueueCounts) -> None:
        buckets = self.counts.setdefault(queue_id, {})
        bucket = bucket_of(now_s)
        buckets[bucket] = buckets.get(bucket, QueueCounts()) + one
        self.counted[queue_id, bucket] = None
        if len(buckets) > BUCKETS_MAX:
            del buckets[min(buckets)]

    def load(self, queue_id: int) -> QueueLoad:
        """As a caller at the door finds it."""
        queue = self.routing.queues[queue_id]
        waiting = self.routing.waiting_count(queue_id)
        return QueueLoad(
            waiting=waiting,
            waiting_in_all=len(self.routing.waiting),
            waiting_max=queue.waiting_max,
            wait_s=self._wait_s(queue_id, waiting) if waiting or not self.routing.free_count(queue_id) else 0.0,
            logged=self.routing.logged_count(queue_id),
            closed=self.is_closed(queue_id),
        )

    def _wait_s(self, queue_id: int, ahead: int) -> float:
        estimate = self._estimate(queue_id)
        return estimate.wait_s(ahead) if self.call_s is None else estimate.wait_s(ahead, self.call_s(queue_id))

    def _estimate(self, queue_id: int) -> WaitEstimate:
        return self.estimates.setdefault(queue_id, WaitEstimate())

    def _changed(self, queue_id: int, now_s: float) -> None:
        waiting, agents = self.routing.waiting_count(queue_id), self.routing.logged_count(queue_id)
        self._estimate(queue_id).changed(now_s, waiting=waiting, agents=agents)

    # Moves

    def _leave_line(self, entry: Entry, now_s: float) -> None:
        entry.relaxed = self.routing.waiting[entry.call].need.step
        self.routing.remove(entry.call)
        self._changed(entry.queue_id, now_s)

    def _move(self, entry: Entry, cause: EntryCause) -> None:
        entry.state = step(ENTRY_LIFE, entry.state, cause)
