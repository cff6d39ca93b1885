"""Why a contact was dialed, or why not now."""

from busyhour.http.routes import Id, Routes
from busyhour.http.services import Use, Who
from busyhour.service.explain import Explanation, explain_contact

routes = Routes("explain")


@routes.get("/api/explain/contacts/{contact_id}", permission="explain:read")
async def explain(who: Who, use: Use, contact_id: Id) -> Explanation:
    return await explain_contact(
        who.tenant_id,
        contact_id,
        lists=use.lists,
        reports=use.reports,
        live=use.floors.snapshot(who.tenant_id),
        now_utc_s=use.clock.now().utc_s,
    )
