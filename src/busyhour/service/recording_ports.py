"""What is needed of the world for recordings, as Protocols. Beside `ports.py`, with its rules."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from busyhour.core.model.recordings import RecordingPicture
from busyhour.core.model.values import Audited
from busyhour.service import recording_records as rr
from busyhour.service import records as r


class Recordings(Protocol):
    """Recordings: listed and erased by the screens, collected and swept by `recordings.py`."""

    async def rule(self, tenant: int) -> rr.RecordingRule: ...
    async def set_rule(self, tenant: int, rule: rr.RecordingRule) -> None: ...
    async def recordings(
        self, tenant: int, which: rr.RecordingFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page: ...
    async def recording(self, tenant: int, recording: str) -> rr.RecordingRow: ...
    async def peaks(self, tenant: int, recording: str) -> bytes:
        """Of one that is kept; else raises `NotFound`."""

    async def to_collect(self, tenant: int, *, ended_before_utc_s: float, limit: int) -> list[RecordingPicture]: ...
    async def collected(self, tenant: int, one: rr.Collected) -> None: ...
    async def found(self, tenant: int, picture: RecordingPicture) -> None:
        """Parts were on the disk that no row spoke of."""

    async def states(self, tenant: int, recordings: Sequence[str]) -> dict[str, str]: ...
    async def overdue(self, tenant: int, *, now_utc_s: float, limit: int) -> list[str]:
        """Whose time is over, and which are not held."""

    async def erasing(self, tenant: int, *, limit: int) -> list[RecordingPicture]: ...
    async def erase(self, tenant: int, recording: str, *, user_id: int | None, address: str, why: str) -> None:
        """Nobody can hear it any more, and the audit log says so. Raises `Conflict` for one that is held, or not
        complete. Its file is deleted after this, and `erased` notes that it was."""

    async def erased(self, tenant: int, recording: str) -> None: ...
    async def hold(self, tenant: int, recording: str, *, held: bool, user_id: int, address: str) -> None: ...
    async def note(self, tenant: int, row: rr.RecordingRow, what: Audited, *, user_id: int, address: str) -> None:
        """In the audit log: who heard, or took away, what."""


class RecordingFiles(Protocol):
    """The sound of recordings. These block: they are called in a thread of their own."""

    def free_bytes(self) -> int: ...

    def path(self, tenant: int, recording: str, began_utc_s: float) -> Path: ...

    def collect(self, tenant: int, picture: RecordingPicture) -> rr.Collected: ...

    def drop_parts(self, recording: str) -> None: ...

    def erase(self, tenant: int, recording: str, began_utc_s: float) -> None: ...

    def in_spool(self, *, older_s: float) -> dict[str, tuple[float, float]]: ...
