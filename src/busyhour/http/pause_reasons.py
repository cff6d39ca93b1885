"""Why an agent may be away; chosen by people. The system's own reasons are in `core/life/agent.py`."""

from typing import Final

from msgspec import Struct

from busyhour.core.life.agent import SystemReason
from busyhour.http.permissions import SESSION
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r
from busyhour.service.accounts import check_name
from busyhour.service.errors import Invalid

routes = Routes("pause-reasons")

TIME_MAX_S: Final = 24 * 3600


class NewPauseReason(Struct, frozen=True, kw_only=True):
    name: str
    time_max_s: int = 0  # 0 = no limit


@routes.get("/api/pause-reasons", permission=SESSION)
async def list_pause_reasons(who: Who, use: Use) -> list[r.PauseReason]:
    return await use.directory.pause_reasons(who.tenant_id)


@routes.post("/api/pause-reasons", permission="settings:write", status=201)
async def create_pause_reason(who: Who, use: Use, body: NewPauseReason) -> r.PauseReason:
    name = check_name(body.name)
    if name.lower() in set(SystemReason):
        raise Invalid(f"{name} is a reason of the system's own. Choose another name.", field="name")
    if not 0 <= body.time_max_s <= TIME_MAX_S:
        raise Invalid(f"The longest time is 0 (no limit) to {TIME_MAX_S} seconds.", field="time_max_s")
    reason = r.PauseReason(pause_reason_id=0, name=name, time_max_s=body.time_max_s)
    return await use.directory.save_pause_reason(who.tenant_id, reason)


@routes.delete("/api/pause-reasons/{pause_reason_id}", permission="settings:write")
async def delete_pause_reason(who: Who, use: Use, pause_reason_id: Id) -> None:
    await use.directory.delete_pause_reason(who.tenant_id, pause_reason_id)
