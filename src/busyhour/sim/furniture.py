"""What the world begins with: tenants with trunks, agents, campaigns and numbers."""

from collections.abc import Sequence
from random import Random
from typing import Any

from busyhour.core.model.campaign import (
    Campaign,
    Compliance,
    Destination,
    DetectorTest,
    Hours,
    Machines,
    Pacing,
    Preview,
    RetryRule,
    Trunk,
)
from busyhour.core.model.counts import Count
from busyhour.core.model.pictures import AgentProfile, HopperItem
from busyhour.core.model.values import DialMode, FirstLeg, LegMode, Outcome, PreviewEnd

NOON_UTC_S = 1_790_078_400.0  # 2026-09-22 12:00 UTC, a Tuesday
SUMMER_ENDS_UTC_S = 1_792_889_100.0  # 2026-10-25 00:45 UTC, a quarter of an hour before Europe's clocks go back
ZONES = ("Europe/Rome", "Europe/London", "Europe/Athens", "Atlantic/Azores", "Asia/Kolkata", "Australia/Lord_Howe")
OPENS_S = (2400, 6000, 9600, 13200)  # of the local day: when the world begins, in one of the zones
NO_ZONE = "Mars/Olympus"
NO_ZONE_SHARE = 8  # one of those numbers in so many has a zone that no machine knows
ZONED_SHARE = 5  # one number in so many belongs to the campaign that keeps hours
NEW_NUMBERS, NUMBERS_BY_HAND = 0.6, 200  # how often, and of how many, by hand
WITH_AGENT_SHARE = 6  # one in so many is dialed by, or for, one agent
AGENTLESS, AGENTS, ZONED, WITH_AGENT, BY_HAND = 2, 1, 3, 4, 5
OPEN_ENDED = (ZONED, BY_HAND)  # somebody has to end these

RULES = (
    RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=30),
    RetryRule(outcome=Outcome.NO_ANSWER, max_attempts=2, delay_s=60),
    RetryRule(outcome=Outcome.LOST, max_attempts=3, delay_s=90),
    RetryRule(outcome=Outcome.ANSWERING_MACHINE, max_attempts=2, delay_s=30),
    RetryRule(outcome=Outcome.HANDLED, disposition="later", max_attempts=2, delay_s=45),
)

CHOSEN_BY_AGENTS = (
    RetryRule(outcome=Outcome.AGENT_SKIPPED, disposition="not now", max_attempts=2, delay_s=20),
    RetryRule(outcome=Outcome.CANCELLED, max_attempts=2, delay_s=20),
)

MODES = (DialMode.PROGRESSIVE, DialMode.PREDICTIVE, DialMode.RATIO)  # of the tenants in turn
DETECTION_SHARE = 3  # in one world of so many, its predictive campaigns detect machines
DETECTS = Machines(detection=True, check_every=5, test=DetectorTest(calls=10_000, people=10))
COUNTED_BEFORE = Count(connected=1_000, abandoned=12)  # of the campaigns that dial ahead: less would leave nothing


def campaigns(
    tenant: int, agents: int, dice: Random, *, zones: bool, with_agents: bool, detection: bool = False
) -> list[Campaign]:
    """One with agents, one with a message; one that keeps its callees' hours; one whose calls have their agent first,
    and one in which numbers are dialed by hand."""
    mode = MODES[(tenant - 1) % len(MODES)]
    ahead = mode is not DialMode.PROGRESSIVE
    return [
        Campaign(
            campaign_id=AGENTS,
            name="agents",
            dial_mode=mode,
            compliance=Compliance(preset="own") if ahead else Compliance(),
            pacing=Pacing(ratio=2.0),
            machines=DETECTS if mode is DialMode.PREDICTIVE and detection else Machines(),
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
            destinations=_destinations(tenant),
            trunk_ids=(1,),
        ),
        *([_zoned(dice)] if zones else []),
        *([_with_agent(tenant, agents, dice), _by_hand(agents)] if with_agents else []),
    ]


def _destinations(tenant: int) -> tuple[Destination, ...]:
    """Every second tenant's message goes slowly to its first hundred numbers, and more slowly to the first ten."""
    if tenant % 2:
        return ()
    first = f"+{tenant}2{AGENTLESS}000000"
    return (
        Destination(prefix=first, calls_max=4, per_minute_max=40),
        Destination(prefix=f"{first}0", calls_max=1, per_minute_max=6),
    )


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


def _with_agent(tenant: int, agents: int, dice: Random) -> Campaign:
    """Previews that are given back when their time is over, or dialed then; or the agent's phone first."""
    kind = dice.choice(["given back", "dialed", "agent first"])
    preview, ends = kind != "agent first", PreviewEnd.DIAL if kind == "dialed" else PreviewEnd.GIVE_BACK
    return Campaign(
        campaign_id=WITH_AGENT,
        name=f"with an agent: {kind}",
        dial_mode=DialMode.PREVIEW if preview else DialMode.PROGRESSIVE,
        pacing=Pacing() if preview else Pacing(first_leg=FirstLeg.AGENT),
        preview=Preview(timeout_s=dice.choice([5.0, 10.0]), timeout_action=ends),
        priority=dice.choice([4, 5]),
        max_concurrent=dice.choice([2, 40]),
        ring_timeout_s=10.0,
        call_max_s=30.0,
        acw_max_s=dice.choice([0.0, 8.0]),
        callee_hours=Hours(),
        retry_rules=(*RULES, *CHOSEN_BY_AGENTS),
        trunk_ids=(1,),
        agent_ids=tuple(range(1, agents + 1)),
    )


def _by_hand(agents: int) -> Campaign:
    return Campaign(
        campaign_id=BY_HAND,
        name="by hand",
        dial_mode=DialMode.MANUAL,
        max_concurrent=40,
        ring_timeout_s=10.0,
        call_max_s=30.0,
        acw_max_s=8.0,
        callee_hours=Hours(),
        trunk_ids=(1,),
        agent_ids=tuple(range(1, agents + 1)),
    )


def may_dial(plan: Any, agent_id: int) -> bool:
    """Who may dial by hand: some at lasting legs, some at phones that are rung for each call."""
    return bool(plan.with_agents) and agent_id % 3 == 2


def number_by_hand(store: Any, tenant: int, dice: Random) -> tuple[int, HopperItem] | None:
    """What an agent dials who may: mostly a number that is in no list, now and then one that the dialer has, too; but
    nobody who was abandoned, for if they are busy then, the law has their run wait for three days."""
    rows = store.tenants[tenant]
    run = next((one for one in rows.runs.values() if one.campaign_id == BY_HAND), None)
    if run is None:
        return None
    member = rows.members[dice.randrange(1, len(rows.members) + 1)]
    if dice.random() < NEW_NUMBERS or member.number in rows.abandoned:
        member = rows.by_hand(run.run_id, f"+{tenant}2{BY_HAND}{dice.randrange(NUMBERS_BY_HAND):08d}")
    return member.run_id, rows.item_by_hand(tenant, member)


def furnish(store: Any, plan: Any, dice: Random, utc_s: float) -> None:
    """Fill the store."""
    each = max(1, plan.calls // (2 * plan.tenants))
    for tenant in range(1, plan.tenants + 1):
        rows = store.add_tenant(tenant)
        cps = dice.choice([0, 3])
        rows.trunks[1] = Trunk(trunk_id=1, name="carrier", endpoint="t", capacity=10 + 5 * tenant, calls_per_s_max=cps)
        for agent_id in range(1, plan.agents + 1):
            mode = LegMode.PER_CALL if agent_id % 4 == 0 else LegMode.PERSISTENT
            rows.agents[agent_id] = AgentProfile(
                agent_id=agent_id, name=f"agent {agent_id}", leg_mode=mode, may_dial=may_dial(plan, agent_id)
            )
        made = campaigns(
            tenant,
            plan.agents,
            dice,
            zones=plan.weather.zones,
            with_agents=plan.with_agents,
            detection=plan.seed % DETECTION_SHARE == 0,
        )
        for campaign in made:
            zoned = campaign.campaign_id == ZONED
            share = {ZONED: ZONED_SHARE, WITH_AGENT: WITH_AGENT_SHARE}.get(campaign.campaign_id, 1)
            count = 0 if campaign.campaign_id == BY_HAND else max(1, each // share)
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
