"""Which of a campaign's destinations a number belongs to: the longest prefix decides, and only that one counts it."""

from collections.abc import Iterable

from busyhour.core.model.campaign import Destination


def destination_of(number: str, destinations: Iterable[Destination]) -> Destination | None:
    found = [one for one in destinations if number.startswith(one.prefix)]
    return max(found, key=lambda one: len(one.prefix), default=None)
