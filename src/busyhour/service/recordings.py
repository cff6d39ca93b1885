"""Recordings after the talk: collected from the PBX, kept as long as the rule says, then erased; and the disk watched.

One task for the process. Whatever fails is tried again at the next round: parts stay with the PBX until their file is
noted, and a recording that is being erased stays so until its sound is gone. What engines are told of the disk is for
new recordings: those under way go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from busyhour.core.model.ids import tenant_of
from busyhour.core.model.recording_facts import RecordingRoomChanged
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy, call_of
from busyhour.service.errors import Conflict, StoreDown, Unavailable, UserError
from busyhour.service.ports import Clock, Floors
from busyhour.service.recording_ports import RecordingFiles, Recordings

ROUND_S: Final = 3.0
SETTLE_S: Final = 2.0  # after the end of a talk the PBX may still write its last words
SWEEP_EVERY_S: Final = 600.0
STRAY_S: Final = 3_600.0  # parts that no row speaks of and nobody has written to for so long were lost with an engine
BATCH_MAX: Final = 50  # recordings of a tenant in one round
ROOM_AGAIN: Final = 1.25  # of what must be free: recording begins again with so much, lest it stop and go

log = structlog.get_logger("recordings")


class RecordingKeeper:
    """`run` it as a task."""

    def __init__(
        self,
        *,
        recordings: Recordings,
        files: RecordingFiles,
        floors: Floors,
        clock: Clock,
        tenants: Callable[[], Awaitable[Sequence[int]]],
        free_min_bytes: int,
    ) -> None:
        self._recordings, self._files, self._floors, self._clock = recordings, files, floors, clock
        self._tenants = tenants
        self._free_min_bytes = free_min_bytes
        self._room = True
        self._told: dict[int, bool] = {}
        self._swept_s: float | None = None

    async def run(self) -> None:
        while True:
            try:
                await self.round()
            except StoreDown as fault:
                log.warning("recordings wait for the database", fault=str(fault))
            except OSError as fault:
                log.warning("recordings cannot be put on the disk", fault=str(fault))
            await asyncio.sleep(ROUND_S)

    async def round(self) -> None:
        tenants = await self._tenants()
        self._watch_disk(tenants)
        for tenant in tenants:
            await self.collect(tenant)
            await self._finish_erasing(tenant)
        now_s = self._clock.now().mono_s
        if self._swept_s is None or now_s - self._swept_s >= SWEEP_EVERY_S:
            self._swept_s = now_s
            for tenant in tenants:
                await self.sweep(tenant)
            await self._take_in_strays()

    # The disk

    def _watch_disk(self, tenants: Sequence[int]) -> None:
        free = self._files.free_bytes()
        room = free >= self._free_min_bytes * (1.0 if self._room else ROOM_AGAIN)
        if room != self._room:
            self._room = room
            if room:
                log.info("there is room for recordings again", free_bytes=free)
            else:
                log.error("the disk is nearly full: nothing new is recorded", free_bytes=free)
        for tenant in tenants:
            if self._told.get(tenant, True) != room:
                self._tell(tenant, room=room)

    def _tell(self, tenant: int, *, room: bool) -> None:
        try:
            self._floors.tell(tenant, RecordingRoomChanged(room=room))
        except (Unavailable, UserError):
            return  # at the next round
        self._told[tenant] = room

    # Collecting

    async def collect(self, tenant: int) -> int:
        before_utc_s = self._clock.now().utc_s - SETTLE_S
        pictures = await self._recordings.to_collect(tenant, ended_before_utc_s=before_utc_s, limit=BATCH_MAX)
        for picture in pictures:
            try:
                await self._collect(tenant, picture)
            except (StoreDown, OSError):
                raise  # of all of them: the round ends
            except Exception:  # of this one: the others are collected nevertheless (A15)
                log.exception("a recording cannot be collected", recording=picture.recording)
        return len(pictures)

    async def _collect(self, tenant: int, picture: RecordingPicture) -> None:
        one = await asyncio.to_thread(self._files.collect, tenant, picture)
        await self._recordings.collected(tenant, one)
        await asyncio.to_thread(self._files.drop_parts, picture.recording)
        if one.fault:
            log.warning("a recording has a fault", recording=picture.recording, fault=one.fault)

    async def _take_in_strays(self) -> None:
        """Parts that no row speaks of; and those whose recording is kept, or gone, for which they are too much."""
        left = await asyncio.to_thread(self._files.in_spool, older_s=STRAY_S)
        of_tenant: dict[int, list[str]] = {}
        for name in left:
            tenant = tenant_of(call_of(name) or "")
            if tenant is not None:
                of_tenant.setdefault(tenant, []).append(name)
        for tenant, names in of_tenant.items():
            states = await self._recordings.states(tenant, names)
            for name in names:
                if name not in states:
                    await self._recordings.found(tenant, _stray(name, *left[name]))
                elif states[name] not in ("open", "ended"):
                    await asyncio.to_thread(self._files.drop_parts, name)

    # Erasing

    async def sweep(self, tenant: int) -> None:
        """Whose time is over."""
        now_utc_s = self._clock.now().utc_s
        for recording in await self._recordings.overdue(tenant, now_utc_s=now_utc_s, limit=BATCH_MAX):
            try:
                await self._recordings.erase(tenant, recording, user_id=None, address="", why="its time was over")
            except Conflict:
                continue  # held since, or erased by somebody
        await self._finish_erasing(tenant)

    async def _finish_erasing(self, tenant: int) -> None:
        for picture in await self._recordings.erasing(tenant, limit=BATCH_MAX):
            await asyncio.to_thread(self._files.erase, tenant, picture.recording, picture.began_utc_s)
            await self._recordings.erased(tenant, picture.recording)


def _stray(name: str, first_utc_s: float, last_utc_s: float) -> RecordingPicture:
    return RecordingPicture(
        recording=name,
        call=call_of(name) or "",
        agent_id=None,
        policy=RecordingPolicy.ALWAYS,
        why="",
        began_utc_s=first_utc_s,
        ended_utc_s=last_utc_s,
        recorder="off",
    )
