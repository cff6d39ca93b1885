"""When a number is dialed again: not before its delay, and not without a rule (I1, I4)."""

from typing import TYPE_CHECKING

from busyhour.sim.checks_accompanied import AccompaniedChecks
from busyhour.sim.ledger import Channel, Violation

if TYPE_CHECKING:
    from busyhour.sim.world import World

RECORD_SLACK_S = 1.0


def check_pause_between(world: "World", accompanied: AccompaniedChecks, channel: Channel) -> None:
    """I4: a retry not before its delay."""
    rows = world.store.tenants[channel.tenant]
    before = world.pbx.ledger.last_end.get((channel.tenant, channel.member_id))
    if before is None or before.ended_s is None:
        return
    record = rows.attempts[before.name].record
    if record is None:
        raise Violation(f"I1: {channel.number} was dialed again before {before.name} had its record")
    if accompanied.is_chosen(channel):
        return
    rules = rows.campaigns[record.campaign_id].retry_rules
    word = rows.attempts[before.name].disposition
    delays = [rule.delay_s for rule in rules if rule.outcome is record.outcome and rule.disposition in (word, None)]
    if not delays:
        raise Violation(f"I4: {channel.number} was dialed again after {record.outcome}, for which no rule is")
    assert before.ended_utc_s is not None
    by_the_clock_s = rows.attempts[channel.name].committed_utc_s - before.ended_utc_s  # which may have been set
    pause_s = max(channel.began_s - before.ended_s, by_the_clock_s)
    if pause_s < min(delays) - RECORD_SLACK_S:
        raise Violation(f"I4: {channel.number} was dialed again {pause_s:.1f} s after {record.outcome}")
