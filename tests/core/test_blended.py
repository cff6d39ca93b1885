"""A predictive campaign whose agents also take callers, for an hour on the real floor: callers are served soon, and
of those who are called no more are abandoned than the law allows.

Who calls, who answers, and how long they talk, the dice say.
"""

from heapq import heappop
from random import Random
from typing import Any

import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.counts import Count
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import EndCause
from tests.core.inbound import SALES, number, queue
from tests.core.story import NAMES
from tests.core.test_predictive_floor import WIDE, predictive
from tests.core.test_shared_agents import TALK_S, WRAP_S, Shift

LENGTH_S = 3_600
BEFORE = Count(connected=400)  # by the records of the last day
SOON_S, LIMIT = 20.0, 0.03
CALLERS_EVERY_S = 20.0  # four agents, 25 s for each: callers alone take a third of their time
TEAM = [AgentProfile(agent_id=n, name=name, skills={"sales": 1}) for n, name in enumerate(NAMES, 1)]


class Blended(Shift):
    """Callers beside callees: who waited how long, and of the callees, who met an agent in time."""

    def begin(self) -> "Blended":
        super().begin()
        self.__dict__.update(came={}, waits_s=[], answered={}, met=0, abandoned=0)
        return self

    def _handle(self, at_s: float, event: e.Event) -> list[str]:
        if "due" not in self.__dict__:
            return super()._handle(at_s, event)
        if isinstance(event, e.CallAnswered) and event.call.startswith("c"):
            self.__dict__["answered"][event.call] = at_s
        for one in self.floor.handle(e.Instant(at_s, self.utc_s + at_s), event):
            match one:
                case c.PlaceCall():
                    self._placed(at_s, one.call, one.run_id)
                case c.AnswerCall():
                    self._then(at_s, e.CallAnswered(call=one.call, at_utc_s=self.utc_s + at_s))
                case c.Join():
                    self._joined(at_s, one)
                case c.HangUpCall():
                    self._ends(at_s, one.call, EndCause.NORMAL)
                case c.PlayPrompt() if one.call in self.__dict__["answered"]:
                    self.__dict__["abandoned"] += self.__dict__["answered"].pop(one.call) is not None
                    self._ends(at_s + 3.0, one.call, EndCause.NORMAL)
        return []

    @property
    def waits_s(self) -> list[float]:
        found: list[float] = self.__dict__["waits_s"]
        return found

    @property
    def met(self) -> int:
        return int(self.__dict__["met"])

    @property
    def abandoned(self) -> int:
        return int(self.__dict__["abandoned"])

    def _joined(self, at_s: float, join: c.Join) -> None:
        self._then(at_s, e.CallJoined(call=join.call, leg=join.leg, at_utc_s=self.utc_s + at_s))
        self._ends(at_s + self.__dict__["dice"].expovariate(1 / TALK_S), join.call, EndCause.NORMAL)
        if join.call in self.__dict__["came"]:
            self.__dict__["waits_s"].append(at_s - self.__dict__["came"].pop(join.call))
        elif self.__dict__["answered"].pop(join.call, None) is not None:
            self.__dict__["met"] += 1

    def people_call(self) -> None:
        dice, at_s, count = Random(11), 0.0, 0
        while (at_s := at_s + dice.expovariate(1 / CALLERS_EVERY_S)) < LENGTH_S - 60:
            count += 1
            self.__dict__["came"][f"i1-{count}"] = at_s
            came = e.CallArrived(call=f"i1-{count}", dialed=SALES, number=f"+49301{count:04}", headers={},
                                 at_utc_s=self.utc_s + at_s)  # fmt: skip
            self._then(at_s, came)

    def plays(self) -> "Blended":
        due = self.__dict__["due"]
        for second in range(1, LENGTH_S):
            while due and due[0][0] <= second:
                at_s, _, event = heappop(due)
                known = event.call in self.floor.calls or event.call in self.floor.callers
                if known or isinstance(event, e.CallArrived):
                    self._handle(max(at_s, self.floor.now.mono_s), event)
            self._handle(float(second), e.ClockTicked())
        return self


def blended(*, dialed: bool = True, **changes: Any) -> Blended:
    campaign = predictive(acw_max_s=WRAP_S, abandon_prompt="sorry", **changes)
    desks = queue(acw_max_s=WRAP_S)
    story = Blended(campaigns=[campaign], agents=TEAM, trunk=WIDE, queues=[desks], numbers=[number()]).begin()
    story.counts(BEFORE)
    story.working(*NAMES)
    if dialed:
        story.play("0 fills 4000 run=1")
    story.people_call()
    return story.plays()


@pytest.mark.covers("WD-049", "I11")
def test_callers_are_served_soon_and_the_law_is_kept() -> None:
    alone, both = blended(dialed=False).waits_s, blended()
    assert len(both.waits_s) == len(alone), "nobody is still waiting"
    assert sum(both.waits_s) / len(alone) < 4.0, "by themselves they wait 0.3 s"
    assert sum(wait_s <= SOON_S for wait_s in both.waits_s) > 0.95 * len(alone)
    assert both.abandoned <= LIMIT * (BEFORE.connected + both.met + both.abandoned)
    assert both.met > 140, "with a call for each free agent only it were 112"
