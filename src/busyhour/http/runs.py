"""Runs: one execution of a campaign each; pause, go on, remove."""

from busyhour.core.events import RunPauseAsked, RunRemoveAsked, RunUnpauseAsked
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service import records as r

routes = Routes("runs")


@routes.get("/api/runs", permission="live:read")
async def list_runs(who: Who, use: Use, active: bool = False) -> list[r.RunRow]:
    return await use.campaigns.runs(who.tenant_id, active_only=active)


@routes.get("/api/runs/{run_id}", permission="live:read")
async def get_run(who: Who, use: Use, run_id: Id) -> r.RunRow:
    return await use.campaigns.run(who.tenant_id, run_id)


@routes.post("/api/runs/{run_id}/pause", permission="runs:write")
async def pause_run(who: Who, use: Use, run_id: Id) -> r.RunRow:
    """Calls that are up go on; no new ones are made."""
    return await ask(who, use, run_id, RunPauseAsked)


@routes.post("/api/runs/{run_id}/unpause", permission="runs:write")
async def unpause_run(who: Who, use: Use, run_id: Id) -> r.RunRow:
    return await ask(who, use, run_id, RunUnpauseAsked)


@routes.post("/api/runs/{run_id}/remove", permission="runs:write")
async def remove_run(who: Who, use: Use, run_id: Id) -> r.RunRow:
    """End the run for good. Calls that people are talking in go on."""
    return await ask(who, use, run_id, RunRemoveAsked)


Asked = type[RunPauseAsked] | type[RunUnpauseAsked] | type[RunRemoveAsked]


async def ask(who: Caller, use: Services, run_id: int, asked: Asked) -> r.RunRow:
    """The audit log names who asks, once it is written (I38)."""
    await use.campaigns.run(who.tenant_id, run_id)  # of this tenant, or not found
    await use.floors.ask(who.tenant_id, lambda request: asked(run_id=run_id, request=request, by=who.asker))
    return await use.campaigns.run(who.tenant_id, run_id)
