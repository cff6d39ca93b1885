"""What the floor asks for and cannot do itself: an answer of the store or of the PBX's records, and a call."""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from busyhour.core import commands as c
from busyhour.core.events import CallUnanswered, Event, Instant, Reckoned
from busyhour.service.errors import FenceLost, StoreDown, StoreRewound
from busyhour.service.missed import find
from busyhour.service.ports import Store, Telephony

ASK_AGAIN_S: Final = 5.0

log = structlog.get_logger("engine")


async def answer(
    ask: c.Ask,
    of: tuple[Store, Telephony],
    tenant: int,
    fence: int,
    now: Callable[[], Instant],
    put: Callable[[Event], None],
) -> None:
    """Raises `StoreDown`, `FenceLost`, `StoreRewound`.

    A fault of ours is told, and becomes an outage, a while later: the floor would wait for its answer for ever, but
    asks anew when the store is back (A15)."""
    store, telephony = of
    try:
        if isinstance(ask, c.FillHopper):
            filled = await store.fill_hopper(tenant, fence, ask, now())
            put(msgspec.structs.replace(filled, no=ask.no))
        elif isinstance(ask, c.FindMissed):
            await find(store, telephony, tenant, ask, put)
        else:
            put(Reckoned(found=await store.reckon(tenant, ask.ask)))
    except (StoreDown, FenceLost, StoreRewound):
        raise
    except Exception as fault:
        log.exception("a question to the store failed", tenant=tenant, question=repr(ask))
        await asyncio.sleep(ASK_AGAIN_S)
        raise StoreDown(f"a question failed ({type(fault).__name__})") from fault


async def place(telephony: Telephony, call: c.Dial) -> Event:
    """What came of it. After a fault of ours nobody knows what was sent, so the floor is to look (A15)."""
    try:
        return await telephony.place(call)
    except Exception:
        log.exception("placing a call failed", call=call.call)
        return CallUnanswered(call=call.call)
