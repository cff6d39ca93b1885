"""What must hold of callers and of those who are called back, by the carrier's ledger and by what was committed.

I15, I16: each is somebody's, and has its end. I20: a place keeps its age, and ends once. I22: nobody is called back
twice for one promise. I6, I8: callbacks keep the law and the lines. In the end, records against the ledger, in both
directions.
"""

from typing import TYPE_CHECKING, Any

from busyhour.core import commands as c
from busyhour.core.life.callback import OPEN
from busyhour.core.life.entry import EntryState
from busyhour.core.model.callers import CallbackSource, CallerOutcome, CallerRecord, EntryPicture
from busyhour.core.model.ids import agent_of, leg_in
from busyhour.core.model.values import EndCause
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.loop import the_loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from busyhour.sim.world import World

ADOPTED_MAX_S = 20.0  # somebody on the line is somebody's: their arrival may go unheard until the next look
GONE_KNOWN_MAX_S = 45.0
A_DAY_S = 86_400.0
AGE_SLACK_S = 1.0
JUST_HEARD_S = 15.0  # what happened so shortly before the end may be known otherwise to the engine
ENDED = frozenset({EntryState.SERVED, EntryState.LEFT})
OF_CALLERS = (c.PlaceCallback, c.SaveEntry, c.CloseCaller)
Place = tuple[str, int, float]


class CallerChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self.committed_s: dict[str, float] = {}  # dials, by true time
        self._dials: dict[tuple[int, str], list[Channel]] = {}  # of a promise
        self._places: dict[tuple[int, Place], EntryPicture] = {}  # as first written
        self._over: dict[tuple[int, Place], str] = {}
        self._tails: dict[tuple[int, str], None] = {}  # callers whom a rule has sent to the tail
        self._written: dict[int, c.SaveEntry] = {}  # by identity: a batch may be written again
        self.records: dict[str, CallerRecord] = {}  # as first written
        self._recorded_s: dict[str, float] = {}  # by true time

    def _rows(self, tenant: int) -> Any:
        return self._world.store.tenants[tenant].inbound

    # Callbacks' dials

    def on_invite(self, channel: Channel) -> None:
        known = self._rows(channel.tenant).callers.get(channel.name)
        if known is None:
            if channel.name in self.committed_s and self._world.failover.may_be_missing(channel.tenant):
                return
            raise Violation(f"I3: {channel.name} was dialed without a committed intent")
        rows, callback = self._rows(channel.tenant), known.callback
        before = self._dials.setdefault((channel.tenant, callback), [])
        for other in before:
            if other.live:
                raise Violation(f"I22: {callback} is being dialed as {other.name} and as {channel.name}")
            if other.met:
                raise Violation(f"I22: {callback} was called back as {other.name}, and is again as {channel.name}")
        before.append(channel)
        attempts_max = rows.callbacks[callback].rule.attempts_max
        if len(before) > attempts_max:
            raise Violation(f"I22: {callback} is dialed for the {len(before)}th time, of {attempts_max} at most")
        trunk = self._world.store.tenants[channel.tenant].trunks[channel.trunk_id]
        if self._world.pbx.ledger.up_on_trunk[channel.tenant, channel.trunk_id] > trunk.capacity:
            raise Violation(f"I8: more than {trunk.capacity} calls on trunk {channel.trunk_id}")

    def on_intent(self, tenant: int, keep: c.PlaceCallback) -> None:
        """Committed, for the first time."""
        if keep.call in self.committed_s:
            return
        self.committed_s[keep.call] = the_loop().now_s
        listed_s = self._world.checks.listed_s.get((tenant, keep.number))
        if listed_s is not None:
            raise Violation(f"I6: {keep.number} was to be called back though on the do-not-call list")
        if not keep.why:
            raise Violation(f"I10: nobody knows why {keep.call} was dialed")
        callback = self._rows(tenant).callbacks.get(keep.callback)
        if callback is None or callback.state not in OPEN:
            raise Violation(f"I22: {keep.call} was committed for a promise that is not open")

    def _fired_to_tail(self, tenant: int, entry: EntryPicture) -> bool:
        """What was sent back while the store was away is written when it stands in line again."""
        queue = self._rows(tenant).queues.get(entry.queue_id)
        return queue is not None and any(queue.overflow[no].to_tail for no in entry.fired if no < len(queue.overflow))

    def on_batch(self, tenant: int, batch: "Sequence[c.Keep]", said_yes: set[str]) -> None:
        """`said_yes`: calls whose dial was committed."""
        for keep in batch:
            if not isinstance(keep, OF_CALLERS):
                continue
            match keep:
                case c.PlaceCallback(call=call) if call in said_yes:
                    self.on_intent(tenant, keep)
                case c.SaveEntry(entry=entry) if id(keep) not in self._written:
                    self._written[id(keep)] = keep
                    self._step(tenant, entry)
                case c.CloseCaller(record=record):
                    self._recorded(record)
                case _:
                    pass

    def _step(self, tenant: int, entry: EntryPicture) -> None:
        """I20: one place has one age and one end."""
        place = tenant, (entry.entry, entry.queue_id, entry.entered_utc_s)
        if entry.to_tail or self._fired_to_tail(tenant, entry):
            self._tails[tenant, entry.entry] = None
        if place in self._over:
            if entry.state not in ENDED:
                raise Violation(f"I20: the place of {entry.entry} in {entry.queue_id} ended, and is {entry.state}")
            return
        first = self._places.setdefault(place, entry)
        sent_back = (tenant, entry.entry) in self._tails
        if entry.since_utc_s > first.since_utc_s + AGE_SLACK_S and not sent_back:
            raise Violation(f"I20: {entry.entry} in {entry.queue_id} is younger than it was: {entry} after {first}")
        channel = self._world.pbx.ledger.channels.get(entry.entry)
        if channel is not None and channel.came and not sent_back:
            younger_s = entry.since_utc_s - channel.began_utc_s - self._clock_doubt_s(channel)
            if younger_s > AGE_SLACK_S:
                raise Violation(f"I20: {entry.entry} counts {younger_s:.1f} s less than they have been on the line")
        if entry.state in ENDED:
            self._over[place] = entry.state

    def _clock_doubt_s(self, channel: Channel) -> float:
        return sum(abs(by_s) for at_s, by_s in self._world.jumps if at_s >= channel.began_s - 1.0)

    def _recorded(self, record: CallerRecord) -> None:
        self.records.setdefault(record.call, record)
        self._recorded_s.setdefault(record.call, the_loop().now_s)

    def forget(self, tenant: int, keep: c.Keep) -> None:
        """The store has lost it, and nobody had heard of it."""
        if isinstance(keep, c.CloseCaller):
            now = self._rows(tenant).records.get(keep.record.call)
            if now is None or (now is not keep.record and self.records.get(keep.record.call) is keep.record):
                self.records.pop(keep.record.call, None)
                self._recorded_s.pop(keep.record.call, None)
        elif isinstance(keep, c.SaveEntry):
            entry = keep.entry
            self._over.pop((tenant, (entry.entry, entry.queue_id, entry.entered_utc_s)), None)

    def believe(self, tenant: int) -> None:
        for record in self._rows(tenant).records.values():
            self._recorded(record)

    # Each second

    def look(self, channel: Channel, now_s: float, healthy_s: float) -> None:
        if not channel.taken or min(now_s - channel.began_s, healthy_s) < ADOPTED_MAX_S:
            return
        floor, rows = self._world.engines[channel.tenant].floor, self._rows(channel.tenant)
        if channel.name in rows.records:
            if healthy_s > GONE_KNOWN_MAX_S and now_s - self._recorded_s[channel.name] > GONE_KNOWN_MAX_S:
                raise Violation(f"I15: {channel.name} is up, and has its final record")
        elif floor is not None and channel.name not in floor.callers:
            raise Violation(f"I15: {channel.name} is up, and its engine does not have it")

    def look_at_open(self, tenant: int, now_s: float, healthy_s: float) -> None:
        """I16: without a record is who is on the line, or was a moment ago."""
        if healthy_s < GONE_KNOWN_MAX_S:
            return
        for name in self._rows(tenant).open:
            channel = self._world.pbx.ledger.channels.get(name)
            since_s = self.committed_s.get(name) if channel is None else channel.ended_s
            if since_s is not None and now_s - since_s > GONE_KNOWN_MAX_S:
                raise Violation(f"I16: {name} is gone for {now_s - since_s:.0f} s, and has no record")

    # In the end

    def at_the_end(self) -> None:
        for tenant, tables in self._world.store.tenants.items():
            rows = tables.inbound
            if rows.open or rows.entries:
                raise Violation(f"I16: callers without an end: {tenant} {[*rows.open, *rows.entries][:3]}")
            left = [one.callback for one in rows.callbacks.values() if one.state in OPEN]
            if left:
                raise Violation(f"I22: promises of {tenant} without an end: {left[:3]}")
            self._lost_are_called_once(tenant)
            for name, record in rows.records.items():
                if record is not self.records.get(name):
                    raise Violation(f"I31: the record of {name} was changed")
                assert isinstance(record, CallerRecord)
                channel = self._world.pbx.ledger.channels.get(name)
                if channel is not None:
                    self._is_true(channel, record)
                elif record.outcome not in (CallerOutcome.LOST, CallerOutcome.UNREACHED):
                    raise Violation(f"I29: {name} was never on the line, and its record says {record.outcome}")
            self._counts_add_up(tenant)
        for channel in self._world.pbx.ledger.channels.values():
            if not channel.of_caller or (self._may_go_unheard() if channel.came else not channel.taken):
                continue
            if channel.name not in self._rows(channel.tenant).records:
                raise Violation(f"I29: {channel.name} was on the line, and has no record")

    def _lost_are_called_once(self, tenant: int) -> None:
        """Who gave up is called back where their queue wants that, and once on a day (MZ-215)."""
        called: dict[str, float] = {}
        for one in sorted(self._rows(tenant).callbacks.values(), key=lambda one: one.promised_utc_s):
            if one.source is not CallbackSource.LOST:
                continue
            if not one.rule.lost:
                raise Violation(f"I22: {one.callback} of {tenant} is a call back that nobody asked for")
            before_utc_s = called.get(one.number)
            if one.attempts and before_utc_s is not None and one.promised_utc_s - before_utc_s < A_DAY_S:
                raise Violation(f"I22: {one.number} gave up in {tenant}, and is called back twice on one day")
            if one.attempts:
                called[one.number] = one.promised_utc_s

    def _may_go_unheard(self) -> bool:
        """They were gone before anybody saw them, and nobody knew that there was something to be seen: the link was up,
        and the news of them were lost. Whoever came while no engine was there, or no link, is found in the PBX's own
        records."""
        weather = self._world.plan.weather
        return bool(weather.event_lost or weather.event_late or weather.partitions_per_h)

    def _is_true(self, channel: Channel, record: CallerRecord) -> None:
        name, outcome = channel.name, record.outcome
        assert channel.ended_utc_s is not None
        if record.talk_s < 0 or record.wait_s < 0:
            raise Violation(f"I30: {name} talked for {record.talk_s} and waited for {record.wait_s}")
        talked = channel.joined_s > 0
        if outcome is CallerOutcome.HANDLED and not talked and not self._is_lossy():
            raise Violation(f"I30: {name} talked with nobody, and its record says {outcome}")
        if (
            outcome in (CallerOutcome.ABANDONED, CallerOutcome.UNREACHED)
            and channel.joined_s > JUST_HEARD_S
            and self._was_known(channel)
        ):
            raise Violation(f"I30: {name} talked for {channel.joined_s:.1f} s, and its record says {outcome}")
        if outcome is CallerOutcome.SENT_ON and not channel.sent_to and not self._is_lossy():
            raise Violation(f"I30: {name} was sent to nobody, and its record says {outcome}")
        their_own = channel.left or channel.cause in (EndCause.PBX_RESTART, EndCause.TIMEOUT)
        if outcome is CallerOutcome.ABANDONED and channel.came and not their_own and not self._is_lossy():
            raise Violation(f"I30: {name} did not hang up, and its record says {outcome}")
        if outcome is CallerOutcome.CALLED_BACK and not self._promised(channel):
            raise Violation(f"I30: {name} was promised nothing, and its record says {outcome}")
        room = channel.last_room
        elsewhere = room is not None and agent_of(leg_in(room)) != record.agent_id
        if record.agent_id is not None and elsewhere and not self._is_lossy():
            raise Violation(f"I30: {name} was in {room}, and its record says {record.agent_id}")

    def _was_known(self, channel: Channel) -> bool:
        """That they talked was written, or the engine that knew of it lived until their end. Where the news of a join
        can be lost, and the link with it, only who was seen in a room was known of."""
        if self._rows(channel.tenant).callers[channel.name].joined_utc_s is not None:
            return True
        if any(at_s > channel.began_s for at_s in self._world.began_s[channel.tenant]):
            return False
        return channel.pictured or not self._is_lossy()

    def _promised(self, channel: Channel) -> bool:
        rows = self._rows(channel.tenant)
        return any(one.number == channel.number for one in rows.callbacks.values())

    def _is_lossy(self) -> bool:
        """Orders and facts may be lost, or an engine that knew of them."""
        weather = self._world.plan.weather
        return any(
            (
                weather.reply_lost,
                weather.event_lost,
                weather.event_late,
                weather.link_cuts_per_h,
                weather.silences_per_h,
                weather.pbx_restarts_per_h,
                weather.partitions_per_h,
                weather.pauses_per_h,
                any(len(began_s) > 1 for began_s in self._world.began_s.values()),
            )
        )

    def _counts_add_up(self, tenant: int) -> None:
        """The figures of the queues are what the records and places give, when no engine has died with one."""
        weather = self._world.plan.weather
        if len(self._world.began_s[tenant]) > 1 or weather.failovers_per_h:
            return
        rows = self._rows(tenant)
        for queue_id in sorted({queue_id for queue_id, _ in rows.counts}):
            counts = [one for (of, _), one in rows.counts.items() if of == queue_id]
            entered, answered, abandoned, sent_on = (
                sum(getattr(one, name) for one in counts) for name in ("entered", "answered", "abandoned", "sent_on")
            )
            if entered != answered + abandoned + sent_on:
                raise Violation(
                    f"I34: queue {queue_id} of {tenant}: {entered} came, {answered} {abandoned} {sent_on} went"
                )
            served = sum(how == EntryState.SERVED for (_, of, _), how in rows.over.items() if of == queue_id)
            if answered != served:
                raise Violation(
                    f"I34: queue {queue_id} of {tenant} counts {answered} answered, and {served} were served"
                )
