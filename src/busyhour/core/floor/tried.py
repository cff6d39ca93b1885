"""A contact that an agent tried, and did not talk with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an agent's last contact without a conversation; their desk shows it."""

    number: str
    name: str
    contact_id: int
    campaign_id: int
    result: str  # an Outcome, a Refusal, or a word of ours
    at_utc_s: float
