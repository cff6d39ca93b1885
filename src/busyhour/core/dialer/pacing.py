"""How many calls to start now: the one formula for all dial modes (contact-centre catalogue 5.3-1)."""

from operator import itemgetter

from msgspec import Struct

from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import DialMode

BY_NUMBER = itemgetter(1)
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
    """`start` calls now. `str` tells why, for the live page and the attempt's record: made only when somebody looks."""

    start: int
    want: int
    limit: str  # what allows no more
    picture: PacingPicture

    def __str__(self) -> str:
        picture, campaign = self.picture, self.picture.campaign
        if campaign.dial_mode is DialMode.AGENTLESS:
            why = f"agentless: {picture.live} of {campaign.max_concurrent} calls up"
        else:
            on_the_way = picture.dialing + picture.waiting
            why = f"progressive: {picture.agents_free} free agents, {on_the_way} calls on the way"
        if self.limit != "wanted" and self.want > self.start:
            why += f"; {self.limit} allow {self.start} of {self.want}"
        return f"{why}: start {self.start}"


def calls_to_start(picture: PacingPicture) -> Pace:
    """`start = max(0, min(want - dialing - waiting, every cap))`."""
    campaign = picture.campaign
    if campaign.dial_mode is DialMode.AGENTLESS:
        want = campaign.max_concurrent - picture.live
    else:
        want = picture.agents_free - picture.dialing - picture.waiting
    caps = (
        ("wanted", want),
        ("calls at once", campaign.max_concurrent - picture.live),
        ("free lines", picture.trunk_free),
        ("calls per minute", picture.minute_left),
        ("numbers in the hopper", picture.hopper),
        ("intents at once", INTENTS_AT_ONCE_MAX - picture.planned),
    )
    limit, start = min(caps, key=BY_NUMBER)
    return Pace(start=max(0, start), want=want, limit=limit, picture=picture)
