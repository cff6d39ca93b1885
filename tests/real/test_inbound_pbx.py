"""Callers on a real Asterisk, with SIPp as the callers, the agents' phones and the network outside."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk import announcing, config
from busyhour.adapters.asterisk.demo import behavior_of, sample_contacts
from busyhour.adapters.asterisk.demo_callers import call_in
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.asterisk.sounds import tone, wav
from busyhour.adapters.speech.nanotts import NanoVoice
from busyhour.core.commands import (
    Announce,
    AnswerCall,
    HangUpCall,
    HangUpLeg,
    Hold,
    Join,
    LookUp,
    PlaceCallback,
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
    CallMissing,
    CallSent,
    PromptEnded,
    TelephonyBack,
    WhisperEnded,
)
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.values import EndCause
from busyhour.settings import Settings
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.media import MediaEnd, tone_share
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import TONE_HZ, Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.hearing import hears, is_music, is_of, is_speech, write_prompt
from tests.real.sip_answerer import SipAnswerer
from tests.real.sipp_caller import SippCaller
from tests.real.telephony_watch import Watch

OWN_HZ = 1000.0  # no note of our music, nor near one

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
CARRIER_PORT, CARRIER_MEDIA_PORT = 6560 + OFFSET, 6580 + OFFSET
PHONE_PORT, PHONE_MEDIA_PORT = 6570 + OFFSET, 6600 + OFFSET
CALLER_PORT, CALLER_MEDIA_PORT = 6620 + OFFSET, 6640 + OFFSET
TALK_LONG = 9  # detail of a talker who stays
TAKE_TRIES = 3

Caller = Callable[..., SippCaller]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(pbx_cache: str, pbx_settings: Settings) -> AsyncIterator[PrivatePbx]:
    os.environ["BUSYHOUR_PBX_CACHE"] = pbx_cache
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "TAKE_TRIES_MAX", TAKE_TRIES)
        patch.setattr(announcing, "SPEAK_MAX_S", 60.0)  # a busy machine takes its time
        private = PrivatePbx(pbx_settings, voice=NanoVoice(config.sounds_folder(pbx_settings)), demo=True)
        await private.start()
        write_prompt(private.access.sounds / "busyhour/half.wav", 0.5)
        (private.access.sounds / "busyhour/own.wav").write_bytes(wav(tone((OWN_HZ,), 0.7, 0.3)))
        write_prompt(private.access.sounds / "busyhour/long.wav", 30.0)
        yield private
        await private.stop()


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    folder = tmp_path_factory.mktemp("carrier")
    with Carrier(SippSettings(folder=folder, sip_port=CARRIER_PORT, media_port=CARRIER_MEDIA_PORT)) as carrier:
        yield carrier


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    folder = tmp_path_factory.mktemp("phones")
    with Phones(SippSettings(folder=folder, sip_port=PHONE_PORT, media_port=PHONE_MEDIA_PORT, echo=False)) as phones:
        yield phones


@pytest_asyncio.fixture(loop_scope="module")
async def ear() -> AsyncIterator[MediaEnd]:
    """What the caller hears."""
    async with MediaEnd(CALLER_MEDIA_PORT) as ear:
        yield ear


@pytest_asyncio.fixture(loop_scope="module")
async def watch(pbx: PrivatePbx) -> AsyncIterator[Watch]:
    async with Watch(pbx.access, voice=NanoVoice(pbx.access.sounds)) as watch:
        await watch.set_trunk(f"127.0.0.1:{CALLER_PORT}", 7)
        yield watch
        if watch.telephony.up():
            for channel in (await watch.telephony.picture(watch.tenant)).channels:
                await watch.telephony.act(HangUpCall(call=channel.channel))


@pytest_asyncio.fixture(loop_scope="module")
async def outside(watch: Watch, carrier: Carrier) -> Trunk:
    return await watch.set_trunk(carrier.address, 1)


@pytest.fixture
def caller(tmp_path: Path, pbx_settings: Settings) -> Caller:
    def call(**more: object) -> SippCaller:
        given = {"sip_port": CALLER_PORT, "to": f"127.0.0.1:{pbx_settings.pbx_sip_port}", "dialed": "4930100"}
        given |= {"media_port": CALLER_MEDIA_PORT, **more}
        return SippCaller(tmp_path / f"caller{len(list(tmp_path.iterdir()))}", **given)  # type: ignore[arg-type]

    return call


async def arrival(watch: Watch, *, since: int = 0) -> CallArrived:
    return await watch.until(lambda _event: True, CallArrived, since=since)


async def answered(watch: Watch, *, since: int = 0) -> str:
    """A caller who was taken."""
    call = (await arrival(watch, since=since)).call
    assert await watch.telephony.act(AnswerCall(call=call, call_max_s=60.0)) is None
    await watch.of(CallAnswered, call)
    return call


async def test_a_caller_arrives_with_what_they_bring_along(watch: Watch, caller: Caller) -> None:
    headers = {"X-Skills": "dutch:3, sales", "callid": "ivr-7", "URL": "https://crm.example/?a=1:2", "X-Other": "n"}
    with caller(headers=headers, patience_s=1.0) as phone:
        told = await arrival(watch)
        assert (told.dialed, told.number, told.name) == ("4930100", "+4930777", "Ada Adler")
        assert told.headers == {name: value for name, value in headers.items() if name != "X-Other"}
        dialog = await phone.dialog(lambda dialog: dialog.ringing_s is not None)
        assert dialog.answered_s is None
        ended = await watch.of(CallEnded, told.call)  # out of patience
        assert (ended.cause, ended.answered_utc_s) == (EndCause.NORMAL, None)
    assert watch.kinds(told.call) == ["CallArrived", "CallEnded"]
    missing = await watch.telephony.act(LookUp(call=told.call))
    assert isinstance(missing, CallMissing)
    assert missing.ended_utc_s == pytest.approx(ended.at_utc_s, abs=0.05)


async def test_pretended_people_call_in_over_the_demo_trunk(pbx: PrivatePbx, watch: Watch) -> None:
    trunk = await watch.set_trunk("", 5, demo=True)
    assert len(set(await call_in(pbx.access, number="+4930100", count=2, every_s=0.0))) == 2
    first = await arrival(watch)
    second = await watch.until(lambda event: event.call != first.call, CallArrived)
    callers = {number: name for name, number, _ in sample_contacts(2)}
    assert {told.number: told.name for told in (first, second)} == callers
    assert first.dialed == "+4930100"
    for told in (first, second):
        await watch.telephony.act(RejectCall(call=told.call, busy=True))
        await watch.of(CallEnded, told.call)
    busy = next(number for number in (f"+1212555{n:04}" for n in range(100)) if behavior_of(number).sip_status == 486)
    assert (await watch.of(CallEnded, await watch.dial(busy, trunk))).cause is EndCause.BUSY  # and we call them


async def test_what_is_withheld_is_nobodys_number(watch: Watch, caller: Caller) -> None:
    with caller(number="anonymous", shown='"Anonymous"', headers={"Privacy": "id"}, patience_s=0.5):
        told = await arrival(watch)
        await watch.of(CallEnded, told.call)
    assert (told.number, told.headers) == ("", {})


@pytest.mark.parametrize(
    ("busy", "status", "cause"), [(True, 486, EndCause.BUSY), (False, 404, EndCause.INVALID_NUMBER)]
)
async def test_turned_away(watch: Watch, caller: Caller, busy: bool, status: int, cause: EndCause) -> None:
    with caller() as phone:
        call = (await arrival(watch)).call
        await watch.telephony.act(RejectCall(call=call, busy=busy))
        assert await phone.refused() == status
        assert (await watch.of(CallEnded, call)).cause is cause


async def test_strangers_are_refused(watch: Watch, caller: Caller) -> None:
    with caller(sip_port=CALLER_PORT + 20) as phone:
        assert await phone.refused() in (401, 403)
    assert not [event for event in watch.told if isinstance(event, CallArrived)]


@pytest.mark.covers("OC-018", "OC-032")
async def test_music_prompt_and_announcement_while_they_wait(watch: Watch, caller: Caller, ear: MediaEnd) -> None:
    act = watch.telephony.act
    with caller():
        call = await answered(watch)
        assert isinstance(await act(AnswerCall(call=call, call_max_s=60.0)), CallAnswered)  # it is
        await act(Hold(call=call, leg=""))
        await hears(ear, is_music)
        await act(Announce(call=call, place=2, wait_s=130.0))
        await hears(ear, is_speech)
        await hears(ear, is_music)
        assert await act(PlayPrompt(call=call, prompt="half")) is None
        await watch.of(PromptEnded, call)
        await act(Hold(call=call, leg="", music="own"))
        await hears(ear, is_of(OWN_HZ))
        await act(Announce(call=call, place=1, wait_s=None, language="de", music="own"))
        await hears(ear, lambda sound: is_speech(sound) and not is_of(OWN_HZ)(sound))
        await hears(ear, is_of(OWN_HZ))
        await act(Hold(call=call, leg="", music="none"))
        await hears(ear, is_music)  # what cannot be had is the usual music
        await act(HangUpCall(call=call))
        ended = await watch.of(CallEnded, call)
    assert ended.cause is EndCause.NORMAL
    assert ended.answered_utc_s is not None


@pytest.mark.covers("OC-020")
async def test_whisper_join_hold_and_the_caller_hangs_up(
    watch: Watch, caller: Caller, phones: Phones, ear: MediaEnd
) -> None:
    act, leg = watch.telephony.act, await watch.seat(7, phones.sip_address(7))
    with caller(talk_s=4.0):
        call = await answered(watch)
        await act(Hold(call=call, leg=""))
        assert await act(Whisper(leg=leg, prompt="half")) is None
        await hears(ear, is_music)  # not the caller hears it
        assert (await watch.of(WhisperEnded, leg)).prompt == "half"
        assert await act(Whisper(leg=leg, prompt="none")) == WhisperEnded(leg=leg, prompt="none")
        assert await act(Join(call=call, leg=leg)) is None
        assert (await watch.of(CallJoined, call)).leg == leg
        await hears(ear, lambda sound: tone_share(sound, TONE_HZ) > 0.8)
        await act(Hold(call=call, leg=leg))
        await hears(ear, is_music)
        since = len(watch.told)
        await act(Join(call=call, leg=leg))
        await watch.of(CallJoined, call, since=since)
        assert (await watch.of(CallEnded, call)).cause is EndCause.NORMAL
    await act(HangUpLeg(leg=leg))


@pytest.mark.covers("CP-044")
async def test_sent_on_with_headers_and_refused(watch: Watch, caller: Caller) -> None:
    async with SipAnswerer() as answerer:
        trunk = await watch.set_trunk(f"127.0.0.1:{answerer.port}", 3)
        with caller():
            call = await answered(watch)
            await watch.telephony.act(Hold(call=call, leg=""))
            headers = {
                "Ani": "+4930777",
                "URL": "https://crm.example/?a=1:2",
                "evil": "x",
                "Skills": "a,b:2\r\nEvil: ${1}",
            }
            order = SendOn(
                call=call, trunk=trunk, number="491486", caller_id="+4930999", ring_timeout_s=5.0, headers=headers
            )
            await watch.telephony.act(order)
            assert (await watch.of(CallEnded, call)).cause is EndCause.BUSY
        (invite,) = answerer.invited
    lines = invite.split("\r\n")
    assert {"Ani: +4930777", "URL: https://crm.example/?a=1:2", "Skills: a,b:2Evil: 1"} <= set(lines)
    assert not [line for line in lines if line.lower().startswith("evil")]
    assert "+4930999" in next(line for line in lines if line.startswith("From:"))


async def test_who_is_sent_on_needs_us_no_more(
    watch: Watch, caller: Caller, outside: Trunk, carrier: Carrier, ear: MediaEnd
) -> None:
    number = number_of(Behavior.TALK, 90, detail=TALK_LONG)
    with caller(talk_s=20.0) as phone:
        call = await answered(watch)
        order = SendOn(call=call, trunk=outside, number=number, caller_id="", ring_timeout_s=10.0)
        await watch.telephony.act(order)
        await carrier.ledger.wait(
            await _dialog_of(carrier, number), lambda dialog: dialog.acked_s is not None, timeout_s=5
        )
        assert await watch.telephony.act(order) is None  # done already: nothing happens
        await watch.disconnect()
        since = len(watch.told)
        await watch.connect()
        back = await watch.until(lambda _event: True, TelephonyBack, since=since)
        (channel,) = back.pbx.channels
        assert (channel.channel, channel.in_app, channel.answered) == (call, False, True)
        assert (channel.number, channel.dialed) == ("+4930777", "4930100")
        assert isinstance(await watch.telephony.act(LookUp(call=call)), CallAnswered)
        assert (await phone.dialog(lambda dialog: dialog.answered_s is not None)).open
        await watch.telephony.act(HangUpCall(call=call))
        assert (await watch.of(CallEnded, call, since=since)).answered_utc_s is not None
        await carrier.ledger.wait(await _dialog_of(carrier, number), lambda dialog: not dialog.open, timeout_s=5)


async def _dialog_of(carrier: Carrier, number: str) -> str:
    async with asyncio.timeout(5):
        while True:
            for dialog in carrier.ledger.dialogs():
                if dialog.number == number.removeprefix("+"):
                    return dialog.call_id
            await asyncio.sleep(0.02)


async def test_unanswered_and_sent_on_is_answered_by_whoever_takes_it(
    watch: Watch, caller: Caller, outside: Trunk
) -> None:
    with caller(talk_s=20.0) as phone:
        call = (await arrival(watch)).call
        number = number_of(Behavior.TALK, 91, detail=0)
        await watch.telephony.act(SendOn(call=call, trunk=outside, number=number, caller_id="", ring_timeout_s=10.0))
        await watch.of(CallAnswered, call)
        assert (await watch.of(CallEnded, call)).cause is EndCause.NORMAL
        assert (await phone.dialog(lambda dialog: not dialog.open)).status == 200


async def test_who_waits_when_the_link_is_lost_is_in_the_picture_and_who_comes_meanwhile_arrives(
    watch: Watch, caller: Caller
) -> None:
    await watch.set_trunk(f"127.0.0.1:{CALLER_PORT + 20}", 8)
    with caller() as first, caller(sip_port=CALLER_PORT + 20, dialed="4930101"):
        arrivals = {(await arrival(watch)).dialed}
        await watch.until(lambda event: event.dialed not in arrivals, CallArrived)
        known = {event.call: event for event in watch.told if isinstance(event, CallArrived)}
        await watch.disconnect()
        since = len(watch.told)
        await watch.connect()
        back = await watch.until(lambda _event: True, TelephonyBack, since=since)
        pictured = {channel.channel: channel for channel in back.pbx.channels}
        assert set(pictured) == set(known)
        for name, channel in pictured.items():
            assert (channel.dialed, channel.number, channel.name) == (known[name].dialed, "+4930777", "Ada Adler")
            assert (channel.answered, channel.in_app) == (False, True)
            assert channel.created_utc_s == pytest.approx(known[name].at_utc_s, abs=0.5)
        first.check_alive()
        for call in known:
            await watch.telephony.act(RejectCall(call=call, busy=True))
            await watch.of(CallEnded, call, since=since)
        assert not [event for event in watch.told[since:] if isinstance(event, CallArrived)]


async def test_who_comes_while_no_engine_is_there_waits_for_it_a_while(
    pbx: PrivatePbx, caller: Caller, watch: Watch
) -> None:
    await watch.disconnect()
    since = len(watch.told)
    with caller() as phone:
        await phone.dialog(lambda dialog: dialog.ringing_s is not None)
        await watch.connect()
        told = await arrival(watch, since=since)
        await watch.telephony.act(RejectCall(call=told.call, busy=False))
        assert await phone.refused() == 404


async def test_without_an_engine_a_caller_hears_why(
    pbx: PrivatePbx, caller: Caller, watch: Watch, ear: MediaEnd
) -> None:
    await watch.disconnect()
    with caller() as phone:
        await hears(ear, is_speech, max_s=TAKE_TRIES + 15)
        dialog = await phone.dialog(lambda dialog: not dialog.open, max_s=15)
    assert dialog.answered_s is not None
    assert dialog.answered_s - dialog.invited_s < TAKE_TRIES + 2


async def test_a_promised_call_back_is_dialed(watch: Watch, outside: Trunk, phones: Phones) -> None:
    leg = await watch.seat(9, phones.sip_address(9))
    call = "b1-00c0ffee"
    order = PlaceCallback(
        call=call,
        callback="cb1",
        queue_id=1,
        number=number_of(Behavior.TALK, 92, detail=TALK_LONG),
        name="Ada",
        trunk=outside,
        caller_id="+4930999",
        ring_timeout_s=10.0,
        agent_id=9,
        leg=leg,
        call_max_s=60.0,
        why="test",
        at_utc_s=0.0,
    )
    assert await watch.telephony.place(order) == CallSent(call=call)
    await watch.of(CallAnswered, call)
    await watch.telephony.act(Join(call=call, leg=leg))
    await watch.of(CallJoined, call)
    await watch.telephony.act(HangUpCall(call=call))
    assert watch.kinds(call)[:2] == ["CallRang", "CallAnswered"]
    await watch.telephony.act(HangUpLeg(leg=leg))
