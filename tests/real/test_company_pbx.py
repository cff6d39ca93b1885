"""Third persons on a call, on a real Asterisk: a supervisor's ear, a colleague who is asked, somebody outside.

Everybody sends a tone of their own, so what each of them hears says who can be heard by whom.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.core.commands import AnswerCall, Bind, HangUpCall, HangUpLeg, Hold, Join, RingParty, Seat, SetAside
from busyhour.core.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    JoinFailed,
    LegAnswered,
    LegEnded,
    SeatFailed,
)
from busyhour.core.model.ids import ear_of, leg_of, party_of, room_of
from busyhour.core.model.pictures import Parked
from busyhour.core.model.supervising import CloseEar, EarClosed, EarOpened, Mode, OpenEar
from busyhour.settings import Settings
from busyhour.sim.sipp.media import Heard, MediaEnd, tone_share
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.hearing import is_music
from tests.real.sipp_caller import SippCaller
from tests.real.telephony_watch import Watch

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
CALLER_PORT = 6560 + OFFSET
PORTS = {name: 6600 + 20 * n + OFFSET for n, name in enumerate(("ann", "ben", "sue", "out"))}  # SIPp takes some more
EARS = {"caller": 6580 + OFFSET, "ann": 6582 + OFFSET, "ben": 6584 + OFFSET, "sue": 6586 + OFFSET, "out": 6588 + OFFSET}
SIPP_MEDIA_PORTS = {name: 6700 + 20 * n + OFFSET for n, name in enumerate(PORTS)}  # unused, and wanted all the same
HZ = {"caller": 430.0, "ann": 610.0, "ben": 790.0, "sue": 970.0, "out": 1150.0}
"""None is a note of our music, or twice another."""
HEARD, NOT_HEARD = 0.1, 0.01  # shares of the sound's power
HEARS_MAX_S = 10.0
CALL_MAX_S = 120.0


class Voice(MediaEnd):
    """Once it was sent anything, it goes on with its tone: Asterisk sends nothing where nobody speaks."""

    def talking(self, within_s: float = 0.5) -> dict[int, Heard]:
        return super().talking(CALL_MAX_S if within_s > 1.0 else within_s)


class Voices:
    """Who is on the line, each with a tone; and what each of them hears."""

    def __init__(self, ends: dict[str, MediaEnd]) -> None:
        self._ends = ends

    async def hear(self, who: str, *whom: str, music: bool = False) -> None:
        """Until the newest sound that this one hears has these voices and no other."""
        try:
            async with asyncio.timeout(HEARS_MAX_S):
                while not self._fits(who, whom, music=music):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{who} hears {self.shares(who)}, not {whom}") from None

    def _fits(self, who: str, whom: tuple[str, ...], *, music: bool) -> bool:
        sounds = [heard.sound(0.6) for heard in self._ends[who].talking().values()]
        if not sounds:
            return not whom and not music
        return any(_has(sound, whom) and is_music(sound) is music for sound in sounds)

    def shares(self, who: str) -> list[dict[str, float]]:
        talking = self._ends[who].talking().values()
        sounds = [heard.sound(0.6) for heard in talking]
        tones = [{one: round(tone_share(sound, hz), 3) for one, hz in HZ.items()} for sound in sounds]
        return [shares | {"music": float(is_music(sound))} for shares, sound in zip(tones, sounds, strict=True)]


def _has(sound: bytes, whom: tuple[str, ...]) -> bool:
    return all(
        tone_share(sound, hz) > HEARD if one in whom else tone_share(sound, hz) < NOT_HEARD for one, hz in HZ.items()
    )


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Phones]]:
    with ExitStack() as all_:
        yield {
            name: all_.enter_context(
                Phones(
                    SippSettings(
                        folder=tmp_path_factory.mktemp(name),
                        sip_port=port,
                        media_port=SIPP_MEDIA_PORTS[name],
                        echo=False,
                    ),
                    media_elsewhere=EARS[name],
                )
            )
            for name, port in PORTS.items()
        }


@pytest_asyncio.fixture(loop_scope="module")
async def voices() -> AsyncIterator[Voices]:
    async with AsyncExitStack() as all_:
        yield Voices(
            {name: await all_.enter_async_context(Voice(port, tone_hz=HZ[name])) for name, port in EARS.items()}
        )


@pytest_asyncio.fixture(loop_scope="module")
async def watch(module_pbx: PrivatePbx) -> AsyncIterator[Watch]:
    async with Watch(module_pbx.access) as watch:
        await watch.set_trunk(f"127.0.0.1:{CALLER_PORT}", 7)
        yield watch
        for channel in (await watch.telephony.picture(watch.tenant)).channels:
            await watch.telephony.act(HangUpCall(call=channel.channel))


Caller = Callable[[], SippCaller]


@pytest.fixture
def caller(tmp_path: Path, pbx_settings: Settings) -> Caller:
    def call() -> SippCaller:
        given = {"sip_port": CALLER_PORT, "to": f"127.0.0.1:{pbx_settings.pbx_sip_port}", "dialed": "4930100"}
        return SippCaller(tmp_path / "caller", media_port=EARS["caller"], talk_s=60.0, **given)  # type: ignore[arg-type]

    return call


AGENT_IDS = count(1)


async def seat(watch: Watch, phones: dict[str, Phones], voices: Voices, name: str) -> str:
    """An agent nobody has been before, whose phone this is, at home in their room. Answers the leg."""
    agent_id = next(AGENT_IDS)
    leg = await watch.seat(agent_id, phones[name].sip_address(agent_id))
    await watch.telephony.act(SetAside(leg=leg))
    await voices.hear(name, music=True)
    assert await watch.telephony.act(Seat(leg=leg, room=leg)) is None
    await voices.hear(name)
    return leg


async def together(watch: Watch, voices: Voices, leg: str) -> str:
    """A caller, who is taken and joined with this leg."""
    call = (await watch.until(lambda _event: True, CallArrived)).call
    await watch.telephony.act(AnswerCall(call=call, call_max_s=90.0))
    await watch.of(CallAnswered, call)
    await watch.telephony.act(Hold(call=call, leg=""))
    await voices.hear("caller", music=True)
    await watch.telephony.act(Join(call=call, leg=leg))
    await watch.of(CallJoined, call)
    return call


@pytest.mark.covers("CP-015")
async def test_a_supervisor_is_heard_by_nobody_by_the_agent_by_both(
    watch: Watch, caller: Caller, phones: dict[str, Phones], voices: Voices
) -> None:
    act = watch.telephony.act
    ann = await seat(watch, phones, voices, "ann")
    sue = await seat(watch, phones, voices, "sue")
    with caller():
        call = await together(watch, voices, ann)
        await voices.hear("caller", "ann")
        ears = {mode: ear_of(sue, n) for n, mode in enumerate(Mode, 1)}
        for mode in Mode:
            await act(OpenEar(ear=ears[mode], leg=sue, about=ann, mode=mode))
            await watch.until(lambda event, mode=mode: event.ear == ears[mode], EarOpened)
            for other in set(Mode) - {mode}:
                await act(CloseEar(ear=ears[other], leg=sue))
            await voices.hear("sue", "caller", "ann")
            await voices.hear("ann", *(("caller",) if mode is Mode.LISTEN else ("caller", "sue")))
            await voices.hear("caller", *(("ann", "sue") if mode is Mode.BARGE else ("ann",)))
        pictured = {one.channel: one for one in (await watch.telephony.picture(watch.tenant)).channels}
        assert (pictured[ears[Mode.BARGE]].bridge, pictured[call].bridge) == (room_of(sue), room_of(ann))
        await act(CloseEar(ear=ears[Mode.BARGE], leg=sue))
        await watch.until(lambda event: event.ear == ears[Mode.BARGE], EarClosed)
        await voices.hear("caller", "ann")
        await act(Join(call=call, leg=sue))  # taken over
        await voices.hear("caller", "sue")
        await voices.hear("ann")
        await act(HangUpCall(call=call))
    assert await act(
        OpenEar(ear=ear_of(sue, 9), leg=sue, about=leg_of(tenant=1, agent_id=99, fence=1, n=1), mode=Mode.LISTEN)
    ) == EarClosed(ear=ear_of(sue, 9))


@pytest.mark.covers("CP-015")
async def test_a_supervisor_who_hangs_up_or_whose_agent_does_leaves_the_customer_unharmed(
    watch: Watch, caller: Caller, phones: dict[str, Phones], voices: Voices
) -> None:
    act = watch.telephony.act
    ann = await seat(watch, phones, voices, "ann")
    sue = await seat(watch, phones, voices, "sue")
    with caller():
        call = await together(watch, voices, ann)
        ear = ear_of(sue, 1)
        await act(OpenEar(ear=ear, leg=sue, about=ann, mode=Mode.BARGE))
        await voices.hear("caller", "ann", "sue")
        await act(HangUpLeg(leg=sue))
        await watch.of(LegEnded, sue)
        await voices.hear("caller", "ann")
        await voices.hear("ann", "caller")
        await act(CloseEar(ear=ear, leg=sue))
        await watch.until(lambda event: event.ear == ear, EarClosed)
        sue = await seat(watch, phones, voices, "sue")
        ear = ear_of(sue, 1)
        await act(OpenEar(ear=ear, leg=sue, about=ann, mode=Mode.BARGE))
        await watch.until(lambda event: event.ear == ear, EarOpened)
        await act(HangUpLeg(leg=ann))
        await watch.until(lambda event: event.ear == ear, EarClosed)
        await act(Hold(call=call, leg=""))
        await voices.hear("caller", music=True)
        await act(HangUpCall(call=call))
        await watch.of(CallEnded, call)


@pytest.mark.covers("CP-048")
async def test_where_a_customer_was_parked_is_known_to_the_next_engine(
    watch: Watch, caller: Caller, phones: dict[str, Phones], voices: Voices
) -> None:
    ann = await seat(watch, phones, voices, "ann")
    with caller():
        call = await together(watch, voices, ann)
        parked = Parked(slot=3, agent_id=7, since_utc_s=1_790_000_000.125)
        await watch.telephony.act(Hold(call=call, leg=ann, parked=parked))
        await watch.telephony.act(Hold(call=call, leg=""))
        await voices.hear("caller", music=True)
        await watch.disconnect()
        await watch.connect()
        found = await watch.telephony.picture(watch.tenant)
        assert {one.channel: one.parked for one in found.channels} == {call: parked, ann: None}
        await watch.telephony.act(HangUpCall(call=call))
        await watch.telephony.act(HangUpLeg(leg=ann))


@pytest.mark.covers("CP-048")
async def test_a_colleague_is_asked_aside_joined_and_given_the_customer(
    watch: Watch, caller: Caller, phones: dict[str, Phones], voices: Voices
) -> None:
    act = watch.telephony.act
    ann = await seat(watch, phones, voices, "ann")
    ben = await seat(watch, phones, voices, "ben")
    with caller():
        call = await together(watch, voices, ann)
        await act(Hold(call=call, leg=ann))
        assert await act(Seat(leg=ben, room=ann)) is None
        await voices.hear("caller", music=True)
        await voices.hear("ann", "ben")
        await act(SetAside(leg=ben))  # swapped
        await act(Join(call=call, leg=ann))
        await voices.hear("ben", music=True)
        await voices.hear("ann", "caller")
        assert [one.bridge for one in (await watch.telephony.picture(watch.tenant)).channels if one.channel == ben] == [
            None
        ]
        assert await act(Seat(leg=ben, room=ann)) is None  # all three
        await voices.hear("ben", "ann", "caller")
        await voices.hear("ann", "ben", "caller")
        await voices.hear("caller", "ann", "ben")
        assert await act(Seat(leg=ben, room=ben)) is None  # handed over
        await act(Join(call=call, leg=ben))
        await voices.hear("caller", "ben")
        await voices.hear("ann")
        await act(HangUpLeg(leg=ann))
        await watch.of(LegEnded, ann)
        assert await act(Seat(leg=ben, room=ann)) == SeatFailed(leg=ben, room=ann)
        await voices.hear("caller", "ben")
        await act(HangUpCall(call=call))


@pytest.mark.covers("CP-048")
async def test_somebody_outside_is_asked_and_left_with_the_customer(
    watch: Watch, caller: Caller, phones: dict[str, Phones], voices: Voices
) -> None:
    act = watch.telephony.act
    outside = await watch.set_trunk(f"127.0.0.1:{PORTS['out']}", 8)
    ann = await seat(watch, phones, voices, "ann")
    with caller():
        call = await together(watch, voices, ann)
        await act(Hold(call=call, leg=ann))
        party = party_of(tenant=1, trunk_id=outside.trunk_id, fence=1, n=1)
        ring = RingParty(
            leg=party, trunk=outside, number="+493012345", caller_id="", ring_timeout_s=10.0, call_max_s=60.0, asker=ann
        )
        assert await act(ring) is None
        await watch.of(LegAnswered, party)
        assert await act(ring) is None  # it is there
        await act(SetAside(leg=party))
        await voices.hear("out", music=True)
        await act(Seat(leg=party, room=ann))
        await voices.hear("ann", "out")
        await voices.hear("caller", music=True)
        assert await act(Bind(call=call, leg=party)) is None
        assert (await watch.of(CallJoined, call, since=len(watch.told) - 1)).leg == party
        await voices.hear("caller", "out")
        await voices.hear("out", "caller")
        await voices.hear("ann")
        pictured = {one.channel: one.bridge for one in (await watch.telephony.picture(watch.tenant)).channels}
        assert (pictured[call], pictured[party], pictured[ann]) == (room_of(party), room_of(party), room_of(ann))
        await act(HangUpLeg(leg=party))
        await watch.of(LegEnded, party)
        await act(Join(call=call, leg=ann))
        await voices.hear("caller", "ann")
        assert await act(Bind(call=call, leg=party)) == JoinFailed(call=call, leg=party)
        await act(HangUpCall(call=call))
