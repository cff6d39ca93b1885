"""What if: what a plan is made of, what it refuses, and that it holds up nobody."""

import asyncio
from typing import Any

import msgspec
import pytest

from busyhour.core.dialer.predictive.chance import Chances
from busyhour.core.dialer.predictive.kept import pack
from busyhour.core.dialer.predictive.learned import PRIOR, RING_BINS, TALK_BINS, WRAP_BINS, Hazards, Learned
from busyhour.core.dialer.predictive.means import Means, means_of
from busyhour.core.model.campaign import Campaign, Compliance
from busyhour.core.model.values import DialMode
from busyhour.service import records as r
from busyhour.service.errors import Invalid, TooMany
from busyhour.service.planning import PlanAsked, Planner, PlanOrder, PlanPoint, order_of
from busyhour.sim.pacing.people import learned_people, usual_people
from busyhour.sim.pacing.planned import length_of, play

EVEN = Hazards(
    talk=[1 / 90] * TALK_BINS,
    wrap=[1 / 15] * WRAP_BINS,
    live=[0.02] * RING_BINS,
    dead=[0.06] * RING_BINS,
    ripe=[0.0] * RING_BINS,
)
PROGRESSIVE = (DialMode.PROGRESSIVE,)


def campaign(**more: Any) -> Campaign:
    return Campaign(campaign_id=1, name="spring", dial_mode=DialMode.PREDICTIVE, **more)


def kept(calls: int = 300, talks: int = 60) -> bytes:
    learned = Learned(hazards=EVEN)
    learned.live.total, learned.dead.total, learned.talk.total = calls / 4, calls * 3 / 4, float(talks)
    packed = pack(learned, Chances())
    assert packed is not None
    return packed


class Stored:
    """The part of the port `Campaigns` that a plan asks."""

    def __init__(self, learned: bytes) -> None:
        self._learned = learned

    async def campaign(self, tenant: int, campaign_id: int) -> r.CampaignRow:
        return r.CampaignRow(
            campaign=campaign(), status="runnable", lists=(), run_id=None, run_state=None, created_utc_s=0.0, faults=()
        )

    async def learned(self, tenant: int, campaign_id: int) -> bytes:
        return self._learned


def planner(learned: bytes = b"") -> Planner:
    return Planner(campaigns=Stored(learned), work=play)  # type: ignore[arg-type]


# What it is made of


def test_hazards_are_told_as_means() -> None:
    means = means_of(EVEN)
    assert means.talk_s == pytest.approx(90)
    assert means.wrap_s == pytest.approx(15)
    assert means.answer_chance == pytest.approx(0.25, abs=0.005)
    assert means.ring_s == pytest.approx(1 / 0.08, rel=0.05)
    assert means_of(PRIOR).talk_s == pytest.approx(180)


def test_the_people_of_a_plan_are_those_of_the_campaign_or_as_given() -> None:
    for wanted in (means_of(EVEN), Means(answer_chance=0.4, talk_s=45.0, wrap_s=30.0, ring_s=9.0)):
        for next_lead in (learned_people(1, EVEN, wanted), usual_people(1, wanted)):
            people = [next_lead() for _ in range(20_000)]
            live = [lead for lead in people if lead.live]
            assert len(live) / len(people) == pytest.approx(wanted.answer_chance, rel=0.04)
            assert sum(lead.talk_s for lead in live) / len(live) == pytest.approx(wanted.talk_s, rel=0.05)
            assert sum(lead.wrap_s for lead in live) / len(live) == pytest.approx(wanted.wrap_s, rel=0.05)
            assert sum(lead.ring_s for lead in live) / len(live) == pytest.approx(wanted.ring_s, rel=0.1)


def test_what_is_given_goes_before_what_was_learned() -> None:
    order = order_of(PlanAsked(campaign_id=1, talk_s=60.0), campaign(agent_ids=(1, 2, 3, 4)), kept())
    assert order.learned
    assert order.means.talk_s == 60.0
    assert order.means.answer_chance == pytest.approx(0.25, abs=0.005)
    assert {n for n, _, _ in order.points} == {2, 4, 6, 8, 12}
    assert {limit for _, _, limit in order.points} == {0.01}  # of the strict law
    own = campaign(compliance=Compliance(preset="uk", limit=0.005, window_s=7200.0))
    order = order_of(PlanAsked(campaign_id=1, agents=(3,)), own, kept())
    assert ({limit for _, _, limit in order.points}, order.window_s) == ({0.005}, 7200.0)


def test_one_call_an_agent_is_played_once_for_all_limits() -> None:
    asked = PlanAsked(answer_chance=0.2, agents=(5,), limits=(0.01, 0.03))
    assert [(mode, limit) for _, mode, limit in order_of(asked, None, b"").points] == [
        ("predictive", 0.01),
        ("predictive", 0.03),
        ("progressive", 0.01),
    ]


# What it refuses


@pytest.mark.parametrize(("calls", "talks"), [(199, 60), (300, 29)])
def test_too_little_known_is_said(calls: int, talks: int) -> None:
    with pytest.raises(Invalid, match="200 calls and 30 conversations"):
        order_of(PlanAsked(campaign_id=1), campaign(), kept(calls, talks))
    assert not order_of(PlanAsked(campaign_id=1, answer_chance=0.2), campaign(), kept(calls, talks)).learned
    with pytest.raises(Invalid, match="Choose a campaign"):
        order_of(PlanAsked(), None, b"")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"agents": (0,)}, "agents"),
        ({"agents": tuple(range(1, 42)), "modes": PROGRESSIVE}, "agents"),
        ({"answer_chance": 0.0}, "answer_chance"),
        ({"talk_s": 1.0}, "talk_s"),
        ({"limits": (0.5,)}, "limits"),
        ({"limits": (0.03,) * 41}, "limits"),
        ({"modes": PROGRESSIVE * 41}, "modes"),
        ({"modes": ()}, "modes"),
        ({"modes": (DialMode.AGENTLESS,)}, "modes"),
    ],
)
async def test_what_cannot_be_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as fault:
        await planner().plan(1, msgspec.structs.replace(PlanAsked(answer_chance=0.2), **wrong))
    assert fault.value.field == field


# Playing it


async def test_a_tenant_has_one_plan_at_a_time_and_the_loop_goes_on() -> None:
    at_work, asked = planner(kept()), PlanAsked(campaign_id=1, agents=(3,), modes=PROGRESSIVE)
    first = asyncio.create_task(at_work.plan(1, asked))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await at_work.plan(1, asked)
    turns = 0
    while not first.done():
        await asyncio.sleep(0.01)
        turns += 1
    plan = await first
    assert turns > 5
    assert (plan.learned, plan.missing, len(plan.points)) == (True, 0, 1)
    assert 0.3 < plan.points[0].utilisation < 0.9
    assert (plan.points[0].abandonment, plan.points[0].prompt) == (0.0, 1.0)
    assert (await at_work.plan(1, asked)).points == plan.points  # and the next may ask; the same seed says the same


async def test_what_time_does_not_suffice_for_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.service.planning.TIME_MAX_S", 0.0)
    plan = await planner().plan(1, PlanAsked(answer_chance=0.2, agents=(3, 4), modes=PROGRESSIVE))
    assert (plan.points, plan.missing) == ((), 2)


@pytest.mark.parametrize("agents", [5, 10, 20, 50, 500])
def test_short_conversations_are_played_for_a_shorter_time(agents: int) -> None:
    assert length_of(agents, Means()) >= 1.5 * 3600  # the usual ones as ever
    short = Means(answer_chance=0.1, talk_s=10.0, wrap_s=5.0)
    dials = length_of(agents, short) * agents / (15.0 * 0.1)
    assert dials <= max(10_000, 40 * agents / 0.1) * 1.001


def test_more_is_done_by_calling_ahead_within_the_limit() -> None:
    order = PlanOrder(
        means=Means(), learned=b"", points=tuple((20, mode, 0.03) for mode in (DialMode.PREDICTIVE, *PROGRESSIVE)),
        ratio=1.0, lines=0, seed=1, window_s=86_400.0, wait_max_s=2.0, ring_min_s=15.0, late_cancel=True,
    )  # fmt: skip
    ahead, plain = (msgspec.json.decode(frame, type=PlanPoint) for frame in play(msgspec.json.encode(order)))
    assert ahead.utilisation > plain.utilisation + 0.15
    assert ahead.wait_s < plain.wait_s / 2
    assert 0.005 < ahead.abandonment <= 0.03
    assert ahead.prompt == pytest.approx(1 - ahead.abandonment)
    assert ahead.calls_per_agent_hour > plain.calls_per_agent_hour
