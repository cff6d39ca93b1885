"""How good the estimated wait is, in a small center on virtual time; beside the plain formula of OC-078."""

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from statistics import fmean

import pytest

from busyhour.core.acd.figures import NEVER_S, simple_wait_s
from busyhour.core.acd.waits import WaitEstimate

CALL_S = 180.0
DAY_S = 12 * 3_600.0
WARM_UP_S = 1_800.0


@dataclass
class Center:
    """One queue; agents who also serve another one for a share of their calls. Who has no patience left hangs up."""

    dice: Random
    agents: int
    per_s: float
    patience_s: float
    elsewhere: float  # the share of their calls that the agents take from another queue
    now_s: float = 0.0
    free: int = 0
    called: int = 0
    no: int = 0
    mean_call_s: float = 0.0
    waiting: deque[list[float]] = field(default_factory=deque)  # [came, gives up, told, told plainly]
    estimate: WaitEstimate = field(default_factory=WaitEstimate)
    coming: list[tuple[float, int, str]] = field(default_factory=list)
    found: list[tuple[float, float, float]] = field(default_factory=list)  # waited, told, told plainly

    def run(self) -> None:
        self.estimate.changed(0.0, waiting=0, agents=self.agents)
        self.free = self.agents
        self.at(self.dice.expovariate(self.per_s), "comes")
        while self.coming[0][0] < DAY_S:
            self.now_s, _, what = heappop(self.coming)
            self.hang_up()
            if what == "comes":
                self.comes()
            else:
                self.gets_free()
            self.estimate.changed(self.now_s, waiting=len(self.waiting), agents=self.agents)

    def at(self, after_s: float, what: str) -> None:
        self.no += 1
        heappush(self.coming, (self.now_s + after_s, self.no, what))

    def comes(self) -> None:
        self.at(self.dice.expovariate(self.per_s), "comes")
        if self.free:
            self.free -= 1
            self.talk()
            return
        ahead = len(self.waiting)
        told_s = self.estimate.wait_s(ahead, self.mean_call_s or CALL_S)
        plain_s = simple_wait_s(call_s=self.mean_call_s or CALL_S, waiting=ahead, logged=self.agents)
        gives_up_s = self.now_s + self.dice.expovariate(1 / self.patience_s)
        self.waiting.append([self.now_s, gives_up_s, told_s, plain_s])

    def gets_free(self) -> None:
        if self.dice.random() < self.elsewhere:
            self.talk()
        elif self.waiting:
            came_s, _, told_s, plain_s = self.waiting.popleft()
            self.estimate.started(self.now_s)
            if came_s > WARM_UP_S:
                self.found.append((self.now_s - came_s, told_s, plain_s))
            self.talk()
        else:
            self.free += 1

    def hang_up(self) -> None:
        for one in [one for one in self.waiting if one[1] <= self.now_s]:
            self.waiting.remove(one)
            self.estimate.left(self.now_s)

    def talk(self) -> None:
        call_s = self.dice.expovariate(1 / CALL_S)
        self.called += 1
        self.mean_call_s += (call_s - self.mean_call_s) / self.called
        self.at(call_s, "free")


@dataclass(frozen=True)
class Errors:
    """Of those who had to wait for an agent and got one; parts of their mean wait."""

    wait_s: float
    error: float  # mean distance of what they were told from their wait
    bias: float  # mean of what they were told, less their mean wait
    plain_error: float  # the same of the plain formula
    plain_bias: float


def errors(agents: int, load: float, patience_s: float, elsewhere: float) -> Errors:
    found = list[tuple[float, float, float]]()
    for seed in range(2):
        center = Center(Random(seed), agents, load * agents * (1 - elsewhere) / CALL_S, patience_s, elsewhere)
        center.run()
        found += center.found
    waits, told, plain = zip(*found, strict=True)
    mean_s = fmean(waits)

    def error(guesses: tuple[float, ...]) -> float:
        return fmean(abs(a - b) for a, b in zip(waits, guesses, strict=True)) / mean_s

    return Errors(mean_s, error(told), fmean(told) / mean_s - 1, error(plain), fmean(plain) / mean_s - 1)


@pytest.mark.parametrize(
    ("agents", "load", "patience_s", "elsewhere"),
    [(10, 1.3, 300.0, 0.0), (20, 1.2, 240.0, 0.5), (20, 0.97, 3_600.0, 0.3)],
)
def test_the_estimate_is_near_and_nearer_than_the_plain_formula(
    agents: int, load: float, patience_s: float, elsewhere: float
) -> None:
    found = errors(agents, load, patience_s, elsewhere)
    assert found.wait_s > 10.0, "there is something to estimate"
    assert found.error < found.plain_error
    assert found.error < 0.4
    assert abs(found.bias) < 0.1


def test_it_follows_at_once_when_agents_go() -> None:
    estimate = WaitEstimate()
    estimate.changed(0.0, waiting=5, agents=10)
    before_s = estimate.wait_s(4)
    estimate.changed(1.0, waiting=5, agents=5)
    assert estimate.wait_s(4) == pytest.approx(2 * before_s, rel=0.02)
    estimate.changed(2.0, waiting=5, agents=0)
    assert estimate.wait_s(0) == NEVER_S


def test_what_was_long_ago_weighs_less() -> None:
    estimate = WaitEstimate()
    estimate.changed(0.0, waiting=3, agents=2)
    for n in range(40):
        estimate.started(60.0 * n)  # each agent takes a call every two minutes
    estimate.changed(2_400.0, waiting=0, agents=2)
    fast_s = estimate.wait_s(0)
    estimate.changed(30_000.0, waiting=3, agents=2)
    for n in range(20):
        estimate.started(30_000.0 + 600.0 * n)  # and now every twenty
    assert fast_s == pytest.approx(60.0, rel=0.15)
    assert estimate.wait_s(0, call_s=1_200.0) == pytest.approx(600.0, rel=0.15)


def test_more_ahead_is_more_wait() -> None:
    estimate = WaitEstimate()
    estimate.changed(0.0, waiting=30, agents=4)
    for n in range(10):
        estimate.left(60.0 * n)
    waits = [estimate.wait_s(ahead) for ahead in range(50)]
    assert waits == sorted(waits)
    assert waits[0] > 0
