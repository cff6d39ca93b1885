"""What the dialer may still spend: each window's standing, the tightest of them, and the share that pacing aims at.

When the counts of a window are not known, the answer is the cautious one: nothing is left.
"""

from math import floor

from msgspec import Struct

from busyhour.core.dialer.compliance.detector import false_share
from busyhour.core.dialer.compliance.ledger import Ledger, start_of
from busyhour.core.dialer.compliance.presets import DAY_S, Preset, Span, Window, preset_of
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.counts import Count

AIM_SHORT = 5 / 6  # of the limit, for windows up to a week: a day's chance must not carry it over the limit
AIM_LONG = 29 / 30  # a month evens chance out
SHORT_S = 7 * DAY_S
ROUNDING = 1e-9  # a share of exactly the limit is within it


class Rules(Struct, frozen=True, kw_only=True):
    """What holds for one campaign: a country's preset, the campaign's own window, and what is known of its detector."""

    preset: Preset
    own: tuple[Window, ...] = ()
    detection: bool = False  # answering machines are detected, and hung up on
    false_machines: float = 1.0  # share of the detected that are people: to be measured; unmeasured, all of them

    @property
    def windows(self) -> tuple[Window, ...]:
        return (*self.preset.windows, *self.own)


def rules_of(campaign: Campaign) -> Rules:
    """As the campaign says."""
    own, machines = campaign.compliance, campaign.machines
    tighter = () if own.limit is None else (Window(span=Span.ROLLING, limit=own.limit, length_s=own.window_s),)
    return Rules(
        preset=preset_of(own.preset),
        own=tighter,
        detection=machines.detection,
        false_machines=false_share(machines.test),
    )


class Standing(Struct, frozen=True, kw_only=True):
    """Where one window stands, as its law counts. All None when the counts are not known."""

    window: Window
    live: float | None = None  # calls that people answered
    abandoned: float | None = None  # of those
    left: int = 0  # more abandoned calls that fit, if they came now
    alpha: float = 0.0  # what pacing aims at: the share of answered calls that find no agent
    taken_for_machines: float = 0.0  # estimated people among `live` and `abandoned` whom a detector hung up on

    @property
    def rate(self) -> float | None:
        if self.live is None or self.abandoned is None:
            return None
        return self.abandoned / self.live if self.live else 0.0

    @property
    def words(self) -> str:
        window = self.window
        if self.rate is None:
            return f"the calls of {window.words} are not counted yet (limit {percent(window.limit)})"
        of = f"{self.abandoned:.10g} of {self.live:.10g} answered" if self.live else "none answered"
        return f"{percent(self.rate)} of {percent(window.limit)} abandoned in {window.words} ({of}), {self.left} left"


class Budget(Struct, frozen=True, kw_only=True):
    """What the pacer is told. `live` and `abandoned` are those of the tightest window, for its price to be led by.

    `progressive`: no call may be placed without a free agent. It is so at the limit, and when counts are missing.
    """

    alpha: float
    limit: float
    live: float
    abandoned: float
    left: int
    progressive: bool
    why: str
    standings: tuple[Standing, ...]

    @property
    def used(self) -> float:
        """Share of what the tightest window allows by now; 1 is the limit."""
        return self.abandoned / (self.limit * self.live) if self.live and self.limit else float(self.progressive)


def budget_of(rules: Rules, ledger: Ledger, now_utc_s: float) -> Budget:
    """All windows looked at; the one with the least left decides, the unknown ones before all."""
    standings = tuple(standing_of(rules, window, ledger, now_utc_s) for window in rules.windows)
    assert standings, "every preset has a window"
    tightest = min(standings, key=_tightness)
    alpha = min(standing.alpha for standing in standings)
    progressive = tightest.left <= 0 or alpha <= 0.0
    return Budget(
        alpha=0.0 if progressive else alpha,
        limit=tightest.window.limit,
        live=tightest.live or 0.0,
        abandoned=tightest.abandoned or 0.0,
        left=0 if progressive else tightest.left,
        progressive=progressive,
        why=_why(tightest, progressive=progressive, alpha=alpha),
        standings=standings,
    )


def _tightness(standing: Standing) -> tuple[bool, float, float]:
    return standing.rate is not None, standing.left, standing.alpha


def _why(tightest: Standing, *, progressive: bool, alpha: float) -> str:
    if not progressive:
        return tightest.words
    if tightest.rate is None:
        return f"{tightest.words}: progressive until they are"
    if alpha <= 0.0 < tightest.left:
        return f"{tightest.words}: the detector's mistakes use up all that is allowed, so progressive"
    if not tightest.live:
        return f"{tightest.words}: progressive until enough people have answered"
    return f"{tightest.words}: progressive until more people have answered, or older calls no longer count"


def standing_of(rules: Rules, window: Window, ledger: Ledger, now_utc_s: float) -> Standing:
    total = ledger.since(start_of(window, now_utc_s, ledger.first_utc_s))
    if total is None:
        return Standing(window=window)
    count = total.worst + ledger.up
    live, abandoned = as_law_counts(rules, count)
    false_people = _false_people(rules, count)
    return Standing(
        window=window,
        live=live,
        abandoned=abandoned,
        left=left_of(window.limit, live, abandoned),
        alpha=alpha_of(window, false_people / live if live else 0.0),
        taken_for_machines=false_people,
    )


def as_law_counts(rules: Rules, count: Count) -> tuple[float, float]:
    """(people who answered, those of them who were abandoned).

    * Machines are nobody: what agents say were machines does not count as answered by a person.
    * With detection, people who were taken for machines and hung up on were abandoned; they are estimated, and counted
      in both numbers (Ofcom 2008, 4.12; in the United States they too met no agent within 2 seconds).
    * Without detection, abandoned calls may have been taken by machines. Where the law allows it (Ofcom 2010), their
      share among the connected calls, as agents saw it, is taken off.
    """
    people = float(count.connected - min(count.machines, count.connected))
    abandoned = float(count.abandoned)
    if rules.detection or count.detected:  # perhaps until lately
        abandoned += _false_people(rules, count)
    elif rules.preset.machines_deducted and count.connected:
        abandoned *= 1 - min(count.machines, count.connected) / count.connected
    return people + abandoned, abandoned


def _false_people(rules: Rules, count: Count) -> float:
    return rules.false_machines * count.detected


def left_of(limit: float, live: float, abandoned: float) -> int:
    """How many more calls may be abandoned, each of them answered too: the most k with (a + k) / (n + k) <= limit."""
    if limit >= 1.0:
        return int(live) + 1
    return max(0, floor((limit * live - abandoned) / (1.0 - limit) + ROUNDING))


def alpha_of(window: Window, false_share: float) -> float:
    """The share of answered calls that may find no agent, so that with the detector's mistakes the aim is met.

    Of n people who answer, those taken for machines are the `false_share`; the rest reach the pacer.
    """
    aim = window.limit * (AIM_SHORT if window.length_s <= SHORT_S and window.span is not Span.MONTH else AIM_LONG)
    if false_share >= 1.0:
        return 0.0
    return max(0.0, (aim - false_share) / (1.0 - false_share))


def percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"
