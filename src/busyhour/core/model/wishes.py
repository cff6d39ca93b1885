"""What agents ask for at their desks: facts, too, in the past tense. Each names its request; the answer to that is
`Accept` or `Refuse`.
"""

from busyhour.core.model.fact import Fact
from busyhour.core.model.pictures import HopperItem


class ReadyAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    request: str


class PauseAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    reason: str
    request: str


class LogOffAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    request: str


class HangUpAsked(Fact, frozen=True, kw_only=True):
    """The agent ends the conversation they are in."""

    agent_id: int
    request: str


class HoldAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    request: str


class ResumeAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    request: str


class PreviewDialAsked(Fact, frozen=True, kw_only=True):
    """The agent has looked at the contact, and wants the call. `number`: another one of theirs; None = as shown."""

    agent_id: int
    call: str
    number: str | None = None
    request: str


class SkipAsked(Fact, frozen=True, kw_only=True):
    """The agent has looked at the contact, and does not want the call."""

    agent_id: int
    call: str
    reason: str
    any_reason: bool = False  # also one that the campaign does not offer, or none
    request: str


class ManualDialMayAsked(Fact, frozen=True, kw_only=True):
    """Whether this agent could dial this number by hand at this moment. Nothing begins: a contact need not be made of
    a number that cannot be dialed anyway."""

    agent_id: int
    run_id: int
    number: str
    request: str


class ManualDialAsked(Fact, frozen=True, kw_only=True):
    """The agent dials this number by hand, for the campaign of this run."""

    agent_id: int
    run_id: int
    item: HopperItem
    request: str


class DispositionChosen(Fact, frozen=True, kw_only=True):
    """The agent said what came of the call they have, or have just had."""

    agent_id: int
    call: str
    disposition: str
    note: str
    request: str


class WrapUpEndAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    request: str


Wish = (
    ReadyAsked
    | PauseAsked
    | LogOffAsked
    | HangUpAsked
    | HoldAsked
    | ResumeAsked
    | PreviewDialAsked
    | SkipAsked
    | ManualDialMayAsked
    | ManualDialAsked
    | DispositionChosen
    | WrapUpEndAsked
)
