"""The audit log: who did what and when, of what is kept for good. For administrators."""

from typing import Annotated

from fastapi import Depends

from busyhour.core.model.values import Audited
from busyhour.http.attempts import Cursor, Limit, OptionalId, PageOf, Time
from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r

routes = Routes("audit")


def filter_of(
    agent_id: OptionalId = None,
    user_id: OptionalId = None,
    what: Audited | None = None,
    from_utc_s: Time = None,
    until_utc_s: Time = None,
) -> r.AuditFilter:
    return r.AuditFilter(agent_id=agent_id, user_id=user_id, what=what, from_utc_s=from_utc_s, until_utc_s=until_utc_s)


Which = Annotated[r.AuditFilter, Depends(filter_of)]


@routes.get("/api/audit", permission="audit:read", answer=PageOf[r.AuditRow])
async def list_audit(who: Who, use: Use, which: Which, cursor: Cursor = None, limit: Limit = 100) -> r.Page:
    return await use.reports.audit(who.tenant_id, which, cursor=cursor, limit=limit)
