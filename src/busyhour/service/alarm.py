"""Waiting with a limit, for loops that wait at every event."""

import asyncio


async def woken(event: asyncio.Event, limit_s: float | None) -> None:
    """Until the event is set; when the limit has come, it is set by that. As nothing is cancelled, this costs less than
    `asyncio.timeout`. `limit_s` None = no limit."""
    if event.is_set():
        return
    alarm = None if limit_s is None else asyncio.get_running_loop().call_later(limit_s, event.set)
    try:
        await event.wait()
    finally:
        if alarm is not None:
            alarm.cancel()
