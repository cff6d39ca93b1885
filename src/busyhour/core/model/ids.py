"""Names of channels. They carry the tenant, so an event finds its floor without a table, also after a restart.

c<tenant>-<hex>                     a call to a contact: attempt id = channel id (architecture decision 4)
b<tenant>-<fence>-<n>               a call to somebody who was promised one: a callback's dial
i<tenant>-<the PBX's own id>        a caller: the PBX named the channel before we heard of it (decision 0024)
a<tenant>-<agent>-<fence>-<n>       an agent's leg; fence and n make it new in every session of every engine
s<tenant>-<agent>-<fence>-<n>-<m>   a supervisor's ear: the m-th that belongs to their leg a<tenant>-<agent>-<fence>-<n>
p<tenant>-<trunk>-<fence>-<n>       a party: somebody outside whom an agent consults, over this trunk
r<leg>                              the room (bridge) of an agent's leg, or of a party that talks without us
"""

import re
from typing import Final

CHANNEL: Final = re.compile(r"(?P<kind>[acbips])(?P<tenant>[0-9]+)-(?P<rest>[0-9a-z.-]+)")


def tenant_of(channel: str) -> int | None:
    """The tenant that a channel belongs to, or None when the channel is not ours."""
    found = CHANNEL.fullmatch(channel)
    return int(found["tenant"]) if found else None


def is_call(channel: str) -> bool:
    """A customer's channel, whoever began the call."""
    return channel.startswith(("c", "i", "b")) and tenant_of(channel) is not None


def came_in(channel: str) -> bool:
    """A caller's channel."""
    return channel.startswith("i") and tenant_of(channel) is not None


def is_callers(call: str) -> bool:
    """Of the two kinds of calls that no run has placed: it came in, or is a callback's dial."""
    return call.startswith(("i", "b"))


def caller_of(*, tenant: int, pbx_id: str) -> str:
    return f"i{tenant}-{pbx_id}"


def callback_of(*, tenant: int, fence: int, n: int) -> str:
    """Of a callback's dial: new in every engine, by its fence."""
    return f"b{tenant}-{fence}-{n}"


def on_pbx(channel: str) -> str:
    """What the PBX calls this channel: our name, unless it came in."""
    return channel.partition("-")[2] if came_in(channel) else channel


def is_leg(channel: str) -> bool:
    return channel.startswith("a") and tenant_of(channel) is not None


def is_party(channel: str) -> bool:
    """Of somebody outside whom an agent consults."""
    return channel.startswith("p") and tenant_of(channel) is not None


def is_ear(channel: str) -> bool:
    return channel.startswith("s") and tenant_of(channel) is not None


def ear_of(leg: str, m: int) -> str:
    return f"s{leg[1:]}-{m}"


def leg_of_ear(ear: str) -> str:
    """The supervisor's leg."""
    return f"a{ear[1:].rpartition('-')[0]}"


def party_of(*, tenant: int, trunk_id: int, fence: int, n: int) -> str:
    return f"p{tenant}-{trunk_id}-{fence}-{n}"


def trunk_of(party: str) -> int:
    """Over which this party was called. The name must be one that `party_of` made."""
    return int(party.split("-")[1])


def leg_of(*, tenant: int, agent_id: int, fence: int, n: int) -> str:
    return f"a{tenant}-{agent_id}-{fence}-{n}"


def agent_of(leg: str) -> int:
    """The agent whose leg this is. The name must be one that `leg_of` made."""
    return int(leg.split("-")[1])


def room_of(leg: str) -> str:
    return f"r{leg}"


def leg_in(room: str) -> str:
    """The leg whose room this is. Of another bridge's name, nobody's."""
    return room.removeprefix("r")
