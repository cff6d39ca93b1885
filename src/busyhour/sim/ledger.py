"""The carrier's and the PBX's own book: what was really dialed, who really talked with whom.

The checkers judge by this book, never by the product's tables.
"""

from dataclasses import dataclass, field

from busyhour.core.model.pictures import Parked
from busyhour.core.model.values import EndCause, Heard


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass(slots=True)
class Channel:
    """A call to a callee (`c...`), from a caller (`i...`), back to one (`b...`), to an agent's phone (`a...`), or to
    somebody whom an agent consults (`p...`)."""

    name: str
    tenant: int
    began_utc_s: float  # by the machine's clock, which may be wrong
    began_s: float = 0.0  # by true time
    number: str = ""
    run_id: int = 0
    member_id: int = 0
    trunk_id: int = 0
    agent_id: int = 0
    rang_utc_s: float | None = None
    answered_utc_s: float | None = None
    answered_s: float | None = None
    ended_utc_s: float | None = None
    ended_s: float | None = None
    cause: EndCause | None = None
    in_app: bool = True
    machine: bool = False  # a machine answers, not a person
    listen_s: float | None = None  # how long the PBX listens who it is; None: it does not
    listening: bool = False
    heard: Heard | None = None  # what it makes of it, rightly or not
    audio: str = "none"  # what the person hears: none | agent | music | prompt
    audio_since_s: float = 0.0
    room: str | None = None
    seat: str | None = None  # of a leg or a party: in whose room it is; None: a leg at home, a party in none
    aside: bool = False  # of a leg or a party: with music, in no room
    last_room: str | None = None  # that it was in, also when it has left
    taken_out: bool = False  # of its room, by an order of an engine that is dead: the PBX tells nobody who leaves
    joined_s: float = 0.0  # seconds in a room with an agent's leg
    pictured: bool = False  # in a room, by a picture that an engine was given
    prompt: str = ""  # the last one
    parked: Parked | None = None  # as the last order that said so
    heard_prompt_s: float | None = None  # when a message that we played had come to its end
    pressed_s: float | None = None  # when the key that asks for no more calls, while our prompt played
    call_max_s: float = 0.0
    stranger: bool = False  # no engine ever asked for it
    tab: int = 0  # of the agent's browser, in which this leg's phone is; 0 = not known
    # Of a caller:
    dialed: str = ""
    taken: bool = False  # an engine was there for it
    met: bool = False  # was joined with an agent, or with somebody outside
    sent_to: str = ""  # a number outside
    out_trunk_id: int = 0  # over which
    left: bool = False  # they hung up themselves
    says_record: bool = False  # by a header of the call, or a program does
    taping: tuple[str, int] | None = None  # what is being recorded of it: recording and part
    taped: dict[tuple[str, int], None] = field(default_factory=dict)  # all that ever was

    came: bool = field(init=False)  # from a caller
    of_caller: bool = field(init=False)  # from one, or back to one
    party: bool = field(init=False)  # somebody whom an agent consults

    def __post_init__(self) -> None:
        kind = self.name[:1]
        self.came, self.of_caller, self.party = kind == "i", kind in ("i", "b"), kind == "p"

    @property
    def live(self) -> bool:
        return self.ended_utc_s is None


@dataclass(slots=True)
class Ledger:
    """All channels ever, with what the online checks need at hand."""

    channels: dict[str, Channel] = field(default_factory=dict)
    live: dict[str, Channel] = field(default_factory=dict)
    live_numbers: dict[tuple[int, str], str] = field(default_factory=dict)
    up_on_trunk: dict[tuple[int, int], int] = field(default_factory=dict)
    last_end: dict[tuple[int, int], Channel] = field(default_factory=dict)  # of a member
    rooms: dict[str, str] = field(default_factory=dict)  # room -> the customer in it
    astray: dict[str, None] = field(default_factory=dict)  # customers whom a dead engine's order put into a room
    refused: dict[str, None] = field(default_factory=dict)  # calls that the PBX was asked for, and said no to
    invites: int = 0

    def begin(self, channel: Channel) -> None:
        if channel.name in self.channels:
            raise Violation(f"I3: {channel.name} was dialed twice")
        self.channels[channel.name] = self.live[channel.name] = channel
        if channel.number:
            self.invites += 1
            if not channel.came:
                self._dial(channel)

    def clear(self) -> None:
        self.channels.clear()
        self.live.clear()
        self.last_end.clear()

    def _dial(self, channel: Channel) -> None:
        key = (channel.tenant, channel.number)
        if key in self.live_numbers:
            raise Violation(f"I2: {channel.number} is on the line already as {self.live_numbers[key]}")
        self.live_numbers[key] = channel.name
        self.take_line(channel, channel.trunk_id)

    def take_line(self, channel: Channel, trunk_id: int) -> None:
        trunk = (channel.tenant, trunk_id)
        self.up_on_trunk[trunk] = self.up_on_trunk.get(trunk, 0) + 1

    def end(self, channel: Channel, cause: EndCause, utc_s: float, now_s: float) -> None:
        channel.ended_utc_s, channel.ended_s, channel.cause = utc_s, now_s, cause
        channel.taping = None
        del self.live[channel.name]
        self.leave_room(channel)
        if channel.trunk_id:
            self.up_on_trunk[channel.tenant, channel.trunk_id] -= 1
        if channel.out_trunk_id:
            self.up_on_trunk[channel.tenant, channel.out_trunk_id] -= 1
        if channel.number and not channel.came:
            del self.live_numbers[channel.tenant, channel.number]
            self.last_end[channel.tenant, channel.member_id] = channel

    def enter_room(self, channel: Channel, room: str, *, late: bool = False) -> None:
        """A customer goes into the room of an agent's leg. `late`: by an order of an engine that is dead, which nobody
        can call back."""
        other = self.rooms.get(room)
        if other not in (None, channel.name) and not late and other not in self.astray:
            raise Violation(f"I23: {room} has two customers, {other} and {channel.name}")
        self.leave_room(channel)
        channel.room = channel.last_room = room
        channel.taken_out = False
        if late:
            self.astray[channel.name] = None
            self.rooms.setdefault(room, channel.name)
        else:
            self.rooms[room] = channel.name

    def leave_room(self, channel: Channel, *, late: bool = False) -> None:
        room, channel.room = channel.room, None
        if room is not None:
            channel.taken_out = late
        self.astray.pop(channel.name, None)
        if room is not None and self.rooms.get(room) == channel.name:
            del self.rooms[room]
            for name in self.astray:
                if self.channels[name].room == room:
                    self.rooms[room] = name

    def in_room(self, room: str) -> list[Channel]:
        """The customers in it: one, unless an order came late."""
        first = self.rooms.get(room)
        names = [*([first] if first is not None else ()), *(one for one in self.astray if one != first)]
        return [self.channels[name] for name in names if self.channels[name].room == room]
