"""Runs that wait for numbers learn that some came: after an import into a list of their campaign."""

import asyncio

import structlog
from starlette.applications import Starlette

from busyhour.core.events import NumbersAdded
from busyhour.core.model.values import ListRole
from busyhour.http.services import Services
from busyhour.service import records as r
from busyhour.service.background import once
from busyhour.service.errors import StoreDown, UserError

log = structlog.get_logger()


def follow_import(app: Starlette, use: Services, tenant: int, job: r.ImportJob) -> None:
    """Beside the request. As many at once as imports: `Importing` bounds them."""
    tasks: set[asyncio.Task[None]] = app.state.imports_followed
    task = once("numbers-added", tell_after(use, tenant, job))
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def tell_after(use: Services, tenant: int, job: r.ImportJob) -> None:
    """A run that is not told looks again by itself when something else happens: nothing is lost by a fault here."""
    try:
        done = await use.imports.wait(tenant, job.import_id)
        if done.contacts_added:
            await tell_numbers_added(use, tenant, job.list_id)
    except (UserError, StoreDown) as fault:
        log.warning("numbers_added_untold", tenant=tenant, list_id=job.list_id, fault=type(fault).__name__)


async def tell_numbers_added(use: Services, tenant: int, list_id: int) -> None:
    for run in await use.campaigns.runs(tenant, active_only=True):
        row = await use.campaigns.campaign(tenant, run.campaign_id)
        if any(found.list_id == list_id and found.role is ListRole.NORMAL for found in row.lists):
            use.floors.tell(tenant, NumbersAdded(run_id=run.run_id))
