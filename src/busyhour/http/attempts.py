"""What happened: attempts, one line each, with filters; and their sums."""

import re
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Query
from msgspec import Struct

from busyhour.core.model.values import Outcome
from busyhour.http.routes import ID_MAX, Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Invalid, NotFound

routes = Routes("attempts")

Row = TypeVar("Row")


class PageOf(Struct, Generic[Row], frozen=True, kw_only=True):
    """The schema of `records.Page` with its rows named."""

    rows: tuple[Row, ...]
    cursor: str | None


OptionalId = Annotated[int | None, Query(ge=1, le=ID_MAX)]
Time = Annotated[float | None, Query(ge=0, le=1e11)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=200)]

DIGITS: Final = re.compile(r"[0-9]{1,15}")
CALL: Final = re.compile(r"c[0-9]{1,12}-[0-9a-z-]{1,64}")


def filter_of(
    campaign_id: OptionalId = None,
    run_id: OptionalId = None,
    list_id: OptionalId = None,
    agent_id: OptionalId = None,
    contact_id: OptionalId = None,
    outcome: Outcome | None = None,
    number: Annotated[str | None, Query(max_length=20)] = None,
    from_utc_s: Time = None,
    until_utc_s: Time = None,
    open_only: bool = False,
) -> r.AttemptFilter:
    return r.AttemptFilter(
        campaign_id=campaign_id,
        run_id=run_id,
        list_id=list_id,
        agent_id=agent_id,
        contact_id=contact_id,
        outcome=outcome,
        number=digits_of(number),
        from_utc_s=from_utc_s,
        until_utc_s=until_utc_s,
        open_only=open_only,
    )


def digits_of(number: str | None) -> str | None:
    """What a number is searched by."""
    digits = number.strip().removeprefix("+") if number else None
    if digits and not DIGITS.fullmatch(digits):
        raise Invalid("Search for the digits of a number, without spaces.", field="number")
    return digits or None


Which = Annotated[r.AttemptFilter, Depends(filter_of)]


@routes.get("/api/attempts", permission="reports:read", answer=PageOf[r.AttemptRow])
async def list_attempts(who: Who, use: Use, which: Which, cursor: Cursor = None, limit: Limit = 100) -> r.Page:
    return await use.reports.attempts(who.tenant_id, which, cursor=cursor, limit=limit)


@routes.get("/api/reports/summary", permission="reports:read")
async def get_summary(who: Who, use: Use, which: Which) -> r.Summary:
    return await use.reports.summary(who.tenant_id, which)


@routes.get("/api/attempts/{call}", permission="reports:read")
async def get_attempt(who: Who, use: Use, call: str) -> r.AttemptRow:
    if not CALL.fullmatch(call):
        raise NotFound("There is no such attempt.")
    return await use.reports.attempt(who.tenant_id, call)
