"""Plays a plan (`service/planning.py`): each point a pretended world, paced by the production code.

It is the work of a process of its own: `play` gets the order, and yields one point after the other.
"""

from collections.abc import Callable, Iterator

import msgspec

from busyhour.core.dialer.compliance.budget import alpha_of, left_of
from busyhour.core.dialer.compliance.presets import Span
from busyhour.core.dialer.compliance.presets import Window as LawWindow
from busyhour.core.dialer.pacing import PacingPicture, calls_to_start
from busyhour.core.dialer.predictive.kept import unpack
from busyhour.core.dialer.predictive.means import Means
from busyhour.core.dialer.predictive.pacer import Pacer
from busyhour.core.dialer.predictive.picture import Picture, Rules, Window
from busyhour.core.model.campaign import Campaign, Pacing
from busyhour.core.model.values import DialMode
from busyhour.service.planning import PlanOrder, PlanPoint
from busyhour.sim.pacing.leads import Lead
from busyhour.sim.pacing.methods import Model, Plain
from busyhour.sim.pacing.people import learned_people, usual_people
from busyhour.sim.pacing.world import ENDLESS, WARM_UP_S, Method, Shape, World

AGENT_HOURS = 50.0  # played for each point, where that is neither too short nor too long
HOURS_LEAST, HOURS_MOST = 1.5, 6.0
DIALS_ENOUGH, SERVICES_ENOUGH = 10_000, 40  # where conversations are short, less time shows as much; of each agent
DAY_BEFORE = 160  # answered calls of each agent that the law's window still holds: a day's, abandoned as aimed at
MANY = 1_000_000


def play(order: bytes) -> Iterator[bytes]:
    asked = msgspec.json.decode(order, type=PlanOrder)
    for agents, mode, limit in asked.points:
        yield msgspec.json.encode(_point(asked, agents, mode, limit))


def _point(asked: PlanOrder, agents: int, mode: DialMode, limit: float) -> PlanPoint:
    next_lead = people_of(asked)
    length_s = length_of(agents, asked.means)
    shape = Shape(
        agents=agents,
        length_s=length_s,
        warm_up_s=min(WARM_UP_S, length_s / 3.0),
        grace_s=asked.wait_max_s,
        lines=asked.lines or ENDLESS,
    )
    law = LawWindow(span=Span.ROLLING, limit=limit, length_s=asked.window_s)
    method: Method = (
        Predictive(agents, asked, law) if mode is DialMode.PREDICTIVE else Formula(agents, mode, asked, law)
    )
    tally = World(shape, lambda now_s: next_lead(), method).run()
    in_hours = tally.logged_in_s / 3600.0
    return PlanPoint(
        agents=agents,
        mode=mode,
        limit=limit,
        utilisation=round(tally.busy_s / tally.logged_in_s, 4),
        wait_s=round(tally.waited_s / max(1, tally.served), 1),
        abandonment=round(tally.abandoned / max(1, tally.answered), 4),
        prompt=round(tally.prompt / max(1, tally.answered), 4),
        calls_per_agent_hour=round(tally.served / in_hours, 2),
        dials_per_agent_hour=round(tally.dialed * 3600.0 / (length_s * agents), 1),
    )


def length_of(agents: int, means: Means) -> float:
    """Played time in seconds: as long as it takes to see what comes of it, and no longer."""
    usual_s = 3600.0 * min(max(AGENT_HOURS / agents, HOURS_LEAST), HOURS_MOST)
    service_s = means.talk_s + means.wrap_s
    dials_s = DIALS_ENOUGH * means.answer_chance * service_s / agents  # at full work
    return min(usual_s, max(dials_s, SERVICES_ENOUGH * service_s))


def people_of(asked: PlanOrder) -> Callable[[], Lead]:
    kept = unpack(asked.learned)
    if kept is not None:
        return learned_people(asked.seed, kept.learned.hazards, asked.means)
    return usual_people(asked.seed, asked.means)


class Predictive(Model):
    """A pacer under the law's window, on a day that follows others like it; it begins with what was learned, if
    anything was."""

    def __init__(self, agents: int, asked: PlanOrder, law: LawWindow) -> None:
        super().__init__(agents, late_cancel=asked.late_cancel, grace_s=asked.wait_max_s)
        self.rules = Rules(late_cancel=asked.late_cancel, grace_s=asked.wait_max_s, ring_min_s=asked.ring_min_s)
        kept = unpack(asked.learned)
        if kept is not None:
            self.pacer = Pacer(kept.learned)
        self.law, self.before = law, DAY_BEFORE * agents

    def picture(self, now_s: float, world: World) -> Picture:
        law = self.law
        answered, lost = self.answered + self.before, self.given_up + alpha_of(law, 0.0) * self.before
        left = left_of(law.limit, answered, lost)
        window = Window(
            name=law.words, aim=alpha_of(law, 0.0), limit=law.limit, answered=answered, abandoned=lost, slack=0.0
        )
        return self.pictured(world, windows=(window,), left=left, careful="" if left else "nothing is left")


class Formula(Plain):
    """The dial modes without a model, as the floor has them."""

    at_events = True

    def __init__(self, agents: int, mode: DialMode, asked: PlanOrder, law: LawWindow) -> None:
        pacing = Pacing(ratio=asked.ratio, late_cancel=asked.late_cancel)
        self._campaign = Campaign(campaign_id=1, name="plan", dial_mode=mode, max_concurrent=MANY, pacing=pacing)
        self._law, self._answered = law, DAY_BEFORE * agents
        self._lost = alpha_of(law, 0.0) * self._answered

    def served(self, now_s: float) -> None:
        self._answered += 1

    def abandoned(self, now_s: float) -> None:
        self._answered += 1
        self._lost += 1

    def decide(self, now_s: float, world: World) -> int:
        left = left_of(self._law.limit, self._answered, self._lost)
        picture = PacingPicture(
            campaign=self._campaign,
            agents_free=len(world.idle),
            dialing=len(world.ringing),
            waiting=len(world.waiting),
            live=len(world.ringing) + len(world.waiting) + len(world.talking),
            hopper=MANY,
            trunk_free=world.room(),
            minute_left=MANY,
            planned=0,
            careful="" if left else "nothing is left",
        )
        return calls_to_start(picture).start
