"""How many calls to start now: the one formula for all dial modes (contact-centre catalogue 5.3-1)."""

from math import floor

from msgspec import Struct

from busyhour.core.dialer.correction import PLAIN, corrected
from busyhour.core.dialer.predictive.picture import Decision
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import DialMode

INTENTS_AT_ONCE_MAX = 50  # intents of one run being committed at a time: bounds the transaction
ROUNDING = 1e-9  # 100 agents x 1.15 are 115 calls
WANTED = "wanted"
# Asked at each event, and Python 3.11 is slow to read a member off its enumeration.
AGENTLESS, PREDICTIVE, RATIO = DialMode.AGENTLESS, DialMode.PREDICTIVE, DialMode.RATIO


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
    at_utc_s: float = 0.0
    second_left: int = 1_000_000  # calls that may still start within this second
    at_work: int = 0  # agents who are free, in a call or in wrap-up
    careful: str = ""  # why no call may be placed without a free agent; empty: the law leaves something
    destination_left: int = 1_000_000  # numbers in the hopper whose destination is not full
    left: int = 0  # calls that the law lets be abandoned
    decision: Decision | None = None  # predictive: the last one
    allowed: int = 0  # calls that it still allows


class Pace(Struct, frozen=True, kw_only=True):
    """`start` calls now. `str` tells why, for the live page and the attempt's record: made only when somebody looks."""

    start: int
    want: int
    limit: str  # what allows no more
    picture: PacingPicture

    def looks_like(self, other: "Pace") -> bool:
        """Whether people would be told the same."""
        mine, theirs = self.picture, other.picture
        return (
            mine.decision is theirs.decision
            and mine.live == theirs.live
            and mine.dialing == theirs.dialing
            and mine.agents_free == theirs.agents_free
            and mine.waiting == theirs.waiting
            and mine.careful == theirs.careful
            and (self.start, self.want, self.limit) == (other.start, other.want, other.limit)
            and mine.campaign.dial_mode is theirs.campaign.dial_mode
        )

    @property
    def paced(self) -> str:
        """How it goes at this moment; another mode than the campaign's when that one has to wait."""
        picture = self.picture
        mode = picture.campaign.dial_mode
        if mode is DialMode.PREDICTIVE:
            return picture.decision.why.mode if picture.decision is not None else "blind"
        return DialMode.PROGRESSIVE if mode is DialMode.RATIO and picture.careful else mode

    @property
    def reason(self) -> str:
        """Why it does not go as the campaign asks, or what holds it back."""
        picture = self.picture
        if picture.campaign.dial_mode is DialMode.PREDICTIVE:
            return picture.decision.why.reason if picture.decision is not None else "nothing is known yet"
        return picture.careful if picture.campaign.dial_mode is DialMode.RATIO else ""

    @property
    def _corrected(self) -> str:
        percent = self.picture.campaign.pacing.correction
        return "" if percent == PLAIN or self.picture.careful else f", corrected by {percent:g} %"

    def __str__(self) -> str:
        picture, campaign = self.picture, self.picture.campaign
        if campaign.dial_mode is DialMode.PREDICTIVE and picture.decision is not None:
            return f"{picture.decision.why.words()}{self._corrected}: start {picture.decision.start}"
        if campaign.dial_mode is DialMode.AGENTLESS:
            why = f"agentless: {picture.live} of {campaign.max_concurrent} calls up"
        else:
            why = f"{self.paced}: {_some(picture.agents_free, 'free agent')}"
            if self.paced == DialMode.RATIO:
                why += f", {campaign.pacing.ratio:g} calls for each{self._corrected}"
            why += f", {_some(picture.dialing + picture.waiting, 'call')} on the way"
        if self.reason:
            why += f"; {self.reason}"
        if self.limit != WANTED and self.want > self.start:
            why += f"; {self.limit} allow {self.start} of {self.want}"
        return f"{why}: start {self.start}"


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def calls_to_start(picture: PacingPicture) -> Pace:
    """`start = max(0, min(want - dialing - waiting, every cap))`."""
    want = wanted(picture)
    limit, most = room(picture)
    if want <= most:
        limit, most = WANTED, want
    return Pace(start=max(0, most), want=want, limit=limit, picture=picture)


def wanted(picture: PacingPicture) -> int:
    """How many more calls the dial mode asks for."""
    campaign = picture.campaign
    mode = campaign.dial_mode
    if mode is AGENTLESS:
        return campaign.max_concurrent - picture.live
    if mode is PREDICTIVE:
        return picture.allowed
    ratio = campaign.pacing.ratio if mode is RATIO else 1.0
    if picture.careful:
        ratio = min(ratio, 1.0)
    computed = floor(picture.agents_free * ratio + ROUNDING)
    if mode is RATIO and campaign.pacing.correction != PLAIN and not picture.careful:
        sure, left = picture.agents_free, picture.left
        computed = corrected(computed, sure=sure, percent=campaign.pacing.correction, left=left)
    return computed - picture.dialing - picture.waiting


def room(picture: PacingPicture) -> tuple[str, int]:
    """The tightest cap: its name, and how many more calls it allows."""
    campaign = picture.campaign
    pacing = campaign.pacing
    limit, most = "calls at once", campaign.max_concurrent - picture.live
    if picture.trunk_free < most:
        limit, most = "free lines", picture.trunk_free
    if picture.minute_left < most:
        limit, most = "calls per minute", picture.minute_left
    if picture.second_left < most:
        limit, most = "calls begun at once", picture.second_left
    if picture.hopper < most:
        limit, most = "numbers in the hopper", picture.hopper
    if INTENTS_AT_ONCE_MAX - picture.planned < most:
        limit, most = "intents at once", INTENTS_AT_ONCE_MAX - picture.planned
    if campaign.destinations and picture.destination_left < most:
        limit, most = "calls to each destination", picture.destination_left
    if campaign.dial_mode is not AGENTLESS:
        if pacing.waiting_max is not None and picture.waiting > pacing.waiting_max and most > 0:
            limit, most = f"{picture.waiting} callers who wait", 0
        if pacing.per_agent_max > 0:
            more = floor(picture.at_work * pacing.per_agent_max + ROUNDING) - picture.live
            if more < most:
                limit, most = f"{pacing.per_agent_max:g} calls for each agent", more
    return limit, most
