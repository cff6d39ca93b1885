"""What agents may say came of a call; of one campaign, or of all (`campaign_id` null)."""

import re
from typing import Final

from msgspec import Struct

from busyhour.http.permissions import SESSION
from busyhour.http.routes import ID_MAX, Id, Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r
from busyhour.service.accounts import check_name
from busyhour.service.errors import Invalid

routes = Routes("dispositions")

CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


class NewDisposition(Struct, frozen=True, kw_only=True):
    code: str
    label: str
    campaign_id: int | None = None
    position: int = 0


@routes.get("/api/dispositions", permission=SESSION)
async def list_dispositions(who: Who, use: Use, campaign_id: int | None = None) -> list[r.Disposition]:
    if campaign_id is not None and not 1 <= campaign_id <= ID_MAX:
        return []
    return await use.directory.dispositions(who.tenant_id, campaign_id)


@routes.post("/api/dispositions", permission="campaigns:write", status=201)
async def create_disposition(who: Who, use: Use, body: NewDisposition) -> r.Disposition:
    if not CODE.fullmatch(body.code):
        raise Invalid("A code has 1 to 40 letters, digits, _ or -.", field="code")
    if not 0 <= body.position <= 1000:
        raise Invalid("The position is 0 to 1000.", field="position")
    if body.campaign_id is not None:
        if not 1 <= body.campaign_id <= ID_MAX:
            raise Invalid("There is no such campaign.", field="campaign_id")
        await use.campaigns.campaign(who.tenant_id, body.campaign_id)
    disposition = r.Disposition(
        disposition_id=0,
        campaign_id=body.campaign_id,
        code=body.code,
        label=check_name(body.label),
        position=body.position,
    )
    return await use.directory.save_disposition(who.tenant_id, disposition)


@routes.delete("/api/dispositions/{disposition_id}", permission="campaigns:write")
async def delete_disposition(who: Who, use: Use, disposition_id: Id) -> None:
    await use.directory.delete_disposition(who.tenant_id, disposition_id)
