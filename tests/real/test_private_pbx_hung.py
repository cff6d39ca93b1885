"""A private PBX that lives and answers nothing."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.settings import Settings
from tests.real.private_pbx import BareAri, settings_on_free_ports

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.fixture
def settings(pbx_cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BUSYHOUR_PBX_CACHE", pbx_cache)
    return settings_on_free_ports(tmp_path)


@pytest.mark.covers("WD-013")
async def test_a_hung_pbx_is_killed_and_comes_back(settings: Settings) -> None:
    pbx = PrivatePbx(settings)
    access = await pbx.start()
    try:
        hung = pbx.statistics().pid
        assert hung is not None
        os.kill(hung, signal.SIGSTOP)
        begun_s = time.monotonic()
        async with asyncio.timeout(40):
            await pbx.came_back.wait()
        took_s = time.monotonic() - begun_s
        after = pbx.statistics()
        assert 10 < took_s < 25
        assert (after.state, after.restarts) == ("up", 1)
        assert after.pid not in {hung, None}
        assert "answered nothing" in after.last_fault
        async with BareAri(access) as ari:
            assert (await ari.ask("GET", "asterisk/info"))[0] == 200
    finally:
        await pbx.stop()


async def test_one_that_was_only_held_up_goes_on(settings: Settings) -> None:
    """Nine seconds: a swapping or overloaded machine, not a hung PBX."""
    pbx = PrivatePbx(settings)
    access = await pbx.start()
    try:
        before = pbx.statistics()
        assert before.pid is not None
        os.kill(before.pid, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(9, os.kill, before.pid, signal.SIGCONT)
        died = asyncio.create_task(pbx.came_back.wait())
        await asyncio.wait((died,), timeout=20)
        died.cancel()
        assert pbx.statistics() == before
        async with BareAri(access) as ari:
            assert (await ari.ask("GET", "asterisk/info"))[0] == 200
    finally:
        await pbx.stop()
