"""Two campaigns that share their agents for a quarter of an hour: who gets how many of the calls.

The floor is the real one; who answers, and how long they talk, the dice say.
"""

from heapq import heappop, heappush
from random import Random
from typing import Any

import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import DialMode, EndCause
from tests.core.test_predictive_floor import PLENTY, TEAM, WIDE, Counted, predictive

LENGTH_S = 900.0
ANSWERED, TALK_S, WRAP_S = 0.25, 20.0, 5.0


class Shift(Counted):
    """Plays what follows of each order."""

    def begin(self) -> "Shift":
        self.__dict__.update(dice=Random(7), due=[], order=0, talks={1: 0, 2: 0}, placed={1: 0, 2: 0})
        return self

    def _handle(self, at_s: float, event: e.Event) -> list[str]:
        commands = self.floor.handle(e.Instant(at_s, self.utc_s + at_s), event)
        self.__dict__.setdefault("asks", []).extend(one.ask for one in commands if isinstance(one, c.Reckon))
        for one in commands if "due" in self.__dict__ else ():
            match one:
                case c.PlaceCall():
                    self._placed(at_s, one.call, one.run_id)
                case c.Join():
                    self._then(at_s, e.CallJoined(call=one.call, leg=one.leg, at_utc_s=self.utc_s + at_s))
                    self.__dict__["talks"][self.floor.calls[one.call].run_id] += 1
                    self._ends(at_s + self.__dict__["dice"].expovariate(1 / TALK_S), one.call, EndCause.NORMAL)
                case c.HangUpCall():
                    self._ends(at_s, one.call, EndCause.NORMAL)
        return []

    def _placed(self, at_s: float, call: str, run_id: int) -> None:
        dice = self.__dict__["dice"]
        self.__dict__["placed"][run_id] += 1
        self._then(at_s, e.CallCommitted(call=call))
        rings_s, answered = dice.uniform(4.0, 14.0), dice.random() < ANSWERED
        if answered:
            self._then(at_s + rings_s, e.CallAnswered(call=call, at_utc_s=self.utc_s + at_s + rings_s))
        else:
            self._ends(at_s + 2 * rings_s, call, EndCause.BUSY)

    def _ends(self, at_s: float, call: str, cause: EndCause) -> None:
        self._then(at_s, e.CallEnded(call=call, cause=cause, at_utc_s=self.utc_s + at_s))

    def _then(self, at_s: float, event: e.Event) -> None:
        self.__dict__["order"] += 1
        heappush(self.__dict__["due"], (at_s, self.__dict__["order"], event))

    def plays(self) -> "Shift":
        due = self.__dict__["due"]
        for second in range(1, int(LENGTH_S)):
            while due and due[0][0] <= second:
                at_s, _, event = heappop(due)
                if event.call in self.floor.calls:
                    self._handle(max(at_s, self.floor.now.mono_s), event)
            self._handle(float(second), e.ClockTicked())
        return self

    @property
    def talks(self) -> tuple[int, int]:
        first, second = self.__dict__["talks"].values()
        return first, second

    @property
    def placed(self) -> tuple[int, int]:
        first, second = self.__dict__["placed"].values()
        return first, second


def shift(one: Campaign, two: Campaign) -> Shift:
    story = Shift(campaigns=[one, two], agents=TEAM, trunk=WIDE).begin()
    story.counts(PLENTY)
    story.working("ann", "bob", "cid", "dee")
    story.play("0 fills 4000 run=1", "0 fills 4000 run=2")
    return story.plays()


def pair(mode: DialMode, **second: Any) -> tuple[Campaign, Campaign]:
    usual: dict[str, Any] = {"dial_mode": mode, "acw_max_s": WRAP_S}
    return predictive(**usual), predictive(**usual, campaign_id=2, name="Two", **second)


@pytest.mark.covers("WD-120")
@pytest.mark.parametrize("mode", [DialMode.PREDICTIVE, DialMode.RATIO, DialMode.PROGRESSIVE])
def test_equal_campaigns_place_about_as_many_calls(mode: DialMode) -> None:
    story = shift(*pair(mode))
    assert sum(story.talks) > 40
    assert min(story.placed) > 0.65 * max(story.placed), story.placed


@pytest.mark.covers("WD-119")
@pytest.mark.parametrize("mode", [DialMode.PREDICTIVE, DialMode.RATIO, DialMode.PROGRESSIVE])
def test_who_goes_first_gets_most(mode: DialMode) -> None:
    story = shift(*pair(mode, priority=100))
    assert story.talks[0] > 40
    assert story.placed[1] < 0.2 * story.placed[0], story.placed
