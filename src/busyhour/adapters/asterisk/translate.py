"""One function for each message of ARI: from what the PBX says to what the core hears. Pure; None = not our affair.

Channels are known by their names alone (`core/model/ids.py`): `c...` a call, `a...` an agent's leg, all others belong
to somebody else. Times are the PBX's own.
"""

import re
from typing import Final

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk.causes import end_cause
from busyhour.core.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallRang,
    DigitPressed,
    LegEnded,
    PhoneGone,
    PhoneRegistered,
    PromptEnded,
)
from busyhour.core.model.ids import is_call, is_leg, room_of

PROMPT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
PHONE: Final = re.compile(r"(?P<kind>[gs])(?P<tenant>[0-9]+)-(?P<agent>[0-9]+)")


def rang(event: ari.ChannelStateChange) -> CallRang | None:
    if event.channel.state != "Ringing" or not is_call(event.channel.id):
        return None
    return CallRang(call=event.channel.id, at_utc_s=event.timestamp.timestamp())


def answered(event: ari.StasisStart, up_utc_s: float | None) -> CallAnswered | None:
    """The call is ours when it enters our application; it was answered when its state became Up, a moment before."""
    if not is_call(event.channel.id):
        return None
    return CallAnswered(call=event.channel.id, at_utc_s=up_utc_s or event.timestamp.timestamp())


def ended(event: ari.ChannelDestroyed, *, up_utc_s: float | None) -> CallEnded | LegEnded | None:
    """`up_utc_s`: when its answer was seen; a channel that is up without that was answered at the latest now."""
    channel = event.channel
    if not (is_call(channel.id) or is_leg(channel.id)):
        return None
    at_utc_s = event.timestamp.timestamp()
    if up_utc_s is None and channel.state == "Up":
        up_utc_s = at_utc_s
    was_up = up_utc_s is not None
    cause = end_cause(event.cause, event.tech_cause, answered=was_up, rang=channel.state == "Ringing")
    if is_call(channel.id):
        return CallEnded(call=channel.id, cause=cause, at_utc_s=at_utc_s, answered_utc_s=up_utc_s)
    return LegEnded(leg=channel.id, cause=cause, at_utc_s=at_utc_s)


def joined(event: ari.ChannelEnteredBridge) -> CallJoined | None:
    leg = event.bridge.id[1:]
    if not is_call(event.channel.id) or not is_leg(leg) or event.bridge.id != room_of(leg):
        return None
    return CallJoined(call=event.channel.id, leg=leg, at_utc_s=event.timestamp.timestamp())


def prompt_ended(event: ari.PlaybackFinished) -> PromptEnded | None:
    call, _, prompt = event.playback.id.partition("~")
    if not prompt or not is_call(call):
        return None
    return PromptEnded(call=call, prompt=prompt)


def pressed(event: ari.ChannelDtmfReceived) -> DigitPressed | None:
    if not is_call(event.channel.id):
        return None
    return DigitPressed(call=event.channel.id, digit=event.digit)


def phone_changed(endpoint: ari.Endpoint) -> PhoneRegistered | PhoneGone | None:
    found = PHONE.fullmatch(endpoint.resource)
    if found is None or endpoint.state not in {"online", "offline"}:
        return None
    agent_id = int(found["agent"])
    return PhoneRegistered(agent_id=agent_id) if endpoint.state == "online" else PhoneGone(agent_id=agent_id)


# Names that carry what the PBX will tell us back


def playback_of(call: str, prompt: str) -> str:
    return f"{call}~{prompt}"


def phone_of(tenant: int, agent_id: int) -> str:
    """The endpoint of an agent's browser phone."""
    return f"g{tenant}-{agent_id}"


def sip_phone_of(tenant: int, agent_id: int) -> str:
    """The endpoint of an agent's SIP phone at a fixed address."""
    return f"s{tenant}-{agent_id}"


def tenant_of_phone(endpoint: str) -> int | None:
    found = PHONE.fullmatch(endpoint)
    return int(found["tenant"]) if found else None
