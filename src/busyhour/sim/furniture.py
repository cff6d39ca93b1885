"""What the world begins with: tenants with trunks, agents, campaigns and numbers."""

from collections.abc import Sequence
from random import Random
from typing import Any

from busyhour.core.model.campaign import Campaign, Compliance, Hours, Pacing, RetryRule, Trunk
from busyhour.core.model.counts import Count
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import DialMode, LegMode, Outcome

NOON_UTC_S = 1_790_078_400.0  # 2026-09-22 12:00 UTC, a Tuesday
SUMMER_ENDS_UTC_S = 1_792_889_100.0  # 2026-10-25 00:45 UTC, a quarter of an hour before Europe's clocks go back
ZONES = ("Europe/Rome", "Europe/London", "Europe/Athens", "Atlantic/Azores", "Asia/Kolkata", "Australia/Lord_Howe")
OPENS_S = (2400, 6000, 9600, 13200)  # of the local day: when the world begins, in one of the zones
NO_ZONE = "Mars/Olympus"
NO_ZONE_SHARE = 8  # one of those numbers in so many has a zone that no machine knows
ZONED_SHARE = 5  # one number in so many belongs to the campaign that keeps hours
AGENTLESS, AGENTS, ZONED = 2, 1, 3

RULES = (
    RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=30),
    RetryRule(outcome=Outcome.NO_ANSWER, max_attempts=2, delay_s=60),
    RetryRule(outcome=Outcome.LOST, max_attempts=3, delay_s=90),
    RetryRule(outcome=Outcome.HANDLED, disposition="later", max_attempts=2, delay_s=45),
)


MODES = (DialMode.PROGRESSIVE, DialMode.PREDICTIVE, DialMode.RATIO)  # of the tenants in turn
COUNTED_BEFORE = Count(connected=1_000, abandoned=12)  # of the campaigns that dial ahead: less would leave nothing


def campaigns(tenant: int, agents: int, dice: Random, *, zones: bool) -> list[Campaign]:
    """One with agents, one with a message; and one that keeps its callees' hours."""
    mode = MODES[(tenant - 1) % len(MODES)]
    ahead = mode is not DialMode.PROGRESSIVE
    return [
        Campaign(
            campaign_id=AGENTS,
            name="agents",
            dial_mode=mode,
            compliance=Compliance(preset="own") if ahead else Compliance(),
            pacing=Pacing(ratio=2.0),
            priority=5,
            max_concurrent=40,
            ring_timeout_s=20.0 if ahead else 10.0,  # long enough for calls to be given up late
            call_max_s=dice.choice([30.0, 120.0]),
            acw_max_s=8.0,
            callee_hours=Hours(),
            retry_rules=RULES,
            trunk_ids=(1,),
            agent_ids=tuple(range(1, agents + 1)),
        ),
        Campaign(
            campaign_id=AGENTLESS,
            name="message",
            dial_mode=DialMode.AGENTLESS,
            max_concurrent=dice.choice([6, 12, 12]),
            calls_per_minute_max=dice.choice([0, 0, 60]),
            ring_timeout_s=10.0,
            message_prompt="hello",
            callee_hours=Hours(),
            retry_rules=RULES,
            trunk_ids=(1,),
        ),
        *([_zoned(dice)] if zones else []),
    ]


def _zoned(dice: Random) -> Campaign:
    opens_s = dice.choice(OPENS_S) + dice.randrange(0, 1200)
    return Campaign(
        campaign_id=ZONED,
        name="by the callees' clocks",
        dial_mode=DialMode.AGENTLESS,
        priority=3,
        max_concurrent=2,
        ring_timeout_s=10.0,
        message_prompt="hello",
        callee_hours=Hours(from_s=opens_s, until_s=opens_s + dice.choice([120, 600, 3600])),
        attempts_per_day_max=2,
        retry_rules=RULES,
        trunk_ids=(1,),
    )


def furnish(store: Any, plan: Any, dice: Random, utc_s: float) -> None:
    """Fill the store."""
    each = max(1, plan.calls // (2 * plan.tenants))
    for tenant in range(1, plan.tenants + 1):
        rows = store.add_tenant(tenant)
        cps = dice.choice([0, 3])
        rows.trunks[1] = Trunk(trunk_id=1, name="carrier", endpoint="t", capacity=10 + 5 * tenant, calls_per_s_max=cps)
        for agent_id in range(1, plan.agents + 1):
            mode = LegMode.PER_CALL if agent_id % 4 == 0 else LegMode.PERSISTENT
            rows.agents[agent_id] = AgentProfile(agent_id=agent_id, name=f"agent {agent_id}", leg_mode=mode)
        for campaign in campaigns(tenant, plan.agents, dice, zones=plan.weather.zones):
            zoned = campaign.campaign_id == ZONED
            count = max(1, each // ZONED_SHARE) if zoned else each
            if campaign.dial_mode in MODES[1:]:
                rows.before[campaign.campaign_id] = utc_s, COUNTED_BEFORE
            _add_run(store, tenant, campaign, count, ZONES if zoned else (), dice, utc_s)


def _add_run(
    store: Any, tenant: int, campaign: Campaign, count: int, zones: Sequence[str], dice: Random, utc_s: float
) -> None:
    run = store.start_run(tenant, campaign, [], utc_s=utc_s)
    for n in range(count):
        number = f"+{tenant}2{campaign.campaign_id}{n:08d}"
        mine = tuple(dice.sample(zones, dice.choice([1, 1, 2]))) if zones else ("UTC",)
        if zones and dice.randrange(NO_ZONE_SHARE) == 0:
            mine = dice.choice([(), (NO_ZONE,), (*mine, NO_ZONE)])
        store.tenants[tenant].add_member(run.run_id, number, mine)
