"""The first-run checklist: what is there, what is missing, where to go next."""

from busyhour.http.permissions import SESSION
from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who
from busyhour.service.checklist import Checklist, checklist_for

routes = Routes("checklist")


@routes.get("/api/checklist", permission=SESSION)
async def get_checklist(who: Who, use: Use) -> Checklist:
    return await checklist_for(
        who.session,
        directory=use.directory,
        lists=use.lists,
        campaigns=use.campaigns,
        queues=use.queues,
        reports=use.reports,
        pbx_up=use.pbx_up(),
    )
