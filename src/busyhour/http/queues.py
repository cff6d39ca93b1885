"""Queues: whom callers wait for, how they wait, and what happens when it takes too long."""

import msgspec
from msgspec import Struct

from busyhour.core.events import AgeingChanged, QueueChanged, QueueRemoved, WrapUpChanged
from busyhour.core.model.queue import Queue
from busyhour.http.queues_check import INBOUND, check_limits, checked
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.http.things_known import known_of
from busyhour.service.caller_records import InboundSettings
from busyhour.service.errors import NotFound

routes = Routes("queues")


class Emergency(Struct, frozen=True, kw_only=True):
    on: bool


@routes.get("/api/queues", permission="queues:read")
async def list_queues(who: Who, use: Use) -> list[Queue]:
    return await use.queues.queues(who.tenant_id)


@routes.post("/api/queues", permission="queues:write", status=201)
async def create_queue(who: Who, use: Use, body: Queue) -> Queue:
    """`queue_id` is not read."""
    return await save(use, who.tenant_id, msgspec.structs.replace(body, queue_id=0))


@routes.get("/api/inbound", permission="queues:read")
async def get_inbound(who: Who, use: Use) -> InboundSettings:
    return await use.queues.inbound(who.tenant_id)


@routes.put("/api/inbound", permission="queues:write")
async def replace_inbound(who: Who, use: Use, body: InboundSettings) -> InboundSettings:
    """It holds at once: who waits is put into the new order."""
    check_limits(body, INBOUND, "")
    await use.queues.save_inbound(who.tenant_id, body)
    use.floors.tell(who.tenant_id, AgeingChanged(ageing_s=body.ageing_s))
    use.floors.tell(who.tenant_id, WrapUpChanged(acw_s=body.acw_s))
    return body


@routes.get("/api/queues/{queue_id}", permission="queues:read")
async def get_queue(who: Who, use: Use, queue_id: Id) -> Queue:
    return await queue_of(use, who.tenant_id, queue_id)


@routes.put("/api/queues/{queue_id}", permission="queues:write")
async def replace_queue(who: Who, use: Use, queue_id: Id, body: Queue) -> Queue:
    """`queue_id` of the body is not read: the address says which queue it is. It holds at once, for those who wait."""
    await queue_of(use, who.tenant_id, queue_id)
    return await save(use, who.tenant_id, msgspec.structs.replace(body, queue_id=queue_id))


@routes.put("/api/queues/{queue_id}/emergency", permission="queues:write")
async def set_queue_emergency(who: Who, use: Use, queue_id: Id, body: Emergency) -> Queue:
    """Closed from now on, whatever the hours say; or by its hours again."""
    queue = await queue_of(use, who.tenant_id, queue_id)
    opening = msgspec.structs.replace(queue.opening, emergency=body.on)
    return await save(use, who.tenant_id, msgspec.structs.replace(queue, opening=opening))


@routes.delete("/api/queues/{queue_id}", permission="queues:write")
async def delete_queue(who: Who, use: Use, queue_id: Id) -> None:
    await use.queues.delete_queue(who.tenant_id, queue_id)
    use.floors.tell(who.tenant_id, QueueRemoved(queue_id=queue_id))


async def save(use: Services, tenant: int, wanted: Queue) -> Queue:
    queue = checked(wanted, await known_of(use, tenant))
    queue = await use.queues.save_queue(tenant, queue)
    use.floors.tell(tenant, QueueChanged(queue=queue))
    return queue


async def queue_of(use: Services, tenant: int, queue_id: int) -> Queue:
    for queue in await use.queues.queues(tenant):
        if queue.queue_id == queue_id:
            return queue
    raise NotFound("There is no such queue.")
