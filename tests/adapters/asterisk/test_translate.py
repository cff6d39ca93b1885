"""What a real Asterisk said (`traces/`, recorded from version 22.10.1), as the core hears it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk import translate
from busyhour.core.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallRang,
    DigitPressed,
    Event,
    LegEnded,
    PhoneGone,
    PhoneRegistered,
    PromptEnded,
)
from busyhour.core.model.values import EndCause

TRACES = Path(__file__).parent / "traces"


def _trace(name: str) -> Any:
    return json.loads((TRACES / f"{name}.json").read_text())


def _heard(messages: list[dict[str, Any]]) -> list[Event]:
    """All that the functions say of these messages, in order; the time of the answer is carried over."""
    told: list[Event | None] = []
    up_utc_s: dict[str, float] = {}
    for message in messages:
        match ari.DECODER.decode(json.dumps(message)):
            case ari.ChannelStateChange() as event:
                if event.channel.state == "Up":
                    up_utc_s[event.channel.id] = event.timestamp.timestamp()
                told.append(translate.rang(event))
            case ari.StasisStart() as event:
                told.append(translate.answered(event, up_utc_s.get(event.channel.id)))
            case ari.ChannelDestroyed() as event:
                told.append(translate.ended(event, up_utc_s=up_utc_s.get(event.channel.id)))
            case ari.ChannelEnteredBridge() as event:
                told.append(translate.joined(event))
            case ari.PlaybackFinished() as event:
                told.append(translate.prompt_ended(event))
    return [event for event in told if event is not None]


@pytest.mark.parametrize(
    ("name", "kinds", "cause"),
    [
        ("talk", [CallRang, CallAnswered, CallEnded], EndCause.NORMAL),
        ("brief", [CallRang, CallAnswered, CallEnded], EndCause.NORMAL),
        ("absolute", [CallRang, CallAnswered, CallEnded], EndCause.TIMEOUT),
        ("busy", [CallEnded], EndCause.BUSY),
        ("ring_out", [CallRang, CallEnded], EndCause.NO_ANSWER),
        ("cancelbyus", [CallRang, CallEnded], EndCause.NO_ANSWER),
        ("not_found", [CallEnded], EndCause.INVALID_NUMBER),
        ("incomplete", [CallEnded], EndCause.INVALID_NUMBER),
        ("unavailable", [CallEnded], EndCause.CONGESTION),
        ("decline", [CallEnded], EndCause.REJECTED),
        ("silent", [CallEnded], EndCause.UNREACHABLE),
        ("deadhost", [CallEnded], EndCause.UNREACHABLE),
    ],
)
@pytest.mark.covers("WD-167", "WD-168", "WD-169", "WD-170", "WD-171", "WD-172")
def test_outcomes_of_a_real_pbx(name: str, kinds: list[type[Event]], cause: EndCause) -> None:
    events = _heard(_trace("outcomes")[name])
    assert [type(event) for event in events] == kinds
    assert isinstance(events[-1], CallEnded)
    assert events[-1].cause is cause


def test_a_redirected_call_was_rejected_whether_asterisk_noted_the_status_or_not() -> None:
    at = msgspec.json.decode(b'"2026-11-21T21:00:29.511+0000"', type=ari.datetime)

    def ended(tech_cause: int, *, redirected: bool, up_utc_s: float | None = None) -> EndCause:
        message = ari.ChannelDestroyed(timestamp=at, channel=_channel("c1-00", "Ringing"), tech_cause=tech_cause)
        told = translate.ended(message, up_utc_s=up_utc_s, redirected=redirected)
        assert told is not None
        return told.cause

    assert ended(302, redirected=True) is EndCause.REJECTED
    assert ended(301, redirected=True) is EndCause.INVALID_NUMBER
    assert ended(0, redirected=True) is EndCause.REJECTED
    assert ended(0, redirected=False) is EndCause.NO_ANSWER
    assert ended(0, redirected=True, up_utc_s=1.0) is EndCause.NORMAL


def test_an_answer_has_the_time_of_the_state_up_not_of_the_application() -> None:
    messages = _trace("outcomes")["brief"]
    up = next(m for m in messages if m["type"] == "ChannelStateChange" and m["channel"]["state"] == "Up")
    answered = next(event for event in _heard(messages) if isinstance(event, CallAnswered))
    assert answered.at_utc_s == msgspec.convert(up, ari.ChannelStateChange).timestamp.timestamp()


def test_a_conversation_of_a_real_pbx() -> None:
    """Joined, held, resumed, a prompt, joined again out of a second prompt; then the agent's leg ends first."""
    events = _heard(_trace("conversation"))
    first = next(event.call for event in events if isinstance(event, CallAnswered))
    story = [type(event).__name__ for event in events if getattr(event, "call", first) == first]
    assert story == [
        "CallRang",
        "CallAnswered",
        "CallJoined",
        "CallJoined",
        "PromptEnded",
        "PromptEnded",
        "CallJoined",
        "LegEnded",
        "PromptEnded",
        "CallEnded",
    ]
    leg = next(event for event in events if isinstance(event, LegEnded))
    assert leg.cause is EndCause.NORMAL
    assert {event.leg for event in events if isinstance(event, CallJoined)} == {leg.leg}
    assert [event.prompt for event in events if isinstance(event, PromptEnded)] == ["lab", "lablong", "lab"]


def test_a_browser_phone_of_a_real_pbx() -> None:
    """Registered, its socket closed; registered again, another tab takes over from it and unregisters. Some of it is
    said twice, and a tab that is taken over from is not the end of the phone."""
    told = [translate.phone_told(fields["Event"], fields) for fields in _trace("browser_phone")]
    there, gone = (1, PhoneRegistered(agent_id=5)), (1, PhoneGone(agent_id=5))
    assert [event for event in told if event is not None] == [there, there, gone, there, there, there, gone]


def _channel(name: str, state: str = "Up") -> ari.Channel:
    return ari.Channel(name, state)


@pytest.mark.parametrize("name", ["1795294829.17", "r1-2", "c-1", "cx-00", "a", "", "c1-00 ", "ra1-7-1-1"])
def test_channels_of_others_are_not_our_affair(name: str) -> None:
    at = msgspec.json.decode(b'"2026-11-21T21:00:29.511+0000"', type=ari.datetime)
    assert translate.rang(ari.ChannelStateChange(timestamp=at, channel=_channel(name, "Ringing"))) is None
    assert translate.answered(ari.StasisStart(timestamp=at, channel=_channel(name)), None) is None
    assert translate.ended(ari.ChannelDestroyed(timestamp=at, channel=_channel(name)), up_utc_s=1.0) is None
    assert translate.pressed(ari.ChannelDtmfReceived(channel=_channel(name), digit="1")) is None
    assert translate.prompt_ended(ari.PlaybackFinished(playback=ari.Playback(f"{name}~welcome"))) is None


def test_only_a_customer_in_an_agents_room_is_joined() -> None:
    at = msgspec.json.decode(b'"2026-11-21T21:00:29.511+0000"', type=ari.datetime)

    def entered(channel: str, bridge: str) -> CallJoined | None:
        return translate.joined(
            ari.ChannelEnteredBridge(timestamp=at, channel=_channel(channel), bridge=ari.Bridge(bridge))
        )

    assert entered("c1-00", "ra1-7-1-1") == CallJoined(call="c1-00", leg="a1-7-1-1", at_utc_s=at.timestamp())
    assert entered("a1-7-1-1", "ra1-7-1-1") is None
    assert entered("c1-00", "conference") is None
    assert entered("c1-00", "rc1-01") is None


def test_a_digit() -> None:
    message = ari.ChannelDtmfReceived(channel=_channel("c1-00"), digit="#")
    assert translate.pressed(message) == DigitPressed(call="c1-00", digit="#")


def test_a_playback_that_is_not_ours() -> None:
    assert translate.prompt_ended(ari.PlaybackFinished(playback=ari.Playback("c1-00"))) is None


def _peer(resource: str, status: str) -> dict[str, str]:
    return {"Event": "PeerStatus", "Peer": f"PJSIP/{resource}", "PeerStatus": status}


@pytest.mark.parametrize("resource", ["t1-1", "g1", "g1-x", "phone1", "gg1-1", ""])
def test_other_endpoints_are_no_phones(resource: str) -> None:
    assert translate.phone_listed(ari.Endpoint("PJSIP", resource, "online")) is None
    assert translate.phone_told("PeerStatus", _peer(resource, "Reachable")) is None


@pytest.mark.parametrize("name", [translate.phone_of(3, 41), translate.sip_phone_of(3, 41)])
def test_names_of_phones_are_known_again(name: str) -> None:
    there, gone = (3, PhoneRegistered(agent_id=41)), (3, PhoneGone(agent_id=41))
    assert translate.phone_listed(ari.Endpoint("PJSIP", name, "offline")) == gone
    assert translate.phone_listed(ari.Endpoint("PJSIP", name, "online")) == there
    assert translate.phone_told("PeerStatus", _peer(name, "Unreachable")) == gone
    assert translate.phone_told("PeerStatus", _peer(name, "Reachable")) == there


@pytest.mark.parametrize("status", ["Lagged", "", "reachable"])
def test_what_says_nothing_of_being_there_is_not_told(status: str) -> None:
    assert translate.phone_told("PeerStatus", _peer("g1-5", status)) is None
    assert translate.phone_told("PeerStatus", {}) is None
    assert translate.phone_told("ContactStatus", {"EndpointName": "g1-5", "ContactStatus": "Removed"}) is None
    assert translate.phone_listed(ari.Endpoint("PJSIP", "g1-5", "unknown")) is None
