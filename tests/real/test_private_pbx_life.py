"""The private PBX, real: started, adopted, restarted, tidied."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from busyhour.adapters.asterisk import config
from busyhour.adapters.asterisk import private as private_module
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.asterisk.private_process import PbxProcess
from busyhour.service.errors import Unavailable
from busyhour.settings import Settings
from tests.real.private_pbx import BareAri, settings_on_free_ports

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
TRUNK = "t1-1"


@pytest.fixture
def settings(pbx_cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BUSYHOUR_PBX_CACHE", pbx_cache)
    return settings_on_free_ports(tmp_path)


async def within(seconds: float, event: asyncio.Event) -> None:
    async with asyncio.timeout(seconds):
        await event.wait()


async def test_a_second_start_takes_less_than_ten_seconds(settings: Settings) -> None:
    for _ in range(2):
        begun_s = time.monotonic()
        private = PrivatePbx(settings)
        access = await private.start()
        took_s = time.monotonic() - begun_s
        async with BareAri(access) as ari:
            status, info = await ari.ask("GET", "asterisk/info")
        assert status == 200
        assert info["system"]["version"].startswith(private.statistics().version)
        await private.stop()
        assert private.statistics().state == "stopped"
    assert took_s < 10


@pytest.mark.covers("WD-013")
async def test_a_killed_pbx_comes_back(settings: Settings) -> None:
    private = PrivatePbx(settings)
    access = await private.start()
    try:
        killed = private.statistics().pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await within(10, private.came_back)
        after = private.statistics()
        assert after.restarts == 1
        assert after.state == "up"
        assert after.pid not in {killed, None}
        assert "signal 9" in after.last_fault
        async with BareAri(access) as ari:
            assert (await ari.ask("GET", "asterisk/info"))[0] == 200
    finally:
        await private.stop()
    assert not psutil.pid_exists(after.pid or 0)


@pytest.mark.covers("WD-014")
async def test_calls_outlive_a_killed_engine_and_are_adopted(pbx_cache: str, settings: Settings) -> None:
    engine = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys, asyncio\nfrom busyhour.settings import Settings\nfrom busyhour.adapters.asterisk.private import "
        "PrivatePbx\nasync def run():\n    access = await PrivatePbx(Settings.model_validate_json(sys.argv[1]), "
        "demo=True).start()\n    print('started', flush=True)\n    await asyncio.Event().wait()\nasyncio.run(run())",
        settings.model_dump_json(),
        stdout=asyncio.subprocess.PIPE,
    )
    private = PrivatePbx(settings, demo=True)
    try:
        assert engine.stdout is not None
        async with asyncio.timeout(20):
            while b"started" not in await engine.stdout.readline():
                pass
        found = PbxProcess.find(settings.data.resolve() / "pbx/etc/asterisk.conf")
        assert found is not None
        found.forget()
        async with BareAri(config.access_of(settings, demo=True)) as ari:
            await ari.push_trunk(TRUNK)
            call = await ari.dial("12125550130", TRUNK)
            await within(10, call.started)
            engine.kill()
            await engine.wait()
            await private.start()
            assert private.statistics().adopted
            assert private.statistics().pid == found.pid
            _, channels = await ari.ask("GET", "channels")
            assert next(name for name, seen in ari.seen.items() if seen is call) in {one["id"] for one in channels}
            assert not call.ended.is_set()
    finally:
        with contextlib.suppress(ProcessLookupError):
            engine.kill()
        await engine.wait()
        await private.stop()
    assert PbxProcess.find(settings.data.resolve() / "pbx/etc/asterisk.conf") is None


async def test_a_changed_configuration_is_taken_up_by_the_adopted_pbx(settings: Settings) -> None:
    first = PrivatePbx(settings)
    await first.start()
    started_by = first.statistics().pid
    await first.leave()
    message = settings.data / "pbx/etc/extensions.conf"
    message.write_text("[busyhour]\nexten => call,1,Hangup()\n")
    (settings.data / "pbx/started.json").write_text(
        json.dumps(json.loads((settings.data / "pbx/started.json").read_text()) | {"reload": "of an older version"})
    )
    second = PrivatePbx(settings)
    await second.start()
    try:
        assert second.statistics().pid == started_by
        assert "Stasis" in message.read_text()
        stamps = json.loads((settings.data / "pbx/started.json").read_text())
        assert stamps["reload"] != "of an older version"
    finally:
        await second.stop()


async def test_records_and_logs_are_cut_while_it_runs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_module, "CEL_BYTES_MAX", 100)
    monkeypatch.setattr(private_module, "LOG_BYTES_MAX", 100)
    monkeypatch.setattr(private_module, "TIDY_EVERY_S", 0.1)
    private = PrivatePbx(settings, demo=True)
    access = await private.start()
    record = access.cel_file
    try:
        async with BareAri(access) as ari:
            await ari.push_trunk(TRUNK)
            for _ in range(2):  # what is said after a cut goes to a new file
                await until(lambda: not record.exists())
                await within(5, (await ari.dial("12125550150", TRUNK)).ended)
            await until(lambda: record.with_name(f"{record.name}.1").exists() and not record.exists())
        logs = settings.data / "pbx/log"
        await until(lambda: len(list(logs.glob("messages.log.*"))) >= private_module.LOGS_KEPT)
        assert len(list(logs.glob("messages.log.*"))) <= private_module.LOGS_KEPT + 1
    finally:
        await private.stop()


async def until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not wanted():  # files tell nobody that they change
            await asyncio.to_thread(os.sched_yield)


async def test_a_deep_data_folder_is_no_hindrance(settings: Settings) -> None:
    """Local sockets have names of at most 107 characters."""
    private = PrivatePbx(settings.model_copy(update={"data": settings.data / ("deep-" * 20) / ("er-" * 20)}))
    try:
        assert (await private.start()).ari_url
        assert private.statistics().state == "up"
    finally:
        await private.stop()


async def test_a_taken_port_is_named(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.pbx_http_port))
        taken.listen()
        with pytest.raises(Unavailable, match=rf"Port {settings.pbx_http_port} .* BUSYHOUR_PBX_HTTP_PORT"):
            await PrivatePbx(settings).start()
