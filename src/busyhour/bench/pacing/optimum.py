"""The best that any method can do in the memoryless world: exact, by relative value iteration.

State: (busy agents, calls ringing). At any time calls may be added. A price on abandoned calls makes the limit part of
the goal; the price is halved in until the limit lies between two policies, and those are mixed.
"""

from msgspec import Struct

from busyhour.bench.pacing.scenarios import RING_S, SERVICE_S

PRICE_ROUNDS = 24
SWEEPS_MAX = 60_000
CHANGE_MIN = 1e-9


class Point(Struct, frozen=True):
    utilisation: float
    abandonment: float


class _Chain:
    """Uniform steps: `ends` and `falls` are the chances of a service and of a ringing call to end, per one."""

    def __init__(self, n: int, p: float) -> None:
        self.n, self.p = n, p
        self.ring_most = round(4.0 * n * RING_S / (SERVICE_S * p)) + 16
        rate = n / SERVICE_S + self.ring_most / RING_S
        self.ends, self.falls = 1 / (SERVICE_S * rate), 1 / (RING_S * rate)
        self.value = [[0.0] * (self.ring_most + 1) for _ in range(n + 1)]

    def policy(self, price: float, limit: float) -> list[int]:
        """For each number of busy agents: up to how many calls shall ring."""
        for _ in range(SWEEPS_MAX):
            best = [_best_from(row) for row in self.value]
            fresh = [self._row(busy, best, price, limit) for busy in range(self.n + 1)]
            base = fresh[0][0]
            change = max(
                abs(new - base - old)
                for new_row, old_row in zip(fresh, self.value, strict=True)
                for new, old in zip(new_row, old_row, strict=True)
            )
            self.value = [[each - base for each in row] for row in fresh]
            if change < CHANGE_MIN:
                break
        return [max(range(len(row)), key=row.__getitem__) for row in self.value]

    def _row(self, busy: int, best: list[list[float]], price: float, limit: float) -> list[float]:
        here, less = best[busy], best[max(0, busy - 1)]
        full = busy == self.n
        more = here if full else best[busy + 1]
        p, falls = self.p, self.falls
        gain = busy / self.n
        done = busy * self.ends
        lost = price * falls * p * ((1.0 if full else 0.0) - limit)
        row = [gain + done * less[0] + (1.0 - done) * here[0]]
        for ringing in range(1, self.ring_most + 1):
            fall = ringing * falls
            after = p * more[ringing - 1] + (1.0 - p) * here[ringing - 1]
            row.append(
                gain - ringing * lost + done * less[ringing] + fall * after + (1.0 - done - fall) * here[ringing]
            )
        return row

    def come_to(self, up_to: list[int]) -> Point:
        """What a policy comes to, by its stationary distribution."""
        n, p, falls = self.n, self.p, self.falls
        most = max(up_to)
        now = [[0.0] * (most + 1) for _ in range(n + 1)]
        now[0][up_to[0]] = 1.0
        for _ in range(SWEEPS_MAX):
            then = [[0.0] * (most + 1) for _ in range(n + 1)]
            for busy, row in enumerate(now):
                done = busy * self.ends
                low = max(0, busy - 1)
                high = min(n, busy + 1)
                for ringing, weight in enumerate(row):
                    if weight < 1e-15:
                        continue
                    fall = ringing * falls
                    then[low][max(ringing, up_to[low])] += weight * done
                    if ringing:
                        then[high][max(ringing - 1, up_to[high])] += weight * fall * p
                        then[busy][max(ringing - 1, up_to[busy])] += weight * fall * (1.0 - p)
                    then[busy][ringing] += weight * (1.0 - done - fall)
            change = sum(abs(a - b) for x, y in zip(now, then, strict=True) for a, b in zip(x, y, strict=True))
            now = then
            if change < CHANGE_MIN:
                break
        busy_mean = sum(busy * sum(row) for busy, row in enumerate(now))
        rings = [sum(ringing * weight for ringing, weight in enumerate(row)) for row in now]
        return Point(busy_mean / n, rings[n] / sum(rings))


def optimum(n: int, p: float, limit: float = 0.03) -> Point:
    chain = _Chain(n, p)
    cheap, dear = 0.0, 4096.0
    over, under = Point(1.0, 1.0), Point(0.0, 0.0)
    for _ in range(PRICE_ROUNDS):
        price = (cheap + dear) / 2 if cheap else dear / 8
        found = chain.come_to(chain.policy(price, limit))
        if found.abandonment > limit:
            cheap, over = price, found
        else:
            dear, under = price, found
        if cheap and over.abandonment - under.abandonment < 1e-4 and under.abandonment:
            break
    # Policies are few: two neighbors are mixed call by call, so that both rates are met on the average.
    part = (limit - under.abandonment) / (over.abandonment - under.abandonment)
    return Point(under.utilisation + part * (over.utilisation - under.utilisation), limit)


def _best_from(row: list[float]) -> list[float]:
    """The best over "so many, or more"."""
    best = row.copy()
    for at in range(len(best) - 2, -1, -1):
        best[at] = max(best[at], best[at + 1])
    return best
