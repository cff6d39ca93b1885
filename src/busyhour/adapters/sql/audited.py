"""An entry of the audit log for what the person who acts now does, in the transaction that does it (I38)."""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import tables as t
from busyhour.core.model.values import Audited
from busyhour.service.acting import ACTING


async def note(
    connection: AsyncConnection,
    what: Audited,
    subject: str,
    *,
    run_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """No entry when nobody acts: an engine, or the first start."""
    acting = ACTING.get()
    if acting is None:
        return
    values = {"at_utc_s": time.time(), "what": what, "subject": subject, "run_id": run_id, "call": "", "number": ""}
    values |= {"user_id": acting.user_id, "address": acting.address, "detail": detail or sa.null()}
    await connection.execute(sa.insert(t.audit_entry).values(values))
