"""The PBX's clock may be another one than ours (D4): what it has stamped is told in our time from here on.

By how much it is ahead each picture of the PBX says. What came first is never decided by these times, only by the order
in which facts are heard; but how long somebody has waited since an answer, and what records and reports say, is.
"""

from typing import Any

from msgspec.structs import replace

from busyhour.core import events as e
from busyhour.core.floor.state import FloorState
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.pictures import CallHistory, ChannelPicture, PbxPicture

PICTURED = (e.FloorStarted, e.TelephonyBack, e.PbxSeen)
DOUBT_S = 0.25  # how far two clocks are apart is known up to this
STAMPS: dict[type, tuple[str, ...]] = {
    e.CallArrived: ("at_utc_s",),
    e.CallRang: ("at_utc_s",),
    e.CallPickedUp: ("at_utc_s",),
    e.CallAnswered: ("at_utc_s",),
    e.CallJoined: ("at_utc_s",),
    e.CallEnded: ("at_utc_s", "answered_utc_s"),
    e.CallMissing: ("answered_utc_s", "ended_utc_s"),
    e.LegAnswered: ("at_utc_s",),
    e.LegEnded: ("at_utc_s",),
    ChannelPicture: ("answered_utc_s", "created_utc_s"),
    CallHistory: ("answered_utc_s", "ended_utc_s"),
    MissedCaller: ("arrived_utc_s", "answered_utc_s", "ended_utc_s"),
}
"""The times in each fact that the PBX has stamped. One that is not known is None or 0."""


def in_our_time(f: FloorState, event: e.Event) -> e.Event:
    """The same fact, with the PBX's times as our clock showed them. A picture also says how far its clock is off."""
    if isinstance(event, PICTURED):
        f.pbx_ahead_s = event.pbx.ahead_s
        return replace(event, pbx=_pictured(f, event.pbx)) if f.pbx_ahead_s else event
    if not f.pbx_ahead_s:
        return event
    if isinstance(event, e.CallersMissed):
        return replace(event, callers=tuple(_ours(f, one) for one in event.callers))
    ours: e.Event = _ours(f, event)
    return ours


def in_pbx_time(f: FloorState, utc_s: float) -> float:
    """What the PBX's clock showed then: to ask for its records."""
    return utc_s + f.pbx_ahead_s


def is_before(f: FloorState, pbx_utc_s: float, our_utc_s: float) -> bool:
    """Whether what the PBX stamped was before what we did, whose effect it may be. By two clocks only what is surely
    so: else the end of a call that we hung up would be its own."""
    return pbx_utc_s < our_utc_s - (DOUBT_S if f.pbx_ahead_s else 0.0)


def _pictured(f: FloorState, pbx: PbxPicture) -> PbxPicture:
    channels = tuple(_ours(f, channel) for channel in pbx.channels)
    return replace(pbx, channels=channels, histories=tuple(_ours(f, history) for history in pbx.histories))


def _ours(f: FloorState, stamped: Any) -> Any:
    names = STAMPS.get(type(stamped), ())
    changed = {name: at_s - f.pbx_ahead_s for name in names if (at_s := getattr(stamped, name))}
    return replace(stamped, **changed) if changed else stamped
