"""The messages of ARI that we use, with only the fields that we use; msgspec skips the rest without building it.

A message of any other type fails to decode with `msgspec.ValidationError`: it is counted and ignored (`ari.py`).
"""

import re
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct, field

from busyhour.adapters.asterisk.dialplan import PARKED
from busyhour.adapters.asterisk.listening import ASKED, FOUND, heard_of
from busyhour.core.model.ids import caller_of
from busyhour.core.model.pictures import Parked
from busyhour.core.model.values import Heard

CAME: Final = re.compile(r"(?P<tenant>[0-9]{1,18})/(?P<number>[^/]*)/(?P<dialed>.*)", re.DOTALL)
"""What the dialplan writes on a channel that came in (`templates/extensions.conf`); no other channel has it, also not
one that the PBX makes over the same trunk."""

PLACE: Final = re.compile(r"(?P<slot>[0-9]{1,3})/(?P<agent>[0-9]{1,18})/(?P<since>[0-9]{1,12}\.[0-9]{3})")

NUMBER_MAX: Final = 80
"""Characters of a number: as many as an extension of the PBX has."""
NO_NUMBERS: Final = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private", "withheld"})
"""What stands in the place of a number that is not shown."""


class Message(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of all messages; the tag is the class's own name, as ARI spells it."""


class Marks(Struct, frozen=True):
    """The variables that ARI shows with each channel (`templates/ari.conf`)."""

    came: str = field(default="", name="BUSYHOUR_CAME")
    listen: str = field(default="", name=ASKED)
    found: str = field(default="", name=FOUND)
    parked: str = field(default="", name=PARKED)

    @property
    def heard(self) -> Heard | None:
        return heard_of(self.found)

    @property
    def listening(self) -> bool:
        """If it is up: nobody has said yet who answered."""
        return bool(self.listen) and not self.found


class Party(Struct, frozen=True):
    name: str = ""
    number: str = ""


class Channel(Struct, frozen=True):
    id: str  # the PBX's; ours is `name`
    state: str = ""  # Down, Ring, Ringing, Up, ...
    channelvars: Marks = Marks()
    caller: Party = Party()
    creationtime: datetime | None = None

    @property
    def name(self) -> str:
        return name_of(self.id, self.channelvars)


def name_of(pbx_id: str, marks: Marks) -> str:
    """What we call a channel (`core/model/ids.py`)."""
    if not marks.came or (found := CAME.fullmatch(marks.came)) is None:
        return pbx_id
    return caller_of(tenant=int(found["tenant"]), pbx_id=pbx_id)


def came_by(marks: Marks) -> tuple[str, str]:
    """The caller's number and the number that was dialed, of a channel that came in. Empty: withheld."""
    found = CAME.fullmatch(marks.came)
    if found is None:
        return "", ""
    number = found["number"][:NUMBER_MAX]
    return "" if number.lower() in NO_NUMBERS else number, found["dialed"][:NUMBER_MAX]


def parked_by(marks: Marks) -> Parked | None:
    """Where this customer was put last, if they ever were."""
    found = PLACE.fullmatch(marks.parked)
    if found is None:
        return None
    return Parked(slot=int(found["slot"]), agent_id=int(found["agent"]), since_utc_s=float(found["since"]))


def parked_mark(parked: Parked) -> str:
    return f"{parked.slot}/{parked.agent_id}/{parked.since_utc_s:.3f}"


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
    context: str = ""
    app_name: str = ""
    app_data: str = ""


class ChannelRow(Struct, frozen=True):
    id: str
    creationtime: datetime
    state: str = ""
    dialplan: Dialplan = Dialplan()
    channelvars: Marks = Marks()
    caller: Party = Party()

    @property
    def name(self) -> str:
        return name_of(self.id, self.channelvars)


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
