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

from busyhour.main.lasting import AGAIN_AFTER_S, RENEW

WAIT_MAX_S = 30.0
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from busyhour.main.lasting import RENEW, TRIAL, fork_engine
folder = Path(sys.argv[1])
if TRIAL in os.environ:
    with (folder / "trials").open("a") as out:
        out.write("tried\\n")
    sys.exit(1 if (folder / "broken").exists() else 0)
earlier = fork_engine(lambda: (folder / "loaded").touch(), in_haste="haste" in sys.argv)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
def leave(*_):
    (folder / f"left {os.getpid()}").touch()
    sys.exit(0)
if (folder / "stubborn").exists():
    signal.signal(RENEW, signal.SIG_IGN)
else:
    signal.signal(RENEW, leave)
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


def test_a_new_program_takes_over_in_the_same_process(tmp_path: Path) -> None:
    """Whoever looks after the process (systemd) sees none end."""
    with parent(tmp_path) as running:
        for number in range(1, 4):
            pid = running.wait_engine(number)
            running.process.send_signal(RENEW)
            running.wait_engine(number + 1)
            assert (tmp_path / f"left {pid}").exists()
            assert gone(pid)
        assert running.process.poll() is None
        assert [earlier for _, earlier, _ in running.engines()] == ["0"] * 4
        assert all(loaded == "loaded" for _, _, loaded in running.engines())


def test_a_new_program_still_passes_signals_on_and_forks_again(tmp_path: Path) -> None:
    with parent(tmp_path) as running:
        running.wait_engine(1)
        running.process.send_signal(RENEW)
        os.kill(running.wait_engine(2), signal.SIGKILL)
        third = running.wait_engine(3)
        assert running.engines()[2][1] == "1"
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(WAIT_MAX_S) == 7
        assert gone(third)


def test_a_new_program_that_fails_its_trial_is_not_taken(tmp_path: Path) -> None:
    with parent(tmp_path) as running:
        pid = running.wait_engine(1)
        (tmp_path / "broken").touch()
        running.process.send_signal(RENEW)
        wait_for(tmp_path / "trials")
        os.kill(pid, signal.SIGKILL)  # and the parent has gone on watching
        running.wait_engine(2)
        assert not list(tmp_path.glob("left *"))
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(WAIT_MAX_S) == 7


def test_told_to_stop_while_a_new_program_waits_for_the_engine_of_before(tmp_path: Path) -> None:
    (tmp_path / "stubborn").touch()
    with parent(tmp_path) as running:
        pid = running.wait_engine(1)
        running.process.send_signal(RENEW)
        wait_for(tmp_path / "trials")
        time.sleep(1.0)  # the trial ends, and the new program begins: no sign of it is to be had
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(WAIT_MAX_S) == 7
        assert gone(pid)
        assert len(running.engines()) == 1


def wait_for(file: Path) -> None:
    deadline_s = time.monotonic() + WAIT_MAX_S
    while not file.exists():
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
