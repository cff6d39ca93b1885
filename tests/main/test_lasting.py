"""The parent of the engine's process: what it does when that is killed, ends, or is to stop; and when it is killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from busyhour.main.lasting import AGAIN_AFTER_S

WAIT_MAX_S = 15.0
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from busyhour.main.lasting import fork_engine
folder = Path(sys.argv[1])
earlier = fork_engine(lambda: (folder / "loaded").touch(), in_haste="haste" in sys.argv)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
loaded = "loaded" if (folder / "loaded").exists() else "bare"
with (folder / "engines").open("a") as out:
    out.write(f"{os.getpid()} {earlier} {loaded}\\n")
while "ends" not in sys.argv:
    time.sleep(0.01)
sys.exit(3)
"""


class Parent:
    """A program with an engine that does nothing."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder), *words], stderr=subprocess.PIPE)

    def engines(self) -> list[list[str]]:
        file = self.folder / "engines"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    def wait_engine(self, number: int) -> int:
        """The process id of the so-manieth engine."""
        deadline_s = time.monotonic() + WAIT_MAX_S
        while len(self.engines()) < number:
            assert time.monotonic() < deadline_s, f"no engine {number}"
            time.sleep(0.005)
        return int(self.engines()[number - 1][0])


@contextmanager
def parent(folder: Path, *words: str) -> Iterator[Parent]:
    running = Parent(folder, *words)
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.process.kill()
        running.process.communicate()


def gone(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(WAIT_MAX_S)
    return not psutil.pid_exists(pid)


def test_a_killed_engine_is_followed_by_another(tmp_path: Path) -> None:
    with parent(tmp_path) as running:
        for number in range(1, 4):
            pid = running.wait_engine(number)
            os.kill(pid, signal.SIGKILL)
        running.wait_engine(4)
        assert [earlier for _, earlier, _ in running.engines()] == ["0", "1", "2", "3"]
        assert running.process.poll() is None


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_stop_is_passed_on_once_and_not_survived(tmp_path: Path, sign: signal.Signals) -> None:
    with parent(tmp_path) as running:
        pid = running.wait_engine(1)
        assert os.getpgid(pid) == pid  # Ctrl-C of a terminal reaches the parent only
        running.process.send_signal(sign)
        code = running.process.wait(WAIT_MAX_S)
        assert gone(pid)
        assert code == (7 if sign is signal.SIGTERM else 128 + signal.SIGINT)
        assert len(running.engines()) == 1


def test_an_engine_that_ends_by_itself_ends_the_program_with_its_code(tmp_path: Path) -> None:
    with parent(tmp_path, "ends") as running:
        assert running.process.wait(WAIT_MAX_S) == 3
        assert len(running.engines()) == 1


def test_a_killed_program_takes_its_engine_with_it(tmp_path: Path) -> None:
    with parent(tmp_path) as running:
        pid = running.wait_engine(1)
        running.process.kill()
        assert gone(pid)


def test_in_haste_the_first_engine_does_not_wait_for_the_rest(tmp_path: Path) -> None:
    with parent(tmp_path, "haste") as running:
        first = running.wait_engine(1)
        deadline_s = time.monotonic() + WAIT_MAX_S
        while not (tmp_path / "loaded").exists():
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        os.kill(first, signal.SIGKILL)
        running.wait_engine(2)
        assert running.engines()[1][2] == "loaded"


def test_without_haste_the_first_engine_finds_the_rest_loaded(tmp_path: Path) -> None:
    with parent(tmp_path) as running:
        running.wait_engine(1)
        assert running.engines()[0][2] == "loaded"


def test_a_crash_loop_is_slowed_down() -> None:
    """A few deaths in a row cost nothing; an engine that can never live does not eat the machine."""
    assert AGAIN_AFTER_S[:3] == (0.0, 0.0, 0.0)
    assert list(AGAIN_AFTER_S) == sorted(AGAIN_AFTER_S)
    assert AGAIN_AFTER_S[-1] >= 10.0
