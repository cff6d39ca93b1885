"""The pretended world, and the traps that a pacer fell into there. Scaled down to seconds; the whole is `busyhour
bench pacing`."""

import pytest

from busyhour.bench.pacing.cells import run_cell
from busyhour.bench.pacing.optimum import optimum
from busyhour.bench.pacing.peers_vicidial import Adapt, Setting, Vicidial
from busyhour.bench.pacing.roster import DIALS
from busyhour.bench.pacing.scenarios import HOUR_S, Cell, leads_of, shape_of
from busyhour.sim.pacing import leads
from busyhour.sim.pacing.methods import LIMIT, Model, Progressive
from busyhour.sim.pacing.world import Shape, Tally, World


def run(method: object, agents: int, p: float, length_s: float, seed: int = 31, **shape: object) -> Tally:
    world = World(
        Shape(agents=agents, length_s=length_s, warm_up_s=0.0, **shape), leads.usual(seed, lambda now_s: p), method
    )
    return world.run()


def utilisation(tally: Tally) -> float:
    return tally.busy_s / tally.logged_in_s


@pytest.mark.parametrize("p", [0.1, 0.5])
def test_a_cold_start_of_300_agents_abandons_few(p: float) -> None:
    """Both estimators once failed here: 90 % abandoned by a chance learned from ended calls, 5 to 9 % by talk times."""
    tally = run(Model(300), 300, p, 240.0)
    assert tally.abandoned <= 0.03 * tally.answered + 10
    assert tally.answered > 500
    assert tally.dialed < 3 * tally.answered / p


def test_many_idle_agents_do_not_swing_it() -> None:
    """After a burst no second one: the calls ringing stay near what the agents need."""
    most = 0

    class Watched(Model):
        def decide(self, now_s: float, world: World) -> int:
            nonlocal most
            count = super().decide(now_s, world)
            most = max(most, len(world.ringing) + count)
            return count

    run(Watched(300), 300, 0.2, 180.0)
    assert most < 300 / 0.2 * 1.3


def test_it_is_far_ahead_of_one_call_an_agent_within_the_limit() -> None:
    ours, plain = run(Model(10), 10, 0.2, 2 * HOUR_S), run(Progressive(), 10, 0.2, 2 * HOUR_S)
    assert plain.abandoned == 0
    assert 0.55 < utilisation(plain) < 0.68
    assert utilisation(ours) > 0.80
    assert ours.abandoned <= 0.04 * ours.answered


def test_the_abandonment_budget_is_met_but_not_left_unused() -> None:
    tally = run(Model(50), 50, 0.35, 2 * HOUR_S)
    assert 0.022 <= tally.abandoned / tally.answered <= 0.032


def test_with_the_guard_it_is_never_above_the_limit_and_hardly_less_busy() -> None:
    """Without a reserve the limit is touched in each burst of bad luck, and everybody waits until it is forgotten."""
    above = []

    class Watched(Model):
        def abandoned(self, now_s: float) -> None:
            super().abandoned(now_s)
            above.append(self.given_up > 0.03 * self.answered)

    tally = run(Watched(100, guarded=True), 100, 0.1, 1.5 * HOUR_S, seed=21)
    assert utilisation(tally) > 0.9
    assert len(above) > 50
    assert sum(above) <= 3


def test_no_call_is_hung_up_before_the_legal_ring_time() -> None:
    hung_up = []

    class Watched(Model):
        def ring_ended(self, now_s: float, rang_s: float, live: bool | None, call: int, chance: float) -> None:
            if live is None:
                hung_up.append(rang_s)
            super().ring_ended(now_s, rang_s, live, call, chance)

    tally = run(Watched(5), 5, 0.1, 2 * HOUR_S)
    assert tally.canceled == len(hung_up) > 20
    assert min(hung_up) >= 15.0


def test_the_same_people_are_on_every_list_of_a_seed() -> None:
    first, second = leads.usual(5, lambda now_s: 0.3), leads.usual(5, lambda now_s: 0.3)
    people = [first(0.0) for _ in range(500)]
    assert people == [second(100.0) for _ in range(500)]
    assert people != [leads.usual(6, lambda now_s: 0.3)(0.0) for _ in range(500)]
    once, again = leads.always(5, 0.3), leads.always(5, 0.3)
    assert [once(0.0) for _ in range(500)] == people
    assert [again(0.0) for _ in range(600)][:500] == people


def test_people_are_as_described() -> None:
    next_lead = leads.usual(7, lambda now_s: 0.25)
    people = [next_lead(0.0) for _ in range(20_000)]
    live = [lead for lead in people if lead.live]
    assert len(live) / len(people) == pytest.approx(0.25, abs=0.01)
    assert sum(lead.talk_s for lead in live) / len(live) == pytest.approx(119, rel=0.06)
    assert sum(lead.wrap_s for lead in live) / len(live) == pytest.approx(20, rel=0.05)
    assert sum(lead.ring_s for lead in live) / len(live) == pytest.approx(11, rel=0.05)
    assert sum(lead.machine for lead in people) / (len(people) - len(live)) == pytest.approx(0.45, abs=0.02)


def test_the_time_of_agents_adds_up() -> None:
    tally = run(Model(10), 10, 0.3, HOUR_S)
    assert tally.logged_in_s == pytest.approx(10 * HOUR_S)
    assert tally.busy_s < tally.logged_in_s


def test_agents_come_and_go() -> None:
    cell = Cell(scenario="loginout", n=10, p=0.2, seed=31, quick=True)
    world = World(shape_of(cell), leads_of(cell), Progressive())
    tally = world.run()
    assert 0.75 < tally.logged_in_s / (10 * (cell.length_s - 1800.0)) < 0.9  # 45 of 55 minutes on the average
    assert tally.abandoned == 0


def test_lines_are_a_limit() -> None:
    most = 0

    class Watched(Model):
        def decide(self, now_s: float, world: World) -> int:
            nonlocal most
            most = max(most, len(world.ringing) + len(world.talking))
            return super().decide(now_s, world)

    run(Watched(10), 10, 0.2, 1800.0, lines=15)
    assert 10 < most <= 15


def test_a_list_ends() -> None:
    tally = run(Model(10), 10, 0.3, 5 * HOUR_S, list_size=200)
    assert tally.dialed == 200
    assert tally.logged_in_s < 2 * 10 * HOUR_S


@pytest.mark.parametrize("scenario", ["latency", "amd", "mixed", "bimodal", "wobble"])
def test_every_world_turns(scenario: str) -> None:
    name = "model-lines" if scenario == "mixed" else "model"
    result = run_cell(name, Cell(scenario=scenario, n=30, p=0.3, seed=31, quick=True))
    assert 0.7 < result.utilisation < 1.0
    assert result.abandonment < 0.045
    assert (result.abandonment_with_missed is not None) == (scenario == "amd")


def test_a_jump_is_caught() -> None:
    result = run_cell("model", Cell(scenario="drift", n=50, p=0.2, seed=31, quick=True))
    assert result.abandonment_after_jump is not None
    assert result.abandonment_after_jump < 0.08


def test_the_optimum_of_the_memoryless_world_is_the_published_one() -> None:
    assert optimum(5, 0.5).utilisation == pytest.approx(0.9198, abs=0.0005)


# Peers

TRIED = {
    "ads": (2.0, 5.0),
    "wombat": (2.0, 5.0),
    "mizu": (0.005, 0.1),
    "mizu-by-hand": (0.3, 0.6),
    "unicom": (0.005, 0.1),
    "eis": (0.3, 0.9),
}


@pytest.mark.parametrize("name", TRIED)
def test_a_peers_dial_turns_abandonment(name: str) -> None:
    low, high = (run(DIALS[name].make(figure), 25, 0.2, 2 * HOUR_S) for figure in TRIED[name])
    assert low.abandoned < high.abandoned
    assert utilisation(low) < utilisation(high)


def test_the_window_of_eis_follows_its_aim() -> None:
    tally = run(DIALS["eis"].make(0.5), 25, 0.2, 3 * HOUR_S)
    assert 0.01 < tally.abandoned / tally.answered < 0.06


@pytest.mark.parametrize("adapt", list(Adapt))
def test_vicidial_is_held_back_by_its_limit(adapt: Adapt) -> None:
    free, held = (
        run(Vicidial(adapt, Setting(level_most=12.0, dropped_most=most)), 25, 0.2, 2 * HOUR_S) for most in (1.0, 0.03)
    )
    assert free.abandoned / free.answered > 0.05
    assert held.abandoned / held.answered < free.abandoned / free.answered


def test_people_who_call_us_come_first() -> None:
    cell = Cell(scenario="blended", n=10, p=0.2, seed=31, quick=True)
    world = World(shape_of(cell), leads_of(cell), Model(10))
    tally = world.run()
    hours = (cell.length_s - 1800.0) / HOUR_S
    assert tally.inbound == pytest.approx(0.25 * 10 * 3600 / 140 * hours, rel=0.15)
    assert tally.inbound_waited_s / tally.inbound < 30.0
    assert tally.abandoned <= 0.03 * tally.answered + 20
    assert utilisation(tally) > 0.75


def test_under_the_law_people_whom_a_detector_cuts_off_are_kept_within_the_limit_too() -> None:
    """The same pacer: told by the law's counts how many people the detector may have cut off, and not told."""
    counted = run_cell("model", Cell(scenario="amd_law", n=10, p=0.2, seed=21, quick=True))
    blind = run_cell("model", Cell(scenario="amd", n=10, p=0.2, seed=21, quick=True))
    assert counted.abandonment_with_missed is not None
    assert blind.abandonment_with_missed is not None
    assert 0.01 < counted.abandonment_with_missed < LIMIT < blind.abandonment_with_missed
