"""Whether the last results of a run are so bad that it should not go on by itself (MZ-099)."""

from collections.abc import Collection

from msgspec import Struct

from busyhour.core.dialer.compliance.budget import percent
from busyhour.core.model.campaign import Watch

ANSWERED_MIN = 10  # of the attempts looked at: the share of short calls among fewer says nothing


class Result(Struct, frozen=True):
    """What became of one attempt."""

    answered: bool
    short: bool = False  # answered, and over sooner than `Watch.short_s`


def is_on(watch: Watch) -> bool:
    return watch.answered_min > 0.0 or watch.short_max < 1.0


def fault_of(watch: Watch, results: Collection[Result]) -> str:
    """In words; empty: nothing is wrong, or too few attempts were made to tell."""
    if len(results) < watch.attempts:
        return ""
    answered = sum(one.answered for one in results)
    share = answered / len(results)
    if share < watch.answered_min:
        told = f"{percent(share)} of the last {len(results)} attempts were answered"
        return f"{told}, less than {percent(watch.answered_min)}"
    short = sum(one.short for one in results)
    if answered >= ANSWERED_MIN and short > watch.short_max * answered:
        told = f"{percent(short / answered)} of the {answered} answered among the last {len(results)} attempts"
        return f"{told} were over within {watch.short_s:g} s, more than {percent(watch.short_max)}"
    return ""
