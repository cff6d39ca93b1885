"""All golden scenarios, or some, on one processor or several."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from busyhour.sim.golden import Played, play_all
from busyhour.sim.golden_list import SCENES
from busyhour.sim.series import MakeStore


def named(word: str) -> tuple[str, ...]:
    """The scenarios with this word in their name; all for an empty one."""
    return tuple(scene.name for scene in SCENES if word in scene.name)


def play_named(name: str, make_store: MakeStore, every: int) -> Played:
    [scene] = (scene for scene in SCENES if scene.name == name)
    return play_all(scene, make_store, every=every)


def play_scenes(
    names: Sequence[str],
    make_store: MakeStore,
    *,
    jobs: int = 1,
    every: int = 1,
    advance: Callable[[int], None] = lambda played: None,
) -> list[Played]:
    """In their order. With `every`, only one fate in so many."""
    played: list[Played] = []
    for one in _results(names, partial(play_named, make_store=make_store, every=every), jobs):
        played.append(one)
        advance(len(played))
    return played


def _results(names: Sequence[str], play: Callable[[str], Played], jobs: int) -> Iterator[Played]:
    if jobs == 1:
        yield from map(play, names)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(play, names)
