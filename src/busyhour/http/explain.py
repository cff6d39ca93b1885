"""Why a contact was dialed, or why not now; what a campaign is doing, and what the law leaves to it."""

from busyhour.http.routes import Id, Routes
from busyhour.http.services import Use, Who
from busyhour.service.explain import Explanation, explain_contact
from busyhour.service.explain_campaign import CampaignExplanation, explain_campaign

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


@routes.get("/api/explain/campaigns/{campaign_id}", permission="explain:read")
async def explain_what_it_does(who: Who, use: Use, campaign_id: Id) -> CampaignExplanation:
    live = use.floors.snapshot(who.tenant_id)
    return await explain_campaign(who.tenant_id, campaign_id, campaigns=use.campaigns, live=live)
