"""The rules of each country as data: what may be abandoned, over which time, and what else is asked of a call.

They are read from the texts named beside each; the law changes, and a preset is no advice. The campaign's own limit and
window come on top: the tightest counts.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

from busyhour.core.model.campaign import Hours

HOUR_S: Final = 3_600
DAY_S: Final = 86_400
WORDS_MAX: Final = 100  # windows whose words are remembered
MONTH_DAYS: Final = 30
YEAR_DAYS: Final = 365
WEEKDAYS, WEEKEND, SATURDAY = (1, 2, 3, 4, 5), (6, 7), (6,)


class Span(StrEnum):
    """How a window moves."""

    ROLLING = "rolling"  # any span of this length that ends now
    MONTH = "month"  # the calendar month, in UTC
    CAMPAIGN = "campaign"  # spans of this length, one after the other, from the campaign's first call


@lru_cache(maxsize=WORDS_MAX)  # asked at each answered call and at each look of the pacer
def _words(span: Span, length_s: float) -> str:
    if span is Span.MONTH:
        return "this calendar month"
    hours = length_s / HOUR_S
    length = f"{hours:g} hours" if hours <= 2 * 24 else f"{hours / 24:g} days"
    return f"the last {length}" if span is Span.ROLLING else f"the campaign's current {length}"


class Window(Struct, frozen=True, kw_only=True):
    """At most `limit` of the calls answered by people may be abandoned within the span."""

    span: Span
    limit: float
    length_s: float = DAY_S  # of a calendar month: not looked at

    @property
    def words(self) -> str:
        return _words(self.span, self.length_s)


class Preset(Struct, frozen=True, kw_only=True):
    """What one country asks. 0 and empty: it asks nothing of the kind."""

    key: str
    name: str
    windows: tuple[Window, ...]
    source: str
    ring_min_s: float = 15.0  # no unanswered call is given up before
    wait_max_s: float = 2.0  # from the answer to an agent, else to the message
    message: bool = True  # a message says who called
    opt_out_key: bool = True  # and a key puts the number on the do-not-call list
    hours: tuple[Hours, ...] = ()  # on the callee's clock; a moment within any of them is allowed
    abandoned_again_s: float = 0.0  # no call to a number this long after an abandoned one, unless an agent is sure
    machine_again_s: float = 0.0  # the same after a machine was detected
    machines_deducted: bool = False  # without detection, the abandoned calls that machines took may be left out
    kept_days: int = YEAR_DAYS  # records that prove all this


STRICT: Final = Preset(
    key="strict",
    name="Strict",
    windows=(Window(span=Span.ROLLING, limit=0.01),),
    abandoned_again_s=72 * HOUR_S,
    machine_again_s=DAY_S,
    kept_days=5 * YEAR_DAYS,
    source=(
        "Our own, and the default: 1 % in any 24 hours, and the tightest of each rule of the countries below but the "
        "hours, which are the campaign's own."
    ),
)
OWN: Final = Preset(
    key="own",
    name="No country's",
    windows=(Window(span=Span.ROLLING, limit=0.03),),
    ring_min_s=0.0,
    wait_max_s=120.0,
    message=False,
    opt_out_key=False,
    kept_days=0,
    source="For calls that no such law covers, such as those within a company, and for tests: 3 % in any 24 hours.",
)
US: Final = Preset(
    key="us",
    name="United States",
    windows=(Window(span=Span.CAMPAIGN, limit=0.03, length_s=MONTH_DAYS * DAY_S),),
    hours=(Hours(from_s=8 * HOUR_S, until_s=21 * HOUR_S),),
    kept_days=5 * YEAR_DAYS,
    source=(
        "FTC Telemarketing Sales Rule, 16 CFR 310.4(b)(1)(iv), (b)(4) and (c); FCC, 47 CFR 64.1200(a)(6), (a)(7), "
        "(c)(1): 3 % of calls answered by a person, for a campaign, over each successive 30 days; 2 seconds after the "
        "greeting; 15 seconds or 4 rings; message with key-press opt-out. Records for 5 years since 2024. The clock "
        "begins at the answer here, so before the greeting ends. States may ask for more."
    ),
)
UK: Final = Preset(
    key="uk",
    name="United Kingdom",
    windows=(Window(span=Span.ROLLING, limit=0.03),),
    abandoned_again_s=72 * HOUR_S,
    machine_again_s=DAY_S,
    machines_deducted=True,
    source=(
        "Ofcom, statements on persistent misuse of 2008, 2010 and December 2016: 3 % of live calls in any 24 hours, a "
        "message within 2 seconds, 15 seconds of ringing, no call for 72 hours after an abandoned one and for 24 hours "
        "after a detected machine unless an agent is guaranteed. Since 1 March 2017 3 % is no safe harbor any more: "
        "set a limit of your own far below it."
    ),
)
CANADA: Final = Preset(
    key="canada",
    name="Canada",
    windows=(Window(span=Span.MONTH, limit=0.05),),
    hours=(
        Hours(from_s=9 * HOUR_S, until_s=21 * HOUR_S + HOUR_S // 2, days=WEEKDAYS),
        Hours(from_s=10 * HOUR_S, until_s=18 * HOUR_S, days=WEEKEND),
    ),
    kept_days=3 * YEAR_DAYS,
    source=(
        "CRTC Unsolicited Telecommunications Rules (Telecom Decision 2007-48 and later): 5 % in a calendar month, an "
        "agent within 2 seconds, records for 3 years. Ringing time, message and key as in the United States."
    ),
)
AUSTRALIA: Final = Preset(
    key="australia",
    name="Australia",
    windows=(Window(span=Span.ROLLING, limit=0.01),),
    hours=(
        Hours(from_s=9 * HOUR_S, until_s=20 * HOUR_S, days=WEEKDAYS),
        Hours(from_s=9 * HOUR_S, until_s=17 * HOUR_S, days=SATURDAY),
    ),
    abandoned_again_s=72 * HOUR_S,
    machine_again_s=DAY_S,
    source=(
        "Telecommunications (Telemarketing and Research Calls) Industry Standard 2017 for the hours (none on Sundays "
        "and national holidays; holidays are not known here). It names no share of abandoned calls: the strict one."
    ),
)
GERMANY: Final = Preset(
    key="germany",
    name="Germany",
    windows=(Window(span=Span.ROLLING, limit=0.01),),
    abandoned_again_s=72 * HOUR_S,
    machine_again_s=DAY_S,
    kept_days=5 * YEAR_DAYS,
    source=(
        "UWG sections 7 and 7a: consumers only with consent, which is to be kept for five years. The Federal Network "
        "Agency takes harassing dialers for unlawful use of numbers. No share is named: the strict one; no hours: the "
        "campaign's own."
    ),
)

PRESETS: Final = {preset.key: preset for preset in (STRICT, US, UK, CANADA, AUSTRALIA, GERMANY, OWN)}


def preset_of(key: str) -> Preset:
    """The strict one for a key that this program does not know: it may be a newer one's."""
    return PRESETS.get(key, STRICT)
