"""What the private PBX keeps of calls that are over: nothing that grows, and nothing of ours."""

import asyncio
from pathlib import Path

import psutil
import pytest

from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.settings import Settings
from tests.real.private_pbx import BareAri, settings_on_free_ports

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]
TRUNK = "t1-1"
CALLS = 150
GROWTH_BYTES_MAX = 15 * 1024 * 1024  # a hundredth of a megabyte for each leg, and some room for chance
SIP_KEEPS_S = 34.0  # an ended dialog is kept for 32 s, and nothing tells when it is forgotten


@pytest.fixture
def settings(pbx_cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BUSYHOUR_PBX_CACHE", pbx_cache)
    return settings_on_free_ports(tmp_path)


async def test_calls_that_are_over_are_forgotten(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second hundred and fifty find their memory in what the first have left."""
    monkeypatch.setenv("BUSYHOUR_SECRET_OF_OURS", "x")
    pbx = PrivatePbx(settings, demo=True)
    access = await pbx.start()
    try:
        process = psutil.Process(pbx.statistics().pid)
        environment = process.environ()
        assert environment["MALLOC_ARENA_MAX"] == "2"
        assert not any(name.startswith(("BUSYHOUR_", "LD_", "PYTHON")) for name in environment)
        sizes = []
        async with BareAri(access) as ari:
            await ari.push_trunk(TRUNK)
            for _ in range(2):
                await _burst(ari)
                await asyncio.sleep(SIP_KEEPS_S)
                sizes.append(process.memory_info().rss)
        assert sizes[1] - sizes[0] < GROWTH_BYTES_MAX, [size >> 20 for size in sizes]
    finally:
        await pbx.stop()


async def _burst(ari: BareAri) -> None:
    """Calls that the demo carrier answers and ends at once."""
    calls = [await ari.dial("12125550187", TRUNK) for _ in range(CALLS)]
    async with asyncio.timeout(60):
        for call in calls:
            await call.ended.wait()
    assert all(call.started_s is not None for call in calls)
