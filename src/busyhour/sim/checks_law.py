"""I11: at the law's limit no call is placed without a free agent, whatever the dial mode.

Judged by an arithmetic of its own, from the committed records and from the network's book of who is with an agent.
An engine may know of an abandoned call some seconds later than the book, so only a limit that has stood for a while
counts. What was counted before the world began is in the store.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from busyhour.core import commands as c
from busyhour.core.dialer.compliance.detector import false_share
from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import CallRecord
from busyhour.core.model.values import REACHED, DialMode, Heard, Outcome
from busyhour.sim.ledger import Violation
from busyhour.sim.loop import the_loop

if TYPE_CHECKING:
    from busyhour.sim.world import World

AHEAD = (DialMode.RATIO, DialMode.PREDICTIVE)
STANDS_S = 25.0  # an intent waits up to 5.5 s, and a lost event is made good by the next look
WINDOW_S = 23 * 3600.0  # while the clock is not further off, all that a world counts lies within its windows

Key = tuple[int, int]  # tenant, campaign


@dataclass(slots=True)
class Sum:
    """Calls that ended: people who answered, and those of them who met no agent."""

    answered: int = 0
    abandoned: int = 0
    detected: int = 0  # hung up on as machines: some were people
    limit_since_s: float | None = None


@cache
def _limit_of(preset: str) -> float:
    return min(window.limit for window in preset_of(preset).windows)


class LawChecks:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._sums: dict[Key, Sum] = {}
        self._closed: set[str] = set()
        self.at_limit = 0  # calls that were judged while the limit stood

    def on_close(self, tenant: int, keep: c.CloseCall) -> None:
        record = keep.record
        if record.call in self._closed:
            return
        self._closed.add(record.call)
        self._count(tenant, record)

    def _count(self, tenant: int, record: CallRecord) -> None:
        met_machine = record.heard is Heard.MACHINE and record.joined_utc_s is not None
        if record.outcome in REACHED and record.answered_utc_s is not None and not met_machine:
            total = self._sum(tenant, record.campaign_id)
            total.answered += 1
            total.abandoned += record.joined_utc_s is None
        elif record.outcome is Outcome.ANSWERING_MACHINE and record.answered_utc_s is not None:
            self._sum(tenant, record.campaign_id).detected += 1

    def recount(self, tenant: int) -> None:
        """After a failover: some records were lost, and some that waited came with those that were given back."""
        limits = {key: self._sums.pop(key).limit_since_s for key in list(self._sums) if key[0] == tenant}
        for name, attempt in self._world.store.tenants[tenant].attempts.items():
            if attempt.record is None:
                self._closed.discard(name)
            else:
                self._closed.add(name)
                self._count(tenant, attempt.record)
        for key, since_s in limits.items():
            self._sum(*key).limit_since_s = since_s

    def look(self) -> None:
        """Each second: since when each campaign that dials ahead is at its limit."""
        for tenant, rows in self._world.store.tenants.items():
            for campaign in rows.campaigns.values():
                if campaign.dial_mode in AHEAD:
                    self._look(tenant, campaign)

    def _look(self, tenant: int, campaign: Campaign) -> None:
        total = self._sum(tenant, campaign.campaign_id)
        if self._one_more_fits(tenant, campaign, total, _limit_of(campaign.compliance.preset)):
            total.limit_since_s = None
        elif total.limit_since_s is None:
            total.limit_since_s = the_loop().now_s

    def _one_more_fits(self, tenant: int, campaign: Campaign, total: Sum, limit: float) -> bool:
        false_people = total.detected * false_share(campaign.machines.test) if total.detected else 0.0
        abandoned, answered = total.abandoned + false_people, total.answered + false_people
        if abandoned + 1 <= limit * (answered + 1):
            return True  # all the more with those who are up
        answered += self._with_agents(tenant, campaign.campaign_id)
        return abandoned + 1 <= limit * (answered + 1)

    def _with_agents(self, tenant: int, campaign_id: int) -> int:
        """Calls that are up and have, or had, an agent: they will count as connected."""
        rows = self._world.store.tenants[tenant]
        return sum(
            channel.joined_s > 0 or channel.room is not None
            for channel in self._world.pbx.ledger.live.values()
            if channel.tenant == tenant
            and (attempt := rows.attempts.get(channel.name)) is not None
            and attempt.placed.campaign_id == campaign_id
        )

    def on_intent(self, tenant: int, campaign: Campaign, keep: c.PlaceCall, *, on_the_way: int, free: int) -> None:
        if campaign.dial_mode in AHEAD:
            self._look(tenant, campaign)  # since the last second somebody may have been connected
        since_s = self._sum(tenant, campaign.campaign_id).limit_since_s
        if since_s is None or the_loop().now_s - since_s < STANDS_S or self._is_out_of_window():
            return
        self.at_limit += 1
        if on_the_way > free:
            raise Violation(
                f"I11: {keep.item.call} of {tenant} was placed at the law's limit: {on_the_way} calls on the way for "
                f"{free} free agents"
            )

    def _is_out_of_window(self) -> bool:
        return abs(self._world.jumped_s) + the_loop().now_s > WINDOW_S

    def _sum(self, tenant: int, campaign_id: int) -> Sum:
        total = self._sums.get((tenant, campaign_id))
        if total is None:
            total = self._sums[tenant, campaign_id] = Sum()
            before = self._world.store.tenants[tenant].before.get(campaign_id)
            if before is not None:
                total.answered, total.abandoned = before[1].answered, before[1].abandoned
        return total
