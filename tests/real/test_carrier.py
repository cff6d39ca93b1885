"""The simulated telephone network behaves as the number says, and its ledger tells what happened."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.ledger import Dialog
from busyhour.sim.sipp.media import MediaEnd, tone_share, tone_ulaw
from busyhour.sim.sipp.numbers import STATUS, Behavior, behavior_of, number_of
from busyhour.sim.sipp.phones import TONE_HZ, Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.sip_caller import SipCaller

pytestmark = pytest.mark.real

SIP_PORT, MEDIA_PORT, PHONE_PORT = 7310, 7320, 7340


def ended(dialog: Dialog) -> bool:
    return not dialog.open


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    folder = tmp_path_factory.mktemp("carrier")
    with Carrier(SippSettings(folder=folder, sip_port=SIP_PORT, media_port=MEDIA_PORT)) as carrier:
        yield carrier


@pytest.fixture
async def caller() -> AsyncIterator[SipCaller]:
    async with SipCaller(SIP_PORT) as caller:
        yield caller


@pytest.mark.parametrize("behavior", STATUS)
async def test_refuses_with_its_status(carrier: Carrier, caller: SipCaller, behavior: Behavior) -> None:
    caller.invite(number_of(behavior, 1))
    assert await caller.answer() == (STATUS[behavior], "INVITE")
    caller.request("ACK", 1)
    dialog = await carrier.ledger.wait(caller.call_id, ended)
    assert (behavior_of(dialog.number)[0], dialog.status, dialog.ended_by) == (behavior, STATUS[behavior], "callee")


async def test_talker_hangs_up_when_its_time_is_over(carrier: Carrier, caller: SipCaller) -> None:
    caller.invite(number_of(Behavior.TALK, 2, detail=0))
    assert await caller.answer() == (180, "INVITE")
    assert await caller.answer() == (200, "INVITE")
    caller.request("ACK", 1)
    assert await caller.answer() == (0, "BYE")
    dialog = await carrier.ledger.wait(caller.call_id, ended)
    assert dialog.ended_by == "callee"
    assert dialog.talk_s == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(("behavior", "first"), [(Behavior.TALK, 180), (Behavior.BUSY, 486)])
async def test_an_invite_that_comes_again_late_is_not_the_end(
    carrier: Carrier, caller: SipCaller, behavior: Behavior, first: int
) -> None:
    caller.invite(number_of(behavior, 5, detail=0))
    assert await caller.answer() == (first, "INVITE")
    if behavior is Behavior.TALK:
        assert await caller.answer() == (200, "INVITE")
    caller.invite_again()
    await asyncio.sleep(0.2)
    caller.request("ACK", 1)
    if behavior is Behavior.TALK:
        while (told := await caller.answer()) == (200, "INVITE"):
            pass
        assert told == (0, "BYE")
    dialog = await carrier.ledger.wait(caller.call_id, lambda d: d.ended_s is not None and d.acked_s is not None)
    assert dialog.ended_by == "callee"


async def test_caller_may_hang_up_on_a_talker(carrier: Carrier, caller: SipCaller) -> None:
    caller.invite(number_of(Behavior.TALK, 3, detail=9))
    while (await caller.answer())[0] != 200:
        pass
    caller.request("ACK", 1)
    caller.request("BYE", 2)
    assert await caller.answer() == (200, "BYE")
    assert (await carrier.ledger.wait(caller.call_id, ended)).ended_by == "caller"


async def test_rings_out_until_cancelled(carrier: Carrier, caller: SipCaller) -> None:
    caller.invite(number_of(Behavior.RING_OUT, 4))
    assert await caller.answer() == (180, "INVITE")
    caller.request("CANCEL", 1)
    assert {await caller.answer(), await caller.answer()} == {(200, "CANCEL"), (487, "INVITE")}
    caller.request("ACK", 1)
    dialog = await carrier.ledger.wait(caller.call_id, ended)
    assert (dialog.status, dialog.ended_by) == (487, "caller")


async def test_brief_callee_answers_and_hangs_up(carrier: Carrier, caller: SipCaller) -> None:
    caller.invite(number_of(Behavior.BRIEF, 5))
    assert [(await caller.answer())[0], (await caller.answer())[0]] == [180, 200]
    caller.request("ACK", 1)
    assert await caller.answer() == (0, "BYE")
    talk_s = (await carrier.ledger.wait(caller.call_id, ended)).talk_s
    assert talk_s is not None
    assert talk_s < 1.0  # the shortest talk of others is longer


async def test_silent_callee_never_replies(carrier: Carrier, caller: SipCaller) -> None:
    caller.invite(number_of(Behavior.SILENT, 6))
    with pytest.raises(TimeoutError):
        await caller.answer(timeout_s=1)
    dialog = carrier.ledger.read()[caller.call_id]
    assert (dialog.status, dialog.open) == (None, True)


async def test_phone_answers_and_sends_its_tone(tmp_path: Path) -> None:
    settings = SippSettings(folder=tmp_path, sip_port=PHONE_PORT, media_port=PHONE_PORT + 20, echo=False)
    async with MediaEnd(PHONE_PORT + 10) as ear, SipCaller(PHONE_PORT) as caller:
        with Phones(settings):
            caller.invite("phone1", media_port=ear.port)
            assert await caller.answer() == (200, "INVITE")
            caller.request("ACK", 1)
            async with asyncio.timeout(5):
                while not any(heard.packets >= 60 for heard in ear.heard.values()):
                    await ear.packet()
            caller.request("BYE", 2)
            assert await caller.answer() == (200, "BYE")
    (heard,) = ear.heard.values()
    assert tone_share(heard.sound(), TONE_HZ) > 0.9


def test_a_tone_is_told_from_another() -> None:
    sound = tone_ulaw(700, samples=8000)
    assert tone_share(sound, 700) > 0.95
    assert tone_share(sound, 1200) < 0.01
    assert tone_share(b"\xff" * 8000, 700) == 0
