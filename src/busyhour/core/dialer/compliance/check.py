"""Whether a campaign's settings keep the law that it names. What does not is said in words, with the field.

`faults_of_law` is looked at when it is saved, `faults_at_start` besides when it is started: a campaign may be saved
before there is a message to choose.
"""

from collections.abc import Iterator

from busyhour.core.dialer.compliance.presets import HOUR_S, PRESETS, Preset, preset_of
from busyhour.core.model.campaign import DAY_S, Campaign
from busyhour.core.model.values import DialMode, MachineAction

WINDOW_MAX_S = 30 * DAY_S
KEYS = "0123456789*#"
AGENT_S = 0.3  # what must be left, of the wait for an agent, when the detector has listened as long as it may
AHEAD = (DialMode.RATIO, DialMode.PREDICTIVE)
Fault = tuple[str, str]
"""A field of the campaign, and what to do."""


def faults_of_law(campaign: Campaign) -> tuple[Fault, ...]:
    return tuple(_faults(campaign, preset_of(campaign.compliance.preset)))


def faults_at_start(campaign: Campaign) -> tuple[Fault, ...]:
    """Who dials ahead of its agents abandons calls, and where the law asks for a message it must say who called: the
    general farewell does not know that."""
    preset = preset_of(campaign.compliance.preset)
    if campaign.dial_mode in AHEAD and preset.message and campaign.abandon_prompt is None:
        text = (
            f"It has no message for those who answer when no agent is free, and the law chosen ({preset.name}) asks "
            "for one that says who called. Choose a prompt for them, or the dial mode progressive."
        )
        return (("abandon_prompt", text),)
    return ()


def _faults(campaign: Campaign, preset: Preset) -> Iterator[Fault]:
    own = campaign.compliance
    if own.preset not in PRESETS:
        yield "compliance.preset", f"The law is one of {', '.join(PRESETS)}."
    if own.limit is not None and not 0 <= own.limit <= 1:
        yield "compliance.limit", "The limit on abandoned calls is a share: 0.01 is 1 %."
    if own.limit is not None and not HOUR_S <= own.window_s <= WINDOW_MAX_S:
        yield "compliance.window_s", "The limit counts over 1 hour to 30 days: 3600 to 2592000 seconds."
    if len(own.opt_out_key) > 1 or own.opt_out_key not in KEYS:
        yield "compliance.opt_out_key", "The key that asks for no more calls is one of 0 to 9, * and #."
    if not own.opt_out_key and preset.opt_out_key:
        yield (
            "compliance.opt_out_key",
            f"Name the key that asks for no more calls: the law chosen ({preset.name}) does.",
        )
    asks = f"the law chosen ({preset.name}) asks for it."
    if campaign.ring_timeout_s < preset.ring_min_s:
        yield "ring_timeout_s", f"Let it ring at least {preset.ring_min_s:g} s before giving up: {asks}"
    if campaign.answer_wait_max_s > preset.wait_max_s:
        yield "answer_wait_max_s", f"Play the message after at most {preset.wait_max_s:g} s without an agent: {asks}"
    yield from _faults_of_detector(campaign)


def _faults_of_detector(campaign: Campaign) -> Iterator[Fault]:
    """The clock of the wait for an agent runs while the detector listens."""
    machines = campaign.machines
    if not machines.detection:
        return
    most_s = campaign.answer_wait_max_s - AGENT_S
    if machines.listening.analysis_max_s > most_s:
        text = (
            f"Let the detector listen for at most {max(0.0, most_s):g} s: it is part of the "
            f"{campaign.answer_wait_max_s:g} s from the answer to an agent or the message."
        )
        yield "machines.listening.analysis_max_s", text
    if machines.action is MachineAction.MESSAGE and machines.message_prompt is None:
        yield "machines.message_prompt", "Choose the prompt that a machine is to hear, or have it hung up on."
