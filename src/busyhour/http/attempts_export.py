"""The attempts report as a file: one row for each attempt, times in UTC, safe to open in a spreadsheet program."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
from starlette.responses import Response

from busyhour.http.attempts import Which
from busyhour.http.downloads import Download
from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r
from busyhour.service.exporting import Value
from busyhour.service.list_files import MEDIA_TYPES, TABLE_FORMATS

routes = Routes("attempts")


def time_of(utc_s: float | None) -> str | None:
    return None if utc_s is None else f"{datetime.fromtimestamp(utc_s, UTC):%Y-%m-%d %H:%M:%S}"


def seconds_of(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


COLUMNS: Final[tuple[tuple[str, Callable[[r.AttemptRow], Value]], ...]] = (
    ("dialed (UTC)", lambda row: time_of(row.intent_utc_s)),
    ("campaign", lambda row: row.campaign_name),
    ("run", lambda row: row.run_id),
    ("list", lambda row: row.list_name),
    ("contact", lambda row: row.contact_id),
    ("name", lambda row: row.contact_name),
    ("number", lambda row: row.number),
    ("attempt", lambda row: row.attempt_no),
    ("outcome", lambda row: row.outcome),
    ("disposition", lambda row: row.disposition),
    ("note", lambda row: row.note),
    ("agent", lambda row: row.agent_name),
    ("trunk", lambda row: row.trunk_name),
    ("ringing (UTC)", lambda row: time_of(row.ringing_utc_s)),
    ("answered (UTC)", lambda row: time_of(row.answered_utc_s)),
    ("joined (UTC)", lambda row: time_of(row.joined_utc_s)),
    ("ended (UTC)", lambda row: time_of(row.ended_utc_s)),
    ("wait before answer (s)", lambda row: seconds_of(row.wait_pre_ms)),
    ("wait after answer (s)", lambda row: seconds_of(row.wait_after_ms)),
    ("answer to message (s)", lambda row: seconds_of(row.message_ms)),
    ("asked by key for no more calls (UTC)", lambda row: time_of(row.opted_out_utc_s)),
    ("heard by the detector", lambda row: row.heard),
    ("detector listened (s)", lambda row: seconds_of(row.analysis_ms)),
    ("talk (s)", lambda row: seconds_of(row.talk_ms)),
    ("cause", lambda row: row.cause),
    ("why dialed", lambda row: row.why),
    ("next call (UTC)", lambda row: time_of(row.next_due_utc_s)),
    ("why again", lambda row: row.retry_why),
    ("attributes", lambda row: msgspec.json.encode(row.attributes).decode() if row.attributes else None),
    ("call", lambda row: row.call),
)
HEADER: Final = tuple(name for name, _ in COLUMNS)


@routes.get(
    "/api/attempts/export",
    permission="reports:read",
    media=tuple(MEDIA_TYPES[form].partition(";")[0] for form in TABLE_FORMATS),
)
async def export_attempts(who: Who, use: Use, which: Which, format: str = "csv") -> Response:  # noqa: A002
    rows = cells(use.reports.export_attempts(who.tenant_id, which))
    return Download(await use.exports.table("attempts", format, HEADER, rows))


async def cells(rows: AsyncIterator[r.AttemptRow]) -> AsyncIterator[list[Value]]:
    async for row in rows:
        yield [column(row) for _, column in COLUMNS]
