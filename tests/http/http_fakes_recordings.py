"""The port `Recordings` in memory: as much of it as the routes use."""

from pathlib import Path
from typing import Any

import msgspec

from busyhour.adapters.files.recordings import RecordingFiles
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy, recording_of
from busyhour.core.model.values import Audited
from busyhour.service import recording_records as rr
from busyhour.service import records as r
from busyhour.service.errors import Conflict, NotFound

BEGAN_UTC_S = 1_790_000_000.0
SECONDS = 2.0


class FakeRecordings:
    def __init__(self, spool: Path) -> None:
        self.spool = spool / "monitor"
        self.files = RecordingFiles(spool=self.spool, folder=spool / "recordings")
        self.rows: dict[int, dict[str, rr.RecordingRow]] = {}
        self.pictures: dict[str, bytes] = {}
        self.rules: dict[int, rr.RecordingRule] = {}
        self.noted: list[tuple[int, Audited, str, int | None]] = []

    def sound(self, tenant: int, n: int = 1) -> tuple[RecordingPicture, rr.Collected]:
        """Two seconds of it, collected."""
        call = f"i{tenant}-1700000000.{n}"
        name = recording_of(call=call, fence=1, n=n)
        self.spool.mkdir(exist_ok=True)
        (self.spool / f"{name}.1.raw").write_bytes(b"\x00\x10\x00\x20" * int(8000 * SECONDS))
        picture = RecordingPicture(
            recording=name,
            call=call,
            agent_id=None,
            policy=RecordingPolicy.ALWAYS,
            why="so",
            began_utc_s=BEGAN_UTC_S,
            ended_utc_s=BEGAN_UTC_S + SECONDS,
            recorder="off",
            part=1,
        )
        return picture, self.files.collect(tenant, picture)

    def add(self, tenant: int, n: int = 1, **changes: Any) -> rr.RecordingRow:
        """One that is kept."""
        picture, got = self.sound(tenant, n)
        name, call = picture.recording, picture.call
        self.pictures[name] = got.peaks
        same = {one: getattr(got, one) for one in ("length_s", "size_bytes", "sha256", "marks", "fault")}
        unknown = dict.fromkeys(name for name in rr.RecordingRow.__struct_fields__)
        known = {"recording": name, "call": call, "policy": "always", "why": "so", "state": "kept", "held": False}
        times = {"began_utc_s": BEGAN_UTC_S, "ended_utc_s": BEGAN_UTC_S + SECONDS}
        row = rr.RecordingRow(**(unknown | known | times | same | changes))
        self.rows.setdefault(tenant, {})[name] = row
        return row

    async def rule(self, tenant: int) -> rr.RecordingRule:
        return self.rules.get(tenant, rr.RecordingRule(recording=RecordingPolicy.NEVER, recording_days=90))

    async def set_rule(self, tenant: int, rule: rr.RecordingRule) -> None:
        self.rules[tenant] = rule

    async def recordings(
        self, tenant: int, which: rr.RecordingFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        rows = [row for row in self.rows.get(tenant, {}).values() if which.call in (None, row.call)]
        return r.Page(rows=tuple(rows[:limit]), cursor=None)

    async def recording(self, tenant: int, recording: str) -> rr.RecordingRow:
        row = self.rows.get(tenant, {}).get(recording)
        if row is None:
            raise NotFound("There is no such recording.")
        return row

    async def peaks(self, tenant: int, recording: str) -> bytes:
        await self.recording(tenant, recording)
        return self.pictures[recording]

    async def erase(self, tenant: int, recording: str, *, user_id: int | None, address: str, why: str) -> None:
        row = await self.recording(tenant, recording)
        if row.held or row.state != "kept":
            raise Conflict("It is held, or erased already.")
        self._put(tenant, row, state="erasing")
        self.noted.append((tenant, Audited.RECORDING_ERASED, recording, user_id))

    async def hold(self, tenant: int, recording: str, *, held: bool, user_id: int, address: str) -> None:
        self._put(tenant, await self.recording(tenant, recording), held=held)

    async def note(self, tenant: int, row: rr.RecordingRow, what: Audited, *, user_id: int, address: str) -> None:
        self.noted.append((tenant, what, row.recording, user_id))

    def _put(self, tenant: int, row: rr.RecordingRow, **changes: Any) -> None:
        self.rows[tenant][row.recording] = msgspec.structs.replace(row, **changes)
