"""Parties: people outside on channels of ours, whom an agent consults, or to whom a customer was handed over.

A party has its line from the order to dial until its end is known. What differs between the floor and the PBX is put
right by looks, as for legs.
"""

from collections.abc import Mapping

from busyhour.core import events as e
from busyhour.core.commands import Bind, HangUpLeg, Seat, SetAside
from busyhour.core.floor import calls, consulting, offers
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.consult_live import Party
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.model.ids import is_party, leg_in, party_of, room_of, trunk_of
from busyhour.core.model.pictures import ChannelPicture, PbxPicture

Channels = Mapping[str, ChannelPicture]


def begin(f: FloorState, trunk_id: int, call: str) -> str:
    """The name of the channel of whoever is being called for this customer's agent."""
    leg = party_of(tenant=f.tenant, trunk_id=trunk_id, fence=f.fence, n=f.next_leg())
    f.parties[leg] = Party(trunk_id, f.now.mono_s, call)
    return leg


def on_answered(f: FloorState, leg: str) -> None:
    if not consulting.party_is_up(f, leg):
        f.do(HangUpLeg(leg=leg))


def let_go(f: FloorState, leg: str) -> None:
    if leg in f.parties:
        f.do(HangUpLeg(leg=leg))


def on_ended(f: FloorState, leg: str) -> None:
    consult = consulting.consult_with(f, leg)
    party = f.parties.pop(leg, None)
    if party is None:
        return
    if consult is not None:
        consulting.end(f, consult)
    trunk = f.trunks.get(party.trunk_id)
    if trunk is not None:
        trunk.up -= 1
        f.dirty_all_runs()
        f.touch("system", "system")
    call = f.call_of(party.call)
    if call is not None and call.party == leg and call.state is CallState.OUTSIDE:
        _is_alone(f, call, party)


def _is_alone(f: FloorState, call: CallLive, party: Party) -> None:
    """It was over between them; or they never met, and the customer is back in their line."""
    if party.bound or call.hung_up_utc_s is not None:
        calls.hang_up(f, call)
        return
    call.party = ""
    back_to_line(f, call)


def back_to_line(f: FloorState, call: CallLive) -> None:
    """They have had an agent, and have none now: the next one, before all who came later."""
    f.move(call, CallCause.REQUEUED)
    if isinstance(call, DialedCall):
        f.at(call.campaign.answer_wait_max_s, "wait", call.call)
    elif isinstance(call, CallerCall):
        offers.requeue(f, call)


def met(f: FloorState, call: CallLive, leg: str) -> bool:
    """The customer is in the room of this party. Whether they belong there."""
    party = f.parties.get(leg)
    if party is None or call.state is not CallState.OUTSIDE or call.party != leg:
        return False
    party.bound = True
    return True


# What the PBX has


def adopt(f: FloorState, pbx: PbxPicture) -> None:
    """All have their line, whoever is with them."""
    for channel in pbx.channels:
        if is_party(channel.channel):
            trunk_id = trunk_of(channel.channel)
            f.parties[channel.channel] = Party(trunk_id, f.now.mono_s)
            if trunk_id in f.trunks:
                f.trunks[trunk_id].up += 1
        elif channel.channel in f.legs and channel.bridge != room_of(channel.channel):
            f.do(Seat(leg=channel.channel, room=channel.channel))  # who was consulted goes home


def adopted(f: FloorState) -> None:
    """Who is with no customer was only consulted."""
    for leg, party in f.parties.items():
        if not party.call:
            f.do(HangUpLeg(leg=leg))


def found_with(f: FloorState, call: CallLive, channel: ChannelPicture) -> bool:
    """Whether this customer was handed over to somebody outside, by the engine before us."""
    leg = leg_in(channel.bridge or "")
    party = f.parties.get(leg)
    if party is None:
        return False
    party.call, party.bound, call.party = call.call, True, leg
    return True


def compare(f: FloorState, channels: Channels, asked_s: float) -> None:
    for leg, agent_id in f.legs.items():
        if leg in channels:
            _compare_leg(f, f.agents[agent_id], channels[leg], asked_s)
    for leg, party in list(f.parties.items()):
        channel = channels.get(leg)
        if channel is None and party.since_s < asked_s:
            on_ended(f, leg)
        elif channel is not None and not _is_wanted(f, leg, party):
            f.do(HangUpLeg(leg=leg))
        elif channel is not None and channel.answered:
            consulting.party_is_up(f, leg)
    for name in channels:
        if is_party(name) and name not in f.parties:
            f.do(HangUpLeg(leg=name))
    for consult in f.consults.values():
        if consult.colleague_id is None and consult.changed_s < asked_s and consult.leg in channels:
            _put_right(f, consult.leg, channels[consult.leg], consulting.place_of(f, consult))


def _is_wanted(f: FloorState, leg: str, party: Party) -> bool:
    call = f.call_of(party.call)
    bound = call is not None and call.party == leg and call.hung_up_utc_s is None
    return bound or consulting.consult_with(f, leg) is not None


def _compare_leg(f: FloorState, agent: AgentLive, channel: ChannelPicture, asked_s: float) -> None:
    """An agent's leg is at home, or where a consultation put it."""
    consult = f.consults.get(agent.consult or "")
    if agent.leg is not None and channel.answered and (consult is None or consult.changed_s < asked_s):
        _put_right(f, agent.leg, channel, consulting.room_of_leg(f, agent))


def _put_right(f: FloorState, leg: str, channel: ChannelPicture, room: str | None) -> None:
    if not channel.answered or channel.bridge == (room_of(room) if room is not None else None):
        return
    if room is None:
        f.do(SetAside(leg=leg))
    else:
        f.do(Seat(leg=leg, room=room))


def compare_bound(f: FloorState, call: CallLive, channel: ChannelPicture) -> None:
    """A customer who was handed over to a party."""
    if channel.bridge == room_of(call.party):
        met(f, call, call.party)
    else:
        f.do(Bind(call=call.call, leg=call.party))


def leg_facts(f: FloorState, event: e.LegAnswered | e.LegEnded) -> bool:
    """Whether this fact is about a party."""
    if not is_party(event.leg):
        return False
    if isinstance(event, e.LegAnswered):
        on_answered(f, event.leg)
    else:
        on_ended(f, event.leg)
    return True
