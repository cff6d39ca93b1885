"""What became of callers: one line each, with filters; what a desk may ask for one who waits: a callback, an agent."""

import re
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Query
from msgspec import Struct

from busyhour.core.events import AssignAsked, CallbackAsked, CallbackCancelAsked
from busyhour.core.model.callers import Callback, CallerOutcome
from busyhour.core.model.ids import is_call, tenant_of
from busyhour.http.agents import agent_of
from busyhour.http.attempts import Cursor, Limit, OptionalId, PageOf, Time, digits_of
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.http.things_known import NUMBER
from busyhour.service import caller_records as cr
from busyhour.service import records as r
from busyhour.service.dispatching import Offer, offers
from busyhour.service.errors import Invalid, NotFound

routes = Routes("callers")

CALLBACK: Final = re.compile(r"[0-9A-Za-z.-]{1,80}")


class CallbackWanted(Struct, frozen=True, kw_only=True):
    number: str = ""  # empty: the one they call from


class Assign(Struct, frozen=True, kw_only=True):
    agent_id: int


def filter_of(
    queue_id: OptionalId = None,
    agent_id: OptionalId = None,
    outcome: Annotated[str | None, Query(max_length=20)] = None,
    number: Annotated[str | None, Query(max_length=20)] = None,
    from_utc_s: Time = None,
    until_utc_s: Time = None,
    open_only: bool = False,
) -> cr.CallerFilter:
    if outcome is not None and outcome not in set(CallerOutcome):
        raise Invalid(f"The outcome is one of {', '.join(CallerOutcome)}.", field="outcome")
    return cr.CallerFilter(
        queue_id=queue_id,
        agent_id=agent_id,
        outcome=outcome,
        number=digits_of(number),
        from_utc_s=from_utc_s,
        until_utc_s=until_utc_s,
        open_only=open_only,
    )


Which = Annotated[cr.CallerFilter, Depends(filter_of)]


@routes.get("/api/callers", permission="reports:read", answer=PageOf[cr.CallerRow])
async def list_callers(who: Who, use: Use, which: Which, cursor: Cursor = None, limit: Limit = 100) -> r.Page:
    return await use.queues.callers(who.tenant_id, which, cursor=cursor, limit=limit)


@routes.get("/api/callers/{caller}", permission="reports:read")
async def get_caller(who: Who, use: Use, caller: str) -> cr.CallerRow:
    check_caller(who.tenant_id, caller)
    return await use.queues.caller(who.tenant_id, caller)


@routes.post("/api/callers/{caller}/callback", permission="callers:write")
async def ask_callback(who: Who, use: Use, caller: str, body: CallbackWanted) -> None:
    """They are called back instead of waiting; the call ends, and their place is kept."""
    check_caller(who.tenant_id, caller)
    if body.number and not NUMBER.fullmatch(body.number):
        raise Invalid("The number has 1 to 20 digits, with a + before them or not.", field="number")
    await use.floors.ask(who.tenant_id, lambda request: CallbackAsked(call=caller, number=body.number, request=request))


@routes.post("/api/callers/{caller}/assign", permission="callers:write")
async def assign_caller(who: Who, use: Use, caller: str, body: Assign) -> None:
    """Give whoever waits in a queue with external dispatch, or was promised a call there, to this agent (OC-090)."""
    check_caller(who.tenant_id, caller.removeprefix(PROMISE))
    await agent_of(use, who.tenant_id, body.agent_id)
    await use.floors.ask(
        who.tenant_id, lambda request: AssignAsked(call=caller, agent_id=body.agent_id, request=request)
    )


@routes.get("/api/queues/{queue_id}/waiting", permission="queues:read")
async def list_waiting(who: Who, use: Use, queue_id: Id) -> list[Offer]:
    """Who waits, best first, each with the agents who could take them now: for a program that dispatches."""
    for queue in await use.queues.queues(who.tenant_id):
        if queue.queue_id == queue_id:
            agents = await use.directory.agents(who.tenant_id)
            return offers(queue, agents, state_of(use, who.tenant_id), use.clock.now().utc_s)
    raise NotFound("There is no such queue.")


@routes.get("/api/callbacks", permission="queues:read")
async def list_callbacks(who: Who, use: Use, open_only: bool = True, limit: Limit = 200) -> list[Callback]:
    """Promises to call back, those that are open, or with the ended ones; at most `limit`."""
    return await use.queues.callbacks(who.tenant_id, open_only=open_only, limit=limit)


@routes.delete("/api/callbacks/{callback}", permission="callers:write")
async def cancel_callback(who: Who, use: Use, callback: str) -> None:
    """They are not called back any more."""
    known = await use.queues.callbacks(who.tenant_id, limit=CALLBACKS_MAX) if CALLBACK.fullmatch(callback) else []
    if callback not in {one.callback for one in known}:
        raise NotFound("There is no such open callback.")
    await use.floors.ask(
        who.tenant_id, lambda request: CallbackCancelAsked(callback=callback, request=request, by=who.asker)
    )


PROMISE: Final = "k-"  # in front of the name of whom it was made to (`core/floor/callbacks.py`)
CALLBACKS_MAX: Final = 10_000  # as many as a shard keeps (`core/acd/promises.py`)


def check_caller(tenant: int, call: str) -> None:
    """A channel's name says whose it is."""
    if not is_call(call) or tenant_of(call) != tenant:
        raise NotFound("There is no such caller.")


def state_of(use: Services, tenant: int) -> dict[str, Any]:
    state: dict[str, Any] = msgspec.json.decode(use.floors.snapshot(tenant))["state"]
    return state
