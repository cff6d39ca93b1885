"""What one decision of the production pacer costs, with 300 agents at work."""

from statistics import quantiles
from time import process_time

from busyhour.sim.pacing import leads
from busyhour.sim.pacing.methods import Model
from busyhour.sim.pacing.world import Shape, World

AGENTS, P, LENGTH_S = 300, 0.1, 900.0
FIRST_S = 120.0  # tables are made anew most often at the start; that is not the usual


class _Timed(Model):
    def __init__(self) -> None:
        super().__init__(AGENTS)
        self.spent_us: list[float] = []

    def decide(self, now_s: float, world: World) -> int:
        began_s = process_time()
        count = super().decide(now_s, world)
        if now_s > FIRST_S:
            self.spent_us.append((process_time() - began_s) * 1e6)
        return count


def decision_cost() -> dict[str, float]:
    """With some 400 calls ringing, in time of the processor. The slowest few make the tables anew."""
    timed = _Timed()
    World(Shape(agents=AGENTS, length_s=LENGTH_S), leads.usual(1, lambda now_s: P), timed).run()
    cuts = quantiles(timed.spent_us, n=100)
    return {"decision_us_p50": round(cuts[49]), "decision_us_p99": round(cuts[98])}
