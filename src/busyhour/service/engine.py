"""The engine: one task owns one tenant's floor.

    facts, requests -> queue -> handle -> keep (`keeping.py`) and perform -> facts ...

A call is placed only when its intent is committed. When the database is away, nothing new is dialed, what is to be
kept waits in order and in memory, and calls that are up go on. A bug of ours (an exception in the floor) stops
this floor loudly; it is begun anew from what the store and the PBX have.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import structlog

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model.values import EndCause
from busyhour.service import asking, fences
from busyhour.service.alarm import Alarm
from busyhour.service.beginning import floor_started, known_to
from busyhour.service.errors import FenceLost, StoreDown, StoreRewound, Unavailable
from busyhour.service.heard import FROM_PBX, answers_heard, ends_heard, forget_older
from busyhour.service.journal import Journal
from busyhour.service.keeping import Keeper
from busyhour.service.live import LiveView
from busyhour.service.ports import Clock, Store, Telephony
from busyhour.service.rates import Rates
from busyhour.service.requests import Requests
from busyhour.service.spellings import Spellings
from busyhour.service.turns import Turns

BATCH_MAX = 500  # events of one transaction
HISTORY_MAX = 1_000  # events kept for the report of a fault
INTENT_AGE_MAX_S = 5.0  # an intent committed later than this is not sent any more (I6)
LOOK_EVERY_S = 10.0  # between two looks at what the PBX has
TICK_S = 0.001  # deadlines nearer than this wait as long
RESTART_WAIT_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

ASTRAY = (c.Join, c.Hold, c.HangUpCall)  # orders that put right where a customer is, when they say why
LOSABLE = (*FROM_PBX, e.PhoneRegistered, e.PhoneGone)

log = structlog.get_logger("engine")


class Engine:
    """Runs one tenant's floor until stopped."""

    def __init__(
        self,
        tenant: int,
        *,
        store: Store,
        telephony: Telephony,
        clock: Clock,
        owner: str,
        queue_max: int,
        journal: Journal | None = None,  # in memory only, when none is given
    ) -> None:
        self.tenant = tenant
        self.live = LiveView(self._lag_ms)
        self._store, self._telephony, self._clock, self._owner = store, telephony, clock, fences.opener(owner)
        self._queue_max = queue_max
        self._queue: deque[tuple[e.Instant, e.Event]] = deque()  # and when it was put
        self._woken = Alarm()
        self._requests = Requests()
        self._intended_s: dict[str, float] = {}  # monotonic: intents that are being committed
        self._keeper = Keeper(tenant, store, self, clock, journal or Journal(clock))
        self._rates = Rates(clock)
        self._turns = Turns(self._spawn)
        self._tasks: dict[asyncio.Task[Any], None] = {}  # in the order in which they were begun
        self._history: deque[tuple[e.Instant, e.Event]] = deque(maxlen=HISTORY_MAX)
        self._links: dict[int, e.AgentLinked] = {}
        self._phones: dict[int, e.PhoneRegistered] = {}
        self._spellings = Spellings("")  # until the store says of which country
        self.floor: Floor | None = None
        self._watch: asyncio.Task[None] | None = None
        self._fence, self._handled, self._restarts, self._lag_s = 0, 0, 0, 0.0
        self._fenced = self._rewound = self._overflowed = self.running = self.leaving = False

    # What others give us

    def tell(self, event: e.Event) -> None:
        """A fact that nobody tells twice. Raises `Unavailable` when the queue is full."""
        if len(self._queue) >= self._queue_max:
            raise Unavailable("The engine has more to do than it can hear; try again in a few seconds.")
        self.put(event)

    def put(self, event: e.Event) -> None:
        """A fact of the PBX, or the answer to what we asked. Never blocks. When the queue is full, what the PBX says is
        dropped, and it is looked at anew; an answer comes once, and there are no more of them than was asked for."""
        if len(self._queue) >= self._queue_max and isinstance(event, LOSABLE):
            self._overflowed = True
            return
        match event:
            case e.AgentLinked():
                self._links[event.agent_id] = event
            case e.AgentUnlinked():
                known = self._links.get(event.agent_id)
                if known is not None and known.session == event.session:
                    del self._links[event.agent_id]
            case e.PhoneRegistered():
                self._phones[event.agent_id] = event
            case e.PhoneGone():
                self._phones.pop(event.agent_id, None)
        self._queue.append((self._clock.now(), event))
        self._woken.ring()

    async def ask(self, make: Callable[[str], e.Event]) -> None:
        """Put a request and wait for the core's answer. Raises `Conflict` when refused, `Unavailable` when late."""
        if not self.running:
            raise Unavailable("The engine is starting or recovering; try again in a few seconds.")
        await self._requests.ask(make, self.tell)

    # The life of the task

    async def run(self) -> None:
        """Until cancelled. Restarts the floor when it fails; ends when another engine has taken the shard."""
        failures = 0
        try:
            while True:
                try:
                    floor = await self._begin()
                    failures = 0
                    await self._loop(floor)
                except FenceLost:
                    log.critical("another engine owns this tenant now; stopping", tenant=self.tenant)
                    return
                except StoreRewound:
                    self.store_rewound()
                    log.critical("the database failed over; opening the shard anew", tenant=self.tenant)
                except (StoreDown, Unavailable) as fault:
                    failures = min(failures, 1)  # soon again: what is out of reach is not overloaded by one more try
                    log.warning("cannot begin yet", tenant=self.tenant, fault=str(fault))
                except Exception:
                    self._restarts += 1
                    log.exception("the floor failed and is begun anew", tenant=self.tenant, history=self._recent())
                self.running = False
                self._stop_watching()
                await asyncio.sleep(RESTART_WAIT_S[min(failures, len(RESTART_WAIT_S) - 1)])
                failures += 1
        finally:
            self.running = False
            self._stop_watching()
            await self._end()

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _begin(self) -> Floor:
        """Rebuild live state from the store and the PBX."""
        self._telephony.attach(self.tenant, self.put)
        asked_s = self._clock.now().mono_s
        picture = await self._keeper.open(self._owner, rewound=self._rewound)
        self._rewound = False
        seen_s = self._clock.now().mono_s
        pbx = await self._telephony.picture(self.tenant, known_to(picture))
        forget_older(self._queue, seen_s)
        self._fence, self._spellings = picture.fence, Spellings(picture.country)
        self._keeper.begin(picture.fence, asked_s)
        self._watch = asyncio.create_task(self._look_now_and_then())
        started = floor_started(
            picture, pbx, heard_at=answers_heard(self.floor, self._queue), ends_heard_at=ends_heard(self._queue)
        )
        self.floor = floor = Floor()
        commands = self._handle(floor, self._clock.now(), started)
        told: list[e.Event] = [*self._phones.values(), *self._links.values()]
        for event in told:
            commands += self._handle(floor, self._clock.now(), event)
        self.live.watch(floor)
        self.running = True
        self._carry_out(commands)
        log.info(
            "floor begun", tenant=self.tenant, fence=picture.fence, calls=len(picture.calls), took_over=len(floor.calls)
        )
        return floor

    async def _loop(self, floor: Floor) -> None:
        while True:
            await self._wait(floor)
            if self._fenced:
                raise FenceLost
            if self._rewound:
                raise StoreRewound
            if self._keeper.fault is not None:
                raise self._keeper.fault
            if self._overflowed:
                await self._look_anew(floor)
            commands: list[c.Command] = []
            heard = bool(self._queue)
            for _ in range(BATCH_MAX):
                if not self._queue:
                    break
                put_at, event = self._queue.popleft()
                now = self._clock.now()
                self._lag_s = max(self._lag_s * 0.99, now.mono_s - put_at.mono_s)
                commands += self._handle(floor, now, event)
            if not heard:
                commands = self._handle(floor, self._clock.now(), e.ClockTicked())
            self.live.note(floor.take_touched())
            if commands:
                self._carry_out(commands)

    async def _wait(self, floor: Floor) -> None:
        """Until there is something to hear or a deadline has come."""
        if self._queue or self._overflowed:
            await asyncio.sleep(0)  # others of this process have their turn
            return
        due_s = floor.next_deadline_s()
        timeout_s = None if due_s is None else max(TICK_S, due_s - self._clock.now().mono_s)
        self._woken.hush()
        await self._woken.heard(timeout_s)

    def _handle(self, floor: Floor, now: e.Instant, event: e.Event) -> list[c.Command]:
        event = self._spellings.heard(event)
        self._history.append((now, event))
        self._handled += 1
        return floor.handle(now, event)

    async def _look_now_and_then(self) -> None:
        """Facts can be lost on their way without anybody noticing (B5)."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if self._telephony.up() and (floor := self.floor) is not None and await self._keeper.still_ours():
                    asked_s, about = self._clock.now().mono_s, [*floor.calls, *floor.callers]
                    with suppress(Unavailable):
                        pbx = await self._telephony.picture(self.tenant, about)
                        self.put(e.PbxSeen(pbx=pbx, asked_mono_s=asked_s))
            except Exception:  # else nobody would look any more, and nobody would know (A15)
                log.exception("a look at the PBX failed; the next one follows", tenant=self.tenant)

    async def _look_anew(self, floor: Floor) -> None:
        """Facts were dropped: what is left of the queue is not to be trusted either. What is put while the PBX is asked
        comes behind its picture: by an older one, a call that was sent meanwhile would be over."""
        log.error("event queue overflowed; looking at the PBX anew", tenant=self.tenant, limit=self._queue_max)
        first: list[tuple[e.Instant, e.Event]] = [(self._clock.now(), e.TelephonyLost())]
        first += [item for item in self._queue if not isinstance(item[1], FROM_PBX)]
        self._queue.clear()
        self._overflowed = False
        try:
            if await self._keeper.still_ours():
                pbx = await self._telephony.picture(self.tenant, [*floor.calls, *floor.callers])
                first.append((self._clock.now(), e.TelephonyBack(pbx=pbx)))
        finally:
            self._queue.extendleft(reversed(first))

    # Carrying out

    def _carry_out(self, commands: Sequence[c.Command]) -> None:
        """Orders about channels that exist are given at once: the PBX is the truth of what lives. All else goes
        through the keeper: calls are placed when their intent is committed, hoppers filled and lasting promises given
        when what came before them is written."""
        keeps: list[c.Keep] = []
        after: list[Callable[[], None]] = []
        for command in commands:
            match command:
                case c.Keep():
                    keeps.append(command)
                    if isinstance(command, c.Dial):
                        self._intended_s[command.call] = self._clock.now().mono_s
                case c.Act():
                    self._perform(command)
                case c.FillHopper() | c.Reckon() | c.FindMissed():
                    after.append(partial(self._spawn_ask, command))
                case c.Accept() | c.Refuse():
                    if self._requests.is_lasting(command.request):
                        after.append(partial(self._requests.answer, command))
                    else:
                        self._requests.answer(command)
        if keeps or after:
            self._keeper.add(keeps, after)

    def committed(self, batch: Sequence[c.Keep], answers: Sequence[e.Event]) -> None:
        """Tell the floor what the store said, ahead of all that waits, and place what may be placed."""
        now = self._clock.now()
        for answer in reversed(answers):
            self._queue.appendleft((now, answer))
        if answers:
            self._woken.ring()
        said_yes = {answer.call for answer in answers if isinstance(answer, e.CallCommitted)}
        for keep in batch:
            if isinstance(keep, c.Dial):
                intended_s = self._intended_s.pop(keep.call, now.mono_s)
                if keep.call in said_yes:
                    self._spawn(self._place(keep, intended_s))

    def store_lost(self) -> None:
        self.put(e.StoreLost())

    def store_back(self) -> None:
        self.put(e.StoreBack())

    def store_rewound(self) -> None:
        self._rewound = True
        self._intended_s.clear()  # calls that were only asked for are not given back
        self._woken.ring()

    def fence_lost(self) -> None:
        self._fenced = True
        self._woken.ring()

    def keeper_failed(self) -> None:
        self._woken.ring()

    async def _place(self, call: c.Dial, intended_s: float) -> None:
        await self._rates.turn(call.trunk)
        if not await self._keeper.still_ours():
            return
        late = self._clock.now().mono_s - intended_s > INTENT_AGE_MAX_S
        if late or (self.floor is not None and self.floor.gave_up(call.call)):
            self.put(e.CallNotSent(call=call.call, cause=EndCause.NOT_SENT))
        else:
            self.put(await asking.place(self._telephony, call))

    def _perform(self, command: c.Act) -> None:
        """Orders about one channel are done one after another; different channels do not wait for each other."""
        key = str(getattr(command, "call", None) or getattr(command, "leg", ""))
        self._turns.take(key, partial(self._act, command))

    async def _act(self, command: c.Act) -> None:
        if not await self._keeper.still_ours():
            return
        if isinstance(command, ASTRAY) and command.why:
            log.warning("a customer was astray", tenant=self.tenant, call=command.call, why=command.why)
        fact = await self._telephony.act(command)
        if fact is not None:
            self.put(fact)

    def _spawn_ask(self, ask: c.Ask) -> None:
        if not self.running:  # the floor that asked is gone, and the next one asks anew
            return
        if isinstance(ask, c.FillHopper):
            self._turns.take(f"fill {ask.run_id}", partial(self._fill, ask))
        else:
            self._spawn(self._ask_store(ask))

    async def _fill(self, ask: c.FillHopper) -> None:
        """One filling of a run at a time, and only the last that was asked for. One that was given up for lost would
        take members for an answer that nobody waits for, after the next one has given back what was lost (C1)."""
        if self._turns.is_last(f"fill {ask.run_id}"):
            await self._ask_store(ask)

    async def _ask_store(self, ask: c.Ask) -> None:
        fence = self._fence
        try:
            of, now = (self._store, self._telephony), self._clock.now
            await asking.answer(ask, of, self.tenant, fence, now, self.put)
        except StoreDown as fault:
            self._keeper.lose(fault)
        except (FenceLost, StoreRewound) as fault:
            self._keeper.refused(fence, fault)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("a task of the engine failed", tenant=self.tenant, exc_info=fault)

    async def _end(self) -> None:
        self.live.close()
        if self.leaving:
            await self._keeper.finish(self._tasks)
        for task in (tasks := list(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._keeper.end()

    # Being seen

    def _lag_ms(self) -> float:
        return self._lag_s * 1000

    def _recent(self) -> list[str]:
        return [f"{now.mono_s:.3f} {event!r}" for now, event in list(self._history)[-200:]]

    def statistics(self) -> dict[str, Any]:
        return {
            "running": self.running,
            "fence": self._fence,
            "queue": len(self._queue),
            "events_handled": self._handled,
            **self._keeper.statistics(),
            "tasks": len(self._tasks),
            "restarts": self._restarts,
            "lag_ms": round(self._lag_ms(), 2),
            "pbx_up": self._telephony.up(),
        }
