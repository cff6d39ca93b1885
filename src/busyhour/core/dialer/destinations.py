"""Which of a campaign's destinations a number belongs to: the longest prefix decides, and only that one counts it."""

from collections.abc import Iterable

from busyhour.core.model.campaign import Destination


def destination_of(number: str, destinations: Iterable[Destination]) -> Destination | None:
    found, longest = None, -1
    for one in destinations:
        if len(one.prefix) > longest and number.startswith(one.prefix):
            found, longest = one, len(one.prefix)
    return found
