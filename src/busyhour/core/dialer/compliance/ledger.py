"""Counts of one campaign in buckets of time, and their sums over windows. Memory is bounded by `BUCKETS_MAX`.

A sum over a sliding window cuts its first bucket somewhere. That bucket is given apart (`Sum.cut`), so that who asks
can take the worse for certain: all that was abandoned in it, and nothing that was connected.
"""

from calendar import timegm
from datetime import UTC, datetime
from math import inf

from msgspec import Struct

from busyhour.core.dialer.compliance.presets import Span, Window
from busyhour.core.model.counts import BUCKET_S, KEPT_S, NOTHING, Count, Reckoning, ReckoningAsk, bucket_of

BUCKETS_MAX = KEPT_S // BUCKET_S + 2  # the first is cut by the window's edge, the last has just begun
SUMS_MAX = 8  # windows whose sums are remembered between calls; more are summed anew


class Sum(Struct, frozen=True):
    """What counts since some instant: whole buckets, and the one that the instant cuts."""

    whole: Count = NOTHING
    cut: Count = NOTHING

    @property
    def worst(self) -> Count:
        """At least as bad as the exact sum: rates only grow when people are left out who were connected."""
        return self.whole + Count(abandoned=self.cut.abandoned, detected=self.cut.detected)


class Ledger:
    """What counts of one campaign, since `known_from_utc_s`; before the first reckoning nothing is known."""

    def __init__(self) -> None:
        self.known_from_utc_s = inf
        self.first_utc_s: float | None = None  # the campaign's first call
        self._buckets: dict[int, Count] = {}
        self.wait_max_s = 0.0  # from the answer to an agent, as the last question had it
        self._asked: ReckoningAsk | None = None  # the last question to the records
        self._asked_s = 0.0  # monotonic
        self._answered = False
        self._since_ask: dict[int, Count] = {}  # ended since then
        self._begun_since: set[str] = set()  # calls, until the answer comes
        self._sums: dict[tuple[int, bool], Sum] = {}
        self._up: dict[str, Count] = {}  # calls that are up, and how each will count: that is certain already
        self.up = NOTHING  # their sum

    def hold(self, call: str, count: Count) -> None:
        """This call is up, and will count so when it ends."""
        self.let_go(call)
        self._up[call] = count
        self.up += count

    def let_go(self, call: str) -> None:
        """It is over: its record counts from now on."""
        count = self._up.pop(call, NOTHING)
        self.up = Count(self.up.connected - count.connected, self.up.abandoned - count.abandoned)

    def is_due(self, mono_s: float, wait_max_s: float, *, every_s: float, again_s: float) -> bool:
        """Whether to ask the records: for the first time, by another law, now and then, or since no answer came."""
        if self._asked is None or self._asked.wait_max_s != wait_max_s:
            return True
        return mono_s - self._asked_s >= (every_s if self._answered else again_s)

    def ask(self, ask: ReckoningAsk, mono_s: float) -> None:
        """The records are being asked for: what ends from now on is not in their answer."""
        self._asked, self._asked_s, self._answered = ask, mono_s, False
        self.wait_max_s, self._since_ask, self._begun_since = ask.wait_max_s, {}, set()

    def load(self, found: Reckoning) -> None:
        """Take what the records say in place of what was counted before, and add what has ended since `ask`. An answer
        to an older question leaves out what ended between the two: it is not taken."""
        if self._asked is None or found.until_utc_s != self._asked.until_utc_s:
            return
        self._answered = True
        self._buckets = dict(found.buckets)
        before = [late for call, late in found.late.items() if call not in self._begun_since]
        for bucket, count in (*before, *self._since_ask.items()):
            self._buckets[bucket] = self._buckets.get(bucket, NOTHING) + count
        self._begun_since.clear()
        self.known_from_utc_s = found.from_utc_s
        self.first_utc_s = found.first_utc_s if found.first_utc_s is not None else self.first_utc_s
        self._sums.clear()

    def began(self, call: str, utc_s: float) -> None:
        """A call begins: it may be the campaign's first."""
        if not self._answered:
            self._begun_since.add(call)
        if self.first_utc_s is None:
            self.first_utc_s = utc_s

    def add(self, answered_utc_s: float, count: Count) -> None:
        bucket = bucket_of(answered_utc_s)
        for buckets in (self._buckets, self._since_ask):
            buckets[bucket] = buckets.get(bucket, NOTHING) + count
        for (first, cuts), total in self._sums.items():
            if bucket == first and cuts:
                self._sums[first, cuts] = Sum(total.whole, total.cut + count)
            elif bucket >= first:
                self._sums[first, cuts] = Sum(total.whole + count, total.cut)
        if len(self._buckets) > BUCKETS_MAX:
            self._forget(max(self._buckets))

    def since(self, utc_s: float) -> Sum | None:
        """What counts since then; None when that is not known. Counts of the future, as a clock that was set back
        leaves them, are counts all the same."""
        if utc_s < self.known_from_utc_s or self.known_from_utc_s == inf:
            return None
        first = bucket_of(utc_s)
        place = first, first * BUCKET_S < utc_s
        total = self._sums.get(place)
        if total is None:
            total = self._sum(*place)
            if len(self._sums) >= SUMS_MAX:
                self._sums.clear()
            self._sums[place] = total
        return total

    @property
    def size(self) -> int:
        return len(self._buckets)

    def _sum(self, first: int, cuts: bool) -> Sum:
        whole, cut = NOTHING, NOTHING
        for bucket, count in self._buckets.items():
            if bucket == first and cuts:
                cut = count
            elif bucket >= first:
                whole += count
        return Sum(whole, cut)

    def _forget(self, newest: int) -> None:
        oldest = newest - BUCKETS_MAX + 1
        for buckets in (self._buckets, self._since_ask):
            for bucket in [one for one in buckets if one < oldest]:
                del buckets[bucket]
        self.known_from_utc_s = max(self.known_from_utc_s, float(oldest * BUCKET_S))
        self._sums.clear()


def start_of(window: Window, now_utc_s: float, first_utc_s: float | None) -> float:
    """When the window began that `now_utc_s` lies in. A campaign that has not called yet begins now."""
    if window.span is Span.ROLLING:
        return now_utc_s - window.length_s
    if window.span is Span.MONTH:
        today = datetime.fromtimestamp(now_utc_s, UTC)
        return float(timegm((today.year, today.month, 1, 0, 0, 0)))
    if first_utc_s is None or first_utc_s > now_utc_s:
        return now_utc_s
    return first_utc_s + (now_utc_s - first_utc_s) // window.length_s * window.length_s
