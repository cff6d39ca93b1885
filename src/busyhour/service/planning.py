"""What if there were more agents, another dial mode, another limit: yesterday's campaign played again in a pretended
world, with the production pacing code.

What is known of a campaign is what its pacer has learned; what is not known must be given. The playing itself is work
for a process of its own, which `main` names: `Planner.work` gets a `PlanOrder` and yields a `PlanPoint` each, as JSON.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from itertools import product
from typing import Final

import msgspec
from msgspec import Struct

from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.dialer.predictive.kept import unpack
from busyhour.core.dialer.predictive.means import Means, means_of
from busyhour.core.dialer.predictive.picture import RING_MIN_S
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import DialMode
from busyhour.service.apart import Work, frames_apart
from busyhour.service.errors import Invalid, TooMany
from busyhour.service.ports import Campaigns

AGENTS_MOST: Final = 500
POINTS_MAX: Final = 40  # each some seconds of one core
TIME_MAX_S: Final = 60.0  # for all; what is not played by then is left out, and it is said
AT_ONCE_MAX: Final = 2  # plans under way, of all tenants
MEMORY_BYTES_MAX: Final = 1024**3
CALLS_LEAST, TALKS_LEAST = 200, 30  # with fewer, what was learned is mostly the priors
MODES: Final = (DialMode.PREDICTIVE, DialMode.RATIO, DialMode.PROGRESSIVE)
USUAL_AGENTS: Final = (5, 10, 20, 50)
USUAL_LIMIT: Final = 0.03
USUAL: Final = Campaign(campaign_id=0, name="", dial_mode=DialMode.PREDICTIVE)
"""In place of a campaign, where none is named."""


class PlanAsked(Struct, frozen=True, kw_only=True):
    """What is given goes before what the campaign has learned. Without a campaign at least `answer_chance` is given."""

    campaign_id: int | None = None
    answer_chance: float | None = None  # of one dial, by a person
    talk_s: float | None = None  # means
    wrap_s: float | None = None
    ring_s: float | None = None  # until a person answers
    agents: tuple[int, ...] = ()
    modes: tuple[DialMode, ...] = (DialMode.PREDICTIVE, DialMode.PROGRESSIVE)
    limits: tuple[float, ...] = ()  # share of abandoned calls; none: the campaign's, else 3 %
    ratio: float = 2.0  # calls for each free agent, in mode ratio
    lines: int = 0  # calls at once; 0 = no limit
    seed: int = 1


class PlanOrder(Struct, frozen=True, kw_only=True):
    """For the process that plays it."""

    means: Means
    learned: bytes  # empty: people of the usual kind, with these means
    points: tuple[tuple[int, DialMode, float], ...]  # (agents, mode, limit)
    ratio: float
    lines: int
    seed: int
    window_s: float
    wait_max_s: float  # from the answer to an agent
    ring_min_s: float
    late_cancel: bool


class PlanPoint(Struct, frozen=True, kw_only=True):
    """Figures after the first half hour, but for `abandonment` and `prompt`, which are of all calls."""

    agents: int
    mode: DialMode
    limit: float
    utilisation: float  # of the agents' time, in conversation and wrap-up
    wait_s: float  # of an agent for the next conversation, on the average
    abandonment: float  # of the calls that people answered
    prompt: float  # share of them that met an agent within 2 s
    calls_per_agent_hour: float
    dials_per_agent_hour: float


class Plan(Struct, frozen=True, kw_only=True):
    campaign_id: int | None
    name: str  # of the campaign
    means: Means
    learned: bool  # from the campaign's own calls
    points: tuple[PlanPoint, ...]
    missing: int = 0  # points that time did not suffice for


class Planner:
    """One for each server. A tenant has one plan at a time."""

    def __init__(self, *, campaigns: Campaigns, work: Work) -> None:
        self._campaigns, self._work = campaigns, work
        self._at_it: set[int] = set()

    async def plan(self, tenant: int, asked: PlanAsked) -> Plan:
        check(asked)
        campaign, kept = None, b""
        if asked.campaign_id is not None:
            campaign = (await self._campaigns.campaign(tenant, asked.campaign_id)).campaign
            kept = await self._campaigns.learned(tenant, asked.campaign_id)
        order = order_of(asked, campaign, kept)
        if tenant in self._at_it or len(self._at_it) >= AT_ONCE_MAX:
            raise TooMany("A plan is being made already. Ask again when it is done.", retry_after_s=5.0)
        self._at_it.add(tenant)
        try:
            points = await self._played(order)
        finally:
            self._at_it.discard(tenant)
        return Plan(
            campaign_id=asked.campaign_id,
            name=campaign.name if campaign is not None else "",
            means=order.means,
            learned=bool(order.learned),
            points=tuple(points),
            missing=len(order.points) - len(points),
        )

    async def _played(self, order: PlanOrder) -> list[PlanPoint]:
        points: list[PlanPoint] = []
        frames = frames_apart(self._work, msgspec.json.encode(order), memory_bytes_max=MEMORY_BYTES_MAX)
        async with aclosing(frames):
            with suppress(TimeoutError):
                async with asyncio.timeout(TIME_MAX_S):
                    async for frame in frames:
                        points.append(msgspec.json.decode(frame, type=PlanPoint))
        return points


def check(asked: PlanAsked) -> None:
    for field, value, least, most in (
        ("answer_chance", asked.answer_chance, 0.01, 1.0),
        ("talk_s", asked.talk_s, 5.0, 3600.0),
        ("wrap_s", asked.wrap_s, 1.0, 1800.0),
        ("ring_s", asked.ring_s, 3.0, 40.0),
        ("ratio", asked.ratio, 1.0, 50.0),
        ("lines", asked.lines, 0, 100_000),
    ):
        if value is not None and not least <= value <= most:
            raise Invalid(f"{field} must be from {least:g} to {most:g}.", field=field)
    for field, several in (("agents", asked.agents), ("modes", asked.modes), ("limits", asked.limits)):
        if len(several) > POINTS_MAX:  # all of them are put together before they are counted
            raise Invalid(f"Give at most {POINTS_MAX} {field}.", field=field)
    if any(not 1 <= n <= AGENTS_MOST for n in asked.agents):
        raise Invalid(f"Each number of agents must be from 1 to {AGENTS_MOST}.", field="agents")
    if not asked.modes or any(mode not in MODES for mode in asked.modes):
        raise Invalid(f"Choose among the modes {', '.join(MODES)}.", field="modes")
    if any(not 0.001 <= limit <= 0.2 for limit in asked.limits):
        raise Invalid("Each limit is a share from 0.001 to 0.2, such as 0.03 for 3 %.", field="limits")


def order_of(asked: PlanAsked, campaign: Campaign | None, kept: bytes) -> PlanOrder:
    means, learned = _means(asked, campaign, kept)
    agents = asked.agents or _agents_around(campaign)
    limits = asked.limits or (_limit_of(campaign),)
    worlds = product(sorted(agents), asked.modes, limits)
    # One call for each free agent is never abandoned, whatever the limit.
    points = tuple(dict.fromkeys((n, m, limits[0] if m is DialMode.PROGRESSIVE else limit) for n, m, limit in worlds))
    if len(points) > POINTS_MAX:
        raise Invalid(f"That makes {len(points)} worlds; ask for at most {POINTS_MAX} at a time.", field="agents")
    played = campaign or USUAL
    return PlanOrder(
        means=means,
        learned=kept if learned else b"",
        points=points,
        ratio=asked.ratio,
        lines=asked.lines,
        seed=asked.seed,
        window_s=played.compliance.window_s,
        wait_max_s=played.answer_wait_max_s,
        ring_min_s=preset_of(played.compliance.preset).ring_min_s or RING_MIN_S,
        late_cancel=played.pacing.late_cancel,
    )


def _means(asked: PlanAsked, campaign: Campaign | None, kept: bytes) -> tuple[Means, bool]:
    """What is given, then what was learned, then the usual; and whether anything was learned."""
    found = unpack(kept)
    known = found.learned if found is not None else None
    if known is not None and (known.dead.total + known.live.total < CALLS_LEAST or known.talk.total < TALKS_LEAST):
        known = None
    if known is None and asked.answer_chance is None:
        raise Invalid(_too_little(campaign), code="not_known", field="answer_chance")
    base = means_of(known.hazards) if known is not None else Means()
    given = {name: getattr(asked, name) for name in Means.__struct_fields__ if getattr(asked, name) is not None}
    return msgspec.structs.replace(base, **given), known is not None


def _too_little(campaign: Campaign | None) -> str:
    if campaign is None:
        return "Choose a campaign that has made calls, or give the share of calls that people answer."
    return (
        f"Too little is known of “{campaign.name}” yet: a plan needs {CALLS_LEAST} calls and {TALKS_LEAST} "
        "conversations in mode predictive. Give the share of calls that people answer instead."
    )


def _agents_around(campaign: Campaign | None) -> Sequence[int]:
    n = len(campaign.agent_ids) if campaign is not None else 0
    if not n:
        return USUAL_AGENTS
    return sorted({min(max(1, round(n * part)), AGENTS_MOST) for part in (0.5, 1.0, 1.5, 2.0, 3.0)})


def _limit_of(campaign: Campaign | None) -> float:
    """The tightest of the campaign's windows."""
    if campaign is None:
        return USUAL_LIMIT
    limits = [window.limit for window in preset_of(campaign.compliance.preset).windows]
    return min([*limits, campaign.compliance.limit if campaign.compliance.limit is not None else 1.0])
