"""One function for each message: from what the PBX says to what the core hears. Pure; None = not our affair.

Channels are known by their names alone (`core/model/ids.py`): `c...`, `b...` and `i...` are calls, `a...` an agent's
leg, all others belong to somebody else. Times are the PBX's own.
"""

import re
from collections.abc import Mapping
from typing import Final

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk.causes import end_cause, given_up
from busyhour.core.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    CallPickedUp,
    CallRang,
    DigitPressed,
    LegEnded,
    PhoneGone,
    PhoneRegistered,
    PromptEnded,
    WhisperEnded,
)
from busyhour.core.model.ids import came_in, is_call, is_ear, is_leg, is_party, room_of
from busyhour.core.model.supervising import EarClosed
from busyhour.core.model.values import EndCause

PROMPT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
ANNOUNCEMENT: Final = "*"
"""In the place of a prompt's name; no prompt has it."""
NAME_MAX: Final = 256
"""Characters of a caller's name that are handed on."""
PEER_THERE: Final = {"Reachable": True, "Unreachable": False}
PHONE: Final = re.compile(r"(?P<kind>[gs])(?P<tenant>[0-9]+)-(?P<agent>[0-9]+)")


def rang(event: ari.ChannelStateChange) -> CallRang | None:
    if event.channel.state != "Ringing" or not is_call(event.channel.name) or came_in(event.channel.name):
        return None
    return CallRang(call=event.channel.name, at_utc_s=event.timestamp.timestamp())


def arrived(event: ari.StasisStart) -> CallArrived | None:
    """A caller, who rings in our application; since when they ring at all, perhaps while no engine was there, is when
    their wait began (I20)."""
    call = event.channel.name
    if not came_in(call):
        return None
    number, dialed = ari.came_by(event.channel.channelvars)
    name = event.channel.caller.name[:NAME_MAX]
    came_at = event.channel.creationtime or event.timestamp
    return CallArrived(call=call, dialed=dialed, number=number, name=name, at_utc_s=came_at.timestamp())


def answered(event: ari.StasisStart, up_utc_s: float | None) -> CallAnswered | None:
    """A call that we dialed is ours when it enters our application; it was answered when its state became Up, a moment
    before."""
    if not is_call(event.channel.name):
        return None
    at_utc_s = event.timestamp.timestamp()
    heard = event.channel.channelvars.heard
    analysis_s = max(0.0, at_utc_s - up_utc_s) if heard is not None and up_utc_s is not None else None
    return CallAnswered(call=event.channel.name, at_utc_s=up_utc_s or at_utc_s, heard=heard, analysis_s=analysis_s)


def picked_up(event: ari.ChannelStateChange) -> CallPickedUp | None:
    """It is up, and is being listened to before it is ours."""
    if not is_call(event.channel.name) or came_in(event.channel.name) or not event.channel.channelvars.listening:
        return None
    return CallPickedUp(call=event.channel.name, at_utc_s=event.timestamp.timestamp())


def ended(
    event: ari.ChannelDestroyed, *, up_utc_s: float | None, redirected: bool = False
) -> CallEnded | LegEnded | EarClosed | None:
    """`up_utc_s`: when its answer was seen; a channel that is up without that was answered at the latest now.
    `redirected`: Asterisk ends such a channel itself, now and then before it has noted the status."""
    channel, name = event.channel, event.channel.name
    if is_ear(name):
        return EarClosed(ear=name)
    if not (is_call(name) or is_leg(name) or is_party(name)):
        return None
    at_utc_s = event.timestamp.timestamp()
    if up_utc_s is None and channel.state == "Up":
        up_utc_s = at_utc_s
    was_up = up_utc_s is not None
    if redirected and not was_up and event.tech_cause == 0:
        cause = EndCause.REJECTED
    elif came_in(name) and not was_up:
        cause = given_up(event.cause)
    else:
        cause = end_cause(event.cause, event.tech_cause, answered=was_up, rang=channel.state == "Ringing")
    if is_call(name):
        return CallEnded(call=name, cause=cause, at_utc_s=at_utc_s, answered_utc_s=up_utc_s)
    return LegEnded(leg=name, cause=cause, at_utc_s=at_utc_s)


def joined(event: ari.ChannelEnteredBridge) -> CallJoined | None:
    leg = event.bridge.id[1:]
    if not is_call(event.channel.name) or not (is_leg(leg) or is_party(leg)) or event.bridge.id != room_of(leg):
        return None
    return CallJoined(call=event.channel.name, leg=leg, at_utc_s=event.timestamp.timestamp())


def prompt_ended(event: ari.PlaybackFinished) -> PromptEnded | WhisperEnded | None:
    """An announcement's end is nobody's affair: the music goes on by itself."""
    who, _, prompt = event.playback.id.partition("~")
    if not prompt or prompt == ANNOUNCEMENT:
        return None
    if is_leg(who):
        return WhisperEnded(leg=who, prompt=prompt)
    return PromptEnded(call=who, prompt=prompt, complete=event.playback.state == "done") if is_call(who) else None


def pressed(event: ari.ChannelDtmfReceived) -> DigitPressed | None:
    if not is_call(event.channel.name):
        return None
    return DigitPressed(call=event.channel.name, digit=event.digit)


def phone_listed(endpoint: ari.Endpoint) -> tuple[int, PhoneRegistered | PhoneGone] | None:
    """One of ARI's list of endpoints; with its tenant."""
    return _phone(endpoint.resource, {"online": True, "offline": False}.get(endpoint.state))


def phone_told(event: str, fields: Mapping[str, str]) -> tuple[int, PhoneRegistered | PhoneGone] | None:
    """What AMI says of an endpoint that can be reached now, or no longer; with its tenant. A browser that takes over
    from another one changes nothing of that, and is told by its contact alone."""
    if event == "PeerStatus":
        return _phone(fields.get("Peer", "").removeprefix("PJSIP/"), PEER_THERE.get(fields.get("PeerStatus", "")))
    if event == "ContactStatus" and fields.get("ContactStatus") == "NonQualified":
        return _phone(fields.get("EndpointName", ""), there=True)
    return None


def _phone(endpoint: str, there: bool | None) -> tuple[int, PhoneRegistered | PhoneGone] | None:
    found = PHONE.fullmatch(endpoint)
    if found is None or there is None:
        return None
    agent_id = int(found["agent"])
    return int(found["tenant"]), PhoneRegistered(agent_id=agent_id) if there else PhoneGone(agent_id=agent_id)


# Names that carry what the PBX will tell us back


def playback_of(call: str, prompt: str) -> str:
    return f"{call}~{prompt}"


def phone_of(tenant: int, agent_id: int) -> str:
    """The endpoint of an agent's browser phone."""
    return f"g{tenant}-{agent_id}"


def sip_phone_of(tenant: int, agent_id: int) -> str:
    """The endpoint of an agent's SIP phone at a fixed address."""
    return f"s{tenant}-{agent_id}"
