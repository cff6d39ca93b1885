"""Campaigns: what is dialed, how, by whom. Starting one makes a run."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from busyhour.core.events import CampaignChanged, RunStarted
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import ListRole
from busyhour.http.campaigns_check import check_campaign
from busyhour.http.routes import ID_MAX, Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Invalid
from busyhour.service.prefixes import with_prefixes

routes = Routes("campaigns")

LISTS_MAX = 100


class ListLink(Struct, frozen=True, kw_only=True):
    list_id: int
    role: ListRole = ListRole.NORMAL


class CampaignBody(Struct, frozen=True, kw_only=True):
    """`campaign.campaign_id` is not read: the address says which campaign it is."""

    campaign: Campaign
    status: str = "runnable"  # runnable | closed | hidden
    lists: tuple[ListLink, ...] = ()


@routes.get("/api/campaigns", permission="campaigns:read")
async def list_campaigns(who: Who, use: Use, hidden: bool = False) -> list[r.CampaignRow]:
    return await use.campaigns.campaigns(who.tenant_id, hidden=hidden)


@routes.post("/api/campaigns", permission="campaigns:write", status=201)
async def create_campaign(who: Who, use: Use, body: CampaignBody) -> r.CampaignRow:
    return await save(use, who.tenant_id, 0, body)


@routes.get("/api/campaigns/{campaign_id}", permission="campaigns:read")
async def get_campaign(who: Who, use: Use, campaign_id: Id) -> r.CampaignRow:
    return await use.campaigns.campaign(who.tenant_id, campaign_id)


@routes.put("/api/campaigns/{campaign_id}", permission="campaigns:write")
async def replace_campaign(who: Who, use: Use, campaign_id: Id, body: CampaignBody) -> r.CampaignRow:
    await use.campaigns.campaign(who.tenant_id, campaign_id)
    row = await save(use, who.tenant_id, campaign_id, body)
    use.floors.tell(who.tenant_id, CampaignChanged(campaign=row.campaign))
    return row


@routes.delete("/api/campaigns/{campaign_id}", permission="campaigns:write")
async def delete_campaign(who: Who, use: Use, campaign_id: Id) -> None:
    await use.campaigns.delete_campaign(who.tenant_id, campaign_id)


@routes.post("/api/campaigns/{campaign_id}/start", permission="runs:write", status=201)
async def start_campaign(who: Who, use: Use, campaign_id: Id) -> r.RunRow:
    run = await use.campaigns.start_run(who.tenant_id, campaign_id)
    use.floors.tell(who.tenant_id, RunStarted(run=run))
    return await use.campaigns.run(who.tenant_id, run.run_id)


async def save(use: Services, tenant: int, campaign_id: int, body: CampaignBody) -> r.CampaignRow:
    campaign = with_prefixes(msgspec.structs.replace(body.campaign, campaign_id=campaign_id))
    check_campaign(campaign, body.status)
    await check_links(use, tenant, campaign, body.lists)
    lists = [(link.list_id, link.role) for link in body.lists]
    return await use.campaigns.save_campaign(tenant, campaign, lists=lists, status=body.status)


async def check_links(use: Services, tenant: int, campaign: Campaign, lists: Sequence[ListLink]) -> None:
    """Everything that the campaign names exists in this tenant."""
    trunks = {trunk.trunk_id for trunk in await use.directory.trunks(tenant)}
    refuse_unknown(campaign.trunk_ids, trunks, "trunk", "campaign.trunk_ids")
    agents = {agent.agent_id for agent in await use.directory.agents(tenant)}
    refuse_unknown(campaign.agent_ids, agents, "agent", "campaign.agent_ids")
    known = {found.list_id for found in await use.lists.lists(tenant, hidden=True)}
    refuse_unknown([link.list_id for link in lists], known, "list", "lists")
    if len(lists) > LISTS_MAX:
        raise Invalid(f"A campaign has at most {LISTS_MAX} lists.", field="lists")
    media = {prompt.media for prompt in await use.directory.prompts(tenant)}
    prompts = {
        "message_prompt": campaign.message_prompt,
        "abandon_prompt": campaign.abandon_prompt,
        "compliance.opt_out_prompt": campaign.compliance.opt_out_prompt,
        "machines.message_prompt": campaign.machines.message_prompt,
    }
    for field, named in prompts.items():
        if named is not None and named not in media:
            raise Invalid("There is no such prompt: give the `media` of one.", field=f"campaign.{field}")


def refuse_unknown(named: Sequence[int], known: set[int], noun: str, field: str) -> None:
    unknown = [str(id_) for id_ in named if not 1 <= id_ <= ID_MAX or id_ not in known]
    if unknown:
        raise Invalid(f"There is no {noun} {', '.join(unknown)}.", field=field)
    if len(set(named)) != len(named):
        raise Invalid(f"The same {noun} is named twice.", field=field)
