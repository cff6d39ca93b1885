"""The PBX as an operating system process: found by its command line, started in a session of its own, awaited, ended.

It is not a child in spirit: it must outlive a killed engine, because calls talk through it, and the next engine adopts
it. So it shares no pipe and no process group with us, and is known by the configuration file on its command line,
never by a number in a file alone.
"""

import asyncio
import itertools
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

END_TIMEOUT_S = 8.0
"""An orderly end; afterwards it is killed."""
KILL_TIMEOUT_S = 5.0


class PbxProcess:
    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None) -> None:
        self.pid = pid
        self._child = child  # None when adopted
        self._pidfd = os.pidfd_open(pid)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._pidfd, self._on_end)

    @classmethod
    def start(cls, argv: Sequence[str], *, config: Path, console: Path) -> "PbxProcess":
        with console.open("wb") as output:
            child = subprocess.Popen(  # noqa: S603  the program is one that we found, its arguments are ours
                [*argv, "-C", str(config), "-f", "-n"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                env=_environment(),
            )
        return cls(child.pid, child)

    @classmethod
    def find(cls, config: Path) -> "PbxProcess | None":
        """The living PBX of this configuration, whoever started it."""
        for process in psutil.process_iter(["pid", "cmdline", "status"]):
            line = process.info["cmdline"] or []
            if process.info["status"] == psutil.STATUS_ZOMBIE or "-f" not in line:
                continue
            if any(pair == ("-C", str(config)) for pair in itertools.pairwise(line)):
                with suppress(ProcessLookupError):
                    return cls(process.info["pid"], None)
        return None

    @property
    def alive(self) -> bool:
        return not self._ended.is_set()

    def how_it_ended(self) -> str:
        code = self._child.returncode if self._child else None
        if code is None:
            return "ended"  # that of another's child is not told
        return f"ended by signal {-code}" if code < 0 else f"ended with code {code}"

    async def wait(self) -> None:
        await self._ended.wait()

    async def end(self) -> None:
        for sign, timeout_s in ((signal.SIGTERM, END_TIMEOUT_S), (signal.SIGKILL, KILL_TIMEOUT_S)):
            if not self.alive:
                return
            with suppress(ProcessLookupError):
                os.kill(self.pid, sign)
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._ended.wait()

    def forget(self) -> None:
        """Let it live on without us."""
        if self.alive:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._ended.set()

    def _on_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        if self._child is not None:
            self._child.wait()  # at once: the descriptor said that it has ended
        self._ended.set()


def _environment() -> dict[str, str]:
    """Nothing of ours: no secret and no library path reaches it."""
    kept = ("PATH", "HOME", "TZ", "LANG")
    return {name: os.environ[name] for name in kept if name in os.environ}
