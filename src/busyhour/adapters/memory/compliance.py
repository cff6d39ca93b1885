"""The law's counts from the attempts in memory, by the core's own definition."""

from busyhour.adapters.memory.rows import Rows
from busyhour.core.dialer.compliance.counts import count_of
from busyhour.core.model.counts import NOTHING, Count, Reckoning, ReckoningAsk, bucket_of


def reckon(rows: Rows, ask: ReckoningAsk) -> Reckoning:
    first_utc_s: float | None = None
    buckets: dict[int, Count] = {}
    late: dict[str, tuple[int, Count]] = {}
    answered_utc_s, before = rows.before.get(ask.campaign_id, (0.0, NOTHING))
    if answered_utc_s >= ask.from_utc_s and before != NOTHING:
        buckets[bucket_of(answered_utc_s)] = before
    for attempt in rows.attempts.values():
        placed, record = attempt.placed, attempt.record
        if placed.campaign_id != ask.campaign_id:
            continue
        if first_utc_s is None or placed.at_utc_s < first_utc_s:
            first_utc_s = placed.at_utc_s
        if record is None or record.answered_utc_s is None or record.call in ask.open_calls:
            continue
        count = count_of(
            outcome=record.outcome,
            answered_utc_s=record.answered_utc_s,
            joined_utc_s=record.joined_utc_s,
            wait_max_s=ask.wait_max_s,
        )
        if count != NOTHING and record.answered_utc_s >= ask.from_utc_s:
            bucket = bucket_of(record.answered_utc_s)
            if placed.at_utc_s >= ask.until_utc_s:
                late[record.call] = bucket, count
            else:
                buckets[bucket] = buckets.get(bucket, NOTHING) + count
    return Reckoning(
        campaign_id=ask.campaign_id,
        from_utc_s=ask.from_utc_s,
        until_utc_s=ask.until_utc_s,
        buckets=buckets,
        late=late,
        first_utc_s=first_utc_s,
    )
