"""The law: what each country asks, and the records that prove that it was kept, one row for each campaign and day."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Final

from fastapi import Depends
from msgspec import Struct
from starlette.responses import Response

from busyhour.core.dialer.compliance.presets import PRESETS, Preset
from busyhour.http.attempts import OptionalId, Time
from busyhour.http.attempts_export import seconds_of
from busyhour.http.downloads import Download
from busyhour.http.routes import Routes
from busyhour.http.services import Services, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Invalid
from busyhour.service.exporting import Value
from busyhour.service.list_files import MEDIA_TYPES, TABLE_FORMATS

routes = Routes("compliance")

DAY_S: Final = 86_400.0
DAYS: Final = 31  # when nobody says from when
DAYS_MAX: Final = 366


class Days(Struct, frozen=True, kw_only=True):
    """Which rows are asked for."""

    campaign_id: int | None = None
    from_utc_s: float | None = None
    until_utc_s: float | None = None


def days_of(campaign_id: OptionalId = None, from_utc_s: Time = None, until_utc_s: Time = None) -> Days:
    return Days(campaign_id=campaign_id, from_utc_s=from_utc_s, until_utc_s=until_utc_s)


Which = Annotated[Days, Depends(days_of)]


@routes.get("/api/compliance/presets", permission="campaigns:read")
async def list_presets() -> list[Preset]:
    return list(PRESETS.values())


@routes.get("/api/compliance/days", permission="reports:read")
async def list_compliance_days(who: Who, use: Use, which: Which) -> list[r.ComplianceDay]:
    return await found(use, who.tenant_id, which)


@routes.get(
    "/api/compliance/export",
    permission="reports:read",
    media=tuple(MEDIA_TYPES[form].partition(";")[0] for form in TABLE_FORMATS),
)
async def export_compliance(who: Who, use: Use, which: Which, format: str = "csv") -> Response:  # noqa: A002
    rows = cells(await found(use, who.tenant_id, which))
    return Download(await use.exports.table("compliance", format, HEADER, rows))


async def found(use: Services, tenant: int, which: Days) -> list[r.ComplianceDay]:
    until_utc_s = which.until_utc_s if which.until_utc_s is not None else use.clock.now().utc_s
    from_utc_s = which.from_utc_s if which.from_utc_s is not None else until_utc_s - DAYS * DAY_S
    if until_utc_s - from_utc_s > DAYS_MAX * DAY_S:
        raise Invalid(f"Ask for at most {DAYS_MAX} days at a time.", field="from_utc_s")
    return await use.reports.compliance_days(tenant, which.campaign_id, from_utc_s=from_utc_s, until_utc_s=until_utc_s)


COLUMNS: Final[tuple[tuple[str, Callable[[r.ComplianceDay], Value]], ...]] = (
    ("day", lambda row: row.day),
    ("campaign", lambda row: row.campaign_name),
    ("campaign number", lambda row: row.campaign_id),
    ("law", lambda row: row.preset),
    ("dials", lambda row: row.dials),
    ("answered", lambda row: row.answered),
    ("connected in time", lambda row: row.connected),
    ("abandoned", lambda row: row.abandoned),
    ("abandoned (%)", lambda row: round(row.abandoned_share * 100, 3)),
    ("abandoned: agent too late", lambda row: row.late),
    ("abandoned: message played", lambda row: row.messages),
    ("machines detected", lambda row: row.machines),
    ("of these people, estimated (%)", lambda row: round(row.false_share * 100, 3)),
    ("detector listened, longest (s)", lambda row: seconds_of(row.analysis_max_ms)),
    ("answer to agent or message, 95 % within (s)", lambda row: seconds_of(row.met_p95_ms)),
    ("answer to agent or message, longest (s)", lambda row: seconds_of(row.met_max_ms)),
    ("allowed (s)", lambda row: row.wait_max_s),
    ("unanswered and rang too short", lambda row: row.rang_short),
    ("shortest ringing, unanswered (s)", lambda row: seconds_of(row.rang_min_ms)),
    ("least ringing (s)", lambda row: row.ring_min_s),
    ("asked by key for no more calls", lambda row: row.opted_out),
    ("still open", lambda row: row.still_open),
)
HEADER: Final = tuple(name for name, _ in COLUMNS)


async def cells(days: list[r.ComplianceDay]) -> AsyncIterator[list[Value]]:
    for row in days:
        yield [column(row) for _, column in COLUMNS]
