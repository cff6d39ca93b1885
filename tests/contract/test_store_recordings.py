"""What both stores keep of recordings: the open ones are found again, and what has ended stays as it ended."""

from typing import Any

import msgspec

from busyhour.core import commands as c
from busyhour.core.model.recordings import Gap, GapKind, RecordingPicture, RecordingPolicy, recording_of

from .inbound import Inbound


def one(inbound: Inbound, n: int = 1, **changes: Any) -> RecordingPicture:
    call = inbound.call(n)
    plain: dict[str, Any] = {"recording": recording_of(call=call, fence=inbound.fence, n=n), "call": call}
    plain |= {"agent_id": inbound.side.agent_id, "queue_id": inbound.queue.queue_id, "why": "so", "part": 1}
    plain |= {"policy": RecordingPolicy.ALWAYS, "began_utc_s": inbound.utc_s, "recorder": "starting"}
    return RecordingPicture(**(plain | changes))


async def test_what_is_open_is_found_as_it_was_last_and_what_has_ended_is_not(inbound: Inbound) -> None:
    first, second = one(inbound), one(inbound, 2)
    gap = Gap(after_part=1, kind=GapKind.PAUSE, from_utc_s=inbound.utc_s + 5)
    paused = msgspec.structs.replace(first, recorder="off", paused=True, gaps=(gap,))
    ended = msgspec.structs.replace(second, ended_utc_s=inbound.utc_s + 9)
    for picture in (first, second, paused, ended):
        await inbound.commit(c.SaveRecording(recording=picture))
    await inbound.commit(c.SaveRecording(recording=second))  # late, or again: it has ended
    floor = await inbound.own("engine-2")
    assert floor.recordings == (paused,)
    assert floor.recording_rule is RecordingPolicy.NEVER


async def test_what_was_lost_by_a_failover_is_given_back(inbound: Inbound) -> None:
    assert RecordingPicture in msgspec.structs.fields(c.SaveRecording)[0].type.__mro__
    from busyhour.service.journal import KEPT_TYPES

    assert c.SaveRecording in KEPT_TYPES
