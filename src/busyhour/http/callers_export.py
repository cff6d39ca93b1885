"""The callers' report as a file: one row for each call, times in UTC, safe to open in a spreadsheet program."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from starlette.responses import Response

from busyhour.http.attempts_export import time_of
from busyhour.http.callers import Which
from busyhour.http.downloads import Download
from busyhour.http.routes import Routes
from busyhour.http.services import Services, Use, Who
from busyhour.service import caller_records as cr
from busyhour.service.exporting import Value
from busyhour.service.list_files import MEDIA_TYPES, TABLE_FORMATS

routes = Routes("callers")

PAGE_ROWS: Final = 1000

COLUMNS: Final[tuple[tuple[str, Callable[[cr.CallerRow], Value]], ...]] = (
    ("arrived (UTC)", lambda row: time_of(row.arrived_utc_s)),
    ("number dialed", lambda row: row.dialed),
    ("number", lambda row: row.number),
    ("name", lambda row: row.name),
    ("queue", lambda row: row.queue_name),
    ("outcome", lambda row: row.outcome),
    ("why", lambda row: row.why),
    ("agent", lambda row: row.agent_name),
    ("disposition", lambda row: row.disposition),
    ("note", lambda row: row.note),
    ("answered (UTC)", lambda row: time_of(row.answered_utc_s)),
    ("joined (UTC)", lambda row: time_of(row.joined_utc_s)),
    ("ended (UTC)", lambda row: time_of(row.ended_utc_s)),
    ("waited (s)", lambda row: rounded(row.wait_s)),
    ("talk (s)", lambda row: rounded(row.talk_s)),
    ("cause", lambda row: row.cause),
    ("called back by us", lambda row: "yes" if row.callback else "no"),
    ("contact", lambda row: row.contact_id),
    ("call", lambda row: row.call),
)
HEADER: Final = tuple(name for name, _ in COLUMNS)


def rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


@routes.get(
    "/api/callers/export",
    permission="reports:read",
    media=tuple(MEDIA_TYPES[form].partition(";")[0] for form in TABLE_FORMATS),
)
async def export_callers(who: Who, use: Use, which: Which, format: str = "csv") -> Response:  # noqa: A002
    rows = cells(use, who.tenant_id, which)
    return Download(await use.exports.table("callers", format, HEADER, rows))


async def cells(use: Services, tenant: int, which: cr.CallerFilter) -> AsyncIterator[list[Value]]:
    """All pages, one after the other."""
    cursor: str | None = None
    while True:
        page = await use.queues.callers(tenant, which, cursor=cursor, limit=PAGE_ROWS)
        for row in page.rows:
            yield [column(row) for _, column in COLUMNS]
        cursor = page.cursor
        if cursor is None:
            return
