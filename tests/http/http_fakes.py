"""The live ports in memory: clock, floors, phones, voice; as small as the tests of http need them."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec

from busyhour.adapters.speech.sound_file import converted
from busyhour.adapters.speech.telephone_sound import RATE_HZ
from busyhour.core.commands import ListNumbers
from busyhour.core.events import Event, Instant
from busyhour.service import records as r
from busyhour.service.errors import UserError
from busyhour.service.ports import SipAccess

SERIAL = itertools.count(1)


class FakeClock:
    def __init__(self) -> None:
        self.mono_s = 1000.0
        self.utc_s = 1_790_000_000.0

    def now(self) -> Instant:
        return Instant(mono_s=self.mono_s, utc_s=self.utc_s)

    def pass_s(self, seconds: float) -> None:
        self.mono_s += seconds
        self.utc_s += seconds


class FakeFloors:
    """Keeps what it was told and asked. `refusal` is what the core answers; feeds are fed by `push`."""

    def __init__(self) -> None:
        self.told: list[tuple[int, Event]] = []
        self.written: list[tuple[int, ListNumbers]] = []
        self.asked: list[tuple[int, Event]] = []
        self.refusal: UserError | None = None
        self.feeds: list[FakeFeed] = []
        self.state: dict[str, Any] = {"agents": {}, "calls": {}, "runs": {}, "queues": {}, "system": {}}

    async def ask(self, tenant: int, make: Callable[[str], Event]) -> None:
        self.asked.append((tenant, make("request-1")))
        if self.refusal is not None:
            raise self.refusal

    def tell(self, tenant: int, event: Event) -> None:
        self.told.append((tenant, event))

    def note_written(self, tenant: int, keep: ListNumbers) -> None:
        self.written.append((tenant, keep))

    def subscribe(self, tenant: int, agent_id: int | None = None, *, at_once: bool = False) -> "FakeFeed":
        return FakeFeed(self, tenant, agent_id)

    def snapshot(self, tenant: int, agent_id: int | None = None) -> bytes:
        return msgspec.json.encode({"type": "snapshot", "seq": 1, "tenant": tenant, "state": self.state})

    def statistics(self) -> dict[str, Any]:
        return {"queued": 0}


class FakeFeed:
    def __init__(self, floors: FakeFloors, tenant: int, agent_id: int | None) -> None:
        self.floors, self.tenant, self.agent_id = floors, tenant, agent_id
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def __aenter__(self) -> "FakeFeed":
        self.queue.put_nowait(self.floors.snapshot(self.tenant, self.agent_id))
        self.floors.feeds.append(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.floors.feeds.remove(self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self.queue.get()) is not None:
            yield message


class FakePhones:
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.admitted: dict[tuple[int, int], SipAccess] = {}
        self.trunks: dict[int, str | None] = {}

    async def admit(self, tenant: int, agent_id: int, lifetime_s: float) -> SipAccess:
        access = SipAccess(
            user=f"a{tenant}-{agent_id}",
            secret=f"sip-secret-{next(SERIAL)}",
            realm="busyhour",
            expires_utc_s=self.clock.utc_s + lifetime_s,
        )
        self.admitted[tenant, agent_id] = access
        return access

    def user_of(self, tenant: int, agent_id: int) -> str:
        return f"a{tenant}-{agent_id}"

    async def dismiss(self, tenant: int, agent_id: int) -> None:
        self.admitted.pop((tenant, agent_id), None)

    async def set_trunk(self, tenant: int, trunk: r.TrunkRow, password: str | None) -> None:
        self.trunks[trunk.trunk_id] = password

    async def drop_trunk(self, tenant: int, trunk_id: int) -> None:
        del self.trunks[trunk_id]


class FakeVoice:
    def __init__(self) -> None:
        self.spoken: dict[str, bytes] = {}

    def languages(self) -> tuple[str, ...]:
        return ("en-US", "it-IT")

    async def speak(self, text: str, language: str, media: str) -> float:
        self.spoken[media] = b"RIFF" + text.encode()
        return 1.5

    async def take_in(self, sound: Path, media: str) -> float:
        """Reads it as the product does, and keeps the file as it came."""
        length_s = len(converted(sound)) / 2 / RATE_HZ
        self.spoken[media] = sound.read_bytes()
        return length_s

    async def read(self, media: str) -> bytes:
        return self.spoken[media]
