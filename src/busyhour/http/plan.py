"""What if: the same campaign with other numbers of agents, other dial modes, other limits."""

from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who
from busyhour.service.planning import Plan, PlanAsked

routes = Routes("plan")


@routes.post("/api/plan", permission="campaigns:read")
async def make_plan(who: Who, use: Use, body: PlanAsked) -> Plan:
    return await use.planner.plan(who.tenant_id, body)
