"""Whom the private PBX runs as, and who gets at its files: when we are root, it is not."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from busyhour.adapters.asterisk import private as private_module
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.asterisk.private_process import PbxProcess
from busyhour.service.system_user import SystemUser, system_user
from busyhour.settings import Settings
from tests.real.private_pbx import BareAri, settings_on_free_ports

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
TRUNK = "t1-1"
NOBODY = SystemUser(65534, 65534)


@pytest.fixture
def settings(pbx_cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BUSYHOUR_PBX_CACHE", pbx_cache)
    return settings_on_free_ports(tmp_path)


def running_as(pbx: PrivatePbx) -> tuple[set[int], set[int]]:
    """All its user and group numbers."""
    pid = pbx.statistics().pid
    assert pid is not None
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    groups = [*lines["Gid"].split(), *lines["Groups"].split()]
    return set(map(int, lines["Uid"].split())), set(map(int, groups))


def wanted_user() -> SystemUser:
    return system_user() or SystemUser(os.geteuid(), os.getegid())


def may(user: SystemUser, path: Path, right: str) -> bool:
    """Asked by a process of that user; `right` is r or w."""
    done = subprocess.run(
        ["/usr/bin/test", f"-{right}", str(path)],
        **({"user": user.uid, "group": user.gid, "extra_groups": []} if os.geteuid() == 0 else {}),
        check=False,
        cwd="/",
    )
    return done.returncode == 0


async def a_busy_call(pbx: PrivatePbx) -> None:
    """It dials, and writes its record of it where we read it."""
    async with BareAri(pbx.access) as ari, asyncio.timeout(15):
        await ari.push_trunk(TRUNK)
        await (await ari.dial("12125550150", TRUNK)).ended.wait()
        while "HANGUP" not in (pbx.access.cel_file.read_text() if pbx.access.cel_file.exists() else ""):
            await asyncio.to_thread(os.sched_yield)


async def test_it_does_not_run_as_root_and_its_files_are_nobody_elses(settings: Settings) -> None:
    pbx, user = PrivatePbx(settings, demo=True), wanted_user()
    access = await pbx.start()
    try:
        uids, gids = running_as(pbx)
        assert uids == {user.uid}
        assert user.gid in gids
        assert os.geteuid() != 0 or (0 not in uids and gids == {user.gid})
        await a_busy_call(pbx)
        base = settings.data.resolve() / "pbx"
        prompt = access.sounds / "busyhour/farewell.wav"
        assert may(user, prompt, "r")
        assert may(user, base / "etc/ari.conf", "r")
        if os.geteuid() == 0:  # it can change none of it, and others see nothing
            assert not may(user, prompt, "w")
            assert not may(user, base / "etc/ari.conf", "w")
            assert not may(user, base / "secrets.json", "r")
            assert not may(NOBODY, base, "r")
            for file in (prompt, base / "etc/ari.conf", access.cel_file):
                assert not may(NOBODY, file, "r"), file
        assert stat.S_IMODE(base.stat().st_mode) & 0o007 == 0
        words = (base / "log/messages.log").read_text().splitlines()
        assert [line for line in words if " ERROR[" in line or " WARNING[" in line] == []
    finally:
        await pbx.stop()


async def test_one_that_an_earlier_version_ran_as_root_is_adopted_and_then_replaced(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is while it lives, calls and all; at its next start it runs as it should, on the files that it left."""
    with monkeypatch.context() as earlier:
        earlier.setattr(private_module, "system_user", lambda: None)
        first = PrivatePbx(settings, demo=True)
        await first.start()
        await a_busy_call(first)
    base = settings.data.resolve() / "pbx"
    (base / "started.json").rename(base / "run/started.json")  # where it was kept then
    assert running_as(first)[0] == {os.geteuid()}
    pid = first.statistics().pid
    await first.leave()
    second = PrivatePbx(settings, demo=True)
    await second.start()
    try:
        assert second.statistics().adopted
        assert second.statistics().pid == pid
        await a_busy_call(second)
        second.access.cel_file.unlink()
        os.kill(pid or 0, signal.SIGKILL)
        async with asyncio.timeout(15):
            await second.came_back.wait()
        assert running_as(second)[0] == {wanted_user().uid}
        await a_busy_call(second)
        last, faults = second.statistics(), (base / "log/messages.log").read_text().splitlines()
        assert [line for line in faults if " ERROR[" in line] == []
        await second.leave()  # and one that runs as it should is adopted too
        third = PrivatePbx(settings, demo=True)
        await third.start()
        second = third
        assert third.statistics().adopted
        assert third.statistics().pid == last.pid
    finally:
        await second.stop()
    assert PbxProcess.find(base / "etc/asterisk.conf") is None


async def test_a_program_in_a_folder_of_roots_alone_can_be_reached(
    settings: Settings, pbx_cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = PrivatePbx(settings)  # fetches it when this is the first test of all
    await warm.start()
    await warm.stop()
    lair = tmp_path / "lair"
    lair.mkdir(mode=0o700)
    shutil.copytree(Path(pbx_cache) / "asterisk", lair / "cache/asterisk", symlinks=True, copy_function=os.link)
    monkeypatch.setenv("BUSYHOUR_PBX_CACHE", str(lair / "cache"))
    pbx = PrivatePbx(settings)
    await pbx.start()
    try:
        assert running_as(pbx)[0] == {wanted_user().uid}
        assert stat.S_IMODE(lair.stat().st_mode) == (0o701 if os.geteuid() == 0 else 0o700)
    finally:
        await pbx.stop()
