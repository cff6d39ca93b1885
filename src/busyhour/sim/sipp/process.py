"""One SIPp process: its command line, its start, its end. Needs no root and leaves nothing behind."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

START_MAX_S: Final = 5.0
STOP_MAX_S: Final = 3.0


class SippMissing(Exception):
    """SIPp is not on this machine."""


class SippFailed(Exception):
    """SIPp ended, or did not begin to listen."""


@dataclass(frozen=True, kw_only=True)
class SippSettings:
    """Where it listens and where it keeps its files."""

    folder: Path
    address: str = "127.0.0.1"
    sip_port: int
    media_port: int  # RTP; SIPp uses this and the ports above it
    echo: bool = True  # send RTP back to whoever sent it


class Sipp:
    """A running SIPp with a given scenario. The trace of its messages is `trace`."""

    def __init__(self, name: str, scenario: str, settings: SippSettings) -> None:
        self.name = name
        self.settings = settings
        self.trace = settings.folder / f"{name}.messages.csv"
        self._scenario = scenario
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        folder = self.settings.folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.xml").write_text(self._scenario, encoding="utf-8")
        self.trace.unlink(missing_ok=True)
        with (folder / f"{self.name}.out").open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603 a fixed program, arguments from settings
                self._command(), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        self._wait_listening()
        return self

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_MAX_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_MAX_S)

    def signal(self, number: int) -> None:
        """Tell it something; SIPp ends after SIGUSR1 as soon as its last call is over."""
        if self._process is not None:
            self._process.send_signal(number)

    def check_alive(self) -> None:
        """Raises when SIPp has ended by itself: its ledger would then be incomplete."""
        if self._process is None or self._process.poll() is not None:
            raise SippFailed(f"SIPp ({self.name}) is not running; see {self.settings.folder / (self.name + '.out')}")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _command(self) -> list[str]:
        program = shutil.which("sipp")
        if program is None:
            raise SippMissing("SIPp is not installed. On Debian and Ubuntu: apt-get install sip-tester")
        s = self.settings
        # A killed parent must not leave it behind.
        guard = [path, "--pdeathsig", "KILL", "--"] if (path := shutil.which("setpriv")) else []
        options = ["-sf", f"{self.name}.xml", "-i", s.address, "-mi", s.address, "-bind_local", "-p", str(s.sip_port)]
        options += ["-mp", str(s.media_port), "-nostdin", "-aa", "-timer_resol", "2", "-cp", str(s.sip_port + 5)]
        options += ["-trace_shortmsg", "-shortmessage_file", self.trace.name]
        options += ["-trace_err", "-error_file", f"{self.name}.errors.log"]
        # SIPp ends itself when a busy machine makes it late; late is not wrong here.
        options += ["-watchdog_minor_maxtriggers", "1000000", "-watchdog_major_maxtriggers", "1000000"]
        return [*guard, program, *options, *(["-rtp_echo"] if s.echo else [])]

    def _wait_listening(self) -> None:
        assert self._process is not None
        deadline_s = time.monotonic() + START_MAX_S
        while time.monotonic() < deadline_s:
            self.check_alive()
            if self.settings.sip_port in _udp_ports(self._process.pid):
                return
            time.sleep(0.02)
        self.stop()
        raise SippFailed(f"SIPp ({self.name}) did not listen on port {self.settings.sip_port} in {START_MAX_S:.0f} s")


def _udp_ports(pid: int) -> set[int]:
    try:
        return {connection.laddr.port for connection in psutil.Process(pid).net_connections("udp")}
    except psutil.NoSuchProcess:
        return set()
