"""Placeholders `${NAME}` in caller-id fields (WD-115 to WD-118)."""

import re
from typing import Final

from busyhour.core.model.pictures import HopperItem

PLACEHOLDER: Final = re.compile(r"\$\{([^{}]{1,64})\}")
LENGTH_MAX: Final = 64


def expand(template: str, item: HopperItem, campaign_name: str) -> str:
    """The template with each placeholder replaced: the contact's attributes first, then the built-in `num`,
    `campaign`, `retry` and `callid`. An unknown name becomes nothing. Cut to 64 characters."""
    if "${" not in template:
        return template[:LENGTH_MAX]
    built_in = {
        "num": item.number,
        "campaign": campaign_name,
        "retry": str(item.attempt_no - 1),
        "callid": item.call,
    }
    values = {**built_in, **item.variables}
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template)[:LENGTH_MAX]
