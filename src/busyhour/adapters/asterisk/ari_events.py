"""The messages of ARI that we use, with only the fields that we use; msgspec skips the rest without building it.

A message of any other type fails to decode with `msgspec.ValidationError`: it is counted and ignored (`ari.py`).
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct


class Message(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of all messages; the tag is the class's own name, as ARI spells it."""


class Channel(Struct, frozen=True):
    id: str
    state: str = ""  # Down, Ring, Ringing, Up, ...


class Bridge(Struct, frozen=True):
    id: str


class Playback(Struct, frozen=True):
    id: str
    state: str = ""  # done, failed, ...


class ChannelStateChange(Message, frozen=True, kw_only=True):
    timestamp: datetime
    channel: Channel


class ChannelDestroyed(Message, frozen=True, kw_only=True):
    timestamp: datetime
    channel: Channel
    cause: int = 0
    tech_cause: int = 0  # SIP status; Asterisk 22 and newer


class ChannelDtmfReceived(Message, frozen=True, kw_only=True):
    channel: Channel
    digit: str


class ChannelEnteredBridge(Message, frozen=True, kw_only=True):
    timestamp: datetime
    channel: Channel
    bridge: Bridge


class ChannelLeftBridge(Message, frozen=True, kw_only=True):
    channel: Channel
    bridge: Bridge


class StasisStart(Message, frozen=True, kw_only=True):
    timestamp: datetime
    channel: Channel


class Dial(Message, frozen=True, kw_only=True):
    """A step of calling out; of interest is only the one that leads elsewhere."""

    peer: Channel
    forward: str = ""
    forwarded: Channel | None = None


class PlaybackFinished(Message, frozen=True, kw_only=True):
    playback: Playback


class ApplicationReplaced(Message, frozen=True, kw_only=True):
    """Another socket has taken our application."""


class RESTResponse(Message, frozen=True, kw_only=True):
    request_id: str = ""
    status_code: int = 0
    message_body: str | None = None


AriEvent = (
    ChannelStateChange
    | ChannelDestroyed
    | ChannelDtmfReceived
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | StasisStart
    | PlaybackFinished
    | Dial
)

EVENT_TYPES: Final = (
    "ChannelStateChange",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelEnteredBridge",
    "ChannelLeftBridge",
    "StasisStart",
    "PlaybackFinished",
    "Dial",
    "ApplicationReplaced",
    "RESTResponse",  # the filter holds back answers to our own requests too
)
"""What we ask the PBX to send (its event filter): a fifth of what it would send otherwise."""

DECODER: Final = msgspec.json.Decoder(AriEvent | ApplicationReplaced | RESTResponse)


# Answers of the REST side


class Dialplan(Struct, frozen=True):
    app_name: str = ""
    app_data: str = ""


class ChannelRow(Struct, frozen=True):
    id: str
    creationtime: datetime
    state: str = ""
    dialplan: Dialplan = Dialplan()


class BridgeRow(Struct, frozen=True):
    id: str
    channels: tuple[str, ...] = ()


class Endpoint(Struct, frozen=True):
    technology: str
    resource: str
    state: str = ""  # online, offline, unknown


class InfoStatus(Struct, frozen=True):
    startup_time: str = ""


class InfoSystem(Struct, frozen=True):
    version: str = ""
    entity_id: str = ""


class Info(Struct, frozen=True):
    status: InfoStatus = InfoStatus()
    system: InfoSystem = InfoSystem()
