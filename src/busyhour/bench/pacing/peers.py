"""What other dialers do, as far as it is published: each in its own words of docs/benchmarks.md, with the one figure
that its users set.

They are asked in a world kinder than theirs: nothing is lost or late on the way to the network.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from math import floor

from busyhour.sim.pacing.methods import Plain
from busyhour.sim.pacing.world import World

FIRST_GUESS = 0.3  # of the calls are answered by a person


class Multiplier(Plain):
    """ADS: each second as many calls on the way as free agents times a fixed multiplier."""

    def __init__(self, multiplier: float) -> None:
        self.multiplier = multiplier

    def decide(self, now_s: float, world: World) -> int:
        return max(0, floor(self.multiplier * len(world.idle)) - len(world.ringing))


class Boost(Plain):
    """WombatDialer: the same at every event, less the callers who wait; none while anybody waits."""

    at_events = True

    def __init__(self, boost: float) -> None:
        self.boost = boost

    def decide(self, now_s: float, world: World) -> int:
        if world.waiting:
            return 0
        return max(0, floor(len(world.idle) * self.boost) - len(world.ringing))


def share_answered(calls: float, live: float, world: World) -> float:
    """A kindness to those who learn it: they begin with a guess, which weighs a call for each agent. By the first calls
    that end alone, which are busy ones, they place several times too many, and some take hours to recover."""
    agents = max(1, world.logged_in)
    return (live + FIRST_GUESS * agents) / (calls + agents)


class Counted(Plain):
    """Counts calls over windows of time: (resolved, answered, abandoned, seconds of talk)."""

    SAMPLE_S = 10.0
    FORGET_AT_ONCE = 1_000

    def __init__(self, windows_s: tuple[float, ...]) -> None:
        self.totals = [0.0, 0.0, 0.0, 0.0]
        self.talks = 0
        self._windows_s = windows_s
        self._past: list[tuple[float, tuple[float, ...]]] = []
        self._begins = [0] * len(windows_s)  # of each window, among those

    def ring_ended(self, now_s: float, rang_s: float, live: bool | None, call: int, chance: float) -> None:
        self.totals[0] += 1
        self.totals[1] += live is True

    def talk_ended(self, talked_s: float) -> None:
        self.talks += 1
        self.totals[3] += talked_s

    def abandoned(self, now_s: float) -> None:
        self.totals[2] += 1

    def counts(self, now_s: float) -> list[list[float]]:
        """One list a window, of what came within it."""
        past = self._past
        if not past or now_s - past[-1][0] >= self.SAMPLE_S:
            past.append((now_s, tuple(self.totals)))
            self._forget()
        found, begins = [], self._begins
        for window, window_s in enumerate(self._windows_s):
            at, from_s = begins[window], now_s - window_s
            while at + 1 < len(past) and past[at + 1][0] <= from_s:
                at += 1
            begins[window] = at
            found.append([total - before for total, before in zip(self.totals, past[at][1], strict=True)])
        return found

    def _forget(self) -> None:
        """What no window reaches any more."""
        useless = min(self._begins)
        if useless >= self.FORGET_AT_ONCE:
            del self._past[:useless]
            self._begins = [at - useless for at in self._begins]


class Mizu(Counted):
    """Mizu-like: calls by the mean length of a call and the share of answers, weighted over four windows of time, with
    a correction that follows the drop rate."""

    tick_s = 2.0
    WEIGHTS = (0.4, 0.3, 0.2, 0.1)
    RING_S = 15.0

    def __init__(self, desired: float) -> None:
        super().__init__((600.0, 3600.0, 86_400.0, 2_592_000.0))
        self.desired = desired
        self.correction = 1.0
        self._rates = (0.3, 120.0, 0.0)
        self._minute: deque[float] = deque()
        self._next_look_s = 0.0

    def decide(self, now_s: float, world: World) -> int:
        if now_s >= self._next_look_s:
            self._next_look_s = now_s + self.SAMPLE_S
            self._rates = self._weighted(now_s, world)
        answered, talk_s, dropped = self._rates
        self._follow(dropped)
        busy = len(world.talking) + len(world.wrapping)
        ready = len(world.idle) - len(world.waiting) + busy * self.RING_S / talk_s
        want = int(ready / answered * self.correction) - len(world.ringing)
        while self._minute and self._minute[0] <= now_s - 60.0:
            self._minute.popleft()
        count = max(0, min(want, world.logged_in, 20 * world.logged_in - len(self._minute)))
        self._minute.extend([now_s] * count)
        return count

    def _follow(self, dropped: float) -> None:
        self.correction *= 0.99 if dropped > self.desired else 1.002
        self.correction = min(max(self.correction, 0.2), 3.0)

    def _weighted(self, now_s: float, world: World) -> tuple[float, float, float]:
        answered = talk_s = dropped = 0.0
        mean_s = self.totals[3] / self.talks if self.talks else 120.0
        for weight, (calls, live, lost, _) in zip(self.WEIGHTS, self.counts(now_s), strict=True):
            answered += weight * share_answered(calls, live, world)
            talk_s += weight * mean_s
            dropped += weight * (lost / live if live else 0.0)
        return answered, max(talk_s, 10.0), dropped


class MizuByHand(Mizu):
    """The same with a correction that its users set and no drop rate moves: better by far with many agents."""

    def __init__(self, correction: float) -> None:
        super().__init__(desired=1.0)
        self.correction = correction

    def _follow(self, dropped: float) -> None:
        """Nothing."""


class Window(Counted):
    """EIS (US 5,640,445): agents who will be free within a window, by how long they have been engaged; the window grows
    while fewer are abandoned than aimed at, and shrinks while more are. `lines` scales the calls for each of them."""

    STEP = 0.02
    AIM = 0.029
    BIN_S = 5.0
    BINS = 360

    def __init__(self, lines: float) -> None:
        super().__init__((1800.0,))
        self.lines = lines
        self.window_s = 5.0
        self._ended = [0.0] * self.BINS
        self._survivors: list[float] = [1.0] * (self.BINS + 1)
        self._until_learned = 20
        self._engaged: dict[int, float] = {}
        self._talked_s = 0.0

    def served(self, now_s: float) -> None:
        self.window_s = min(self.window_s * (1 + self.STEP * self.AIM / (1 - self.AIM)), 60.0)

    def abandoned(self, now_s: float) -> None:
        super().abandoned(now_s)
        self.window_s = max(self.window_s * (1 - self.STEP), 0.05)

    def talk_ended(self, talked_s: float) -> None:
        super().talk_ended(talked_s)
        self._learn(talked_s + 20.0)

    def decide(self, now_s: float, world: World) -> int:
        calls, live, _, _ = self.counts(now_s)[0]
        chance = share_answered(calls, live, world)
        soon = sum(self._soon(now_s, world.talking.values())) + len(world.wrapping) * min(1.0, self.window_s / 20.0)
        ready = len(world.idle) - len(world.waiting) + soon
        return max(0, int(self.lines * ready / chance) - len(world.ringing))

    def _learn(self, lasted_s: float) -> None:
        self._ended[min(int(lasted_s / self.BIN_S), self.BINS - 1)] += 1.0
        self._until_learned -= 1
        if self._until_learned <= 0:
            self._until_learned = max(20, self.talks // 20)
            left, survivors = sum(self._ended), []
            for ended in self._ended:
                survivors.append(left)
                left -= ended
            self._survivors = [*survivors, 0.0]

    def _soon(self, now_s: float, talking: Iterable[float]) -> Iterator[float]:
        """P(free within the window) of each, by those who lasted as long before."""
        survivors, bin_s, window_s, last = self._survivors, self.BIN_S, self.window_s, self.BINS - 1.0
        for since_s in talking:
            elapsed_s = now_s - since_s
            at = elapsed_s / bin_s
            at = at if at < last else last
            low = int(at)
            alive = survivors[low] + (at - low) * (survivors[low + 1] - survivors[low])
            at = (elapsed_s + window_s) / bin_s
            at = at if at < last else last
            low = int(at)
            later = survivors[low] + (at - low) * (survivors[low + 1] - survivors[low])
            yield 1.0 - later / alive if alive > 0.0 else 0.0


class ProportionalIntegral(Counted):
    """UNICOM Predict: calls per waiting agent by failures per answer over 15 minutes, times a figure that a PI
    controller moves to the wanted rate of nuisance calls, twice a second."""

    tick_s = 0.5
    P_GAIN, I_GAIN_PER_S = 5.0, 0.01

    def __init__(self, wanted: float) -> None:
        super().__init__((900.0,))
        self.wanted = wanted
        self._sum = 0.5

    def decide(self, now_s: float, world: World) -> int:
        calls, live, lost, _ = self.counts(now_s)[0]
        error = self.wanted - (lost / live if live else 0.0)
        self._sum = min(max(self._sum + self.I_GAIN_PER_S * error * self.tick_s, 0.0), 5.0)
        adjust = min(max(self._sum + self.P_GAIN * error, 0.0), 5.0)
        answered = share_answered(calls, live, world)
        lines = 1.0 + adjust * (1.0 - answered) / answered
        return max(0, int(len(world.idle) * lines) - len(world.ringing))
