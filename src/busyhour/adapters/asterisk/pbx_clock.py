"""The PBX's clock beside ours (D4), and what happens when one of the two is set while we look on (D1).

It is asked for the time at each look, and known up to half of what that took. The floors are told once how far it is
ahead, and go on by that: all times that the PBX tells (events, channels, records) are told to them as a clock shows
them that nobody has set. What it is off by since is made up here, for callees who answer in the next ten seconds must
not count as having waited as long as the clock was set back.

Messages of the PBX come in order, so a stamp that is younger than now, or much older than the one before or than what
the clock showed at the last look, is of a clock that was set: the fact counts as of now, and the PBX is asked for its
time at once. A difference that may be the answer's own delay counts as none: two programs on one machine have one
clock.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from msgspec import MsgspecError, Struct
from msgspec.structs import replace

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.pictures import CallHistory

SAME_S: Final = 0.02
"""Beside the answer's delay: the PBX tells milliseconds, and a clock that is being put right moves a little."""
OURS_SET_S: Final = 0.25
"""So far our two clocks part only when one is set: less is a process that stood still between the looks at them."""
AHEAD_MAX_S: Final = 0.5
"""A fact comes after it happened; so much younger than now is what the clock was measured wrong by, at most."""
BACK_DOUBT_S: Final = 0.5
"""So much older than the fact before: facts of two channels have overtaken one another, or the clock was set back."""
BACK_SURE_S: Final = 6.0
"""More than one fact is ever overtaken by (fault B7: 5 s)."""
ASK_EVERY_S: Final = 1.0
"""At most, whatever comes."""
STOOD_STILL_S: Final = 12.0
"""It is looked at every ten seconds. Where a look is that much later than the one before, we stood still, or had no
link: what the PBX told meanwhile may still come."""

log = structlog.get_logger(__name__)


class Pong(Struct, frozen=True):
    timestamp: datetime


class PbxClock:
    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self.ahead_s = 0.0  # of ours, as the floors know it
        self._doubted = False  # it must be asked for its time
        self._asked_s = -ASK_EVERY_S
        self._told = False  # to the floors
        self._shift_s = 0.0  # to add to what it stamps now
        self._latest_utc_s = 0.0  # of what it has stamped or shown since it was set
        self._shown_s = -STOOD_STILL_S
        self._ours_s = wall() - steady()  # changes only when our own clock is set

    def now_utc_s(self) -> float:
        """What it would show now, had nobody set it."""
        self._see_ours()
        return self._wall() + self.ahead_s

    def told(self, pbx_utc_s: float) -> float:
        """For the floors: what the PBX has stamped since it was set, or shows."""
        self._see_ours()
        return pbx_utc_s + self._shift_s

    def stamped(self, told_utc_s: float) -> float:
        """The reverse: to look for it in the PBX's records."""
        self._see_ours()
        return told_utc_s - self._shift_s

    def told_maybe(self, pbx_utc_s: float | None) -> float | None:
        return pbx_utc_s and self.told(pbx_utc_s)

    # What the PBX tells

    def of_event(self, event: ari.AriEvent) -> ari.AriEvent:
        """The same, with its times for the floors. Called for each message."""
        stamp: datetime | None = getattr(event, "timestamp", None)
        if stamp is None:
            return event
        if self._told:  # else the first picture tells by what the clock is ahead, and what waits for it is as it is
            self._hear(stamp.timestamp())
        return _moved(event, self._shift_s) if self._shift_s else event

    def of_history(self, one: CallHistory) -> CallHistory:
        ended_utc_s, answered_utc_s = self.told(one.ended_utc_s), self.told_maybe(one.answered_utc_s)
        return replace(one, ended_utc_s=ended_utc_s, answered_utc_s=answered_utc_s) if self._shift_s else one

    def of_missed(self, one: MissedCaller) -> MissedCaller:
        arrived_utc_s, ended_utc_s = self.told(one.arrived_utc_s), self.told(one.ended_utc_s)
        answered_utc_s = self.told_maybe(one.answered_utc_s)
        return replace(one, arrived_utc_s=arrived_utc_s, answered_utc_s=answered_utc_s, ended_utc_s=ended_utc_s)

    def _hear(self, pbx_utc_s: float) -> None:
        self._see_ours()
        now_utc_s = self._wall() + self.ahead_s - self._shift_s  # what the PBX shows
        older_s = self._latest_utc_s - pbx_utc_s
        if pbx_utc_s > now_utc_s + AHEAD_MAX_S or older_s > BACK_SURE_S:
            self._is_set(self._shift_s - (pbx_utc_s - now_utc_s))
            self._latest_utc_s = pbx_utc_s
            self._doubted = True
        elif older_s > BACK_DOUBT_S:
            self._doubted = True
        elif older_s < 0:
            self._latest_utc_s = pbx_utc_s

    def _is_set(self, shift_s: float) -> None:
        self._shift_s = shift_s
        ahead_s = round(self.ahead_s - shift_s, 3)
        log.warning("the clock of the PBX was set; its times are corrected", ahead_s=ahead_s)

    def _see_ours(self) -> None:
        """When our own clock is set, the PBX's is not: what it stamps is told by ours of now."""
        ours_s = self._wall() - self._steady()
        if abs(ours_s - self._ours_s) > OURS_SET_S:
            self._shift_s += ours_s - self._ours_s
            self._ours_s = ours_s

    # A look at it

    def is_doubted(self) -> bool:
        """Whether to look now, not at the next time."""
        return self._doubted and self._steady() - self._asked_s > ASK_EVERY_S

    async def look(self, link: AriLink) -> None:
        self._doubted = False
        asked_utc_s, asked_s = self._wall(), self._steady()
        self._asked_s = asked_s
        try:
            reply = await link.read("asterisk/ping")
            told_utc_s = reply.read(Pong).timestamp.timestamp() if reply.ok else None
        except (LinkDown, NoReply, MsgspecError):
            return
        took_s = self._steady() - asked_s
        if told_utc_s is not None:
            self.shows(told_utc_s, asked_utc_s, took_s, set_by_s=self._wall() - asked_utc_s - took_s)

    def shows(self, pbx_utc_s: float, asked_utc_s: float, took_s: float, *, set_by_s: float = 0.0) -> None:
        """The PBX showed this at some moment in the `took_s` after we asked. `set_by_s`: what our own clock was set by
        meanwhile; then it says nothing."""
        if abs(set_by_s) > SAME_S:
            return
        self._see_ours()
        self._ours_s = self._wall() - self._steady()
        ahead_s, doubt_s = pbx_utc_s - asked_utc_s - took_s / 2, took_s / 2 + SAME_S
        if abs(ahead_s) <= doubt_s:
            ahead_s = 0.0
        now_s, before_s = self._steady(), self._shown_s
        self._shown_s = now_s
        if not self._told:
            self._told, self.ahead_s, self._shift_s = True, ahead_s, 0.0
            if ahead_s:
                log.warning("the clock of the PBX is not ours; its times are corrected", ahead_s=round(ahead_s, 3))
        elif abs(ahead_s - (self.ahead_s - self._shift_s)) > doubt_s:
            self._is_set(self.ahead_s - ahead_s)
            self._latest_utc_s = min(self._latest_utc_s, pbx_utc_s)
        if now_s - before_s < STOOD_STILL_S:
            self._latest_utc_s = max(self._latest_utc_s, pbx_utc_s)  # nothing older is on its way any more


def _moved(event: ari.AriEvent, by_s: float) -> ari.AriEvent:
    """With all its times. A channel that was there before the clock was set is taken for younger, or older."""
    moved: ari.AriEvent = replace(event, timestamp=_at(event.timestamp, by_s))  # type: ignore[union-attr]
    if isinstance(moved, ari.StasisStart) and (came := moved.channel.creationtime) is not None:
        return replace(moved, channel=replace(moved.channel, creationtime=_at(came, by_s)))
    return moved


def _at(stamp: datetime, by_s: float) -> datetime:
    return datetime.fromtimestamp(stamp.timestamp() + by_s, UTC)
