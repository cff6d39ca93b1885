"""How many calls to start now: the one formula for all dial modes (contact-centre catalogue 5.3-1)."""

from msgspec import Struct

from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import DialMode

INTENTS_AT_ONCE_MAX = 50  # intents of one run being committed at a time: bounds the transaction


class PacingPicture(Struct, frozen=True, kw_only=True):
    """Counts of one run at this instant."""

    campaign: Campaign
    agents_free: int  # available, and not needed by calls of other runs
    dialing: int  # planned or dialing, not yet answered
    waiting: int  # answered, no agent yet
    live: int  # all calls of the run that are up or being set up
    hopper: int
    trunk_free: int
    minute_left: int  # calls that may still start within this minute
    planned: int  # intents being committed


class Pace(Struct, frozen=True, kw_only=True):
    """`start` calls now; `why` in words, for the live page and the attempt's record."""

    start: int
    why: str


def calls_to_start(picture: PacingPicture) -> Pace:
    """`start = max(0, min(want - dialing - waiting, every cap))`."""
    campaign = picture.campaign
    if campaign.dial_mode is DialMode.AGENTLESS:
        want = campaign.max_concurrent - picture.live
        reason = f"agentless: {picture.live} of {campaign.max_concurrent} calls up"
    else:
        want = picture.agents_free - picture.dialing - picture.waiting
        reason = f"progressive: {picture.agents_free} free agents, {picture.dialing + picture.waiting} calls on the way"
    caps = {
        "wanted": want,
        "calls at once": campaign.max_concurrent - picture.live,
        "free lines": picture.trunk_free,
        "calls per minute": picture.minute_left,
        "numbers in the hopper": picture.hopper,
        "intents at once": INTENTS_AT_ONCE_MAX - picture.planned,
    }
    limit, start = min(caps.items(), key=lambda item: item[1])
    start = max(0, start)
    if limit != "wanted" and want > start:
        reason += f"; {limit} allow {start} of {want}"
    return Pace(start=start, why=f"{reason}: start {start}")
