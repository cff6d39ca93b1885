"""A call whose answer was told by nobody: its end says that it was up, the PBX's records say since when."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from busyhour.adapters.asterisk.ari_events import Channel, ChannelDestroyed, ChannelStateChange
from busyhour.adapters.asterisk.telephony import AsteriskTelephony
from busyhour.core.events import CallEnded, Event
from tests.adapters.asterisk.no_pbx import NO_PBX

CALL = "c1-01"
ENDED_S = 110.25


def at(utc_s: float) -> datetime:
    return datetime.fromtimestamp(utc_s, UTC)


@pytest.mark.parametrize(
    ("records", "seen_s", "answered_s"),
    [
        (f'ANSWER,105.500000,{CALL},"PJSIP/t1-1-0","{{}}"\n', None, 105.5),
        (f'ANSWER,105.500000,{CALL},"PJSIP/t1-1-0","{{}}"\n', 105.25, 105.25),  # what we saw ourselves is not asked for
        ("", None, ENDED_S),  # then at the latest now
    ],
)
async def test_the_end_tells_when_it_was_answered(
    tmp_path: Path, records: str, seen_s: float | None, answered_s: float
) -> None:
    cel = tmp_path / "cel.csv"
    cel.write_text(f'CHAN_START,100.000000,{CALL},"PJSIP/t1-1-0","{{}}"\n{records}')
    telephony = AsteriskTelephony(replace(NO_PBX, cel_file=cel, sounds=tmp_path))
    told: asyncio.Queue[Event] = asyncio.Queue()
    telephony.attach(1, told.put_nowait)
    if seen_s is not None:
        telephony.link._on_event(ChannelStateChange(timestamp=at(seen_s), channel=Channel(CALL, "Up")))
    telephony.link._on_event(ChannelDestroyed(timestamp=at(ENDED_S), channel=Channel(CALL, "Up"), cause=16))
    async with asyncio.timeout(5):
        while not isinstance(end := await told.get(), CallEnded):
            pass
    assert (end.answered_utc_s, end.at_utc_s) == (answered_s, ENDED_S)
