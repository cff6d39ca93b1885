"""The keeper of recordings: what fails is tried again, and a full disk is told."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from busyhour.core.events import Event, Instant
from busyhour.core.model.recording_facts import RecordingRoomChanged
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy, recording_of
from busyhour.service import recording_records as rr
from busyhour.service.errors import Conflict, StoreDown, Unavailable
from busyhour.service.recordings import STRAY_S, RecordingKeeper

NAME = recording_of(call="c1-abc", fence=1, n=1)


def picture(**changes: Any) -> RecordingPicture:
    plain: dict[str, Any] = {"recording": NAME, "call": "c1-abc", "agent_id": 1, "policy": RecordingPolicy.ALWAYS}
    plain |= {"why": "so", "began_utc_s": 10.0, "ended_utc_s": 20.0, "recorder": "off", "part": 1}
    return RecordingPicture(**(plain | changes))


class World:
    """All of its ports, in memory."""

    def __init__(self) -> None:
        self.mono_s, self.free = 0.0, 100
        self.ended, self.kept, self.dropped, self.gone = [picture()], dict[str, str](), list[str](), list[str]()
        self.rooms: list[bool] = []
        self.over: list[str] = []
        self.erasing_now: list[RecordingPicture] = []
        self.left: dict[str, tuple[float, float]] = {}
        self.taken_in: list[RecordingPicture] = []
        self.fault: Exception | None = None
        self.disk: Exception | None = None
        self.deaf = False

        async def tenants() -> list[int]:
            return [1]

        self.keeper = RecordingKeeper(
            recordings=self,  # type: ignore[arg-type]
            files=self,  # type: ignore[arg-type]
            floors=self,  # type: ignore[arg-type]
            clock=self,
            tenants=tenants,
            free_min_bytes=40,
        )

    def now(self) -> Instant:
        return Instant(self.mono_s, 1_000.0 + self.mono_s)

    def tell(self, _tenant: int, event: Event) -> None:
        if self.deaf:
            raise Unavailable("The engine is starting.")
        assert isinstance(event, RecordingRoomChanged)
        self.rooms.append(event.room)

    # Files

    def free_bytes(self) -> int:
        return self.free

    def collect(self, _tenant: int, one: RecordingPicture) -> rr.Collected:
        if self.disk is not None:
            raise self.disk
        return rr.Collected(
            recording=one.recording, length_s=1.0, size_bytes=9, sha256="", peaks=b"", marks=(), fault=""
        )

    def drop_parts(self, recording: str) -> None:
        self.dropped.append(recording)

    def erase(self, _tenant: int, recording: str, *more: Any, **noted: Any) -> Any:
        """Of the files; and, as a coroutine, of the rows."""
        if more:
            if self.disk is not None:
                raise self.disk
            self.gone.append(recording)
            return None
        return self._erase_row(recording)

    async def _erase_row(self, recording: str) -> None:
        if recording == "held":
            raise Conflict("held")
        self.over.remove(recording)
        self.erasing_now.append(picture(recording=recording))

    def in_spool(self, *, older_s: float) -> dict[str, tuple[float, float]]:
        assert older_s == STRAY_S
        return self.left

    # Rows

    async def to_collect(self, _tenant: int, *, ended_before_utc_s: float, limit: int) -> list[RecordingPicture]:
        if self.fault is not None:
            raise self.fault
        return [one for one in self.ended if one.recording not in self.kept][:limit]

    async def collected(self, _tenant: int, one: rr.Collected) -> None:
        if self.fault is not None:
            raise self.fault
        self.kept[one.recording] = "kept"

    async def overdue(self, _tenant: int, *, now_utc_s: float, limit: int) -> list[str]:
        return list(self.over)

    async def erasing(self, _tenant: int, *, limit: int) -> list[RecordingPicture]:
        return list(self.erasing_now)

    async def erased(self, _tenant: int, recording: str) -> None:
        self.erasing_now = [one for one in self.erasing_now if one.recording != recording]

    async def states(self, _tenant: int, names: list[str]) -> dict[str, str]:
        return {name: state for name, state in self.kept.items() if name in names}

    async def found(self, _tenant: int, one: RecordingPicture) -> None:
        self.taken_in.append(one)

    def path(self, *_: Any) -> Path:
        raise AssertionError


@pytest.fixture
def world() -> World:
    return World()


async def test_parts_are_dropped_only_once_their_file_is_noted(world: World) -> None:
    world.disk = OSError(28, "full")
    with pytest.raises(OSError, match="full"):
        await world.keeper.round()
    assert (world.kept, world.dropped) == ({}, [])
    world.disk, world.fault = None, StoreDown("away")
    with pytest.raises(StoreDown):
        await world.keeper.round()
    assert world.dropped == []
    world.fault = None
    await world.keeper.round()
    assert (world.kept, world.dropped) == ({NAME: "kept"}, [NAME])


async def test_a_full_disk_is_told_once_and_to_whoever_did_not_hear(world: World) -> None:
    await world.keeper.round()
    assert world.rooms == []
    world.free, world.deaf = 39, True
    await world.keeper.round()
    world.deaf = False
    await world.keeper.round()
    await world.keeper.round()
    world.free = 45  # a little room again is none: it would come and go
    await world.keeper.round()
    assert world.rooms == [False]
    world.free = 60
    await world.keeper.round()
    assert world.rooms == [False, True]


async def test_whose_time_is_over_is_erased_and_whose_sound_stays_is_erased_later(world: World) -> None:
    world.over, world.disk, world.ended = ["held", "old"], None, []
    world.over = ["old", "held"]
    await world.keeper.sweep(1)
    assert (world.gone, world.erasing_now, world.over) == (["old"], [], ["held"])
    world.erasing_now, world.disk = [picture(recording="late")], OSError(5, "broken")
    with pytest.raises(OSError, match="broken"):
        await world.keeper.sweep(1)
    world.disk = None
    await world.keeper.round()
    assert world.gone == ["old", "late"]


async def test_what_nobody_knows_of_is_taken_in_and_what_is_too_much_goes(world: World) -> None:
    stray = recording_of(call="c1-abc", fence=1, n=2)
    world.ended = [msgspec.structs.replace(picture())]
    world.kept = {NAME: "kept"}
    world.left = {NAME: (1.0, 2.0), stray: (3.0, 9.0)}
    await world.keeper.round()
    assert world.dropped == [NAME]
    [one] = world.taken_in
    assert (one.recording, one.call, one.began_utc_s, one.ended_utc_s) == (stray, "c1-abc", 3.0, 9.0)


async def test_one_that_cannot_be_collected_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours with one recording is told each round; the others of its tenant are collected (A15)."""
    other = recording_of(call="c1-def", fence=1, n=2)
    world.ended = [picture(), picture(recording=other, call="c1-def")]
    collect = World.collect

    def broken(self: World, tenant: int, one: RecordingPicture) -> rr.Collected:
        if one.recording == NAME:
            raise ZeroDivisionError
        return collect(self, tenant, one)

    monkeypatch.setattr(World, "collect", broken)
    with capture_logs() as told:
        await world.keeper.round()
    assert (world.kept, world.dropped) == ({other: "kept"}, [other])
    assert [(one["event"], one["recording"]) for one in told] == [("a recording cannot be collected", NAME)]
