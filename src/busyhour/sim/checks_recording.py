"""What must hold of recordings, by what the PBX's recorders really do: never without a rule, never in a pause that
was said to be sure (I36), never beside the talk, and each has an end."""

from typing import TYPE_CHECKING

from busyhour.core.life.call import CallState
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy, call_of
from busyhour.sim.ledger import Channel, Violation

if TYPE_CHECKING:
    from busyhour.core.floor.call_live import CallLive
    from busyhour.sim.world import World

BESIDE_MAX_S = 14.0  # an order to stop may be lost, and a dead engine's order may come late
UNHEARD_MAX_S = 26.0  # when facts are lost, too
MISSING_MAX_S = 30.0  # nothing is recorded of a talk that is to be


class RecordingChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._beside_since_s: dict[str, float] = {}
        self._missing_since_s: dict[str, float] = {}
        weather = world.plan.weather
        lossy = weather.event_lost or weather.event_late or weather.silences_per_h or weather.reply_lost
        self._beside_max_s = UNHEARD_MAX_S if lossy else BESIDE_MAX_S

    def on_start(self, channel: Channel) -> None:
        """Also by an order that comes late, from an engine that is dead."""
        call = self._call(channel)
        if call is not None and call.recording is not None and call.recording.pause_sure:
            raise Violation(f"I36: {channel.name} is recorded, and its agent was told that it is not")
        if not self._may(channel):
            raise Violation(f"U-44: {channel.name} is recorded, though nothing says so")

    def look(self, channel: Channel, call: "CallLive | None", now_s: float, healthy_s: float) -> None:
        """`call`: as the floor has it."""
        if channel.taping is None and (call is None or call.recording is None):
            if self._beside_since_s:
                self._beside_since_s.pop(channel.name, None)
            if self._missing_since_s:
                self._missing_since_s.pop(channel.name, None)
            return
        if channel.taping is not None and call is not None and call.recording is not None and call.recording.pause_sure:
            raise Violation(f"I36: {channel.name} is recorded in a pause that was said to be sure")
        beside = channel.taping is not None and channel.audio != "agent"
        self._judge(
            self._beside_since_s, channel, now_s, healthy_s, self._beside_max_s if beside else None, "is recorded alone"
        )
        missing = channel.taping is None and _is_to_be(call) and not self._world.pbx.recorders.broken
        limit_s = MISSING_MAX_S if missing else None
        self._judge(self._missing_since_s, channel, now_s, healthy_s, limit_s, "is to be recorded, and is not")

    def _judge(
        self,
        since_s: dict[str, float],
        channel: Channel,
        now_s: float,
        healthy_s: float,
        limit_s: float | None,
        what: str,
    ) -> None:
        if limit_s is None:
            since_s.pop(channel.name, None)
            return
        so_long_s = now_s - since_s.setdefault(channel.name, now_s)
        if min(so_long_s, healthy_s) > limit_s:
            raise Violation(f"U-44: {channel.name} {what}, for {so_long_s:.1f} s")

    def at_the_end(self) -> None:
        for tenant, rows in self._world.store.tenants.items():
            for picture in rows.recordings.values():
                if picture.ended_utc_s is None:
                    raise Violation(f"I29: {picture.recording} of {tenant} has no end")
                self._has_its_parts(picture)

    def _has_its_parts(self, picture: RecordingPicture) -> None:
        """What is said to have been recorded was, or says why not."""
        channel = self._world.pbx.ledger.channels.get(call_of(picture.recording) or "")
        if channel is None:
            raise Violation(f"I29: {picture.recording} is of no call")
        begun = {part for name, part in channel.taped if name == picture.recording}
        if not begun <= set(range(1, picture.part + 1)):
            raise Violation(f"I29: {picture.recording} has parts that nobody kept: {sorted(begun)}")

    def _call(self, channel: Channel) -> "CallLive | None":
        floor = self._world.engines[channel.tenant].floor
        return floor.call_of(channel.name) if floor is not None else None

    def _may(self, channel: Channel) -> bool:
        """By the header of the call, its campaign or queue, the contact center; not by what an engine believes."""
        rows = self._world.store.tenants[channel.tenant]
        attempt = rows.attempts.get(channel.name)
        if channel.says_record:
            return True
        own: list[RecordingPolicy | None]
        if attempt is not None:
            own = [rows.campaigns[attempt.placed.campaign_id].recording]
        else:
            own = [queue.recording for queue in rows.inbound.queues.values()] or [None]
        policies = {one or rows.recording_rule for one in own}
        return bool(policies & {RecordingPolicy.ALWAYS, RecordingPolicy.ON_DEMAND})


def _is_to_be(call: "CallLive | None") -> bool:
    known = call.recording if call is not None else None
    return (
        call is not None
        and known is not None
        and call.state is CallState.TALKING
        and known.asked
        and not known.paused
        and not known.given_up
    )
