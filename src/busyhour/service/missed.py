"""Callers whom no engine saw: those that the PBX's records have, and the store has not."""

from collections.abc import Callable

import structlog

from busyhour.core.commands import FindMissed
from busyhour.core.events import CallersMissed, Event
from busyhour.service.errors import Unavailable
from busyhour.service.ports import Store, Telephony

log = structlog.get_logger("engine")


async def find(store: Store, telephony: Telephony, tenant: int, ask: FindMissed, put: Callable[[Event], None]) -> None:
    """Raises `StoreDown`. Without an answer the floor asks again."""
    try:
        seen = await telephony.missed(tenant, ask.since_utc_s)
    except Unavailable as fault:
        log.warning("callers who came while no engine was there cannot be found yet", tenant=tenant, fault=str(fault))
        return
    unknown = set(await store.unknown(tenant, [one.call for one in seen])) if seen else set[str]()
    found = tuple(one for one in seen if one.call in unknown)
    if found:
        log.info("callers came and went while no engine was there", tenant=tenant, callers=len(found))
    put(CallersMissed(no=ask.no, callers=found))
