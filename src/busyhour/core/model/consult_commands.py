"""What is to be done about those whom an agent consults: another agent's leg, or a party outside, on a channel of ours.
Part of `busyhour.core.commands`."""

from busyhour.core.model.campaign import Trunk
from busyhour.core.model.command import Act


class RingParty(Act, frozen=True, kw_only=True):
    """Call this number for an agent who wants to ask somebody there. It is answered and ends like an agent's leg
    (`LegAnswered`, `LegEnded`); who answered is in no room until they are seated in one."""

    leg: str  # the name of its channel
    trunk: Trunk
    number: str
    caller_id: str
    ring_timeout_s: float
    call_max_s: float  # the PBX's own dead-man limit; never 0
    asker: str  # the leg that hears it ring


class Seat(Act, frozen=True, kw_only=True):
    """Put this leg or party into the room of a leg: an asker's, or its own, where it is at home. Out of any other room
    and its music. When one of the two is gone, the answer is `SeatFailed`."""

    leg: str
    room: str  # whose


class SetAside(Act, frozen=True, kw_only=True):
    """Take this leg or party out of the room, to hold music."""

    leg: str


class Bind(Act, frozen=True, kw_only=True):
    """Let this customer and this party talk without us, in a room of their own. That they do is told by `CallJoined`;
    when one of them is gone, the answer is `JoinFailed`."""

    call: str
    leg: str
