"""The telephony port on a real Asterisk, with SIPp as the carrier and as the agents' phones."""

import asyncio
import os
import signal
import time
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk.history import lives_of
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.core.commands import HangUpCall, HangUpLeg, Hold, Join, LookUp, PlayPrompt
from busyhour.core.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallMissing,
    CallNotSent,
    CallRang,
    CallSent,
    JoinFailed,
    LegEnded,
    PromptEnded,
    TelephonyBack,
    TelephonyLost,
)
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.ids import room_of
from busyhour.core.model.values import EndCause
from busyhour.service.errors import Unavailable
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.numbers import STATUS, Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.private_pbx import settings_on_free_ports
from tests.real.telephony_watch import Watch

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
SIP_PORT, MEDIA_PORT, PHONE_PORT, PHONE_MEDIA_PORT = (port + OFFSET for port in (6560, 6580, 6570, 6600))
TALK_LONG = 9  # detail of a talker who stays


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(pbx_cache: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivatePbx]:
    os.environ["BUSYHOUR_PBX_CACHE"] = pbx_cache
    private = PrivatePbx(settings_on_free_ports(tmp_path_factory.mktemp("pbx")))
    await private.start()
    _write_prompt(private.access.sounds / "busyhour/half.wav", 0.5)
    _write_prompt(private.access.sounds / "busyhour/long.wav", 30.0)
    yield private
    await private.stop()


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    folder = tmp_path_factory.mktemp("carrier")
    with Carrier(SippSettings(folder=folder, sip_port=SIP_PORT, media_port=MEDIA_PORT)) as carrier:
        yield carrier


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    folder = tmp_path_factory.mktemp("phones")
    with Phones(SippSettings(folder=folder, sip_port=PHONE_PORT, media_port=PHONE_MEDIA_PORT, echo=False)) as phones:
        yield phones


@pytest_asyncio.fixture(loop_scope="module")
async def watch(pbx: PrivatePbx) -> AsyncIterator[Watch]:
    async with Watch(pbx.access) as watch:
        yield watch


@pytest_asyncio.fixture(loop_scope="module")
async def trunk(watch: Watch, carrier: Carrier) -> Trunk:
    return await watch.set_trunk(carrier.address)


def _write_prompt(file: Path, seconds: float) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x10" * int(8000 * seconds))


# Outcomes


@pytest.mark.covers("WD-167", "WD-168", "WD-169")
async def test_refusals_of_the_carrier(watch: Watch, trunk: Trunk, carrier: Carrier) -> None:
    calls = {behavior: await watch.dial(number_of(behavior, 10), trunk) for behavior in STATUS}
    ended = {behavior: (await watch.of(CallEnded, call)).cause for behavior, call in calls.items()}
    assert ended == {
        Behavior.BUSY: EndCause.BUSY,
        Behavior.NOT_FOUND: EndCause.INVALID_NUMBER,
        Behavior.INCOMPLETE: EndCause.INVALID_NUMBER,
        Behavior.UNAVAILABLE: EndCause.CONGESTION,
        Behavior.DECLINE: EndCause.REJECTED,
    }
    wanted = {number_of(behavior, 10).removeprefix("+"): STATUS[behavior] for behavior in STATUS}
    for dialog in carrier.ledger.dialogs():
        if dialog.number in wanted:
            told = await carrier.ledger.wait(dialog.call_id, lambda seen: seen.status is not None)
            assert told.status == wanted.pop(dialog.number)
    assert not wanted


async def test_our_cancel_and_the_pbxs_own_ring_limit(watch: Watch, trunk: Trunk, carrier: Carrier) -> None:
    limited = await watch.dial(number_of(Behavior.RING_OUT, 11), trunk, ring_timeout_s=0.5)
    silent = await watch.dial(number_of(Behavior.SILENT, 12), trunk)
    ringing = await watch.dial(number_of(Behavior.RING_OUT, 13), trunk)
    await watch.of(CallRang, ringing)
    for call in (ringing, silent):
        assert await watch.telephony.act(HangUpCall(call=call)) is None
        assert (await watch.of(CallEnded, call)).cause is EndCause.NO_ANSWER
    assert (await watch.of(CallEnded, limited)).cause is EndCause.NO_ANSWER
    cancelled = {dialog.number for dialog in carrier.ledger.dialogs() if dialog.cancelled_s is not None}
    assert {number_of(Behavior.RING_OUT, n).removeprefix("+") for n in (11, 13)} <= cancelled


@pytest.mark.covers("WD-171")
async def test_a_talk_and_a_brief_answer_have_the_carriers_times(watch: Watch, trunk: Trunk, carrier: Carrier) -> None:
    numbers = [number_of(Behavior.TALK, 14), number_of(Behavior.BRIEF, 15)]
    for number in numbers:
        call = await watch.dial(number, trunk)
        ended = await watch.of(CallEnded, call)
        assert ended.cause is EndCause.NORMAL
        assert watch.kinds(call) == ["CallRang", "CallAnswered", "CallEnded"]
        answered = await watch.of(CallAnswered, call)
        dialog = next(d for d in carrier.ledger.dialogs() if d.number == number.removeprefix("+"))
        assert dialog.talk_s is not None
        assert ended.at_utc_s - answered.at_utc_s == pytest.approx(dialog.talk_s, abs=0.1)


async def test_an_endpoint_that_is_not_there(watch: Watch) -> None:
    nowhere = Trunk(trunk_id=99, name="", endpoint="t1-99", capacity=1)
    call = watch.call("+4930123", nowhere)
    assert await watch.telephony.place(call) == CallNotSent(call=call.item.call, cause=EndCause.UNREACHABLE)


@pytest.mark.covers("WD-172")
async def test_the_pbxs_own_limit_ends_a_call(watch: Watch, trunk: Trunk) -> None:
    call = await watch.dial(number_of(Behavior.TALK, 16, detail=TALK_LONG), trunk, ring_timeout_s=1.0, call_max_s=0.5)
    assert (await watch.of(CallEnded, call)).cause is EndCause.TIMEOUT


async def test_the_same_call_twice_is_one_call(watch: Watch, trunk: Trunk, carrier: Carrier) -> None:
    number = number_of(Behavior.TALK, 17, detail=TALK_LONG)
    call = watch.call(number, trunk)
    name = call.item.call
    first, second = await asyncio.gather(watch.telephony.place(call), watch.telephony.place(call))
    assert first == second == CallSent(call=name)
    await watch.of(CallAnswered, name)
    await watch.telephony.act(HangUpCall(call=name))
    await watch.of(CallEnded, name)
    assert sum(dialog.number == number.removeprefix("+") for dialog in carrier.ledger.dialogs()) == 1


@pytest.mark.covers("WD-078", "WD-080", "WD-261")
async def test_attributes_are_channel_variables(watch: Watch, trunk: Trunk) -> None:
    given = {"HH": "1", "orgQ": "Zürich, 3 €", "evil": "${SHELL(id)}\r\nX: 1"}
    call = await watch.dial(number_of(Behavior.TALK, 18, detail=TALK_LONG), trunk, variables=given)
    await watch.of(CallAnswered, call)
    found = {}
    for name in ("HH", "orgQ", "evil", "WOMBAT_ID", "BUSYHOUR_CALL"):
        reply = await watch.telephony.link.ask("GET", f"channels/{call}/variable", {"variable": name})
        found[name] = reply.read(dict[str, str])["value"]
    assert found == {
        "HH": "1",
        "orgQ": "Zürich, 3 €",
        "evil": "SHELL(id)X: 1",
        "WOMBAT_ID": call,
        "BUSYHOUR_CALL": call,
    }
    await watch.telephony.act(HangUpCall(call=call))


# Conversations


async def test_joins_are_quick(watch: Watch, trunk: Trunk, phones: Phones) -> None:
    """From our request to the PBX's word that both are in the room."""
    leg = await watch.seat(7, phones.sip_address(7))
    waits_ms = []
    for n in range(20):
        call = await watch.dial(number_of(Behavior.LIGHT, 20 + n), trunk)
        await watch.of(CallAnswered, call)
        began_s = time.perf_counter()
        assert await watch.telephony.act(Join(call=call, leg=leg)) is None
        joined = await watch.of(CallJoined, call)
        waits_ms.append((time.perf_counter() - began_s) * 1000)
        assert joined.leg == leg
        await watch.telephony.act(HangUpCall(call=call))
        await watch.of(CallEnded, call)
    await watch.telephony.act(HangUpLeg(leg=leg))
    print(f"join: median {sorted(waits_ms)[10]:.2f} ms, most {max(waits_ms):.2f} ms")
    assert sorted(waits_ms)[10] < 10


async def test_hold_resume_prompt_and_an_agent_who_leaves_first(watch: Watch, trunk: Trunk, phones: Phones) -> None:
    act, leg = watch.telephony.act, await watch.seat(8, phones.sip_address(8))
    call = await watch.dial(number_of(Behavior.TALK, 50, detail=TALK_LONG), trunk)
    await watch.of(CallAnswered, call)
    await act(Join(call=call, leg=leg))
    first = await watch.of(CallJoined, call)
    assert await act(Join(call=call, leg=leg)) == first  # done already

    await act(Hold(call=call, leg=leg))
    await _is_in(watch, call, None)
    since = len(watch.told)
    await act(Join(call=call, leg=leg))
    await watch.of(CallJoined, call, since=since)
    await _is_in(watch, call, room_of(leg))

    since = len(watch.told)
    await act(PlayPrompt(call=call, prompt="long"))
    await _is_in(watch, call, None)
    await act(Join(call=call, leg=leg))
    await watch.of(CallJoined, call, since=since)
    assert "PromptEnded" not in watch.kinds(call)  # we stopped it ourselves

    await act(HangUpLeg(leg=leg))
    assert (await watch.of(LegEnded, leg)).cause is EndCause.NORMAL
    await _is_in(watch, call, None)
    assert await act(PlayPrompt(call=call, prompt="half")) is None
    assert (await watch.of(PromptEnded, call)).prompt == "half"
    missing = PromptEnded(call=call, prompt="missing", complete=False)
    assert await act(PlayPrompt(call=call, prompt="missing")) == missing
    assert await act(Join(call=call, leg=leg)) == JoinFailed(call=call, leg=leg)
    assert isinstance(await act(LookUp(call=call)), CallAnswered)
    await act(HangUpCall(call=call))
    ended = await watch.of(CallEnded, call)
    assert await act(HangUpCall(call=call)) is None
    missing = await act(LookUp(call=call))
    assert isinstance(missing, CallMissing)
    assert missing.cause is EndCause.NORMAL
    assert missing.ended_utc_s == pytest.approx(ended.at_utc_s, abs=0.05)


async def test_what_was_heard_of_a_message_is_told_and_kept(watch: Watch, trunk: Trunk, pbx: PrivatePbx) -> None:
    """Who stays hears all of it; who hangs up in the middle is told as one whose prompt broke off, before their end is
    told. What an engine said at the end of a call, the PBX knows when that engine is gone."""
    act, told = watch.telephony.act, dict[str, list[tuple[str, bool | None]]]()
    calls = {
        "stays": await watch.dial(number_of(Behavior.TALK, 60, detail=TALK_LONG), trunk),
        "leaves": await watch.dial(number_of(Behavior.TALK, 61), trunk),
    }
    for who, call in calls.items():
        await watch.of(CallAnswered, call)
        await act(PlayPrompt(call=call, prompt="half" if who == "stays" else "long"))
    assert (await watch.of(PromptEnded, calls["stays"])).complete
    await act(HangUpCall(call=calls["stays"], message_heard=True))
    for who, call in calls.items():
        assert (await watch.of(CallEnded, call)).cause is EndCause.NORMAL
        ends = [one for one in watch.told if getattr(one, "call", "") == call]
        told[who] = [(type(one).__name__, getattr(one, "complete", None)) for one in ends][-2:]
    assert told["stays"] == [("PromptEnded", True), ("CallEnded", None)]
    assert told["leaves"] == [("PromptEnded", False), ("CallEnded", None)]
    histories = await lives_of(pbx.access.cel_file, list(calls.values()))
    assert {one.channel: one.message_heard for one in histories} == {calls["stays"]: True, calls["leaves"]: False}


async def test_whom_an_order_did_not_take_out_of_a_room_is_taken_out_before_the_next_one_comes(
    watch: Watch, trunk: Trunk, phones: Phones
) -> None:
    act, leg = watch.telephony.act, await watch.seat(11, phones.sip_address(11))
    first, second = [await watch.dial(number_of(Behavior.TALK, 55 + n, detail=TALK_LONG), trunk) for n in range(2)]
    for call in (first, second):
        await watch.of(CallAnswered, call)
    await act(Join(call=first, leg=leg))
    await watch.of(CallJoined, first)
    await act(Join(call=second, leg=leg))
    await watch.of(CallJoined, second)
    await _is_in(watch, first, None)
    await _is_in(watch, second, room_of(leg))
    for channel in (first, second, leg):
        await act(HangUpLeg(leg=channel))
    await watch.of(LegEnded, leg)


async def _is_in(watch: Watch, call: str, room: str | None) -> None:
    async with asyncio.timeout(5):
        while True:
            picture = await watch.telephony.picture(watch.tenant)
            found = next(channel for channel in picture.channels if channel.channel == call)
            assert found.answered
            if found.bridge == room:
                return


async def _is_gone(watch: Watch, call: str) -> None:
    async with asyncio.timeout(10):
        while not isinstance(await watch.telephony.act(LookUp(call=call)), CallMissing):
            pass


# Faults


async def test_a_leg_without_its_room_gets_one_and_a_room_without_its_leg_goes(watch: Watch, phones: Phones) -> None:
    ask, leg = watch.telephony.link.ask, await watch.seat(10, phones.sip_address(10))
    assert (await ask("DELETE", f"bridges/{room_of(leg)}")).ok
    assert (await ask("POST", "bridges/ra1-10-0-0", {"type": "mixing"})).ok
    await watch.telephony.picture(watch.tenant)
    assert leg in (await ask("GET", f"bridges/{room_of(leg)}")).body
    assert (await ask("GET", "bridges/ra1-10-0-0")).status == 404
    await watch.telephony.act(HangUpLeg(leg=leg))


async def test_a_link_cut_with_ten_calls_up(watch: Watch, trunk: Trunk, phones: Phones) -> None:
    """The calls and the conversation stay; what ended meanwhile comes with the picture, from the PBX's records."""
    leg = await watch.seat(9, phones.sip_address(9))
    calls = [await watch.dial(number_of(Behavior.TALK, 60 + n, detail=TALK_LONG), trunk) for n in range(9)]
    ending = await watch.dial(number_of(Behavior.TALK, 69), trunk)
    for call in (*calls, ending):
        await watch.of(CallAnswered, call)
    await watch.telephony.act(Join(call=calls[0], leg=leg))
    await watch.of(CallJoined, calls[0])
    since = len(watch.told)
    await watch.disconnect()
    assert isinstance(watch.told[-1], TelephonyLost)
    with pytest.raises(Unavailable):
        await watch.telephony.picture(watch.tenant)
    call = watch.call(number_of(Behavior.LIGHT, 70), trunk)
    assert isinstance(await watch.telephony.place(call), CallNotSent)  # never blind
    async with Watch(watch.access, tenant=2) as other:  # takes the application meanwhile, and sees the call end
        await _is_gone(other, ending)
    await watch.connect()
    back = await watch.until(lambda _event: True, TelephonyBack, since=since)
    living = {channel.channel: channel for channel in back.pbx.channels}
    assert set(calls) | {leg} <= set(living)
    assert living[calls[0]].bridge == living[leg].bridge == room_of(leg)
    (history,) = [found for found in back.pbx.histories if found.channel == ending]
    assert history.cause is EndCause.NORMAL
    assert history.answered_utc_s is not None
    assert history.ended_utc_s - history.answered_utc_s == pytest.approx(3.0, abs=0.3)
    for channel in calls:
        await watch.telephony.act(HangUpCall(call=channel))
        await watch.of(CallEnded, channel)
    await watch.telephony.act(HangUpLeg(leg=leg))


async def test_a_killed_pbx_comes_back_with_all_places(watch: Watch, trunk: Trunk, pbx: PrivatePbx) -> None:
    call = await watch.dial(number_of(Behavior.TALK, 80, detail=TALK_LONG), trunk)
    await watch.of(CallAnswered, call)
    before = await watch.telephony.picture(watch.tenant)
    since = len(watch.told)
    pid = pbx.statistics().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await watch.until(lambda _event: True, TelephonyLost, since=since)
    back = await watch.until(lambda _event: True, TelephonyBack, since=since, max_s=30)
    assert back.pbx.boot != before.boot
    assert back.pbx.channels == ()
    again = await watch.dial(number_of(Behavior.LIGHT, 81), trunk)  # the trunk was pushed again
    await watch.of(CallAnswered, again)
    await watch.telephony.act(HangUpCall(call=again))


@pytest.mark.covers("WD-013")
async def test_what_a_killed_pbx_had_in_hand_is_known_from_its_records(
    watch: Watch, trunk: Trunk, pbx: PrivatePbx
) -> None:
    """To an engine that looks back after both died: it must not take a call that rang for one never sent."""
    talking = await watch.dial(number_of(Behavior.TALK, 82, detail=TALK_LONG), trunk)
    answered = await watch.of(CallAnswered, talking)
    ringing = await watch.dial(number_of(Behavior.RING_OUT, 83), trunk)
    await watch.of(CallRang, ringing)
    busy = await watch.dial(number_of(Behavior.BUSY, 84), trunk)
    await watch.of(CallEnded, busy)
    asked = (talking, ringing, busy, f"c{watch.tenant}-neversent")
    assert [history.channel for history in (await watch.telephony.picture(watch.tenant, asked)).histories] == [busy]
    async with asyncio.timeout(5):  # the records are written a moment after the events
        while not all(name in pbx.access.cel_file.read_text() for name in (talking, ringing)):
            await asyncio.to_thread(os.sched_yield)
    since, pid, killed_utc_s = len(watch.told), pbx.statistics().pid, time.time()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    back = await watch.until(lambda _event: True, TelephonyBack, since=since, max_s=30)
    picture = await watch.telephony.picture(watch.tenant, asked)
    found = {history.channel: history for history in picture.histories}
    assert set(found) == {talking, ringing, busy}
    assert found[busy].cause is EndCause.BUSY
    assert {found[talking].cause, found[ringing].cause} == {EndCause.PBX_RESTART}
    assert found[talking].answered_utc_s == pytest.approx(answered.at_utc_s, abs=0.1)
    assert found[ringing].answered_utc_s is None
    for died in (found[talking], found[ringing]):
        assert killed_utc_s - 10 < died.ended_utc_s <= killed_utc_s
    assert {history.channel for history in back.pbx.histories} >= {talking, ringing}
