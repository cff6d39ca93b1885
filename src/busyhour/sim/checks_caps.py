"""I8: calls to a trunk within any second; of a run within any minute, and to each of its destinations, by the network's
own book."""

from collections import deque
from typing import TYPE_CHECKING

from busyhour.core.model.campaign import Campaign
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.loop import the_loop

if TYPE_CHECKING:
    from busyhour.sim.world import World

MINUTE_S = 60.0
SLACK_S = 0.05
WAITS_MAX_S = 5.5  # an intent that is counted may be sent so much later

Run = tuple[int, int]  # tenant, run


class CapChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._sent: dict[tuple[int, int], deque[float]] = {}  # to a trunk of a tenant
        self._begun: dict[tuple[Run, str], deque[float]] = {}
        self.at_cap = 0  # calls that were the last that their destination allowed at once

    def on_send(self, tenant: int, trunk_id: int) -> None:
        """Those that the PBX is slow to begin count when they were sent."""
        now_s, limit = the_loop().now_s, self._world.store.tenants[tenant].trunks[trunk_id].calls_per_s_max
        if not limit:
            return
        sent = self._sent.setdefault((tenant, trunk_id), deque())
        sent.append(now_s)
        while sent[0] <= now_s - 1.0 + SLACK_S:
            sent.popleft()
        if len(sent) > limit:
            raise Violation(f"I8: {len(sent)} calls were sent to trunk {trunk_id} within a second")

    def on_invite(self, channel: Channel, campaign: Campaign) -> None:
        self._check_minute(channel, "", campaign.calls_per_minute_max)
        prefix = _prefix_of(channel.number, campaign)
        for one in campaign.destinations:
            if one.prefix == prefix:
                self._check_up(channel, campaign, prefix, one.calls_max)
                self._check_minute(channel, prefix, one.per_minute_max)

    def _check_up(self, channel: Channel, campaign: Campaign, prefix: str, calls_max: int) -> None:
        tenant, run_id, up = channel.tenant, channel.run_id, 0
        for other in self._world.pbx.ledger.live.values():
            if other.run_id == run_id and other.tenant == tenant:
                up += _prefix_of(other.number, campaign) == prefix
        self.at_cap += up == calls_max
        if calls_max and up > calls_max:
            raise Violation(f"I8: {up} calls of run {channel.run_id} of {channel.tenant} are up to {prefix}")

    def _check_minute(self, channel: Channel, prefix: str, calls_max: int) -> None:
        """Less the few seconds that an intent may wait to be sent. A restart counts them by the clock."""
        if not calls_max or the_loop().now_s - self._world.jumped_at_s < MINUTE_S:
            return
        begun = self._begun.setdefault(((channel.tenant, channel.run_id), prefix), deque())
        begun.append(channel.began_s)
        while begun[0] <= channel.began_s - MINUTE_S + WAITS_MAX_S:
            begun.popleft()
        if len(begun) > calls_max:
            of = f"run {channel.run_id} of {channel.tenant}" + (f" to {prefix}" if prefix else "")
            raise Violation(f"I8: {len(begun)} calls of {of} within a minute")


def _prefix_of(number: str, campaign: Campaign) -> str:
    """The longest that fits; empty: none does."""
    best = ""
    for one in campaign.destinations:
        if number[: len(one.prefix)] == one.prefix and len(one.prefix) > len(best):
            best = one.prefix
    return best
