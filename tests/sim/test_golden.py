"""The golden scenarios: each as written, and each with an operation failing; a selection each day, all for `real`."""

import os
from typing import get_args

import pytest

from busyhour.bench.simulation import make_store
from busyhour.core.events import Event
from busyhour.sim.golden import GoldenWorld, fates_of, play, play_all
from busyhour.sim.golden_fates import KINDS, Fate
from busyhour.sim.golden_list import SCENES
from busyhour.sim.golden_scene import Scene
from busyhour.sim.golden_series import named, play_scenes

EVERY = 37  # one fate in so many, each day; a prime, so that scenarios meet other ports and kinds
INVARIANTS = (
    *(
        "I1",
        "I2",
        "I3",
        "I4",
        "I6",
        "I7",
        "I8",
        "I9",
        "I12",
        "I13",
        "I14",
        "I15",
        "I16",
        "I18",
        "I20",
        "I21",
        "I22",
        "I23",
        "I24",
    ),
    *("I25", "I26", "I27", "I28", "I29", "I30", "I31", "I33", "I34", "I42", "I43", "I44", "I45"),
)


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(SCENES) >= 30
    assert len({scene.name for scene in SCENES}) == len(SCENES)


@pytest.mark.covers(*INVARIANTS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_it_ends_as_written_and_some_failures_break_nothing(scene: Scene) -> None:
    played = play_all(scene, make_store, every=EVERY)
    assert not played.failures, "\n".join([*played.history, *played.failures])


@pytest.mark.real
@pytest.mark.once
@pytest.mark.timeout(2000)
@pytest.mark.covers(*INVARIANTS)
def test_no_failing_operation_breaks_anything() -> None:
    played = play_scenes(named(""), make_store, jobs=os.cpu_count() or 1)
    assert [failure for one in played for failure in one.failures] == []
    assert {port for one in played for port, n in one.operations.items() if n} == set(KINDS)
    assert sum(one.runs for one in played) >= 5_000


RARE = (("answered and handled", "order"), ("an invalid number", "event"), ("the message is heard", "event"))
"""Where a port that fails brings about facts that are not told otherwise: a refusal, a look at what is missing."""


@pytest.mark.covers("I24")
def test_screens_stay_true_after_every_kind_of_event() -> None:
    """Each play watches the live page and all desks: snapshot + changes = a fresh snapshot (`sim/screens.py`). A kind
    of event that no play brings about would not be looked at: it needs a scenario."""
    seen: set[type[Event]] = set()
    plays: list[tuple[Scene, Fate | None]] = [(scene, None) for scene in SCENES]
    for name, port in RARE:
        [scene] = (scene for scene in SCENES if scene.name == name)
        plays += [(scene, fate) for fate in fates_of(play(scene, None, make_store)[1]) if fate.port == port]
    for scene, fate in plays:
        world = GoldenWorld(scene, fate, make_store)
        result = world.run()
        assert result.violation is None, f"{scene.name}, {fate}: {result.violation}"
        seen |= world.kinds_of_events()
    never = {kind.__name__ for kind in get_args(Event)} - {kind.__name__ for kind in seen}
    assert not never
