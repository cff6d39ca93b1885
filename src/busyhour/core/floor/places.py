"""Customers who are where the floor did not put them: in the room of another agent, or in none.

An order may be carried out late: seconds after the engine died that gave it, when the next one has decided otherwise,
or not at all. A fact or a picture shows where the customer is; then what was decided is ordered once more, with the
reason in words. All of these orders change nothing when the news were old, and the customer is in their place already.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from busyhour.core.commands import Bind, HangUpCall, Hold, Join
from busyhour.core.floor import calls, consulting, parties, supervising
from busyhour.core.floor.call_live import CallLive
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import HEARS_US, CallState
from busyhour.core.model.callers import OpenCaller
from busyhour.core.model.ids import agent_of, is_leg, leg_in
from busyhour.core.model.pictures import ChannelPicture, OpenCall

Stored = TypeVar("Stored", OpenCall, OpenCaller)


def leg_of_room(bridge: str | None) -> str | None:
    """Whose room this is; None for no room."""
    leg = leg_in(bridge or "")
    return leg if is_leg(leg) else None


def review(f: FloorState, call: CallLive, leg: str | None) -> None:
    """The customer is in the room of this leg, or in none: put them where they belong."""
    if leg is not None and (supervising.takes(f, call, leg) or parties.met(f, call, leg)):
        return
    if call.state is CallState.TALKING:
        astray = leg != call.leg
    else:
        astray = leg is not None and not (call.state is CallState.OFFERED and leg == call.leg)
    if astray:
        put_right(f, call, leg)


def join_failed(f: FloorState, call: CallLive, leg: str) -> None:
    """Of a customer who was to go from one room to another: they stay where they are."""
    supervising.join_failed(f, call, leg)


def put_right(f: FloorState, call: CallLive, leg: str | None) -> None:
    why = f"{call.state}, and found in " + (f"the room of {leg}" if leg is not None else "no room")
    if call.state is CallState.ENDED or call.hung_up_utc_s is not None:
        f.do(HangUpCall(call=call.call, why=why))
    elif call.state is CallState.OUTSIDE and call.party:
        f.do(Bind(call=call.call, leg=call.party))
    elif call.state in (CallState.TALKING, CallState.OFFERED) and call.leg is not None:
        f.do(Join(call=call.call, leg=call.leg, beside=consulting.beside(f, call), why=why))
    else:
        f.do(
            Hold(call=call.call, leg=leg or "", music=call.music, why=why)
        )  # out of the room: music, until what was decided comes
        if call.state in HEARS_US:
            calls.play(f, call, call.prompt or calls.FAREWELL)


def hang_up_nobodys(f: FloorState, name: str, leg: str) -> None:
    f.do(HangUpCall(call=name, why=f"nobody's call, and found in the room of {leg}"))


# After a restart


def in_order(stored: Sequence[Stored], channels: Mapping[str, ChannelPicture]) -> list[Stored]:
    """First who is in the room of the agent whom the store knows with them: they stay. Then who is in none, and may
    have been with that agent before; then who is in a room of which the store knows nothing."""

    def doubt(one: Stored) -> int:
        channel = channels.get(one.item.call if isinstance(one, OpenCall) else one.call)
        leg = leg_of_room(channel.bridge) if channel is not None else None
        if leg is None:
            return 1
        return 2 if one.joined_utc_s is None or one.agent_id != agent_of(leg) else 0

    return sorted(stored, key=doubt)


def agents_leg(f: FloorState, channel: ChannelPicture) -> str | None:
    """The leg of the agent who has this customer; None when the agent has another one."""
    leg = leg_of_room(channel.bridge)
    return leg if leg in f.legs and f.agents[f.legs[leg]].call is None else None
