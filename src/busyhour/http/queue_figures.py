"""Figures of queues by quarters of an hour, and their sums. Sums are of counts, so shares of a day are true."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Final

from fastapi import Depends
from msgspec import Struct
from starlette.responses import Response

from busyhour.core.acd.figures import LevelFormula, service_level, total
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.http.attempts import OptionalId, Time
from busyhour.http.attempts_export import time_of
from busyhour.http.downloads import Download
from busyhour.http.routes import Routes
from busyhour.http.services import Services, Use, Who
from busyhour.service import caller_records as cr
from busyhour.service.errors import Invalid
from busyhour.service.exporting import Value
from busyhour.service.list_files import MEDIA_TYPES, TABLE_FORMATS

routes = Routes("queues")

DAY_S: Final = 86_400.0
DAYS_MAX: Final = 31


class Asked(Struct, frozen=True, kw_only=True):
    """Which rows; without times, the last day."""

    queue_id: int | None
    from_utc_s: float | None
    until_utc_s: float | None
    formula: LevelFormula


class FiguresRow(Struct, frozen=True, kw_only=True):
    """A queue in some span of time. `levels`: the service level at its two thresholds; None = nobody counts."""

    queue_id: int
    queue_name: str
    from_utc_s: float
    counts: QueueCounts
    answer_wait_mean_s: float
    abandoned_share: float
    levels: tuple[float | None, float | None]


class QueueReport(Struct, frozen=True, kw_only=True):
    """`totals`: one row for each queue, over all its quarters."""

    from_utc_s: float
    until_utc_s: float
    formula: LevelFormula
    quarters: list[FiguresRow]
    totals: list[FiguresRow]


def asked_of(
    queue_id: OptionalId = None,
    from_utc_s: Time = None,
    until_utc_s: Time = None,
    formula: LevelFormula = LevelFormula.LESS_SHORT,
) -> Asked:
    return Asked(queue_id=queue_id, from_utc_s=from_utc_s, until_utc_s=until_utc_s, formula=formula)


Which = Annotated[Asked, Depends(asked_of)]


@routes.get("/api/reports/queues", permission="reports:read")
async def get_queue_report(who: Who, use: Use, which: Which) -> QueueReport:
    return await report(use, who.tenant_id, which)


@routes.get(
    "/api/reports/queues/export",
    permission="reports:read",
    media=tuple(MEDIA_TYPES[form].partition(";")[0] for form in TABLE_FORMATS),
)
async def export_queue_report(who: Who, use: Use, which: Which, format: str = "csv") -> Response:  # noqa: A002
    rows = cells((await report(use, who.tenant_id, which)).quarters)
    return Download(await use.exports.table("queues", format, HEADER, rows))


async def report(use: Services, tenant: int, which: Asked) -> QueueReport:
    until_utc_s = which.until_utc_s if which.until_utc_s is not None else use.clock.now().utc_s
    from_utc_s = which.from_utc_s if which.from_utc_s is not None else until_utc_s - DAY_S
    if until_utc_s - from_utc_s > DAYS_MAX * DAY_S:
        raise Invalid(f"Ask for at most {DAYS_MAX} days at a time.", field="from_utc_s")
    found = await use.queues.queue_figures(tenant, which.queue_id, from_utc_s=from_utc_s, until_utc_s=until_utc_s)
    of_queue: dict[int, list[cr.QueueFigures]] = {}
    for one in found:
        of_queue.setdefault(one.queue_id, []).append(one)
    return QueueReport(
        from_utc_s=from_utc_s,
        until_utc_s=until_utc_s,
        formula=which.formula,
        quarters=[row_of(one, one.counts, which.formula) for one in found],
        totals=[row_of(all_[0], total(one.counts for one in all_), which.formula) for all_ in of_queue.values()],
    )


def row_of(first: cr.QueueFigures, counts: QueueCounts, formula: LevelFormula) -> FiguresRow:
    return FiguresRow(
        queue_id=first.queue_id,
        queue_name=first.queue_name,
        from_utc_s=first.from_utc_s,
        counts=counts,
        answer_wait_mean_s=counts.answer_wait_mean_s,
        abandoned_share=counts.abandoned_share,
        levels=(service_level(counts, 0, formula), service_level(counts, 1, formula)),
    )


COLUMNS: Final[tuple[tuple[str, Callable[[FiguresRow], Value]], ...]] = (
    ("from (UTC)", lambda row: time_of(row.from_utc_s)),
    ("queue", lambda row: row.queue_name),
    ("entered", lambda row: row.counts.entered),
    ("answered", lambda row: row.counts.answered),
    ("abandoned", lambda row: row.counts.abandoned),
    ("sent on", lambda row: row.counts.sent_on),
    ("service level, first threshold (%)", lambda row: share_of(row.levels[0])),
    ("service level, second threshold (%)", lambda row: share_of(row.levels[1])),
    ("answered after, mean (s)", lambda row: round(row.answer_wait_mean_s, 3)),
    ("answered after, longest (s)", lambda row: round(row.counts.wait_max_s, 3)),
    ("abandoned (%)", lambda row: share_of(row.abandoned_share)),
    ("talk (s)", lambda row: round(row.counts.talk_s, 3)),
)
HEADER: Final = tuple(name for name, _ in COLUMNS)


def share_of(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 2)


async def cells(rows: list[FiguresRow]) -> AsyncIterator[list[Value]]:
    for row in rows:
        yield [column(row) for _, column in COLUMNS]
