"""The law's counts from the attempts in memory, by the core's own definition."""

from busyhour.adapters.memory.rows import Rows
from busyhour.core.dialer.compliance.counts import count_of
from busyhour.core.model.counts import NOTHING, Count, Reckoning, ReckoningAsk, bucket_of


def reckon(rows: Rows, ask: ReckoningAsk) -> Reckoning:
    buckets: dict[int, Count] = {}
    late: dict[str, tuple[int, Count]] = {}
    answered_utc_s, before = rows.before.get(ask.campaign_id, (0.0, NOTHING))
    if answered_utc_s >= ask.from_utc_s and before != NOTHING:
        buckets[bucket_of(answered_utc_s)] = before
    for placed_utc_s, record in rows.answered.get(ask.campaign_id, ()):
        if record.answered_utc_s is None or record.call in ask.open_calls:
            continue
        count = count_of(
            outcome=record.outcome,
            answered_utc_s=record.answered_utc_s,
            joined_utc_s=record.joined_utc_s,
            wait_max_s=ask.wait_max_s,
            heard=record.heard,
        )
        if count != NOTHING and record.answered_utc_s >= ask.from_utc_s:
            bucket = bucket_of(record.answered_utc_s)
            if placed_utc_s >= ask.until_utc_s:
                late[record.call] = bucket, count
            else:
                buckets[bucket] = buckets.get(bucket, NOTHING) + count
    return Reckoning(
        campaign_id=ask.campaign_id,
        from_utc_s=ask.from_utc_s,
        until_utc_s=ask.until_utc_s,
        buckets=buckets,
        late=late,
        first_utc_s=rows.first_utc_s.get(ask.campaign_id),
    )
