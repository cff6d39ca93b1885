"""When is this contact called again? Retry rules (WD-123 to WD-135, U-33)."""

from msgspec import Struct

from busyhour.core.model.campaign import Campaign, RetryRule
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import Outcome, RetryCount, RetryMode


class Retry(Struct, frozen=True, kw_only=True):
    """`due_utc_s` None = never. `why` names the rule that decided."""

    due_utc_s: float | None
    why: str


def next_attempt(
    campaign: Campaign, item: HopperItem, *, outcome: Outcome, disposition: str | None, ended_utc_s: float
) -> Retry:
    """The first rule, in their order, that fits the attempt just made decides (WD-128).

    A rule fits when its outcome is this attempt's (WD-126), its disposition is the call's, both perhaps none (WD-129),
    and the attempts so far are within its limit: all of them, whatever they ended with (WD-127), or, where the
    campaign says so, those with this outcome (DEC-1). The delay counts from the end of the attempt (WD-132).
    """
    rules, attempt_no = campaign.retry_rules, item.attempt_no
    by_outcome = campaign.retry_count is RetryCount.OUTCOME
    count = item.earlier.get(outcome, 0) + 1 if by_outcome else attempt_no
    for rule in rules:
        if rule.outcome is outcome and rule.disposition == disposition and count <= rule.max_attempts:
            delay_s = rule.delay_s * (attempt_no if rule.mode is RetryMode.MULTI else 1)
            return Retry(due_utc_s=ended_utc_s + delay_s, why=f"{named(rule)}: again after {delay_s} s")
    after = f"{outcome}" + (f" with {disposition!r}" if disposition else "")
    if any(rule.outcome is outcome and rule.disposition == disposition for rule in rules):
        return Retry(due_utc_s=None, why=f"attempt {attempt_no}: the rules for {after} are used up")
    return Retry(due_utc_s=None, why=f"no rule for {after}")


def named(rule: RetryRule) -> str:
    """The rule as people read it."""
    what = f"{rule.outcome}" + (f"/{rule.disposition}" if rule.disposition else "")
    return f"rule {what} max {rule.max_attempts} {rule.delay_s} s {rule.mode}"
