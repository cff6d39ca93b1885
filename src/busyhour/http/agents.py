"""How agents work: their phone, the way their leg takes part, and their skills."""

import re
from typing import Final

from msgspec import UNSET, Struct

from busyhour.core.events import AgentChanged, AgentRemoved
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.values import PhoneKind
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.http.skills_check import skills_kept
from busyhour.service import records as r
from busyhour.service.accounts import check_name
from busyhour.service.errors import Invalid, NotFound

routes = Routes("agents")

SIP_ADDRESS: Final = re.compile(r"sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")


class Skills(Struct, frozen=True, kw_only=True):
    skills: dict[str, int]  # each with its level


@routes.get("/api/agents", permission="agents:read")
async def list_agents(who: Who, use: Use) -> list[r.Agent]:
    return await use.directory.agents(who.tenant_id)


@routes.patch("/api/agents/{agent_id}", permission="agents:write")
async def edit_agent(who: Who, use: Use, agent_id: Id, body: r.AgentEdit) -> r.Agent:
    before = await agent_of(use, who.tenant_id, agent_id)
    check_edit(before, body)
    agent = await use.directory.edit_agent(who.tenant_id, agent_id, body)
    if agent.disabled:
        await use.phones.dismiss(who.tenant_id, agent_id)
        use.floors.tell(who.tenant_id, AgentRemoved(agent_id=agent_id))
    else:
        use.floors.tell(who.tenant_id, AgentChanged(agent=profile_of(agent)))
    return agent


@routes.put("/api/agents/{agent_id}/skills", permission="queues:write")
async def set_skills(who: Who, use: Use, agent_id: Id, body: Skills) -> r.Agent:
    """All of the agent's skills, in place of those before. They hold at once, also for those who wait."""
    await agent_of(use, who.tenant_id, agent_id)
    await use.queues.set_skills(who.tenant_id, agent_id, skills_kept(body.skills, "skills"))
    await tell_agent(use, who.tenant_id, agent_id)
    return await agent_of(use, who.tenant_id, agent_id)


def check_edit(before: r.Agent, edit: r.AgentEdit) -> None:
    if edit.name is not UNSET:
        check_name(str(edit.name))
    kind = before.phone_kind if edit.phone_kind is UNSET else edit.phone_kind
    address = before.sip_address if edit.sip_address is UNSET else str(edit.sip_address)
    if kind is PhoneKind.SIP and not SIP_ADDRESS.fullmatch(address):
        raise Invalid("A SIP phone needs an address such as sip:101@192.0.2.7:5060.", field="sip_address")
    if isinstance(edit.acw_s, float) and not 0 <= edit.acw_s <= ACW_MAX_S:
        raise Invalid("A wrap-up is 0 (the usual time) to 7200 seconds long.", field="acw_s")


ACW_MAX_S: Final = 7200.0


async def agent_of(use: Services, tenant: int, agent_id: int) -> r.Agent:
    for agent in await use.directory.agents(tenant):
        if agent.agent_id == agent_id:
            return agent
    raise NotFound("There is no such agent.")


async def tell_agent(use: Services, tenant: int, agent_id: int) -> None:
    agent = await agent_of(use, tenant, agent_id)
    if not agent.disabled:
        use.floors.tell(tenant, AgentChanged(agent=profile_of(agent)))


def profile_of(agent: r.Agent) -> AgentProfile:
    return AgentProfile(
        agent_id=agent.agent_id,
        name=agent.name,
        phone_kind=agent.phone_kind,
        sip_address=agent.sip_address,
        leg_mode=agent.leg_mode,
        may_dial=agent.may_dial,
        acw_s=agent.acw_s,
        skills=agent.skills,
    )
