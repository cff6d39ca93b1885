"""May this number be called at this instant? The one decision behind every outbound call (I5 to I7, I10).

It is asked twice: when the hopper is filled (on a picture that may be a little old) and, decisively, inside the
transaction that commits the dial intent, on rows read and locked there.
"""

from msgspec import Struct

from busyhour.core.dialer.compliance.hours import is_lawful_hour, next_lawful_hour
from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.dialer.hours import (
    ZONE_AGAIN_S,
    is_open,
    is_open_everywhere,
    next_open,
    zone_known,
    zones_of,
)
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import Refusal

NUMBER_LIVE_WAIT_S = 60.0  # a number that is on the line already is looked at again after this
CAP_WINDOW_S = 86_400.0


class DialPicture(Struct, frozen=True, kw_only=True):
    """What the decision looks at."""

    utc_s: float
    campaign: Campaign
    run_running: bool
    member_open: bool  # taken by this hopper and not final
    on_dnc: bool  # on the tenant's list or on a black list of the campaign
    zones: tuple[str, ...]  # every zone that the number may be in, or the contact's own; none: it may be anywhere
    number_live: bool  # another attempt to the same number is open in this tenant
    attempts_24h: int  # to this number, over all campaigns
    oldest_24h_utc_s: float | None = None  # the first of those
    abandoned_utc_s: float | None = None  # when the last abandoned call to this number ended, over all campaigns
    machine_utc_s: float | None = None  # when the last call to this number that a machine had ended, likewise
    due_utc_s: float = 0.0  # when the member was to be called
    agent_sure: bool = False  # an agent is on the line before it is dialed


class Verdict(Struct, frozen=True, kw_only=True):
    """`refusal` None = yes. `due_utc_s`: when to ask again; None = never."""

    refusal: Refusal | None = None
    due_utc_s: float | None = None


YES = Verdict()


def may_dial(picture: DialPicture) -> Verdict:
    """The first reason that forbids the call, hardest first; `YES` when none does."""
    if not picture.member_open:
        return Verdict(refusal=Refusal.CONTACT_CLOSED)
    if picture.on_dnc:
        return Verdict(refusal=Refusal.DNC)
    if not picture.run_running:
        return Verdict(refusal=Refusal.RUN_NOT_RUNNING, due_utc_s=picture.utc_s)
    if picture.due_utc_s > picture.utc_s:  # it was taken while the clock was wrong (D1)
        return Verdict(refusal=Refusal.NOT_DUE, due_utc_s=picture.due_utc_s)
    if picture.number_live:
        return Verdict(refusal=Refusal.NUMBER_LIVE, due_utc_s=picture.utc_s + NUMBER_LIVE_WAIT_S)
    return _within_cap(picture) or _after_abandoned(picture) or _after_machine(picture) or _within_hours(picture) or YES


def _within_cap(picture: DialPicture) -> Verdict | None:
    cap = picture.campaign.attempts_per_day_max
    if not cap or picture.attempts_24h < cap:
        return None
    oldest = picture.oldest_24h_utc_s if picture.oldest_24h_utc_s is not None else picture.utc_s
    return Verdict(refusal=Refusal.NUMBER_CAP, due_utc_s=oldest + CAP_WINDOW_S)


def _after_abandoned(picture: DialPicture) -> Verdict | None:
    """The law wants an agent to be sure, or this time to pass."""
    again_s = preset_of(picture.campaign.compliance.preset).abandoned_again_s
    if picture.agent_sure or picture.abandoned_utc_s is None or picture.utc_s >= picture.abandoned_utc_s + again_s:
        return None
    return Verdict(refusal=Refusal.ABANDONED_LATELY, due_utc_s=picture.abandoned_utc_s + again_s)


def _after_machine(picture: DialPicture) -> Verdict | None:
    """The same after a machine; the campaign may want longer than the law."""
    campaign = picture.campaign
    again_s = max(preset_of(campaign.compliance.preset).machine_again_s, campaign.machines.again_s)
    if picture.agent_sure or picture.machine_utc_s is None or picture.utc_s >= picture.machine_utc_s + again_s:
        return None
    return Verdict(refusal=Refusal.MACHINE_LATELY, due_utc_s=picture.machine_utc_s + again_s)


def _within_hours(picture: DialPicture) -> Verdict | None:
    campaign, utc_s = picture.campaign, picture.utc_s
    if not is_open(campaign.active_hours, campaign.time_zone, utc_s):
        if not zone_known(campaign.time_zone):
            return Verdict(refusal=Refusal.ZONE_UNKNOWN, due_utc_s=utc_s + ZONE_AGAIN_S)
        due = next_open(campaign.active_hours, (campaign.time_zone,), utc_s)
        return Verdict(refusal=Refusal.OUT_OF_HOURS_CAMPAIGN, due_utc_s=due)
    zones = zones_of(None, picture.zones)
    open_, lawful = is_open_everywhere(campaign.callee_hours, zones, utc_s), is_lawful_hour(campaign, zones, utc_s)
    if open_ and lawful:
        return None
    if not all(zone_known(name) for name in zones):
        return Verdict(refusal=Refusal.ZONE_UNKNOWN, due_utc_s=utc_s + ZONE_AGAIN_S)
    if not open_:
        due = next_open(campaign.callee_hours, zones, utc_s)
        return Verdict(refusal=Refusal.OUT_OF_HOURS_CALLEE, due_utc_s=due)
    return Verdict(refusal=Refusal.OUT_OF_HOURS_LAW, due_utc_s=next_lawful_hour(campaign, zones, utc_s))
