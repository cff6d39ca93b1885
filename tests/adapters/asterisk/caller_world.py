"""Our telephony with a link that notes what it is asked, and answers as it is told to. No PBX."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from busyhour.adapters.asterisk.ari import LinkDown, NoReply, Reply
from busyhour.adapters.asterisk.ari_events import (
    Channel,
    ChannelDestroyed,
    ChannelStateChange,
    Marks,
    Party,
    StasisStart,
)
from busyhour.adapters.asterisk.telephony import AsteriskTelephony
from busyhour.core.events import Event
from tests.adapters.asterisk.no_pbx import NO_PBX

PBX_ID = "1700000000.7"
CALL = f"i1-{PBX_ID}"
LEG = "a1-1-7-1"
MARKS = Marks("1/+4930777/4930100")
RAW = Channel(PBX_ID, "Ring", MARKS, Party("Ada", "+4930777"))


def at(utc_s: float) -> datetime:
    return datetime.fromtimestamp(utc_s, UTC)


class World:
    def __init__(self, folder: Path) -> None:
        access = replace(NO_PBX, cel_file=folder / "cel.csv", sounds=folder)
        self.telephony = AsteriskTelephony(access)
        self.asked: list[str] = []
        self.said: dict[str, str] = {}  # variable -> what the PBX says of it
        self.status: Callable[[str], int | None] = lambda _request: 204
        """None: no reply. 0: no link."""
        self.answers = asyncio.Event()  # the PBX does
        self.answers.set()
        self.told: list[Event] = []
        self.telephony.attach(1, self.told.append)
        self.telephony.link.ask = self._ask  # type: ignore[method-assign, assignment]
        self.telephony.link._up = True

    async def _ask(self, method: str, path: str, query: Any = None, body: Any = None, **_more: Any) -> Reply:
        name = query.get("variable", "") if query else ""
        request = f"{method} {path}" + (f" {name}" if name else "")
        self.asked.append(request + (f"={query['value']}" if query and "value" in query else ""))
        await self.answers.wait()
        status = self.status(request)
        if status is None:
            raise NoReply(request)
        if status == 0:
            raise LinkDown
        return Reply(status, json.dumps({"value": self.said.get(name, "")}))

    def hear(self, event: Any) -> None:
        self.telephony.link._on_event(event)

    def comes(self, channel: Channel = RAW, *, at_utc_s: float = 100.0) -> None:
        self.hear(StasisStart(timestamp=at(at_utc_s), channel=channel))

    def state(self, state: str, *, of: str = PBX_ID, marks: Marks = MARKS, at_utc_s: float = 101.0) -> None:
        self.hear(ChannelStateChange(timestamp=at(at_utc_s), channel=Channel(of, state, marks)))

    def ends(self, *, of: str = PBX_ID, state: str = "Ring", marks: Marks = MARKS, cause: int = 16) -> None:
        self.hear(ChannelDestroyed(timestamp=at(110.0), channel=Channel(of, state, marks), cause=cause))

    async def settled(self) -> None:
        """Nothing is under way beside the link."""
        for task in tuple(self.telephony._tasks):
            await task
