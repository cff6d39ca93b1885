"""Worlds with supervisors: they listen, whisper, barge in and take over; and the checks would find what is wrong."""

import sys
from collections import Counter
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from busyhour.adapters.memory.store import MemoryStore
from busyhour.core.floor.state import FloorState
from busyhour.core.model import supervising as sv
from busyhour.core.model.values import Audited
from busyhour.sim.plan import Plan
from busyhour.sim.series import plan_of, world_of

SUPERVISING = "busyhour.core.floor.supervising"
GROUPS = ("A", "B", "C", "D", "E", "F", "G")


def make_store(utc: Callable[[], float]) -> MemoryStore:
    return MemoryStore(clock=utc)


def plan(seed: int, contacts: int) -> Plan:
    return replace(plan_of(seed, GROUPS, contacts), inbound=True, supervised=True)


def test_supervisors_do_all_that_they_can_do() -> None:
    done: Counter[Audited] = Counter()
    for seed in (3, 5):
        world = world_of(plan(seed, 120), make_store)
        assert world.run().violation is None
        done.update(one.what for rows in world.store.tenants.values() for one in rows.supervised)
    wanted = Audited.LISTENED, Audited.WHISPERED, Audited.BARGED_IN, Audited.TOOK_OVER, Audited.SUPERVISED
    assert all(done[what] for what in wanted), done


def test_two_on_one_call_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    cannot_begin = sys.modules[SUPERVISING]._cannot_begin

    def begins_all_the_same(f: FloorState, event: sv.SuperviseAsked) -> tuple[str, str] | None:
        fault = cannot_begin(f, event)
        return None if fault is not None and fault[0] == "taken" else fault

    monkeypatch.setattr(f"{SUPERVISING}._cannot_begin", begins_all_the_same)
    assert "I27" in (world_of(plan(3, 120), make_store).run().violation or "")


def test_an_ear_that_nobody_closes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SUPERVISING}._close_ear", lambda _f, _ear: None)
    assert "I23" in (world_of(plan(3, 300), make_store).run().violation or "")
