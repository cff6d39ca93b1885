"""A supervisor on an agent's call: listen, whisper, barge in, take over. They hear it on their own phone."""

from msgspec import Struct

from busyhour.core.model import supervising as sv
from busyhour.http.agents import agent_of
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Caller, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Forbidden

routes = Routes("supervising")


class Supervise(Struct, frozen=True, kw_only=True):
    mode: sv.Mode


@routes.post("/api/supervision/agents/{agent_id}", permission="calls:supervise")
async def supervise(who: Who, use: Use, agent_id: Id, body: Supervise) -> None:
    """Be on this agent's present call, or be heard otherwise on it."""
    own = own_agent(who)
    await agent_of(use, who.tenant_id, agent_id)
    await use.floors.ask(
        who.tenant_id,
        lambda request: sv.SuperviseAsked(agent_id=own, about_id=agent_id, mode=body.mode, request=request),
    )


@routes.get("/api/supervision/rule", permission="calls:supervise")
async def get_supervision_rule(who: Who, use: Use) -> r.SupervisionRule:
    return await use.directory.supervision_rule(who.tenant_id)


@routes.put("/api/supervision/rule", permission="settings:write")
async def set_supervision_rule(who: Who, use: Use, body: r.SupervisionRule) -> r.SupervisionRule:
    """Whether agents see that somebody only listens to them. Who whispers or barges in is heard, and always shown."""
    await use.directory.set_supervision_rule(who.tenant_id, body)
    use.floors.tell(who.tenant_id, sv.ListeningShownChanged(shown=body.listening_shown))
    return body


@routes.post("/api/supervision/takeover", permission="calls:supervise")
async def take_over(who: Who, use: Use) -> None:
    """The call that the supervisor is on becomes theirs; the agent wraps up."""
    own = own_agent(who)
    await use.floors.ask(who.tenant_id, lambda request: sv.TakeOverAsked(agent_id=own, request=request))


@routes.post("/api/supervision/end", permission="calls:supervise")
async def end_supervision(who: Who, use: Use) -> None:
    own = own_agent(who)
    await use.floors.ask(who.tenant_id, lambda request: sv.SuperviseEndAsked(agent_id=own, request=request))


def own_agent(who: Caller) -> int:
    found = who.session.user.agent_id
    if found is None:
        raise Forbidden(
            "You have no phone here to hear the call on. Log in as a user with the role supervisor.", code="no_agent"
        )
    return found
