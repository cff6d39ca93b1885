"""The PBX's clock beside ours (D4). It is asked for the time at each look, and known up to half of what that took.

All times that the PBX tells (events, channels, records) are by its clock; the floor tells them in its own. A difference
that may be the answer's own delay counts as none: two programs on one machine have one clock.
"""

import time
from datetime import datetime
from typing import Final

import structlog
from msgspec import MsgspecError, Struct

from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply

SAME_S: Final = 0.02
"""Beside the answer's delay: the PBX tells milliseconds, and a clock that is being put right moves a little."""

log = structlog.get_logger(__name__)


class Pong(Struct, frozen=True):
    timestamp: datetime


class PbxClock:
    def __init__(self) -> None:
        self.ahead_s = 0.0  # of ours; what was found last, when the PBX does not say

    def now_utc_s(self) -> float:
        """What it shows now."""
        return time.time() + self.ahead_s

    async def look(self, link: AriLink) -> None:
        asked_utc_s, asked_s = time.time(), time.monotonic()
        try:
            reply = await link.read("asterisk/ping")
            told_utc_s = reply.read(Pong).timestamp.timestamp() if reply.ok else None
        except (LinkDown, NoReply, MsgspecError):
            return
        took_s = time.monotonic() - asked_s
        if told_utc_s is not None:
            self.told(told_utc_s, asked_utc_s, took_s, set_by_s=time.time() - asked_utc_s - took_s)

    def told(self, pbx_utc_s: float, asked_utc_s: float, took_s: float, *, set_by_s: float = 0.0) -> None:
        """The PBX showed this at some moment in the `took_s` after we asked. `set_by_s`: what our own clock was set by
        meanwhile; then it says nothing."""
        if abs(set_by_s) > SAME_S:
            return
        ahead_s, doubt_s = pbx_utc_s - asked_utc_s - took_s / 2, took_s / 2 + SAME_S
        if abs(ahead_s - self.ahead_s) <= doubt_s:
            return
        self.ahead_s = 0.0 if abs(ahead_s) <= doubt_s else ahead_s
        log.warning("the clock of the PBX is not ours; its times are corrected", ahead_s=round(self.ahead_s, 3))
