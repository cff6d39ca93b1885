"""Callers, and what is done with them, on a PBX that is not there. The real one: `tests/real/test_inbound_pbx.py`."""

import asyncio
from pathlib import Path

import pytest

from busyhour.adapters.asterisk import telephony_callers
from busyhour.adapters.asterisk.ari_events import Bridge, Channel, ChannelEnteredBridge, Marks, Party, Playback
from busyhour.adapters.asterisk.ari_events import PlaybackFinished as Finished
from busyhour.adapters.asterisk.history import read_histories
from busyhour.adapters.asterisk.translate import ANNOUNCEMENT, playback_of
from busyhour.core.commands import (
    Announce,
    AnswerCall,
    HangUpCall,
    Hold,
    Join,
    PlayPrompt,
    RejectCall,
    SendOn,
    Whisper,
)
from busyhour.core.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    DigitPressed,
    PromptEnded,
    WhisperEnded,
)
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.values import EndCause
from tests.adapters.asterisk.caller_world import CALL, LEG, MARKS, PBX_ID, RAW, World, at

ARRIVED = CallArrived(call=CALL, dialed="4930100", number="+4930777", name="Ada", at_utc_s=100.0)
ENDED = CallEnded(call=CALL, cause=EndCause.NORMAL, at_utc_s=110.0, answered_utc_s=None)
OUTSIDE = Trunk(trunk_id=3, name="outside", endpoint="t1-3", capacity=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "busyhour").mkdir()
    for name in ("welcome", "say-en-us-place-1", "say-en-us-place-2", "say-en-us-wait-soon"):
        (tmp_path / "busyhour" / f"{name}.wav").touch()
    return World(tmp_path)


async def came(world: World) -> None:
    world.comes()
    await world.settled()
    world.asked.clear()


# Arriving


@pytest.mark.covers("CP-044")
async def test_an_arrival_is_told_with_its_headers(world: World) -> None:
    world.said = {
        "PJSIP_HEADERS()": "Via,From,x-skills,ANI,Accept,X-Other",
        "PJSIP_HEADER(read,x-skills)": "dutch:3",
        "PJSIP_HEADER(read,ANI)": "9" * 1000,
    }
    world.comes()
    assert world.told == []
    await world.settled()
    (told,) = world.told
    assert told == CallArrived(
        call=CALL,
        dialed="4930100",
        number="+4930777",
        name="Ada",
        headers={"x-skills": "dutch:3", "ANI": "9" * 256},
        at_utc_s=100.0,
    )
    assert world.asked[0] == f"GET channels/{PBX_ID}/variable PJSIP_HEADERS()"
    assert len(world.asked) == 3


@pytest.mark.parametrize(
    ("marks", "dialed", "number"),
    [
        ("1/Anonymous/4930100", "4930100", ""),
        ("1//4930100", "4930100", ""),
        ("1/+49/a/b\n", "a/b\n", "+49"),
        (f"1/{'1' * 500}/{'2' * 500}", "2" * 80, "1" * 80),
    ],
)
async def test_what_the_carrier_says_is_taken_as_it_is_and_cut(
    world: World, marks: str, dialed: str, number: str
) -> None:
    world.comes(Channel(PBX_ID, "Ring", Marks(marks), Party("n" * 1000)))
    await world.settled()
    (told,) = world.told
    assert isinstance(told, CallArrived)
    assert (told.dialed, told.number, len(told.name)) == (dialed, number, 256)


@pytest.mark.parametrize("marks", ["", "1", "x/1/2", "/1/2", "-1/1/2"])
async def test_who_has_no_mark_of_ours_is_nobodys_caller(world: World, marks: str) -> None:
    """Such as a channel that the PBX makes over the same trunk."""
    world.comes(Channel(PBX_ID, "Ring", Marks(marks)))
    world.state("Up", marks=Marks(marks))
    world.ends(marks=Marks(marks))
    await world.settled()
    assert (world.told, world.asked) == ([], [])


@pytest.mark.parametrize("status", [None, 404, 500])
async def test_headers_that_cannot_be_read_do_not_keep_a_caller_waiting(world: World, status: int | None) -> None:
    world.status = lambda _request: status
    world.comes()
    await world.settled()
    assert world.told == [ARRIVED]


async def test_headers_that_take_too_long_are_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephony_callers, "HEADERS_MAX_S", 0.01)

    async def never(*_: object) -> str:
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(world.telephony._callers, "_ask", never)
    world.comes()
    await world.settled()
    assert world.told == [ARRIVED]


async def test_who_hangs_up_while_their_headers_are_read_has_arrived_and_gone(world: World) -> None:
    world.comes()
    world.ends()
    await world.settled()
    assert world.told == [ARRIVED, ENDED]


async def test_an_arrival_is_told_once(world: World) -> None:
    world.comes()
    world.comes()
    await world.settled()
    world.comes()
    await world.settled()
    assert world.told == [ARRIVED]


async def test_who_never_came_to_our_application_is_not_told_of(world: World) -> None:
    world.state("Up")
    world.ends(state="Up")
    await world.settled()
    assert world.told == []


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (0, EndCause.NORMAL),
        (127, EndCause.NORMAL),
        (19, EndCause.NORMAL),
        (17, EndCause.BUSY),
        (1, EndCause.INVALID_NUMBER),
        (102, EndCause.TIMEOUT),
        (41, EndCause.CONGESTION),
    ],
)
async def test_why_a_caller_who_was_not_answered_is_gone(world: World, cause: int, expected: EndCause) -> None:
    await came(world)
    world.ends(cause=cause)
    ended = world.told[-1]
    assert isinstance(ended, CallEnded)
    assert ended.cause is expected


async def test_who_hangs_up_in_a_prompt_is_gone_and_that_is_all(world: World) -> None:
    await came(world)
    await world.telephony.act(PlayPrompt(call=CALL, prompt="welcome"))
    world.ends()
    assert world.told == [ARRIVED, ENDED]


async def test_their_life_is_told_as_that_of_any_call(world: World) -> None:
    await came(world)
    world.state("Ringing")
    world.state("Up", at_utc_s=103.0)
    channel = Channel(PBX_ID, "Up", MARKS)
    world.hear(ChannelEnteredBridge(timestamp=at(104.0), channel=channel, bridge=Bridge(f"r{LEG}")))
    world.hear(Finished(playback=Playback(playback_of(CALL, "welcome"))))
    world.ends(state="Up")
    assert world.told[1:] == [
        CallAnswered(call=CALL, at_utc_s=103.0),
        CallJoined(call=CALL, leg=LEG, at_utc_s=104.0),
        PromptEnded(call=CALL, prompt="welcome", complete=False),
        CallEnded(call=CALL, cause=EndCause.NORMAL, at_utc_s=110.0, answered_utc_s=103.0),
    ]
    assert not any(isinstance(event, DigitPressed) for event in world.told)


def test_the_records_know_callers_by_the_pbxs_own_id(tmp_path: Path) -> None:
    cel = tmp_path / "cel.csv"
    rows = [f'CHAN_START,100.0,{PBX_ID},"x","{{}}"', f'ANSWER,101.0,{PBX_ID},"x","{{}}"']
    cel.write_text("\n".join([*rows, f'HANGUP,102.0,{PBX_ID},"x","{{""hangupcause"":16}}"', ""]))
    (history,) = read_histories(cel, [CALL, "c1-00"])
    assert (history.channel, history.answered_utc_s, history.ended_utc_s) == (CALL, 101.0, 102.0)


# Orders


async def test_an_answer_sets_the_limit_first_and_is_told_by_the_pbx(world: World) -> None:
    await came(world)
    order = AnswerCall(call=CALL, call_max_s=59.5)
    assert await world.telephony.act(order) is None
    assert world.asked == [
        f"POST channels/{PBX_ID}/variable TIMEOUT(absolute)=60",
        f"POST channels/{PBX_ID}/answer",
    ]
    world.state("Up", at_utc_s=103.0)
    assert await world.telephony.act(order) == CallAnswered(call=CALL, at_utc_s=103.0)


@pytest.mark.parametrize("status", [None, 0, 404, 409, 500])
async def test_no_fault_of_the_pbx_breaks_an_order(world: World, status: int | None) -> None:
    """What became of it is shown by the PBX's events, or by the next picture."""
    await came(world)
    world.status = lambda _request: status
    orders = (
        AnswerCall(call=CALL, call_max_s=60.0),
        Hold(call=CALL, leg=""),
        Announce(call=CALL, place=1, wait_s=None),
        RejectCall(call=CALL, busy=True),
        SendOn(call=CALL, trunk=OUTSIDE, number="+49301", caller_id="", ring_timeout_s=1.0),
    )
    for order in orders:
        assert await world.telephony.act(order) is None


@pytest.mark.parametrize(("busy", "cause"), [(True, 17), (False, 1)])
async def test_turned_away(world: World, busy: bool, cause: int, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = []
    ask = world.telephony.link.ask

    async def noted(method: str, path: str, query: dict[str, str], **more: object) -> object:
        codes.append(query["reason_code"])
        return await ask(method, path, query)

    monkeypatch.setattr(world.telephony.link, "ask", noted)
    await world.telephony.act(RejectCall(call=CALL, busy=busy))
    assert (codes, world.asked) == ([str(cause)], [f"DELETE channels/{PBX_ID}"])


async def test_orders_name_the_pbxs_own_channel(world: World) -> None:
    await came(world)
    await world.telephony.act(Hold(call=CALL, leg=""))
    await world.telephony.act(PlayPrompt(call=CALL, prompt="welcome"))
    await world.telephony.act(Join(call=CALL, leg=LEG))
    await world.telephony.act(HangUpCall(call=CALL))
    assert world.asked == [
        f"POST channels/{PBX_ID}/moh",
        f"DELETE channels/{PBX_ID}/moh",
        f"POST channels/{PBX_ID}/play/{CALL}~welcome",
        f"DELETE playbacks/{CALL}~welcome",
        f"POST bridges/r{LEG}/addChannel",
        f"DELETE channels/{PBX_ID}",
    ]


@pytest.mark.covers("OC-032")
async def test_behind_an_announcement_the_music_goes_on_without_us(world: World) -> None:
    await came(world)
    await world.telephony.act(Hold(call=CALL, leg=""))
    world.asked.clear()
    await world.telephony.act(Announce(call=CALL, place=2, wait_s=30.0))
    playback = playback_of(CALL, ANNOUNCEMENT)
    assert world.asked == [
        f"DELETE channels/{PBX_ID}/moh",
        f"POST channels/{PBX_ID}/play/{playback}",
        f"POST channels/{PBX_ID}/moh",
    ]
    world.hear(Finished(playback=Playback(playback)))
    assert world.told == [ARRIVED]  # nobody waits for its end


async def test_no_announcement_to_who_is_joined_or_hears_a_prompt_or_without_its_sounds(world: World) -> None:
    await came(world)
    await world.telephony.act(Announce(call=CALL, place=9, wait_s=None))
    await world.telephony.act(Announce(call=CALL, place=None, wait_s=None))
    await world.telephony.act(PlayPrompt(call=CALL, prompt="welcome"))
    await world.telephony.act(Announce(call=CALL, place=1, wait_s=None))
    assert world.asked == [f"POST channels/{PBX_ID}/play/{CALL}~welcome"]
    world.asked.clear()
    bridge = Bridge(f"r{LEG}")
    world.hear(Finished(playback=Playback(playback_of(CALL, "welcome"))))
    world.hear(ChannelEnteredBridge(timestamp=at(104.0), channel=RAW, bridge=bridge))
    await world.telephony.act(Announce(call=CALL, place=1, wait_s=None))
    assert world.asked == []


async def test_sent_on_with_digits_and_clean_headers(world: World) -> None:
    await came(world)
    headers = {"X-Ani": "+49${SHELL(id)}\r\n1", "Other": "x", "Dnis": ""}
    order = SendOn(call=CALL, trunk=OUTSIDE, number="+49301", caller_id="+49999", ring_timeout_s=19.5, headers=headers)
    await world.telephony.act(order)
    place = world.telephony._access.secret_name("t1-3")
    set_ = f"POST channels/{PBX_ID}/variable"
    assert world.asked == [
        f"{set_} BUSYHOUR_TO=PJSIP/49301@{place}",
        f"{set_} BUSYHOUR_RING_S=20",
        f"{set_} _BUSYHOUR_HEADER_ANI=+49SHELL(id)1",
        f"{set_} CALLERID(all)=+49999",
        f"{set_} TIMEOUT(absolute)=14400",
        f"POST channels/{PBX_ID}/continue",
    ]


@pytest.mark.parametrize("number", ["", "+", "1@evil", "1&PJSIP/2", "sip:a@b"])
@pytest.mark.covers("I41")
async def test_nobody_is_sent_on_to_what_is_no_number(world: World, number: str) -> None:
    await came(world)
    await world.telephony.act(SendOn(call=CALL, trunk=OUTSIDE, number=number, caller_id="", ring_timeout_s=1.0))
    assert world.asked == [f"DELETE channels/{PBX_ID}"]


# Whispers


async def seated(world: World) -> None:
    world.state("Up", of=LEG, marks=Marks())
    world.told.clear()


@pytest.mark.covers("OC-020")
async def test_a_whisper_is_played_to_the_leg_and_its_end_is_told(world: World) -> None:
    await seated(world)
    order = Whisper(leg=LEG, prompt="welcome")
    assert await world.telephony.act(order) is None
    assert await world.telephony.act(order) is None  # it plays
    assert world.asked == [f"POST channels/{LEG}/play/{LEG}~welcome"]
    world.hear(Finished(playback=Playback(f"{LEG}~welcome")))
    assert world.told == [WhisperEnded(leg=LEG, prompt="welcome")]


@pytest.mark.parametrize("status", [None, 0, 404, 409, 500])
async def test_a_whisper_that_cannot_be_played_has_ended(world: World, status: int | None) -> None:
    await seated(world)
    world.status = lambda _request: status
    over = WhisperEnded(leg=LEG, prompt="welcome")
    assert await world.telephony.act(Whisper(leg=LEG, prompt="welcome")) == over
    world.hear(Finished(playback=Playback(f"{LEG}~welcome")))  # it did play
    assert world.told == []  # told once


async def test_a_whisper_without_prompt_or_leg_has_ended(world: World) -> None:
    assert await world.telephony.act(Whisper(leg=LEG, prompt="welcome")) == WhisperEnded(leg=LEG, prompt="welcome")
    await seated(world)
    for prompt in ("missing", "../welcome", ""):
        assert await world.telephony.act(Whisper(leg=LEG, prompt=prompt)) == WhisperEnded(leg=LEG, prompt=prompt)
    assert world.asked == []


async def test_a_whisper_ends_with_its_leg(world: World) -> None:
    await seated(world)
    await world.telephony.act(Whisper(leg=LEG, prompt="welcome"))
    world.ends(of=LEG, state="Up", marks=Marks())
    assert [type(event).__name__ for event in world.told] == ["WhisperEnded", "LegEnded"]


def test_whispers_that_ended_unheard_are_told_after_a_gap(world: World) -> None:
    asyncio.run(seated(world))
    asyncio.run(world.telephony.act(Whisper(leg=LEG, prompt="welcome")))  # type: ignore[arg-type]
    assert world.telephony._sound.whispers(2) == []
    assert world.telephony._sound.whispers(1) == [WhisperEnded(leg=LEG, prompt="welcome")]
    assert world.telephony._sound.whispers(1) == []
