"""Golden scenarios of campaigns that dial ahead of their agents: by a ratio, or by what was learned.

The law has counted a thousand calls before they begin, so that something may be abandoned; but where a scene is about
the limit.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from busyhour.core.dialer.predictive.chance import Chances
from busyhour.core.dialer.predictive.kept import pack
from busyhour.core.dialer.predictive.learned import Learned
from busyhour.core.dialer.predictive.pacer import Pacer
from busyhour.core.model.campaign import Campaign, Compliance, Pacing
from busyhour.core.model.counts import Count
from busyhour.core.model.values import DialMode
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import BUSY, RINGS_ON, answers
from busyhour.sim.golden_scene import AGENTS, TENANT, Scene, agent, campaign, contact
from busyhour.sim.golden_scenes import at_work

PLENTY = Count(connected=1_000, abandoned=5)
FULL = Count(connected=970, abandoned=30)
LESSONS = 2_000
TWO_AGENTS = (agent(1), agent(2))


def lesson() -> bytes:
    """One call in a hundred is answered, after 2 s; the others ring 6 s; people talk for half a minute."""
    pacer = Pacer(Learned())
    for n in range(LESSONS):
        pacer.ring_ended(0.0, 2.0 if n % 100 == 0 else 6.0, live=n % 100 == 0)
        if n % 100 == 0:
            pacer.talk_ended(30.0)
            pacer.wrap_ended(3.0)
    packed = pack(pacer.learned, Chances())
    assert packed is not None
    return packed


class AheadScene(Scene, frozen=True, kw_only=True):
    before: Count = PLENTY
    learned: bytes = b""

    def furnish(self, store: Any, utc_s: float) -> None:
        super().furnish(store, utc_s)
        rows = store.tenants[TENANT]
        rows.before[AGENTS] = utc_s, self.before
        rows.learned[AGENTS] = self.learned


def ahead(mode: DialMode, **changes: Any) -> Campaign:
    settings: dict[str, Any] = {"dial_mode": mode, "compliance": Compliance(preset="own"), "retry_rules": ()}
    return campaign(**{**settings, **changes})


def from_the_first_talk_on(seconds: float) -> Callable[[GoldenWorld], Awaitable[None]]:
    async def script(stage: GoldenWorld) -> None:
        await stage.at_work()
        await stage.talking()
        await asyncio.sleep(seconds)

    return script


one_after_the_other = from_the_first_talk_on(10.0)
nobody_is_free_for_long = from_the_first_talk_on(25.0)


PREDICTIVE_LESSON = lesson()
AHEAD: tuple[Scene, ...] = (
    AheadScene(
        name="a predictive campaign dials ahead",
        says="One agent, one call in a hundred is answered: several are dialed at once, and one of them answers.",
        contacts=(*(contact(BUSY, n=n) for n in (1, 2, 3)), contact(answers(1.5), n=4)),
        campaigns=(ahead(DialMode.PREDICTIVE),),
        learned=PREDICTIVE_LESSON,
        outcomes={"BUSY": 3, "HANDLED": 1},
        script=at_work,
    ),
    AheadScene(
        name="two answer a predictive campaign with one agent",
        says="The second finds nobody, hears the message after 2 s, and counts as abandoned.",
        contacts=(contact(answers(1.0, stays_s=9.0)), contact(answers(1.5, stays_s=9.0), n=2)),
        campaigns=(ahead(DialMode.PREDICTIVE),),
        learned=PREDICTIVE_LESSON,
        outcomes={"ABANDONED": 1, "HANDLED": 1},
        script=at_work,
    ),
    AheadScene(
        name="a call is given up late",
        says="It has rung 15 s, the agent talks and will for long: an answer would meet nobody.",
        contacts=(contact(answers(1.0, stays_s=40.0)), contact(RINGS_ON, n=2)),
        campaigns=(ahead(DialMode.PREDICTIVE, ring_timeout_s=30.0),),
        learned=PREDICTIVE_LESSON,
        outcomes={"HANDLED": 1, "NO_ANSWER": 1},
        script=nobody_is_free_for_long,
    ),
    AheadScene(
        name="a predictive campaign at the law's limit",
        says="One call for the free agent, and the next when he is free again.",
        contacts=(contact(answers(1.0)), contact(answers(1.0), n=2)),
        campaigns=(ahead(DialMode.PREDICTIVE),),
        learned=PREDICTIVE_LESSON,
        before=FULL,
        outcomes={"HANDLED": 2},
        script=one_after_the_other,
    ),
    AheadScene(
        name="two calls for each free agent",
        says="Two agents, four calls: two are busy, and two meet an agent.",
        contacts=(
            contact(answers(1.0)),
            contact(BUSY, n=2),
            contact(BUSY, n=3),
            contact(answers(2.0), n=4),
        ),
        campaigns=(ahead(DialMode.RATIO, agents=(1, 2), pacing=Pacing(ratio=2.0)),),
        agents=TWO_AGENTS,
        outcomes={"BUSY": 2, "HANDLED": 2},
        script=at_work,
    ),
    AheadScene(
        name="a ratio at the law's limit",
        says="One call for the free agent, whatever the ratio.",
        contacts=(contact(answers(1.0)), contact(answers(1.0), n=2)),
        campaigns=(ahead(DialMode.RATIO, pacing=Pacing(ratio=2.0)),),
        before=FULL,
        outcomes={"HANDLED": 2},
        script=one_after_the_other,
    ),
)
