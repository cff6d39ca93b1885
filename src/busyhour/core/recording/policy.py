"""Is this talk recorded? The most specific wins: the call's own header, its campaign or queue, the contact center.
Where that leaves it to a program of the company (`by_hook`), nothing is recorded until the program has said yes."""

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


def decide(
    *, forced: bool, hooked: bool = False, own: RecordingPolicy | None, of: str, rule: RecordingPolicy
) -> Decision:
    """`forced`: the call came with `Record: Y` (CP-044). `hooked`: a program said yes. `own`: what `of` (its campaign,
    or its queue) says, if anything. `rule`: the contact center's."""
    if forced:
        return Decision(RecordingPolicy.ALWAYS, "the call came with Record=Y")
    policy, who = (own, of) if own is not None else (rule, "the contact center")
    match policy:
        case RecordingPolicy.ALWAYS:
            return Decision(policy, f"{who} records every talk")
        case RecordingPolicy.ON_DEMAND:
            return Decision(policy, f"{who} leaves it to the agent")
        case RecordingPolicy.BY_HOOK if hooked:
            return Decision(RecordingPolicy.ALWAYS, f"a program said so, to which {who} leaves it")
        case RecordingPolicy.BY_HOOK:
            return Decision(policy, f"{who} leaves it to a program, and none said that this call is recorded")
        case RecordingPolicy.NEVER:
            return Decision(policy, f"{who} records no talks")
