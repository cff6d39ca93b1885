"""Recorders: Asterisk's MixMonitor on the customer's channel, told what to do over a second AMI user.

Option `D` writes both directions apart: the customer on the left, what they hear on the right, interleaved, 16 bits at
8,000 Hz. `b` writes only while they are in a room with an agent; `a` goes on with a file that is there. What the
channel does, and whether we live, does not concern it: it ends with our order, or with the channel.

That nothing is recorded is only told when Asterisk said that there was nothing left to stop.
"""

import asyncio
from dataclasses import replace
from typing import Final

import structlog

from busyhour.adapters.asterisk.access import PbxAccess, recorder_password
from busyhour.adapters.asterisk.ami import AmiDown, AmiLink, AmiMessage
from busyhour.core.commands import StartRecording, StopRecording
from busyhour.core.model.ids import on_pbx
from busyhour.core.model.recording_facts import RecordingEnded, RecordingFailed, RecordingStarted
from busyhour.core.model.recordings import call_of

OPTIONS: Final = "abD"
SUFFIX: Final = "raw"  # the only one that `D` can write
REPLY_MAX_S: Final = 1.5
"""Less than the core waits before it orders again (`core/floor/recording.py`): orders do not pile up."""
STOPS_MAX: Final = 4
"""Recorders that one customer may have at once: one. More were begun by orders that crossed each other."""
NOTHING_LEFT: Final = ("Could not stop monitoring channel", "No such channel", "Channel not found")
"""Asterisk's words for it, which it has no code for. Any other answer counts as one that still records."""

log = structlog.get_logger(__name__)


def file_of(recording: str, part: int) -> str:
    """A recording's name is made of the call's, by us; what is not such a name never becomes a file."""
    assert call_of(recording) is not None, recording
    return f"{recording}.{part}.{SUFFIX}"


class Recorders:
    def __init__(self, access: PbxAccess) -> None:
        user = f"{access.ami_user}-recorder"
        self.ami = AmiLink(replace(access, ami_user=user, ami_password=recorder_password(access.ami_password)))

    async def start(self, order: StartRecording) -> RecordingStarted | RecordingFailed | None:
        """None: it is not known whether it records."""
        fields = {
            "Channel": on_pbx(order.call),
            "File": file_of(order.recording, order.part),
            "Options": OPTIONS,
        }
        try:
            async with asyncio.timeout(REPLY_MAX_S):
                if not await self._stop_all(order.call):
                    return None
                reply = await self.ami.ask("MixMonitor", fields)
        except (AmiDown, TimeoutError):
            return None
        if reply.ok:
            return RecordingStarted(call=order.call, recording=order.recording, part=order.part)
        why = reply.fields.get("Message", "refused")
        log.warning("not recorded", call=order.call, why=why)
        return RecordingFailed(call=order.call, recording=order.recording, part=order.part, why=why)

    async def stop(self, order: StopRecording) -> RecordingEnded | None:
        try:
            async with asyncio.timeout(REPLY_MAX_S):
                over = await self._stop_all(order.call)
        except (AmiDown, TimeoutError):
            over = False
        if not over:
            log.error("a recording is not known to have stopped", call=order.call)
            return None
        return RecordingEnded(call=order.call, recording=order.recording, part=order.part)

    async def _stop_all(self, call: str) -> bool:
        """Until there is nothing left to stop."""
        for _ in range(STOPS_MAX):
            reply = await self.ami.ask("StopMixMonitor", {"Channel": on_pbx(call)})
            if not reply.ok:
                return _nothing_left(reply)
        return False


def _nothing_left(reply: AmiMessage) -> bool:
    return any(words in reply.fields.get("Message", "") for words in NOTHING_LEFT)
