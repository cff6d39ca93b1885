"""The law's counts and the records that prove them, reckoned from the attempts' own rows; no counter is kept anywhere.

What counts is said in `core/dialer/compliance/counts.py`; a test holds the statements here to it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql.campaigns import campaign_of
from busyhour.adapters.sql.database import Driver
from busyhour.adapters.sql.lists import EXPORT_S_MAX, LONG
from busyhour.core.dialer.compliance.detector import false_share
from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.counts import BUCKET_S, Count, Reckoning, ReckoningAsk
from busyhour.service import records as r

RINGING_MAX_S = 3_600.0  # an answer comes at most so long after the call was begun

# The outcomes are those of the index `attempt_reached`.
RECKON = """
SELECT (SELECT min(intent_utc_s) FROM attempt WHERE campaign_id = $1 AND trunk_id IS NOT NULL) AS first_utc_s,
    b.bucket, b.late, b.connected, b.abandoned, b.machines, b.detected
FROM (SELECT 1) one LEFT JOIN (
    SELECT floor(answered_utc_s / $2::float8)::bigint AS bucket, late,
        count(*) FILTER (WHERE NOT detected AND connected) AS connected,
        count(*) FILTER (WHERE NOT detected AND NOT connected) AS abandoned,
        count(*) FILTER (WHERE NOT detected AND connected AND met) AS machines,
        count(*) FILTER (WHERE detected) AS detected
    FROM (
        SELECT answered_utc_s, CASE WHEN intent_utc_s >= $5 THEN call END AS late,
            outcome = 'ANSWERING_MACHINE' AS detected, heard = 'machine' AND joined_utc_s IS NOT NULL AS met,
            CASE WHEN heard = 'machine' AND joined_utc_s IS NOT NULL THEN true
            WHEN joined_utc_s IS NOT NULL THEN joined_utc_s - answered_utc_s <= $3
            ELSE outcome IN ('IVR_COMPLETED', 'IVR_LEFT', 'MAX_DURATION') END AS connected
        FROM attempt
        WHERE campaign_id = $1 AND intent_utc_s >= $4 AND answered_utc_s >= $6
            AND outcome IN ('HANDLED', 'IVR_COMPLETED', 'IVR_LEFT', 'ABANDONED', 'MAX_DURATION', 'ANSWERING_MACHINE')
            AND call <> ALL ($7::text[])) answered
    GROUP BY 1, 2) b ON true
"""


async def reckon(driver: Driver, ask: ReckoningAsk) -> Reckoning:
    """One statement, so one snapshot."""
    rows = await driver.fetch(
        RECKON,
        ask.campaign_id,
        float(BUCKET_S),
        ask.wait_max_s,
        ask.from_utc_s - RINGING_MAX_S,
        ask.until_utc_s,
        ask.from_utc_s,
        list(ask.open_calls),
    )
    counted = [
        (row["late"], row["bucket"], Count(row["connected"], row["abandoned"], row["machines"], row["detected"]))
        for row in rows
    ]
    return Reckoning(
        campaign_id=ask.campaign_id,
        from_utc_s=ask.from_utc_s,
        until_utc_s=ask.until_utc_s,
        buckets={bucket: count for late, bucket, count in counted if bucket is not None and late is None},
        late={late: (bucket, count) for late, bucket, count in counted if late is not None},
        first_utc_s=rows[0]["first_utc_s"],
    )


# One row for each campaign and day. `met` is when an agent came, or the message began that stands for one; what rang
# too short is what nobody answered and nobody refused, and ended before the law allows to give up. Machines that agents
# met, to test the detector, are nobody.
DAYS = sa.text("""
WITH rule AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rules AS jsonb)) AS q(
        campaign_id bigint, name text, zone text, wait_max_s float8, ring_min_s float8)),
dialed AS (
    SELECT u.campaign_id, u.name, u.zone, u.wait_max_s, u.ring_min_s, a.outcome, a.answered_utc_s,
        a.opted_out_utc_s, a.analysis_ms,
        to_char(to_timestamp(a.intent_utc_s) AT TIME ZONE u.zone, 'YYYY-MM-DD') AS day,
        a.joined_utc_s - a.answered_utc_s AS agent_s,
        coalesce(a.ended_utc_s, 'infinity') - coalesce(a.ringing_utc_s, a.intent_utc_s) AS rang_s,
        a.outcome IN ('HANDLED', 'IVR_COMPLETED', 'IVR_LEFT', 'ABANDONED', 'MAX_DURATION')
            AND NOT (coalesce(a.heard, '') = 'machine' AND a.joined_utc_s IS NOT NULL) AS reached,
        CASE WHEN a.joined_utc_s IS NULL AND a.outcome IN ('ABANDONED', 'IVR_COMPLETED', 'IVR_LEFT', 'MAX_DURATION')
            THEN (SELECT min(s.started_utc_s) FROM segment s WHERE s.interaction_id = a.call
                AND s.kind IN ('message', 'abandon_message')) - a.answered_utc_s END AS message_s
    FROM rule u JOIN attempt a ON a.campaign_id = u.campaign_id
    WHERE a.trunk_id IS NOT NULL AND a.intent_utc_s >= :from_utc_s AND a.intent_utc_s < :until_utc_s),
judged AS (
    SELECT *, CASE WHEN agent_s IS NOT NULL THEN agent_s <= wait_max_s
        ELSE outcome IN ('IVR_COMPLETED', 'IVR_LEFT', 'MAX_DURATION') END AS connected,
        coalesce(agent_s, message_s) AS met_s
    FROM dialed)
SELECT campaign_id, name AS campaign_name, day, count(*) AS dials,
    count(*) FILTER (WHERE reached) AS answered,
    count(*) FILTER (WHERE reached AND connected) AS connected,
    count(*) FILTER (WHERE reached AND NOT connected) AS abandoned,
    count(*) FILTER (WHERE reached AND NOT connected AND agent_s IS NOT NULL) AS late,
    count(*) FILTER (WHERE reached AND NOT connected AND message_s IS NOT NULL) AS messages,
    max(met_s) FILTER (WHERE reached) AS met_max_s,
    percentile_disc(0.95) WITHIN GROUP (ORDER BY met_s) FILTER (WHERE reached AND met_s IS NOT NULL) AS met_p95_s,
    count(*) FILTER (WHERE outcome IN ('NO_ANSWER', 'CANCELLED') AND rang_s < ring_min_s) AS rang_short,
    min(rang_s) FILTER (WHERE outcome IN ('NO_ANSWER', 'CANCELLED')) AS rang_min_s,
    count(*) FILTER (WHERE outcome IS NULL) AS still_open, count(opted_out_utc_s) AS opted_out,
    count(*) FILTER (WHERE outcome = 'ANSWERING_MACHINE') AS machines, max(analysis_ms) AS analysis_max_ms
FROM judged GROUP BY campaign_id, name, day ORDER BY day DESC, campaign_id
""")


# By the database's own zone data, which may be older or newer than ours: a name that it does not know would fail.
KNOWN_ZONES = sa.text("SELECT name FROM pg_timezone_names WHERE name = ANY(:zones)")
CAMPAIGNS = sa.text(
    "SELECT campaign_id, name, settings FROM campaign "
    "WHERE CAST(:campaign_id AS bigint) IS NULL OR campaign_id = :campaign_id"
)


async def days(
    connection: AsyncConnection, campaign_id: int | None, from_utc_s: float, until_utc_s: float
) -> list[r.ComplianceDay]:
    """The newest first; a day is one of the campaign's own time zone, or of UTC when that is not known. Judged by the
    law that the campaign names now."""
    campaigns = [
        campaign_of(row) for row in (await connection.execute(CAMPAIGNS, {"campaign_id": campaign_id})).mappings()
    ]
    if not campaigns:
        return []
    await connection.execute(LONG, {"ms": str(EXPORT_S_MAX * 1000)})
    zones = {"zones": sorted({campaign.time_zone for campaign in campaigns})}
    known = set((await connection.execute(KNOWN_ZONES, zones)).scalars())
    rules = msgspec.json.encode([_rule(campaign, known) for campaign in campaigns]).decode()
    asked = {"rules": rules, "from_utc_s": from_utc_s, "until_utc_s": until_utc_s}
    known_as = {campaign.campaign_id: campaign for campaign in campaigns}
    rows = (await connection.execute(DAYS, asked)).mappings()
    return [_day(row, known_as[row["campaign_id"]]) for row in rows]


def _rule(campaign: Campaign, zones: set[str]) -> dict[str, Any]:
    preset = preset_of(campaign.compliance.preset)
    return {
        "campaign_id": campaign.campaign_id,
        "name": campaign.name,
        "zone": campaign.time_zone if campaign.time_zone in zones else "UTC",
        "wait_max_s": preset.wait_max_s,
        "ring_min_s": preset.ring_min_s,
    }


def _day(row: Mapping[Any, Any], campaign: Campaign) -> r.ComplianceDay:
    """People whom the detector took for machines are estimated, and count as answered and abandoned."""
    law = preset_of(campaign.compliance.preset)
    fields: dict[str, Any] = dict(row)
    for name in ("met_max", "met_p95", "rang_min"):
        seconds = fields.pop(f"{name}_s")
        fields[f"{name}_ms"] = None if seconds is None else round(seconds * 1000)
    false = false_share(campaign.machines.test)
    taken = false * fields["machines"]
    answered = fields["answered"] + taken
    return r.ComplianceDay(
        **fields,
        false_share=false,
        abandoned_share=(fields["abandoned"] + taken) / answered if answered else 0.0,
        preset=law.key,
        wait_max_s=law.wait_max_s,
        ring_min_s=law.ring_min_s,
    )
