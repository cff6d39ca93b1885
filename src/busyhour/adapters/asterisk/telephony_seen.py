"""What we have seen of the PBX's living channels: small facts that no single message carries.

Bounded by the channels that the PBX has: a channel's facts go when it is destroyed, or when a resync does not find it.
"""

from dataclasses import dataclass, field
from typing import Final

from busyhour.adapters.asterisk.pbx_clock import PbxClock
from busyhour.core.events import CallArrived

SEEN_MAX: Final = 200_000
"""More than any PBX has channels; beyond it something leaks, and the link is dropped and looked at anew."""


@dataclass(slots=True)
class Seen:
    up_utc_s: float | None = None  # when its state became Up
    announced: bool = False  # its answer was told
    listened_to: bool = False  # it was told that the PBX listens who answered
    playing: set[str] = field(default_factory=set)  # playbacks begun and not ended
    stopped: set[str] = field(default_factory=set)  # playbacks that we ended ourselves
    music: bool = False  # hears hold music
    room: str | None = None  # set by `Channels` alone
    room_utc_s: float = 0.0  # when it entered the room
    redirected: bool = False  # its network named another destination
    arriving: CallArrived | None = None  # a caller whose headers are being read; then it is told
    arrived: bool = False  # a caller who was told of, or is in a picture that was
    headers: dict[str, str] | None = None  # that a caller brought along, once they are read
    unsure: bool = False  # met after a gap: it may play or hear music unknown to us

    @property
    def told_up(self) -> bool:
        return self.announced or self.listened_to


class Channels:
    def __init__(self) -> None:
        self.clock = PbxClock()
        self._seen: dict[str, Seen] = {}
        self._rooms: dict[str, dict[str, None]] = {}  # who is in each; an empty one is none

    def __len__(self) -> int:
        return len(self._seen)

    def find(self, channel: str) -> Seen | None:
        return self._seen.get(channel)

    def of(self, channel: str) -> Seen:
        """Its facts, begun when there are none."""
        found = self._seen.get(channel)
        if found is None:
            found = self._seen[channel] = Seen()
        return found

    def may_ring(self, channel: str) -> bool:
        """It is there, and has not answered: that news may be here before the reply to its order."""
        seen = self._seen.get(channel)
        return seen is not None and not seen.told_up

    def forget(self, channel: str) -> Seen | None:
        self.put(channel, None)
        return self._seen.pop(channel, None)

    def put(self, channel: str, room: str | None) -> Seen | None:
        """It is in this room now, or in none."""
        seen = self._seen.get(channel)
        if seen is None or seen.room == room:
            return seen
        if seen.room is not None:
            there = self._rooms[seen.room]
            del there[channel]
            if not there:
                del self._rooms[seen.room]
        seen.room = room
        if room is not None:
            self._rooms.setdefault(room, {})[channel] = None
        return seen

    def in_room(self, room: str) -> tuple[str, ...]:
        return tuple(self._rooms.get(room, ()))

    def names(self) -> tuple[str, ...]:
        return tuple(self._seen)

    def doubt(self) -> None:
        """After a gap, all may have changed."""
        for seen in self._seen.values():
            seen.unsure = True

    def forget_arrivals(self) -> None:
        """The link is lost before they were told: the next picture has them."""
        for seen in self._seen.values():
            seen.arriving = None
