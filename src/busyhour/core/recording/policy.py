"""Is this talk recorded? The most specific wins: the call's own header, its campaign or queue, the contact center."""

from msgspec import Struct

from busyhour.core.model.recordings import RecordingPolicy


class Decision(Struct, frozen=True):
    policy: RecordingPolicy
    why: str

    @property
    def records(self) -> bool:
        """From the first word on, without being asked."""
        return self.policy is RecordingPolicy.ALWAYS

    @property
    def may_record(self) -> bool:
        return self.policy in (RecordingPolicy.ALWAYS, RecordingPolicy.ON_DEMAND)


def decide(*, forced: bool, own: RecordingPolicy | None, of: str, rule: RecordingPolicy) -> Decision:
    """`forced`: the call came with `Record: Y` (CP-044). `own`: what `of` (its campaign, its queue) says, if anything.
    `rule`: the contact center's. By hook: until there are hooks, the header alone decides."""
    if forced:
        return Decision(RecordingPolicy.ALWAYS, "the call came with Record=Y")
    policy, who = (own, of) if own is not None else (rule, "the contact center")
    match policy:
        case RecordingPolicy.ALWAYS:
            return Decision(policy, f"{who} records every talk")
        case RecordingPolicy.ON_DEMAND:
            return Decision(policy, f"{who} leaves it to the agent")
        case RecordingPolicy.BY_HOOK:
            return Decision(policy, f"{who} records what comes with Record=Y, and this call did not")
        case RecordingPolicy.NEVER:
            return Decision(policy, f"{who} records no talks")
