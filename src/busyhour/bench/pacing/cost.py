"""What one decision costs, with 300 agents at work: of the production pacer, and of the formula in each dial mode."""

from statistics import quantiles
from time import process_time_ns

from busyhour.core.dialer.pacing import PacingPicture, calls_to_start
from busyhour.core.dialer.predictive.picture import Decision, Mode, Why
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import DialMode
from busyhour.sim.pacing import leads
from busyhour.sim.pacing.methods import Model
from busyhour.sim.pacing.world import Shape, World

AGENTS, P, LENGTH_S = 300, 0.1, 900.0
FORMULA_ASKED = 2_000
FIRST_S = 120.0  # tables are made anew most often at the start; that is not the usual


class _Timed(Model):
    def __init__(self) -> None:
        super().__init__(AGENTS)
        self.spent_us: list[float] = []

    def decide(self, now_s: float, world: World) -> int:
        began_ns = process_time_ns()
        count = super().decide(now_s, world)
        if now_s > FIRST_S:
            self.spent_us.append((process_time_ns() - began_ns) / 1e3)
        return count


def decision_cost() -> dict[str, float]:
    """With some 400 calls ringing, in time of the processor. The slowest few make the tables anew."""
    timed = _Timed()
    World(Shape(agents=AGENTS, length_s=LENGTH_S), leads.usual(1, lambda now_s: P), timed).run()
    return _percentiles("decision", timed.spent_us, digits=0) | formula_cost()


def formula_cost() -> dict[str, float]:
    """The one formula in each mode; a predictive run also has its decision, counted above."""
    found: dict[str, float] = {}
    for mode in DialMode:
        picture = _picture(mode)
        spent_us = []
        for _ in range(FORMULA_ASKED):
            began_ns = process_time_ns()
            calls_to_start(picture)
            spent_us.append((process_time_ns() - began_ns) / 1e3)
        found |= _percentiles(mode.value, spent_us, digits=1)
    return found


def _picture(mode: DialMode) -> PacingPicture:
    campaign = Campaign(campaign_id=1, name="cost", dial_mode=mode, max_concurrent=1_000)
    return PacingPicture(
        campaign=campaign,
        agents_free=5,
        dialing=400,
        waiting=0,
        live=700,
        hopper=1_000,
        trunk_free=1_000,
        minute_left=1_000,
        planned=0,
        at_work=AGENTS,
        decision=Decision(start=5, why=Why(mode=Mode.PREDICTIVE, free=5, waiting=0, ringing=400)),
        allowed=5,
    )


def _percentiles(name: str, spent_us: list[float], *, digits: int) -> dict[str, float]:
    cuts = quantiles(spent_us, n=100)
    return {f"{name}_us_p50": round(cuts[49], digits), f"{name}_us_p99": round(cuts[98], digits)}
