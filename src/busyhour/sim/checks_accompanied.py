"""What must hold of calls that have their agent before the callee answers (I12, I26, I27)."""

from typing import TYPE_CHECKING

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.accompanied import is_agent_first
from busyhour.core.model.ids import agent_of
from busyhour.core.model.values import DialMode
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.loop import the_loop

if TYPE_CHECKING:
    from busyhour.core.floor.state import FloorState
    from busyhour.sim.world import World

LEG_LOST_MAX_S = 12.0  # the news of a leg that is gone may be lost: the next look finds it

BY_HAND = (e.ManualDialAsked, e.PickUpAsked)


class AccompaniedChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._by_hand: dict[tuple[int, int], None] = {}  # agents who have asked for a call by hand, or took one up
        self._chosen: dict[tuple[int, int], str] = {}  # the last call by hand to a member
        self._with: dict[tuple[int, int], str] = {}  # the last call that was dialed for an agent

    def asked(self, tenant: int, event: e.Event) -> None:
        if isinstance(event, BY_HAND):
            self._by_hand[tenant, event.agent_id] = None

    def dials_by_hand(self, tenant: int, agent_id: int) -> bool:
        """Only these may be reserved in a pause."""
        return (tenant, agent_id) in self._by_hand

    def is_chosen(self, channel: Channel) -> bool:
        """Dialed by hand: whom agents choose, and when, is theirs to know. Or dialed after such a call that was never
        sent: then its end is what decides."""
        chosen = self._chosen.get((channel.tenant, channel.member_id))
        return chosen is not None and (chosen == channel.name or chosen not in self._world.pbx.ledger.channels)

    def on_intent(self, tenant: int, keep: c.PlaceCall) -> None:
        """I12, I27: in these modes no call without its agent, and an agent has one at a time."""
        campaign = self._world.store.tenants[tenant].campaigns[keep.campaign_id]
        if keep.by_hand:
            self._chosen[tenant, keep.item.member_id] = keep.item.call
        if keep.agent_id is None:
            if campaign.dial_mode in (DialMode.PREVIEW, DialMode.MANUAL) or is_agent_first(campaign):
                raise Violation(f"I12: {keep.item.call} was to be dialed without an agent")
            return
        before = self._with.get((tenant, keep.agent_id))
        channel = self._world.pbx.ledger.channels.get(before or "")
        room = channel.room if channel is not None and channel.live else None
        if room is not None and agent_of(room) == keep.agent_id:  # another one may have taken them over
            raise Violation(f"I27: {keep.item.call} was dialed for agent {keep.agent_id}, who had {before}")
        self._with[tenant, keep.agent_id] = keep.item.call

    def on_invite(self, channel: Channel, placed: c.PlaceCall) -> None:
        """I12: the agent's phone is up when the number is dialed, and it is theirs that rings in their ear."""
        if placed.agent_id is None:
            return
        if placed.leg is None or agent_of(placed.leg) != placed.agent_id:
            raise Violation(f"{channel.name} was dialed for agent {placed.agent_id}, and {placed.leg} hears it ring")
        now_s, agent_id, tenant = the_loop().now_s, placed.agent_id, channel.tenant
        for leg in reversed(self._world.pbx.ledger.channels.values()):
            if leg.agent_id != agent_id or leg.tenant != tenant or leg.number or leg.answered_s is None:
                continue
            if leg.live or now_s - (leg.ended_s or 0.0) < LEG_LOST_MAX_S:
                return  # of two legs, the one that was rung first may be the one that is up
        raise Violation(f"I12: {channel.name} was dialed while agent {placed.agent_id} had no phone up")


def check_contacts(floor: "FloorState") -> None:
    """I27: never two agents with one contact."""
    contacts: dict[tuple[int, int], str] = {}
    for name in floor.calls:
        call = floor.calls[name]
        if not call.accompanied or call.outcome is not None:
            continue
        key = call.run_id, call.item.contact_id
        if contacts.setdefault(key, name) != name:
            raise Violation(f"I27: {name} and {contacts[key]} are for the same contact")
