"""Whom `busyhour restart` signals, and what it makes of the verdict on the new program. A program stands in for
`busyhour up` and its engine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from busyhour.main import renewal
from busyhour.main.renewal import VERDICT, renew
from busyhour.service.errors import Conflict, Unavailable

PARENT = """
import json, os, signal, sys, time
from pathlib import Path
data = Path(sys.argv[1])
verdict = json.loads(sys.argv[2])
def asked(*_):
    (data / "asked").touch()
    (data / "restart.new").write_text(json.dumps(verdict))
    (data / "restart.new").rename(data / "restart.json")
    if verdict["ok"]:
        where["loaded_utc_s"] += 1.0
        say()
def say():
    (data / "server.new").write_text(json.dumps(where))
    (data / "server.new").rename(data / "server.json")
signal.signal(signal.SIGUSR2, asked)
if (engine := os.fork()) == 0:
    signal.signal(signal.SIGUSR2, signal.SIG_DFL)
    while True:
        time.sleep(1.0)
where = {"url": "http://127.0.0.1:9", "pid": engine, "parent": os.getpid(), "loaded_utc_s": 1.0}
say()
while True:
    time.sleep(0.01)
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Any]:
    """Starts the program; `verdict` is what it will say of a new one."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(**verdict: object) -> None:
        begun.append(
            subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), json.dumps(verdict)], start_new_session=True)
        )
        deadline_s = time.monotonic() + 15.0
        while not (tmp_path / "server.json").exists():
            assert time.monotonic() < deadline_s
            time.sleep(0.01)

    yield start
    for process in begun:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def test_a_new_program_takes_over(tmp_path: Path, running: Any) -> None:
    running(ok=True, calls=52, steps=1)
    told = dict(await renew(tmp_path))
    assert told.pop("away_s") < 5.0
    assert told == {"version_before": "", "version": "", "calls": 52, "steps": 1}


async def test_what_is_against_it_is_passed_on(tmp_path: Path, running: Any) -> None:
    running(ok=False, text="Its 52 calls would end.")
    with pytest.raises(Conflict, match=r"Its 52 calls would end\. The version of before works on\."):
        await renew(tmp_path)


async def test_an_old_verdict_does_not_count(tmp_path: Path, running: Any) -> None:
    (tmp_path / VERDICT).write_text(json.dumps({"ok": False, "text": "of yesterday"}))
    running(ok=True, calls=0, steps=0)
    await renew(tmp_path)


async def test_without_a_server_there_is_nothing_to_restart(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is not running"):
        await renew(tmp_path)


@pytest.mark.parametrize("parent", [None, 1])
async def test_a_stranger_gets_no_signal(tmp_path: Path, running: Any, parent: int | None) -> None:
    """The number of a process that has ended may be another's by now."""
    running(ok=True, calls=0, steps=0)
    where = json.loads((tmp_path / "server.json").read_text())
    (tmp_path / "server.json").write_text(json.dumps(where | {"parent": parent}))
    with pytest.raises(Unavailable, match="has ended"):
        await renew(tmp_path)
    assert not (tmp_path / "asked").exists()


async def test_a_program_that_says_nothing_is_not_waited_for(
    tmp_path: Path, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(ok=True, calls=0, steps=0)
    where = json.loads((tmp_path / "server.json").read_text())
    os.kill(where["parent"], signal.SIGSTOP)
    monkeypatch.setattr(renewal, "TRIED_MAX_S", 0.2)
    with pytest.raises(Conflict, match="has not said"):
        await renew(tmp_path)
    os.kill(where["parent"], signal.SIGCONT)
