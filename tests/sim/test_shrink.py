"""A failing world is made small: only what it takes to show the fault is left."""

from typing import Any

import msgspec
import pytest

from busyhour.bench.simulation import make_store, run_plan
from busyhour.core.floor import recovery
from busyhour.core.floor.state import FloorState
from busyhour.core.model.pictures import ChannelPicture, OpenCall
from busyhour.service.errors import Invalid
from busyhour.sim import shrink
from busyhour.sim.faults import GROUPS, STORMS, Weather
from busyhour.sim.plan import Plan, Result
from busyhour.sim.series import run_world

CALLED = 90
GUILTY = (17, 42)


def kinds(plan: Plan) -> list[str]:
    calm, weather = msgspec.structs.asdict(Weather.calm()), msgspec.structs.asdict(plan.weather)
    return [group for group, names in STORMS.items() if any(weather[name] != calm[name] for name in names)]


def world_with_two_guilty_faults(plan: Plan, _: Any) -> Result:
    """Fails with links that fail, eight contacts and two certain faults."""
    last = CALLED if plan.faults_last is None else plan.faults_last
    struck = [n for n in range(plan.faults_first + 1, last + 1) if n not in plan.faults_out]
    broken = "B" in kinds(plan) and plan.calls >= 8 and all(n in struck for n in GUILTY)
    return Result(
        seed=plan.seed,
        calls=plan.calls,
        events=0,
        faults=len(struck),
        faults_called=CALLED,
        virtual_s=0.0,
        trace_sha256="",
        outcomes={},
        violation="I0: broken" if broken else None,
    )


def test_the_fewest_kinds_contacts_and_faults_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrink, "run_world", world_with_two_guilty_faults)
    plan = Plan(seed=1, calls=1_000, weather=Weather.of(GROUPS))
    said: list[str] = []
    shrinker = shrink.Shrinker(plan, world_with_two_guilty_faults(plan, None), make_store, said.append)
    shrinker.shrink()
    assert kinds(shrinker.plan) == ["B"]
    assert 8 <= shrinker.plan.calls < 20
    assert (shrinker.plan.tenants, shrinker.plan.agents) == (1, 1)
    assert shrinker.result.faults == len(GUILTY)
    assert shrinker.result.violation is not None
    assert said


def test_a_world_that_fails_in_another_way_is_not_a_smaller_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def smaller_ends_a_task(plan: Plan, make_store: Any) -> Result:
        result = world_with_two_guilty_faults(plan, make_store)
        return result if plan.tenants == 3 else msgspec.structs.replace(result, violation="a task failed: none")

    monkeypatch.setattr(shrink, "run_world", smaller_ends_a_task)
    plan = Plan(seed=1, calls=1_000, weather=Weather.of(GROUPS))
    shrinker = shrink.Shrinker(plan, smaller_ends_a_task(plan, None), make_store, lambda text: None)
    shrinker.shrink()
    assert shrinker.result.violation == "I0: broken"
    assert shrinker.plan.tenants == 3


def leave_it_alone(f: FloorState, stored: OpenCall, channel: ChannelPicture) -> None:
    """What lives is not taken over by the next engine."""


@pytest.mark.once
@pytest.mark.real  # not for what it needs, but for its length
@pytest.mark.timeout(900)
def test_a_fault_planted_by_hand_is_shown_by_a_smaller_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "adopt", leave_it_alone)
    monkeypatch.setattr(shrink, "TRIES_MAX", 40)
    plan = Plan(seed=1, calls=480, weather=Weather.of(GROUPS))
    result = run_world(plan, make_store)
    assert result.violation is not None
    shrinker = shrink.Shrinker(plan, result, make_store, lambda text: None)
    shrinker.shrink()
    assert shrinker.result.violation is not None
    assert shrinker.result.faults < result.faults / 2
    assert len(kinds(shrinker.plan)) < len(kinds(plan))
    assert run_world(shrinker.plan, make_store) == shrinker.result  # it can be played again


def test_what_is_no_world_is_refused() -> None:
    with pytest.raises(Invalid, match="not a simulated world"):
        run_plan(b'{"seed": "one"}')
