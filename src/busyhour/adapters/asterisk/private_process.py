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
from typing import BinaryIO

import psutil

from busyhour.service.system_user import SystemUser, owner_of

END_TIMEOUT_S = 8.0
"""An orderly end; afterwards it is killed."""
KILL_TIMEOUT_S = 5.0
HEAPS_MAX = 2
"""Its threads come and go with its calls. The C library gives them eight heaps for each processor, and each heap keeps
what its busiest moment took: more memory for nothing, the more processors the worse."""


class PbxProcess:
    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None) -> None:
        self.pid = pid
        self._child = child  # None when adopted
        self._pidfd = os.pidfd_open(pid)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._pidfd, self._on_end)

    @classmethod
    def start(
        cls, argv: Sequence[str], *, config: Path, output: BinaryIO, user: SystemUser | None = None
    ) -> "PbxProcess":
        """`user`: who it runs as, when not as we do."""
        with output:
            child = subprocess.Popen(  # noqa: S603  the program is one that we found, its arguments are ours
                [*argv, "-C", str(config), "-f", "-n"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
                env=_environment(),
            )
        return cls(child.pid, child)

    @classmethod
    def find(cls, config: Path) -> "PbxProcess | None":
        """The living PBX of this configuration, whichever engine started it. Anyone could write its command line, so
        it must run as one who may: root, we, or the owner of its configuration's neighbor, its run folder."""
        trusted = {0, os.geteuid(), *(owner.uid for owner in [owner_of(config.parent.parent / "run")] if owner)}
        for process in psutil.process_iter(["cmdline"]):  # all else is dear to ask of every process of a machine
            line = process.info["cmdline"] or []
            if "-f" not in line or ("-C", str(config)) not in itertools.pairwise(line):
                continue
            with suppress(psutil.Error, ProcessLookupError):
                if process.status() != psutil.STATUS_ZOMBIE and process.uids().real in trusted:
                    return cls(process.pid, None)
        return None

    def runs_as_root(self) -> bool:
        with suppress(psutil.Error):
            return bool(psutil.Process(self.pid).uids().effective == 0)
        return False

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
        """In order, or else by force."""
        await self._send(signal.SIGTERM, END_TIMEOUT_S)
        await self.kill()

    async def kill(self) -> None:
        await self._send(signal.SIGKILL, KILL_TIMEOUT_S)

    async def _send(self, sign: signal.Signals, timeout_s: float) -> None:
        if not self.alive:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, sign)
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
    kept = ("PATH", "TZ", "LANG")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"MALLOC_ARENA_MAX": str(HEAPS_MAX)}
