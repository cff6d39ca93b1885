"""When is this contact called again? Retry rules (WD-123 to WD-135, U-33)."""

from msgspec import Struct

from busyhour.core.model.campaign import RetryRule
from busyhour.core.model.values import Outcome, RetryMode


class Retry(Struct, frozen=True, kw_only=True):
    """`due_utc_s` None = never. `why` names the rule that decided."""

    due_utc_s: float | None
    why: str


def next_attempt(
    rules: tuple[RetryRule, ...],
    *,
    outcome: Outcome,
    disposition: str | None,
    attempt_no: int,
    ended_utc_s: float,
) -> Retry:
    """The first rule, in their order, that fits the attempt just made decides (WD-128).

    A rule fits when its outcome is this attempt's (WD-126), its disposition is the call's, both perhaps none (WD-129),
    and the number of all attempts so far, whatever they ended with, is within its limit (WD-127, DEC-1). The delay
    counts from the end of the attempt (WD-132).
    """
    for rule in rules:
        if rule.outcome is outcome and rule.disposition == disposition and attempt_no <= rule.max_attempts:
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
