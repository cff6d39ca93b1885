"""What a new program is told before it takes over a PBX that runs: whether it may, and whose calls go on (A16)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from busyhour.adapters.asterisk import config, private_takeover
from busyhour.adapters.asterisk.install import PbxProgram
from busyhour.adapters.asterisk.private_takeover import STAMPS, calls_up, check_takeover
from busyhour.service.errors import Conflict
from busyhour.settings import Settings

CHANNELS: list[dict[str, Any]] = [
    {"id": "c1-01a20537c2a97705ae26fbfda6243baa", "dialplan": {"app_name": "Stasis"}},
    {"id": "c1-01a20537c2a97705ae26fbfda6243bab", "dialplan": {"app_name": "AppDial2"}},  # it rings
    {"id": "1764000000.7", "dialplan": {"app_name": "Stasis"}},  # a caller
    {"id": "1764000000.8", "dialplan": {"app_name": "Playback"}},  # the other end of a demo call
    {"id": "a1-19-4294967297-19", "dialplan": {"app_name": "Stasis"}},  # an agent's leg
]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PbxProgram:
    modules, share = tmp_path / "modules", tmp_path / "program-share"
    (share / "sounds/en_US_f_Allison").mkdir(parents=True)
    modules.mkdir()
    found = PbxProgram(argv=("asterisk",), modules=modules, share=share, version="22.0.0")

    async def find(*_given: object) -> PbxProgram:
        return found

    monkeypatch.setattr(private_takeover, "find_program", find)
    return found


@pytest_asyncio.fixture
async def settings(tmp_path: Path, program: PbxProgram) -> AsyncIterator[Settings]:
    """Of an installation whose PBX runs as this program wants it, and has calls."""

    async def channels(_request: web.Request) -> web.Response:
        return web.json_response(CHANNELS)

    ari = web.Application()
    ari.router.add_get("/ari/channels", channels)
    runner = web.AppRunner(ari)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    settings = Settings(data=tmp_path / "data", pbx_http_port=port)
    stamps_are(settings, restart=config.write(settings, program, demo=False).restart_stamp)
    yield settings
    await runner.cleanup()


def stamps_are(settings: Settings, *, restart: str) -> None:
    (config.folders_of(settings).base / STAMPS).write_text(json.dumps({"restart": restart, "reload": "any"}))


async def test_a_pbx_that_can_go_on_is_taken_over_with_its_calls(settings: Settings) -> None:
    assert await check_takeover(settings, demo=False) == 3


async def test_one_that_would_be_started_anew_is_not_taken_over_while_it_has_calls(settings: Settings) -> None:
    stamps_are(settings, restart="of another version")
    with pytest.raises(Conflict, match="its 3 calls would end"):
        await check_takeover(settings, demo=False)
    with pytest.raises(Conflict):  # the demo's own carrier is another configuration, too
        await check_takeover(settings, demo=True)


async def test_one_without_calls_may_be_started_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    stamps_are(settings, restart="of another version")
    monkeypatch.setattr(f"{__name__}.CHANNELS", CHANNELS[3:])
    assert await check_takeover(settings, demo=False) == 0


async def test_a_pbx_that_is_not_there_has_no_calls(tmp_path: Path, program: PbxProgram) -> None:
    access = config.write(Settings(data=tmp_path / "data", pbx_http_port=1), program, demo=False).access
    assert await calls_up(access) == 0
