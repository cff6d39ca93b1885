"""Whether a campaign's settings keep the law that it names. What does not is said in words, with the field."""

from collections.abc import Iterator

from busyhour.core.dialer.compliance.presets import HOUR_S, PRESETS, Preset, preset_of
from busyhour.core.model.campaign import DAY_S, Campaign

WINDOW_MAX_S = 30 * DAY_S
Fault = tuple[str, str]
"""A field of the campaign, and what to do."""


def faults_of_law(campaign: Campaign) -> tuple[Fault, ...]:
    return tuple(_faults(campaign, preset_of(campaign.compliance.preset)))


def _faults(campaign: Campaign, preset: Preset) -> Iterator[Fault]:
    own = campaign.compliance
    if own.preset not in PRESETS:
        yield "compliance.preset", f"The law is one of {', '.join(PRESETS)}."
    if own.limit is not None and not 0 <= own.limit <= 1:
        yield "compliance.limit", "The limit on abandoned calls is a share: 0.01 is 1 %."
    if own.limit is not None and not HOUR_S <= own.window_s <= WINDOW_MAX_S:
        yield "compliance.window_s", "The limit counts over 1 hour to 30 days: 3600 to 2592000 seconds."
    asks = f"the law chosen ({preset.name}) asks for it."
    if campaign.ring_timeout_s < preset.ring_min_s:
        yield "ring_timeout_s", f"Let it ring at least {preset.ring_min_s:g} s before giving up: {asks}"
    if campaign.answer_wait_max_s > preset.wait_max_s:
        yield "answer_wait_max_s", f"Play the message after at most {preset.wait_max_s:g} s without an agent: {asks}"
